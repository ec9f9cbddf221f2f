"""Kinds of rows whose amounts are nearly all below zero beside others above: fees, tax withheld, payouts, rebates. Asked about.

Words tell some of them; the signs tell all.
"""
# ruff: noqa: E501 - sentences and lists are easier to read in one line

from collections import Counter, defaultdict

from crmwb.sources.drafting.amounts import sums
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.reading import syntax, words
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.reading.vocabulary import NAMES_OF_PEOPLE
from crmwb.sources.drafting.rows import row_kinds

MOST_KINDS = 20
MOST_OF_ITEMS = 6  # kinds of rows among many products
READ_AS = ("customer_id", "order_id", "product_id")
LEAST_ROWS = 3
MOSTLY = 0.75


def ask(part: Part, columns: list[Column]) -> Column | None:
    """Ask of the column that tells most of the rows below zero by values that stand in such rows only; return it.

    Parameters
    ----------
    part : Part
        Purchases whose amount is one column.
    columns : list of Column
        Columns that may tell kinds of rows.
    """
    amount = part.guesses["revenue_cents"].sources
    if not amount or amount[0] not in part.looked_at.own or part.guesses["revenue_cents"].is_product:
        return None
    out = left_out(part)
    numbers = [None if is_out else n for n, is_out in zip(part.looked_at.numbers(amount[0]), out, strict=True)]
    below = {
        c.name: values for c in columns if 1 < len(c.counts) <= MOST_KINDS and (values := _below(part, c, numbers))
    }
    items = [c for c in part.looked_at.own if _names_items(part, c)]
    below |= {
        c.name: values for c in items if (values := _below(part, c, numbers)) and _are_most(part, c, values, numbers)
    }
    columns = [*columns, *items]
    fitting = [c for c in columns if c.name in below and not _is_told(part, c, below[c.name])]
    if not fitting:
        return None
    column = max(fitting, key=lambda c: sum(c.counts[v] for v in below[c.name]))
    why = "nearly all their amounts are below zero, beside others above: they may be returns, or fees, tax, payouts, what an insurer pays and the like, which are no sales"
    row_kinds.ask_of_kinds(part, column, below[column.name], why)
    return column


def left_out(part: Part) -> list[bool]:
    """Say of each row whether the filter names what stands in it, in a column of few values."""
    condition = part.condition
    result = [False] * part.looked_at.n_rows
    for column in part.looked_at.own:
        if len(column.counts) <= MOST_KINDS and syntax.column(column.name) in condition:
            named = {text for text in column.counts if syntax.value(text) in condition}
            result = [
                is_out or text in named for is_out, text in zip(result, part.looked_at.texts(column), strict=True)
            ]
    return result


def _below(part: Part, column: Column, numbers: list[float | None]) -> list[str]:
    """Return values nearly all of whose amounts are below zero, where others are mostly above; no plain returns among them."""
    of_value: dict[str | None, list[float]] = defaultdict(list)
    for text, number in zip(part.looked_at.texts(column), numbers, strict=True):
        if number:
            of_value[text].append(number)
    known = {text: every for text, every in of_value.items() if text}
    values = sorted(v for v, every in known.items() if sum(n < 0 for n in every) >= MOSTLY * len(every))
    n_below = sum(len(known[v]) for v in values)
    n_above = sum(n > 0 for v, every in known.items() if v not in values for n in every)
    if n_below < LEAST_ROWS or n_above < LEAST_ROWS:
        return []
    return [] if all(map(_is_plain, values)) else values


def _names_items(part: Part, column: Column) -> bool:
    """Say whether a column has many texts, such as products, beside which few may be what an insurer pays or a deposit."""
    read_as = {name: part.guesses[name].sources if name in part.guesses else () for name in READ_AS}
    is_text = not (column.is_number or column.is_date or NAMES_OF_PEOPLE.fullmatch(column.words))
    is_of_many = column in read_as["product_id"] or len(column.counts) > MOST_KINDS
    is_free = column not in read_as["customer_id"] and column not in read_as["order_id"]
    return is_text and is_of_many and is_free and 1 < len(column.counts) <= column.n_known / 2


def _are_most(part: Part, column: Column, values: list[str], numbers: list[float | None]) -> bool:
    """Say whether few values of a column of many, each of several customers, have nearly all amounts below zero."""
    who = part.guesses["customer_id"].sources
    if not part.looked_at.holds(column, *who):
        return False
    pairs = set(zip(part.looked_at.texts(column), *map(part.looked_at.texts, who), strict=True))
    of_whom = Counter(text for text, *_ in pairs)
    if any(of_whom[value] < LEAST_ROWS for value in values):
        return False
    below = [text in values for text, n in zip(part.looked_at.texts(column), numbers, strict=True) if n and n < 0]
    return len(values) <= MOST_OF_ITEMS and sum(below) >= MOSTLY * len(below)


def _is_plain(value: str) -> bool:
    """Say whether a value is plainly that of returns or of discounts, which are taken off what was sold."""
    return words.came_back(value) or sums.OFF.fullmatch(words.simple(value)) is not None


def _is_told(part: Part, column: Column, values: list[str]) -> bool:
    """Say whether the filter or other questions tell already what rows with these values are."""
    condition = part.condition
    left = [v for v in values if not (syntax.column(column.name) in condition and syntax.value(v) in condition)]
    own = [q for q in part.questions if column.name in q.columns]
    left = [v for v in left if not any(repr(v) in q.text for q in own) and not _is_plain(v)]
    labels = ["below" if text in values else "other" for text in part.looked_at.texts(column)]
    others = {c.name: c for c in part.looked_at.own if c is not column}
    asked = [
        part.looked_at.texts(others[n]) for q in part.questions if "kinds_of" in q.key for n in q.columns if n in others
    ]
    return not left or any(row_kinds.is_told_by(labels, texts) for texts in asked)
