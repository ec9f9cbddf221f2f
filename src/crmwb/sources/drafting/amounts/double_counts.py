"""Rows that tell the same money again: totals beside their parts, states and versions of an order, an order's total on each line.

Nothing here goes by words: only by what amounts of the same order, customer and day come to.
"""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from crmwb.sources.drafting.amounts import money, order_totals, prices, revisions, subtotals
from crmwb.sources.drafting.amounts.groups import Key, by_key, of_purchases
from crmwb.sources.drafting.guess import Part, Sure
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.questions import Question, listed
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.reading.vocabulary import TRANSACTIONS, matches
from crmwb.sources.drafting.rows import codes_of_rows, no_business, row_kinds
from crmwb.sources.drafting.rows.outcomes import OF_PAYMENT

CENT = 0.015
LEAST_GROUPS = 3
PLAINLY_MANY = 30  # orders that all show the same
MOST_LIKELY_CHANCE = math.log(1e-6)
NEARLY_ALL = 0.9
BY_CHANCE = 0.2  # share of neighbours of different orders with equal amounts, above which equal amounts say nothing
MOST_LABELS = 12
LEAST_PARTS = 3  # rows of a group that a total and its parts make
BLANK, KNOWN = "blank", "known"
OF_ORDER = re.compile(r"(order|cart|basket|checkout|invoice|bestell|auftrag|订单)")
OF_LINES = re.compile(
    r".*\b(lines?|items?|pos|position(en)?|posten|zeile|rows?|seq|sequence|lfd|ligne|linea|riga|regel|linha|nth|index|lp|poz(ycja)?)\b.*|.*(行|明细|明細|순번).*"
)


def ask(part: Part, roles: Modifiers) -> None:
    """Ask of rows that seem to tell the same money again; leave out subtotals, whose name and sum both say so.

    Parameters
    ----------
    part : Part
        Purchases, with their filter.
    roles : Modifiers
        What other columns of the file are.
    """
    amount = part.guesses["revenue_cents"].sources
    if not amount or part.profile is None or not part.looked_at.holds(*amount):
        return
    numbers = money.of_rows(part)
    if subtotals.leave_out(part, numbers):
        return
    for what, groups in of_purchases(part):
        if _is_by_chance(groups, numbers):
            continue
        best = max(_shown_again(part, roles, groups, numbers), key=lambda each: each[2][0], default=None)
        if best is not None:
            _ask_which_count(part, *best, what)
            return
    _ask_of_versions_or_lines(part, numbers)
    _ask_of_other_keys(part, numbers)


def _shown_again(
    part: Part, roles: Modifiers, groups: dict[Key, list[int]], numbers: Sequence[float | None]
) -> Iterator[tuple[Column, list[str], tuple[int, int]]]:
    """Yield columns whose values tell the same money again, with the label of each row with money, and in how many groups of how many."""
    for column, labels in _labels(part, roles):
        tells_lines = _line(part) is column or matches(column.words, TRANSACTIONS["product_id"])
        if tells_lines and column.n_known == column.n_rows and _is_in_each_row(groups, numbers):
            continue
        is_status = column.name in {c.name for c in roles.statuses}
        if not is_status and row_kinds.is_asked(part, labels):
            continue
        bringing = _bringing(labels, numbers)
        if (shown := _again(groups, labels, numbers, bringing)) is not None:
            yield column, [label for label in labels if label in bringing], shown


def _ask_of_versions_or_lines(part: Part, numbers: Sequence[float | None]) -> None:
    """Ask of orders of several rows: drafts and revisions of them, states, versions, or a total on each row."""
    order, n_asked = part.guesses["order_id"].sources, len(part.questions)
    several = list(by_key(part.looked_at.texts(order[0])).values()) if len(order) == 1 else []
    if not revisions.ask_of_drafts(part, several):
        _ask_of_lines(part, numbers)
    if len(part.questions) == n_asked:
        revisions.ask(part, several)


def _is_in_each_row(groups: dict[Key, list[int]], numbers: Sequence[float | None]) -> bool:
    """Say whether all rows of nearly every group hold the same amount."""
    several = [rows for rows in groups.values() if len(rows) > 1]
    return sum(len({numbers[i] for i in rows}) == 1 for rows in several) >= NEARLY_ALL * len(several)


