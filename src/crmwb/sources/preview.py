"""What a check of a mapping found, as lines of text for a terminal."""

from collections.abc import Iterator

from crmwb.sources.checking import Checked, TableSample

ORIGIN_WIDTH, VALUES_WIDTH = 36, 60


def lines(checked: Checked) -> Iterator[str]:
    """Yield what comes out of the sampled rows, then what is wrong with some of them."""
    for table in checked.tables:
        yield from _table(table)
    for remark in checked.remarks:
        yield f"Some rows: {remark}"
    if not checked.mistakes:
        yield "No mistake found." if not checked.remarks else "No mistake found that the pipeline would stop at."


def _table(table: TableSample) -> Iterator[str]:
    told = [f"{table.n_rows:,} {'row' if table.n_rows == 1 else 'rows'} tried"]
    told += [f"{table.n_unreadable:,} of them unreadable"] if table.n_unreadable else []
    told += [f"{table.n_filtered:,} more left out by the filter"] if table.n_filtered else []
    yield f"{table.name}: {', '.join(told)}"
    name_width = max((len(c.name) for c in table.columns), default=0)
    for c in table.columns:
        origin = _cut(c.origin, ORIGIN_WIDTH)
        values = _cut(", ".join(c.values), VALUES_WIDTH) or "nothing"
        yield f"  {c.name:<{name_width}}  {origin:<{ORIGIN_WIDTH}}  {c.known_share:>4.0%}  {values}"
    yield ""


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
