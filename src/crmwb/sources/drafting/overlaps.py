"""Files that tell the same orders, as exports of overlapping months do: counted once, where a person says so."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from datetime import datetime
from itertools import combinations

from crmwb.sources.drafting import said
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question

FILE_OPTIONS = ("file", "sheet", "delimiter", "encoding", "quote", "skip_rows", "last_row")
KEY = ("order_id", "customer_id", "ordered_at")


def ask(parts: list[Part]) -> None:
    """Ask of every two files of purchases with the same orders of the same customers on the same days."""
    sales = [
        part
        for part in parts
        if part.table == "transactions" and part.profile is not None and "join" not in part.options
    ]
    sales = [part for part in sales if all(len(part.guesses[name].sources) == 1 for name in KEY)]
    first = {part.options["file"]: part for part in reversed(sales)}
    for one, other in combinations(first.values(), 2):
        rows = [_orders(part) for part in (one, other)]
        if n := len(rows[0] & rows[1]):
            older, newer = sorted((one, other), key=_latest)
            _ask(older, newer, n, [part for part in sales if part.options["file"] == older.options["file"]])


def _orders(part: Part) -> set[tuple[str | None, ...]]:
    columns = [part.guesses[name].sources[0] for name in KEY]
    return {row for row in zip(*(part.looked_at.texts(c) for c in columns), strict=True) if None not in row}


def _latest(part: Part) -> tuple[datetime, str]:
    when = part.guesses["ordered_at"].sources[0]
    days = when.dates_read.values.values() if when.dates_read else []
    return max(days, default=datetime.min), str(part.options["file"])  # noqa: DTZ901 - clocks of the export


def _ask(older: Part, newer: Part, n: int, same_file: list[Part]) -> None:
    here, there = (part.guesses["order_id"].sources[0].name for part in (older, newer))
    files = older.options["file"], newer.options["file"]

    def answer(given: str) -> None:
        if given != "once":
            return
        for part in same_file:
            joined = {k: v for k, v in newer.options.items() if k in FILE_OPTIONS}
            option = {**joined, "key": {here: there}, "unmatched": "keep", "several": "first"}
            part.options["join"] = {**part.options.get("join", {}), "newer": option}
            condition = f"{said.column(f'newer.{there}')} is null"
            part.options["filter"] = " and ".join(filter(None, [part.options.get("filter"), condition]))
            part.remarks.append(f"orders that stand in {files[1]} too are left out here: that export is newer")

    text = (
        f"{n:,} {'order stands' if n == 1 else 'orders stand'} in {files[0]} and in {files[1]}, of the same customers on the "
        f"same days: count these once (as the newer file has them), or twice?"
    )
    newer.questions.append(Question(said.slug(f"same orders {files[0]}"), text, answer, ("once", "twice")))