def _is_by_chance(groups: dict[Key, list[int]], numbers: Sequence[float | None]) -> bool:
    """Say whether few amounts come again and again, so that equal ones say nothing."""
    firsts = [numbers[rows[0]] for rows in groups.values()]
    same = sum(a == b for a, b in pairwise(firsts))
    return len(groups) < LEAST_GROUPS or same > BY_CHANCE * len(firsts)


def _labels(part: Part, roles: Modifiers) -> Iterator[tuple[Column, list[str]]]:
    """Yield columns that may tell apart rows that tell the same again: few values, or known in some rows only."""
    kept = {
        c.name for name in ("customer_id", "order_id", "ordered_at", "revenue_cents", "quantity", "is_return")
        for c in part.guesses[name].sources
    }  # fmt: skip
    kept |= {c.name for role, c in roles.by_role.items() if role != "row_type"}
    expression = part.condition
    statuses = {c.name for c in roles.statuses}
    for column in part.looked_at.own:
        if codes_of_rows.tell_reversals(column):
            continue  # a row that takes another back is not the same money again
        if column.name in kept or not column.counts or (column.name in expression and column.name not in statuses):
            continue
        texts = part.looked_at.texts(column)
        n_labels = len(column.counts) + (column.n_known < column.n_rows)
        if 2 <= n_labels <= MOST_LABELS and not (column.is_number and n_labels > LEAST_PARTS):
            yield column, [text or BLANK for text in texts]
        if 0 < column.n_known < column.n_rows:
            yield column, [KNOWN if text else BLANK for text in texts]


def _bringing(labels: Sequence[str], numbers: Sequence[float | None]) -> set[str]:
    """Return the labels of rows with amounts: rows of payments beside heads and lines often have none of theirs."""
    return {label for label, number in zip(labels, numbers, strict=True) if number}


def _again(
    groups: dict[Key, list[int]], labels: Sequence[str], numbers: Sequence[float | None], bringing: Collection[str]
) -> tuple[int, int] | None:
    """Return in how many groups rows of each label that brings money come to the same, of how many with several."""
    n = n_same = 0
    again: Counter[str] = Counter()
    for rows in groups.values():
        sums: dict[str, float] = defaultdict(float)
        for i in rows:
            if labels[i] in bringing:
                sums[labels[i]] += numbers[i] or 0.0
        if len(sums) > 1:
            n += 1
            is_same = max(sums.values()) - min(sums.values()) < CENT and abs(max(sums.values())) > CENT
            n_same += is_same
            again.update(labels[i] for i in rows if is_same)
    of_label = Counter(labels)
    n_rows = sum(n_ for label, n_ in of_label.items() if again[label])
    together = sum(len(rows) for rows in groups.values() if len({labels[i] for i in rows}) > 1)
    is_always = any(again[label] >= max(LEAST_GROUPS, NEARLY_ALL * n_) for label, n_ in of_label.items())
    if n < LEAST_GROUPS or n_same < NEARLY_ALL * n or (together * 4 < n_rows and not is_always):
        return None
    return n_same, n


def _ask_which_count(part: Part, column: Column, labels: list[str], shown: tuple[int, int], what: str) -> None:
    values = [label for label, _ in Counter(labels).most_common()]
    is_order = what == "orders"

    def answer(given: str) -> None:
        if given == "all":
            return
        if given == "last" and is_order:
            _keep_last(part)
            return
        counting = listed(given, values)
        if strange := sorted(set(counting) - set(values)):
            raise ValueError(f"{column.name} is never {strange[0]!r}; write its values that count, or all")
        row_kinds.leave_out(part, _is_any(column, counting))

    text = (
        f"In {shown[0]:,} of {shown[1]:,} {what}, the rows in which {column.name} is {' and '.join(values)} come to the same "
        f"amount: the same money may stand there more than once. Which of them count ({', '.join(values)}; several by commas"
        f"{'; last for the last row of each order only' if is_order else ''}), or all?"
    )
    part.questions.append(
        Question(syntax.slug(f"counts by {column.words}"), text, answer, default="all", columns=(column.name,))
    )


