"""Which rows go on and which stay behind: clean tables, and quarantine with reasons and original values."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from crmwb import engine, layout, storage
from crmwb.contract import Severity
from crmwb.contract.quality import QUARANTINE
from crmwb.engine import Backend
from crmwb.quality.checks import ROW
from crmwb.quality.verdicts import Verdict

TYPES = dict(ibis.Schema.from_pyarrow(QUARANTINE.schema).items())


def broken_rows(verdicts: Iterable[Verdict]) -> pa.Table:
    """Return the rows to quarantine, each once.

    Parameters
    ----------
    verdicts : iterable of Verdict
        What became of every check of one table.

    Returns
    -------
    pyarrow.Table
        `ROW` (ascending), rule (the names of all the rules that the row breaks, those that only warn apart) and reason
        (what is wrong with it), each joined by "; " in the order of the verdicts.
    """
    errors = [v for v in verdicts if v.failed and v.check.severity is not Severity.WARNING]
    rows = np.unique(np.concatenate([np.array([], dtype=np.int64), *(v.rows for v in errors)]))
    # Many rows break few combinations of rules: each combination is a number, and put into words once.
    combination = np.zeros(len(rows), dtype=np.int64)
    words: list[tuple[int, ...]] = [()]
    for position, verdict in enumerate(errors):
        breaks = np.zeros(len(rows), dtype=np.int64)
        breaks[np.searchsorted(rows, verdict.rows)] = 1
        pairs, combination = np.unique(combination * 2 + breaks, return_inverse=True)
        words = [words[pair // 2] + ((position,) if pair % 2 else ()) for pair in pairs.tolist()]
    return pa.table(
        {
            ROW: pa.array(rows, pa.int64()),
            "rule": _texts([[errors[i].check.rule for i in broken] for broken in words], combination),
            "reason": _texts([[errors[i].check.words.reason for i in broken] for broken in words], combination),
        }
    )


def _texts(words: list[list[str]], combination: np.ndarray) -> pa.Array:
    return pa.array(["; ".join(parts) for parts in words], pa.string()).take(pa.array(combination))


def write_clean(canonical: Path, left_behind: np.ndarray, path: Path) -> None:
    """Write the rows of a canonical table that are not left behind, in its order, to `path`.

    Parameters
    ----------
    canonical : Path
        A Parquet file, or a folder of such files.
    left_behind : ndarray of int64
        Positions of rows in it, from 0, in any order.
    path : Path
        Where to: a file, or a folder of files of the same names.
    """
    left_behind = np.sort(left_behind)
    parts = storage.parts(canonical)
    if canonical.is_dir():
        path.mkdir()
    begin = 0
    for part in parts:
        end = begin + pq.read_metadata(part).num_rows
        here = left_behind[np.searchsorted(left_behind, begin) : np.searchsorted(left_behind, end)] - begin
        if len(here) < end - begin or len(parts) == 1:  # a month of which nothing is clean has no file
            _write_part(part, here, path / part.name if canonical.is_dir() else path)
        begin = end
    if canonical.is_dir() and not any(path.iterdir()):
        _write_part(parts[0], np.arange(pq.read_metadata(parts[0]).num_rows), path / parts[0].name)


def _write_part(canonical: Path, left_behind: np.ndarray, path: Path) -> None:
    if not len(left_behind):
        shutil.copyfile(canonical, path)
        return
    with (
        pq.ParquetFile(canonical) as file,
        storage.parquet_writer(path, file.schema_arrow) as writer,
    ):
        for group in storage.regrouped(_kept(file, left_behind), file.schema_arrow):
            writer.write_table(group, row_group_size=storage.ROW_GROUP_ROWS)


def _kept(file: pq.ParquetFile, left_behind: np.ndarray) -> Iterator[pa.RecordBatch]:
    begin = 0
    for batch in file.iter_batches(storage.ROW_GROUP_ROWS):
        first, last = np.searchsorted(left_behind, [begin, begin + batch.num_rows])
        keep = np.ones(batch.num_rows, dtype=bool)
        keep[left_behind[first:last] - begin] = False
        begin += batch.num_rows
        yield batch.filter(pa.array(keep))


def quarantined(
    rows: ir.Table, broken: ir.Table, unreadable: ir.Table | None, places: ir.Table | None = None
) -> ir.Table:
    """Return a table's quarantine: one row per row left behind, columns as in `QUARANTINE`.

    Parameters
    ----------
    rows : ir.Table
        The numbered canonical rows; their values are kept as JSON.
    broken : ir.Table
        `broken_rows`, on the engine.
    unreadable : ir.Table or None
        What `unreadable_rows` returned.
    places : ir.Table or None
        What `source_places` returned.
    """
    # joined first, so that only the few rows left behind are put into words
    left = rows.inner_join(broken, ROW)
    if places is None:
        left = left.mutate(source_file=ibis.null("string"), source_row=ibis.null("int64"))
    else:
        left = left.left_join(places.semi_join(broken, ROW), ROW)  # the engine would put all places into memory
    words = {  # of a moment each engine would write another JSON
        name: left[name].cast("string") if left[name].type().is_timestamp() else left[name]
        for name in rows.columns
        if name != ROW
    }
    values = ibis.struct(words).cast("json").cast("string")
    quarantine = left.select(
        source_file=left.source_file,
        source_row=left.source_row,
        rule=left.rule,
        reason=left.reason,
        values=values,
    )
    return quarantine if unreadable is None else quarantine.union(unreadable)


def unreadable_rows(con: Backend, canonical: Path, name: str) -> ir.Table | None:
    """Return the rows of a table that ingest could not read, as quarantine has them; None where there are none."""
    file = canonical / layout.UNREADABLE.name / f"{name}.parquet"
    if not file.is_file():
        return None
    unreadable = engine.open_parquet(con, file, f"unreadable_{name}")
    reason = ibis.coalesce(unreadable.column + ": ", ibis.literal("")) + unreadable.reason
    return unreadable.mutate(rule=ibis.literal("is_readable"), reason=reason).select(*QUARANTINE.names).cast(TYPES)


def source_places(con: Backend, canonical: Path, name: str) -> ir.Table | None:
    """Return where the rows of a table stood in the source, by `ROW`; None where the source does not know."""
    place = storage.table_in(canonical / layout.PROVENANCE.name, name)
    if not place.exists():
        return None
    return engine.open_files(con, storage.parts(place), f"provenance_{name}", position=ROW)


def commonest_reasons(unreadable: ir.Table, n_reasons: int) -> list[dict[str, Any]]:
    """Return why rows were unreadable, the commonest first: reason, n_rows, and the file and row of the first."""
    place = ibis.struct({"file": unreadable.source_file, "row": unreadable.source_row}).min()
    counted = unreadable.group_by("reason").aggregate(
        n_rows=unreadable.count(), source_file=place["file"], source_row=place["row"]
    )
    reasons: list[dict[str, Any]] = (
        counted.order_by(ibis.desc("n_rows"), "reason").limit(n_reasons).to_pyarrow().to_pylist()
    )
    return reasons
