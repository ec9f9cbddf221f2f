"""Rows that are the sum of the other rows of their customer or order, or of the whole file: left out, or asked about."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from collections.abc import Sequence
from itertools import product

from crmwb.sources.drafting.amounts import groups
from crmwb.sources.drafting.guess import Part, Sure
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.headers import TOTAL
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows import row_kinds

CENT = 0.015
NEARLY_ALL = 0.9
LEAST_PARTS = 3  # rows of a group that a total and its parts make


def leave_out(part: Part, numbers: Sequence[float | None]) -> bool:
    """Leave out rows that are the sum of the other rows of their customer or order, or of the whole file; else ask.

    Parameters
    ----------
    part : Part
        Purchases, with their filter.
    numbers : sequence of float or None
        What each row brings.

    Returns
    -------
    bool
        Whether there are such rows, which one column tells from the others.
    """
    who, order = part.guesses["customer_id"].sources, part.guesses["order_id"].sources
    every: list[tuple[str, dict[groups.Key, list[int]]]] = [("the file", {"": list(range(len(numbers)))})]
    for what, sources in (("its order", order), ("its customer", who)):
        if len(sources) == 1 and part.looked_at.holds(sources[0]):
            every.append((what, groups.by_key(part.looked_at.texts(sources[0]))))
    every += [("its customer and day", rows_of) for what, rows_of in groups.of_purchases(part) if what != "orders"]
    pairs_of = [(numbers, numbers)]
    if part.guesses["revenue_cents"].is_product:  # a price may as well be the amount of its row, which is asked
        price = part.looked_at.numbers(part.guesses["revenue_cents"].sources[1])
        pairs_of += [(numbers, price), (price, price)]
    for (what, rows_of), (each, own) in product(every, pairs_of):
        large = [rows for rows in rows_of.values() if len(rows) >= LEAST_PARTS]
        sums = [i for rows in large if (i := _is_sum(rows, each, own)) is not None]
        if not sums or len(sums) < NEARLY_ALL * len(large) or (len(large) == 1 and len(large[0]) <= LEAST_PARTS):
            continue
        if len(large) < 2 and what != "the file":
            continue
        pairs = {
            i for rows in rows_of.values() if len(rows) == 2 and numbers[rows[0]] == numbers[rows[1]] for i in rows
        }
        blank = {i for i, n in enumerate(numbers) if not n}  # rows without money say nothing
        others = set(range(len(numbers))) - set(sums) - pairs - blank
        result = _value_of(part, sums, others)
        if result is not None:
            if part.guesses["revenue_cents"].is_product and each is not numbers:
                _take_as_amounts(part)
            _leave_out_sums(part, *result, what)
            return True
    return False


def _take_as_amounts(part: Part) -> None:
    """Take a price as the amount of its row, whose sums show that it is none of a unit."""
    revenue = part.guesses["revenue_cents"]
    price = revenue.sources[1]
    why = f"{price.name} is that of its row, for rows with the sum of an order show it"
    part.guesses["revenue_cents"] = revenue.computed(syntax.column(price.name), why, (price,), Sure.LIKELY)
    part.questions = [q for q in part.questions if not (q.key.startswith("amount_of") and price.name in q.columns)]


def _is_sum(rows: Sequence[int], numbers: Sequence[float | None], own: Sequence[float | None]) -> int | None:
    """Return the row whose own number is the sum of the others; None where none is, or all but it are nothing."""
    known = [(i, numbers[i] or 0.0, own[i] or 0.0) for i in rows]
    every = sum(n for _, n, _ in known)
    if sum(abs(n) > CENT for _, n, _ in known) < LEAST_PARTS:
        return None
    return next((i for i, n, whole in reversed(known) if abs(every - n - whole) < CENT < abs(whole)), None)


def _value_of(part: Part, sums: Sequence[int], others: set[int]) -> tuple[Column, str | None] | None:
    """Return the column and the value, or None for blank, by which sums are told from other rows."""
    for column in part.looked_at.own:
        texts = part.looked_at.texts(column)
        if not texts:
            continue
        values = {texts[i] for i in sums}
        if len(values) == 1 and not values & {texts[i] for i in others}:
            return column, values.pop()
    return None


def _leave_out_sums(part: Part, column: Column, value: str | None, what: str) -> None:
    name = syntax.column(column.name)
    condition = f"{name} is not null" if value is None else row_kinds.not_in(column, [value])
    marks = [text if text == value else "other" for text in part.looked_at.texts(column)]
    if row_kinds.is_asked(part, marks):
        return
    n = column.n_rows - column.n_known if value is None else column.counts[value]
    shown = f"{column.name} is {'blank' if value is None else repr(value)} in {n:,} rows, each the sum of the other rows of {what}"
    if value is not None and TOTAL.fullmatch(value):
        row_kinds.leave_out(part, condition)
        part.remarks.append(f"{shown}: left out")
        return

    text = f"{shown}: leave these rows out as totals, or keep them?"
    row_kinds.ask_to_keep(part, f"sums by {column.words}", text, condition, (column,), rows_with=(value,))