def _is_any(column: Column, values: Sequence[str]) -> str:
    """Return the condition that a column holds one of some values, blank among them."""
    name = syntax.column(column.name)
    plain = [value for value in values if value not in {BLANK, KNOWN}]
    each = [
        *([f"{name} is null"] if BLANK in values else []),
        *([f"{name} is not null"] if KNOWN in values else []),
        *([syntax.is_in(column.name, plain)] if plain else []),
    ]
    return each[0] if len(each) == 1 else f"({' or '.join(each)})"


def _keep_last(part: Part, keys: Sequence[Column] = ()) -> None:
    """Keep the last row of each order, or of each of its lines: what stands before it are earlier states or versions."""
    names = [column.name for column in keys or part.guesses["order_id"].sources]
    within = names[0] if len(names) == 1 else names
    for each in (part, *part.twins):
        each.options.pop("spread", None)  # one row is left of each order
        last = {"from_the_last": {"within": within, "first": "last"}}
        each.options["numbered"] = {**each.options.get("numbered", {}), **last}
        # before other conditions: an order whose last state is no sale is none
        each.keep_rows("from_the_last = 1", first=True)
    part.remarks.append(f"of each {' and '.join(names)}, the last row in the file counts, as you said")


def _ask_of_lines(part: Part, numbers: Sequence[float | None]) -> None:
    """Ask of orders with several rows which nothing tells apart as lines: states, versions, or a total on each row."""
    order = part.guesses["order_id"].sources
    amounts = [c.name for c in part.guesses["revenue_cents"].sources]
    if (
        len(order) != 1
        or any(name.startswith(f"{key}.") for key in part.looked_at.lists for name in amounts)  # written as lines
        or order[0].is_unique
        or not part.looked_at.holds(order[0])
        or "spread" in part.options
        or "fill_down" in part.options
    ):
        return
    groups = by_key(part.looked_at.texts(order[0]))
    if len(groups) < LEAST_GROUPS:
        return
    n_same = sum(len({numbers[i] for i in rows}) == 1 for rows in groups.values())
    if n_same >= NEARLY_ALL * len(groups) and (not _is_by_chance(groups, numbers) or _is_no_chance(groups, numbers)):
        _ask_of_repeated(part, order[0], n_same, len(groups))
        return
    if order_totals.have_total(part, numbers):
        return
    line = _line(part)
    if line is not None:
        pairs = zip(part.looked_at.texts(order[0]), part.looked_at.texts(line), strict=True)
        groups = by_key([None if None in pair else pair for pair in pairs])
        if len(groups) < LEAST_GROUPS:
            return
    read = {c.name for guess in part.guesses.values() for c in guess.sources}
    expression = part.condition
    for column in part.looked_at.own:
        is_new = (
            column.name not in read and column.name not in expression and not column.is_unique and not _is_money(column)
        )
        tells_goods = not OF_PAYMENT.search(column.words) and no_business.kinds(column.words, column.counts)
        is_of_goods = bool(tells_goods) or prices.is_rate(column)
        if is_new and not is_of_goods and column is not line and _tells_apart(part, column, groups):
            _ask_of_versions(part, [order[0], *([line] if line else [])], column, len(groups))
            return


def _ask_of_other_keys(part: Part, numbers: Sequence[float | None]) -> None:
    """Ask of an amount that is the same on all rows of what no name calls an order: nights of a stay."""
    order, who, when = (part.guesses[name].sources for name in ("order_id", "customer_id", "ordered_at"))
    if any(q.key.startswith("repeated_") for q in part.questions) or "spread" in part.options or len(when) != 1:
        return
    if any(not column.is_unique for column in order) or len(part.guesses["revenue_cents"].sources) != 1:
        return
    own = set(part.looked_at.own)
    if len(who) != 1 or not {*who, *when} <= own:
        return
    names = [text and text.casefold() for text in part.looked_at.texts(who[0])]
    days = [text and text[:10] for text in part.looked_at.texts(when[0])]
    rows_of = list(zip(names, days, numbers, strict=True))
    for column in part.looked_at.own:
        if column in (*order, *who, *when) or column.is_date or column.is_unique or _is_money(column):
            continue
        groups = by_key(part.looked_at.texts(column))
        n_same = sum(len({rows_of[i] for i in rows}) == 1 for rows in groups.values())
        if len(groups) < LEAST_GROUPS or n_same < NEARLY_ALL * len(groups):
            continue
        if not _is_by_chance(groups, numbers) or _is_no_chance(groups, numbers):
            _ask_of_repeated(part, column, n_same, len(groups))
            return


