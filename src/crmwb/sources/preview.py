"""The results of checking a mapping, as lines of text for a terminal."""

from collections.abc import Iterator

from crmwb.findings import Count, Finding, Name, Value, numbers
from crmwb.findings.say import say
from crmwb.sources.checking import Checked, TableSample

ORIGIN_WIDTH, VALUES_WIDTH = 36, 60


def lines(checked: Checked) -> Iterator[str]:
    """Yield the result of the sampled rows, then the mistakes in some of them."""
    for table in checked.tables:
        yield from _table(table)
    for remark in checked.remarks:
        yield _text("remark", remark=Name(remark))
    if not checked.mistakes:
        yield _text("would_run" if checked.remarks else "clean")


def _table(table: TableSample) -> Iterator[str]:
    parts = [_text("tried", rows=Count(table.n_rows, "row"))]
    for key, n in (("unreadable", table.n_unreadable), ("filtered", table.n_filtered)):
        parts += [_text(key, n=Count(n))] if n else []
    yield f"{table.name}: {', '.join(parts)}"
    name_width = max((len(c.name) for c in table.columns), default=0)
    for c in table.columns:
        origin = _cut(c.origin, ORIGIN_WIDTH)
        values = _cut(", ".join(c.values), VALUES_WIDTH) or _text("no_values")
        yield f"  {c.name:<{name_width}}  {origin:<{ORIGIN_WIDTH}}  {numbers.share(c.known_share):>5}  {values}"
    yield ""


def _text(key: str, **values: Value) -> str:
    return say(Finding(f"sources.check.{key}", values))


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
