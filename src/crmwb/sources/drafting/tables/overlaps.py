"""Files that tell the same orders, as exports of overlapping months do: counted once, where a person says so."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any

from crmwb.sources.drafting.amounts import refunds
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.rows import credit_notes, taking_back
from crmwb.sources.drafting.tables import returned_amounts

RowsByDay = dict[str, set[tuple[str | None, ...]]]
LEAST_SHARED, HALF = 5, 0.5  # rows of two files without numbers of orders
MOSTLY_OTHERS, NEARLY_ALL = (
    0.1,
    0.9,
)  # of the numbers that two files share, those of the same customers on the same days
SEVERAL = 2  # pairs of files that are asked about at once
NEWER = "newer"  # what a newer file is joined as
KEY = ("order_id", "customer_id", "ordered_at")


@dataclass(frozen=True, eq=False)
class Twice:
    """Orders that stand in two files.

    Attributes
    ----------
    older, newer : Part
        Purchases of the two files.
    n_orders, n_cut : int
        How many orders stand in both; how many of them have lines in one file only.
    same_file : list of Part
        All parts of the older file.
    has_own_numbers : bool
        Many numbers that stand in both are those of other orders, as where each file counts from 1.
    """

    older: Part
    newer: Part
    n_orders: int
    same_file: list[Part]
    n_cut: int
    has_own_numbers: bool


def ask(parts: list[Part]) -> None:
    """Ask of every two files of purchases with the same orders of the same customers on the same days."""
    sales = [
        part
        for part in parts
        if part.table == "transactions" and part.profile is not None and "join" not in part.options
    ]
    sales = [part for part in sales if all(len(part.guesses[name].sources) == 1 for name in KEY[1:])]
    first = {part.options["file"]: part for part in reversed(sales)}
    numbered = [(part, _orders(part)) for part in first.values() if len(part.guesses["order_id"].sources) == 1]
    by_day = [(part, _rows_by_day(part)) for part in first.values() if len(part.guesses["order_id"].sources) != 1]
    for (one, here), (other, there) in combinations(by_day, 2):
        _ask_of_same_rows((one, other), (here, there), sales)
    twice = []
    for (one, orders), (other, others) in combinations(numbered, 2):
        shared = orders & others
        share = len(shared) / max(len(_numbers(orders) & _numbers(others)), 1)
        if share > (
            0 if _columns(one) == _columns(other) else MOSTLY_OTHERS
        ):  # such as orders and invoices, each numbered
            older, newer = sorted((one, other), key=_latest)
            same_file = [part for part in sales if part.options["file"] == older.options["file"]]
            n_cut = _cut_orders(older, newer, shared)
            twice.append(Twice(older, newer, len(shared), same_file, n_cut, has_own_numbers=share < NEARLY_ALL))
    alike = [each for each in twice if _columns(each.older) == _columns(each.newer)]
    if len(alike) >= SEVERAL:
        _ask_once(alike)
        twice = [each for each in twice if each not in alike]
    for each in twice:
        _ask(each)


def _ask_of_same_rows(pair: tuple[Part, Part], rows: tuple[RowsByDay, RowsByDay], sales: list[Part]) -> None:
    """Ask of two files of one kind without numbers of orders, where most rows of some days stand in both."""
    if _columns(pair[0]) != _columns(pair[1]):
        return
    days = rows[0].keys() & rows[1].keys()
    shared = [rows[0][day] & rows[1][day] for day in days]
    n = sum(map(len, shared))
    if n < LEAST_SHARED or n <= HALF * sum(min(len(rows[0][day]), len(rows[1][day])) for day in days):
        return
    older, newer = sorted(pair, key=_latest)
    same_file = [part for part in sales if part.options["file"] == older.options["file"]]
    known = [{c.name for c in part.looked_at.own if c.n_known == c.n_rows} for part in (older, newer)]
    every = [c.name for c in older.looked_at.own if c.name in known[0] & known[1]]

    def answer(given: str) -> None:
        if given == "once":
            _leave_to_newer(same_file, newer, {name: name for name in every}, "rows")

    text = (
        f"{n:,} rows stand in {older.options['file']} and in {newer.options['file']}, most of those of {len(days):,} "
        f"{'day' if len(days) == 1 else 'days'}: count these once (as the newer file has them), or twice?"
    )
    newer.questions.append(Question(syntax.slug(f"same rows {older.options['file']}"), text, answer, ("once", "twice")))


def _rows_by_day(part: Part) -> RowsByDay:
    result: RowsByDay = defaultdict(set)
    days = part.looked_at.texts(part.guesses["ordered_at"].sources[0])
    for day, row in zip(days, zip(*map(part.looked_at.texts, part.looked_at.own), strict=True), strict=True):
        if day:
            result[day[:10]].add(row)
    return result


def ask_of_other_files(parts: list[Part]) -> None:
    """Ask of every further file of purchases with other columns: sales too, returns, or the same money again.

    Files with the same columns are exports of one kind, and asked about together; refunds that name their orders are
    told already.
    """
    first: dict[str, Part] = {}
    for part in parts:
        if part.table == "transactions" and part.profile is not None and not part.is_stand_in:
            first.setdefault(str(part.options["file"]), part)
    sold = [part for part in first.values() if not refunds.holds_returns_only(part)]
    if len(sold) < len(first):
        keep_refunded(parts)
    sold.sort(key=lambda part: -part.looked_at.n_rows)  # what comes beside sales has fewer rows than they
    kinds: dict[tuple[frozenset[str], bool], list[Part]] = defaultdict(list)
    for part in sold:
        kinds[frozenset(_columns(part)), credit_notes.are_in(part.looked_at)].append(part)
    first_kind, *others = kinds.values() or [[]]
    for same in others:
        _ask_what_they_are(same, first_kind, parts)


def keep_refunded(parts: list[Part]) -> None:
    """Keep rows refunded in full by their status, for a file of returns takes off what they brought."""
    for part in parts:
        for condition, remark in part.refunded.items():
            part.drop_condition(condition)
            part.remarks.remove(remark)
        part.refunded.clear()


def _columns(part: Part) -> set[str]:
    return {column.name for column in part.looked_at.columns}


def _ask_what_they_are(same: list[Part], others: list[Part], parts: list[Part]) -> None:
    """Ask of files of one kind beside those of another, named by the one of either with most rows."""
    files = [part.options["file"] for part in same]
    file, there = (f"{each[0].options['file']}{_and_more(len(each) - 1)}" for each in (same, others))
    own, theirs = ([pair for part in each for pair in _money(part)] for each in (same, others))
    known = set(theirs)
    n_again = sum(pair in known for pair in own)

    def answer(given: str) -> None:
        same_file = [p for p in parts if p.table == "transactions" and p.profile and p.profile.file.name in files]
        if given == "leave_out":
            for each in same_file:
                parts.remove(each)
            for part in parts:
                _keep_what_stands_in(part, files)
        elif given == "returns":
            returned_amounts.settle(same_file, parts)
            for each in same_file:
                taking_back.take_back(each, (), "true")
            keep_refunded(parts)

    text = (
        f"{file} and {there} are both taken as purchases and added up ({n_again:,} of {len(own):,} rows of {file} have a customer "
        f"and an amount of {there}): are those of {file} sales of their own, returns, or the same money again (payments of what "
        f"was sold), to be left out?"
    )
    choices = ("sales", "returns", "leave_out")
    same[0].questions.append(Question(syntax.slug(f"rows of {files[0]}"), text, answer, choices))


def _and_more(n: int) -> str:
    return f" (and {n} more with the same columns)" if n else ""


def _money(part: Part) -> list[tuple[str | None, float | None]]:
    who, amount = part.guesses["customer_id"].sources, part.guesses["revenue_cents"].sources
    if len(who) != 1 or len(amount) != 1:
        return []
    return list(zip(part.looked_at.texts(who[0]), part.looked_at.numbers(amount[0]), strict=False))


def _orders(part: Part) -> set[tuple[str | None, ...]]:
    """Return number, customer and day of each order; files may write customers and days otherwise."""
    order, who, when = (part.guesses[name].sources[0] for name in KEY)
    at = part.looked_at
    rows = zip(at.texts(order), at.texts(who), at.days(when), strict=True)
    return {(number, customer.casefold(), day) for number, customer, day in rows if number and customer and day}


def _numbers(orders: set[tuple[str | None, ...]]) -> set[str | None]:
    return {number for number, *_ in orders}


def _latest(part: Part) -> tuple[datetime, str]:
    when = part.guesses["ordered_at"].sources[0]
    days = when.dates_read.values.values() if when.dates_read else []
    return max(days, default=datetime.min), str(part.options["file"])  # noqa: DTZ901 - clocks of the export


def _cut_orders(older: Part, newer: Part, shared: set[tuple[str | None, ...]]) -> int:
    """Return how many orders of two files have lines in one of them only, beside lines that are the same in both.

    So orders are cut where one page of an export ends and the next begins.
    """
    lines = [_lines(part) for part in (older, newer)]
    numbers = {key[0] for key in shared}
    return sum(bool(lines[0][no] & lines[1][no]) and bool(lines[0][no] - lines[1][no]) for no in numbers)


def _lines(part: Part) -> dict[str | None, set[tuple[str | None, ...]]]:
    texts = [part.looked_at.texts(column) for column in part.looked_at.own]
    order = part.looked_at.texts(part.guesses["order_id"].sources[0])
    result: dict[str | None, set[tuple[str | None, ...]]] = defaultdict(set)
    for key, *row in zip(order, *texts, strict=True):
        result[key].add(tuple(row))
    return result


def _leave_to_newer(same_file: list[Part], newer: Part, key: dict[str, str], what: str) -> None:
    """Leave out of an older file what a newer one holds too, by a key of columns here and there."""
    there = next(iter(key.values()))
    for part in same_file:
        joined_already = part.options.get("join", {})
        name = NEWER if NEWER not in joined_already else f"{NEWER}_{len(joined_already)}"
        part.join(name, syntax.join(newer.options, key))
        part.keep_rows(_is_new(name, there))
        part.remarks.append(f"{what}{_left_to(newer.options['file'])}")


def _keep_what_stands_in(part: Part, files: Collection[Any]) -> None:
    """Count rows again that were left to newer files, which are left out themselves."""
    for name, joined in list(part.options.get("join", {}).items()):
        there = next(iter(syntax.keys(joined).values()))
        condition = _is_new(name, there)
        if name.startswith(NEWER) and joined["file"] in files and condition in part.condition:
            part.drop_condition(condition)
            del part.options["join"][name]
            part.remarks[:] = [remark for remark in part.remarks if not remark.endswith(_left_to(joined["file"]))]


def _is_new(name: str, there: str) -> str:
    return f"{syntax.column(f'{name}.{there}')} is null"


def _left_to(file: Any) -> str:
    return f" that stand in {file} too are left out here: that export is newer"


def _count_once(each: Twice, given: str) -> None:
    """Leave out of the older of two files what a person said is to be counted once."""
    if given == "twice":
        return
    here, there = (part.guesses["order_id"].sources[0].name for part in (each.older, each.newer))
    known = [{c.name for c in part.looked_at.own if c.n_known == c.n_rows} for part in (each.older, each.newer)]
    every = [c.name for c in each.older.looked_at.own if c.name in known[0] & known[1]]
    is_of_lines = given == "each_line_once"
    key = {name: name for name in every} if is_of_lines else {here: there}
    if each.has_own_numbers:
        customer, other = (part.guesses["customer_id"].sources[0].name for part in (each.older, each.newer))
        key[customer] = other
    _leave_to_newer(each.same_file, each.newer, key, "lines" if is_of_lines else "orders")


def _ask(each: Twice) -> None:
    files, n = (each.older.options["file"], each.newer.options["file"]), each.n_orders
    cut = f", {each.n_cut:,} of them with lines in one file only, as where pages of an export end" if each.n_cut else ""
    lines = ", each of their lines once (each_line_once)" if each.n_cut else ""
    text = (
        f"{n:,} {'order stands' if n == 1 else 'orders stand'} in {files[0]} and in {files[1]}, of the same customers on the "
        f"same days{cut}: count these once (as the newer file has them){lines}, or twice?"
    )
    choices = ("each_line_once", "once", "twice") if each.n_cut else ("once", "twice")
    key = syntax.slug(f"same orders {files[0]}")
    each.newer.questions.append(Question(key, text, lambda given: _count_once(each, given), choices))


def _ask_once(every: list[Twice]) -> None:
    """Ask one question of all files that follow each other, such as those of months that overlap."""
    n_cut, n = sum(each.n_cut for each in every), sum(each.n_orders for each in every)
    files = {str(part.options["file"]) for each in every for part in (each.older, each.newer)}

    def answer(given: str) -> None:
        for each in every:
            _count_once(each, given)

    first = every[0]
    cut = f", {n_cut:,} of them with lines in one file only, as where pages of an export end" if n_cut else ""
    lines = ", each of their lines once (each_line_once)" if n_cut else ""
    text = (
        f"Orders stand in several of {len(files)} files ({n:,} times, {first.n_orders:,} of them in {first.older.options['file']} and in "
        f"{first.newer.options['file']}), of the same customers on the same days{cut}: count these once (as the newest file "
        f"has them){lines}, or each time (twice)?"
    )
    choices = ("each_line_once", "once", "twice") if n_cut else ("once", "twice")
    first.newer.questions.append(Question("same_orders", text, answer, choices))