def _is_no_chance(groups: dict[Key, list[int]], numbers: Sequence[float | None]) -> bool:
    """Say whether rows of one order agree too often for chance, by how often amounts come again."""
    counted = Counter(numbers[rows[0]] for rows in groups.values())
    alike = sum((n / counted.total()) ** 2 for n in counted.values())
    return sum(len(rows) - 1 for rows in groups.values()) * math.log(alike) < MOST_LIKELY_CHANCE


def _line(part: Part) -> Column | None:
    """Return what tells lines of an order apart: a number, else the product."""
    named = (c for c in part.looked_at.own if OF_LINES.fullmatch(c.words) and not c.is_date)
    sources = part.guesses["product_id"].sources if "product_id" in part.guesses else ()
    return next(named, None) or next((c for c in sources if c in part.looked_at.own), None)


def _is_money(column: Column) -> bool:
    return column.is_number and any(n != int(n) for n in column.numbers)


def _tells_apart(part: Part, column: Column, groups: dict[Key, list[int]]) -> bool:
    """Say whether a column is known, differs in all rows of an order and begins alike in most, or tells ways to pay."""
    texts = part.looked_at.texts(column)
    apart = sum(len({texts[i] for i in rows}) == len(rows) for rows in groups.values())
    firsts = Counter(texts[rows[0]] for rows in groups.values())
    return (
        2 * sum(map(bool, texts)) > len(texts)
        and apart >= NEARLY_ALL * len(groups)
        and (firsts.most_common(1)[0][1] * 2 > len(groups) or OF_PAYMENT.search(column.words) is not None)
    )


def _ask_of_versions(part: Part, keys: list[Column], column: Column, n: int) -> None:
    def answer(given: str) -> None:
        if given == "last":
            _keep_last(part, keys)

    text = (
        f"{n:,} {' and '.join(c.name for c in keys)} have several rows, which {column.name} numbers: are these lines of one order, which add up, or "
        f"versions of it, of which the last counts?"
    )
    part.questions.append(
        Question(syntax.slug(f"versions by {column.words}"), text, answer, ("lines", "last"), columns=(column.name,))
    )


def _count_once(part: Part, order: Column, amount: Column, why: str) -> None:
    """Share what stands on every row of an order out between them: the amount, and what is taken off it."""
    now = part.guesses["revenue_cents"]  # other answers may have put another column in its place
    own = amount if amount in now.sources else now.sources[0]
    for column in now.sources:
        if column is own or money.is_of_order(part, column, 1):
            share = money.even_share(part.options, column, order)
            now = now.with_text(syntax.column(column.name), share, why)
    part.guesses["revenue_cents"] = replace(now, sure=Sure.SURE)


def _ask_of_repeated(part: Part, order: Column, n_same: int, n: int) -> None:
    amount = part.guesses["revenue_cents"].sources[0]

    def answer(given: str) -> None:
        if given == "last":
            _keep_last(part, (order,))
        elif given == "once":
            _count_once(part, order, amount, "of the whole order, as you said")

    is_open = any(amount.name in question.columns for question in part.questions)
    if n_same == n >= PLAINLY_MANY and OF_ORDER.match(amount.words) and not is_open:
        _count_once(part, order, amount, "of the whole order, as its name says and all its rows show")
        return
    text = (
        f"In {n_same:,} of {n:,} {order.name} with several rows, {amount.name} is the same in each row: is it the amount of the "
        f"whole order (once), of each row (each), or are the rows states of the order, of which the last counts (last)?"
    )
    part.questions.append(
        Question(
            syntax.slug(f"repeated {amount.words}"), text, answer, ("once", "each", "last"), columns=(amount.name,)
        )
    )
