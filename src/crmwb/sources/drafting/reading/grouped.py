"""Reports in which a name stands in a row of its own above the rows that it is of, with their total below."""

from dataclasses import dataclass
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from crmwb.sources.drafting.reading.headers import TOTAL

LEAST_GROUPS = 2
LEAST_CELLS = 3  # of a row of the table itself
NO_NAME = "column "  # what a column without a name in the header is called begins so


@dataclass(frozen=True)
class Filled:
    """What a mapping must say so that each row holds what stands above it.

    Attributes
    ----------
    columns : tuple of str
        Blank cells of these hold the value above them.
    known : str
        A column that is known in the rows of the table, and in none of the rows of names and totals; empty where there
        are no such rows.
    """

    columns: tuple[str, ...]
    known: str = ""


def by_name(rows: pa.Table) -> tuple[pa.Table, Filled] | None:
    """Return the rows of a table with the name above them in each; None of what is no such report, or a nested one.

    Parameters
    ----------
    rows : pyarrow.Table
        All rows as text without blanks around it.
    """
    n_filled = _n_filled(rows)
    if rows.num_columns < LEAST_CELLS or n_filled.count(1) < LEAST_GROUPS:
        return None
    texts = {name: [text or None for text in rows[name].to_pylist()] for name in rows.column_names}
    for name, names in texts.items():
        first = next((i for i, text in enumerate(names) if text is not None), None)
        if first is None or n_filled[first] > 1:
            continue
        kinds = [_kind(text, n) for text, n in zip(names, n_filled, strict=True)]
        if None in kinds or not _is_one_level([kind for kind in kinds if kind]):
            continue
        own = [i for i, kind in enumerate(kinds) if kind == "row"]
        beside = [i for i, kind in enumerate(kinds) if kind in {"name", "total"}]
        others = ((other, cells) for other, cells in texts.items() if other != name)
        known = next((o for o, cells in others if all(cells[i] for i in own) and not any(cells[i] for i in beside)), "")
        if not known:
            continue
        above: list[str | None] = []
        for i, text in enumerate(names):
            above.append(text if kinds[i] == "name" else above[-1] if above else None)
        position = rows.column_names.index(name)
        filled = rows.set_column(position, name, pa.array(above, pa.string()))
        return filled.take(pa.array(own, pa.int64())), Filled((name,), known)
    return None


def _n_filled(rows: pa.Table) -> list[int]:
    """Return how many cells of each row hold something."""
    counts = pa.array([0] * rows.num_rows, pa.int64())
    for column in rows.columns:
        counts = pc.add(counts, pc.fill_null(pc.not_equal(column, ""), False).cast(pa.int64()))
    return [int(n) for n in counts.to_pylist()]


def _kind(text: str | None, n_filled: int) -> str | None:
    """Return what a row is, by its name and how many cells it fills; None where it is none of such a report."""
    if text is None:
        return "row" if n_filled >= LEAST_CELLS else ""
    if TOTAL.fullmatch(text):
        return "total"
    return "name" if n_filled == 1 else None


def _is_one_level(kinds: list[str]) -> bool:
    """Say whether rows stand below names, and none below a total without a name of its own or a name below a name."""
    if kinds[:1] != ["name"]:
        return False
    n_groups = 0
    for above, kind in pairwise(kinds):
        if (above, kind) in {("name", "name"), ("total", "row"), ("name", "total")}:
            return False
        n_groups += (above, kind) == ("name", "row")
    return n_groups >= LEAST_GROUPS
