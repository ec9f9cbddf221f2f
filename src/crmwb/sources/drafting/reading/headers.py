"""What the names in a header share, and which columns have none."""
# ruff: noqa: E501 - sentences and patterns are easier to read in one line

import re
from collections import Counter

from crmwb.sources.drafting.reading.sniff import Shape
from crmwb.sources.formats import open_file
from crmwb.sources.source_files import SourceFile

TOTAL = re.compile(
    r"((grand|sub) ?)?totals?( .*)?|summe|(gesamt|zwischen)(summe)?|somme|suma|totale|合计|总计|小计|共计|汇总|小計|(総)?合計|総計|razem|suma( czesciowa)?|totaal|subtotaal|subtotale|zwischensumme|s/?total",
    re.IGNORECASE,
)
PREFIX = re.compile(r"[^\W\d_]+( [^\W\d_]+)?(\s+-\s+|: ?|::|\.|/)(?=\w)")  # "Deal - ID", "order.id", "Order: Date"
LEAST_PREFIXED = 4
LEAST_OF_A_PATH = 3
NEARLY_ALL = 0.8


def nameless(file: SourceFile, shape: Shape, names: list[str], *, is_read: bool) -> str:
    """Return which columns hold something and have no name in the header; nothing where none does.

    Those behind the last column that has one cannot be read. `is_read` says that names in rows of their own are read as
    what stands above the rows that they are of.
    """
    places = [i for i, name in enumerate(names) if name.strip() in {"", f"column {i + 1}"}]
    batch = next(open_file(file, shape.mapping(file.name)).batches(places), None) if places else None
    if batch is None:
        return ""
    each = [[str(v).strip() for v in column.to_pylist() if v and str(v).strip()] for column in batch.columns[:-1]]
    held = [(i, list(dict.fromkeys(values))) for i, values in zip(places, each, strict=True) if values]
    if not held:
        return ""
    place, values = held[0]
    what = f"it holds {', '.join(map(repr, values[:2]))}"
    if sum(TOTAL.fullmatch(value) is not None for value in values) > 1 and not is_read:
        what += "; its values stand in rows of their own, above and below the rows that they are of: export a list that has them in each row"
    if names[place].strip():
        return f"{names[place]} has no name in the header and is called so ({what})"
    return f"column {place + 1} has no name in the header and is not read ({what})"


def common_prefix(names: list[str]) -> str:
    """Return what nearly all names begin with, up to a sign that sets it apart, as where a tool names its table in each."""
    counted = Counter(match[0] for name in names if (match := PREFIX.match(name)))
    prefix, n = counted.most_common(1)[0] if counted else ("", 0)
    return prefix if n >= max(LEAST_PREFIXED, NEARLY_ALL * len(names)) else ""


def paths_of(names: list[str]) -> dict[str, str]:
    """Return by name what several names begin with up to a slash: "Order Lines/" of "Order Lines/Quantity"."""
    begun = {name: f"{name.rpartition('/')[0]}/" for name in names if "/" in name.strip("/")}
    counted = Counter(begun.values())
    return {name: prefix for name, prefix in begun.items() if counted[prefix] >= LEAST_OF_A_PATH}


def twins(names: list[str]) -> dict[str, list[str]]:
    """Return names that stand more than once in a header, and what the columns are called instead."""
    result: dict[str, list[str]] = {}
    for name in names:
        if (match := re.fullmatch(r"(.+) \(\d+\)", name)) and match[1] not in names:
            result.setdefault(match[1], []).append(name)
    return {name: every for name, every in result.items() if len(every) > 1}
