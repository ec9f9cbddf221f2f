"""Tills: what was bought and what it was paid with stand as rows of one receipt. Asked which of them count.

Sums show it, and no word: in each order, rows with some values of a column come to what the others come to.
"""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from collections import Counter, defaultdict

import numpy as np

from crmwb.sources.drafting.amounts import money
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows import row_kinds

CENT = 0.015
LEAST_ORDERS = 8
NEARLY_ALL = 0.9
MOST_KINDS = 16  # the most frequent values of a column; all others are taken together
LEAST_PART = 0.6  # of the largest entry: each kind of rows counts fully on one side or on the other
OTHERS = ""  # all less frequent values
MOST_SHOWN = 6
PREFIXES = ("kinds_of", "sums_by", "counts_by")


def ask(part: Part) -> bool:
    """Ask which side of each receipt is what was sold, where its rows come to the same on two sides; say whether it did.

    Parameters
    ----------
    part : Part
        Purchases with an order.
    """
    order, amount = part.guesses["order_id"].sources, part.guesses["revenue_cents"].sources
    own = set(part.looked_at.own)
    if len(order) != 1 or order[0].is_unique or not {*order, *amount} <= own or not amount:
        return False
    orders, numbers = part.looked_at.texts(order[0]), [n or 0.0 for n in money.of_rows(part)]
    read = {c.name for name, guess in part.guesses.items() if name != "product_id" for c in guess.sources}
    for column in part.looked_at.own:
        if column.name in read or column.is_number or column.is_date or column.is_unique:
            continue
        sides = _sides(orders, part.looked_at.texts(column), numbers)
        if sides is not None:
            _ask(part, column, *sides)
            return True
    return False


def _sides(
    orders: list[str | None], texts: list[str | None], numbers: list[float]
) -> tuple[list[str], list[str], int] | None:
    """Return the values on either side, the shorter side last, and how many orders come to the same on both.

    Sought are signs s of the values such that the amounts of each order, by value, times s come to nothing: the
    direction in which the amounts by order and value vary least, where all its entries are about as large.
    """
    often = [value for value, _ in Counter(t for t in texts if t).most_common(MOST_KINDS)]
    place = {value: i for i, value in enumerate(often)}
    by_order: dict[str, np.ndarray] = defaultdict(lambda: np.zeros(len(often) + 1))
    for order, text, number in zip(orders, texts, numbers, strict=True):
        if order and text and number:
            by_order[order][place.get(text, len(often))] += number
    amounts = np.array([row for row in by_order.values() if (row != 0).sum() > 1])
    if len(amounts) < LEAST_ORDERS:
        return None
    used = np.flatnonzero((np.abs(amounts) > CENT).any(axis=0))
    if len(used) < 2 or len(amounts) < len(used):
        return None
    least = np.linalg.svd(amounts[:, used], full_matrices=False)[2][-1]
    if np.abs(least).min() < LEAST_PART * np.abs(least).max():
        return None
    signs = np.sign(least)
    fitting = int((np.abs(amounts[:, used] @ signs) < CENT).sum())
    if fitting < NEARLY_ALL * len(by_order) or len(set(signs)) == 1:
        return None  # orders of one kind of rows alone come to nothing on the other side
    named = [*often, OTHERS]
    sides = [[named[i] for i, sign in zip(used, signs, strict=True) if sign == side] for side in (1, -1)]
    few, many = sorted(sides, key=lambda values: (OTHERS in values, len(values)))
    return None if OTHERS in few else (many, few, fitting)


def _ask(part: Part, column: Column, many: list[str], few: list[str], n: int) -> None:
    """Ask which side counts, in place of what was asked of single values of the column."""

    def answer(given: str) -> None:
        if given == "others":
            row_kinds.leave_out(part, row_kinds.not_in(column, few))
        elif given == "these":
            row_kinds.leave_out(part, syntax.is_in(column.name, sorted(few)))

    others = sorted(value for value in many if value != OTHERS)
    more = " and more" if OTHERS in many or len(others) > MOST_SHOWN else ""
    text = (
        f"In {n:,} orders, the rows in which {column.name} is {' or '.join(map(repr, sorted(few)))} come to the same as their others "
        f"({', '.join(map(repr, others[:MOST_SHOWN]))}{more}), as where what was paid stands beside what was bought. Which of them are sales: "
        f"the others, these, or all?"
    )
    part.questions = [
        question
        for question in part.questions
        if not (question.columns == (column.name,) and question.key.startswith(PREFIXES))
    ]
    key = syntax.slug(f"sides by {column.words}")
    part.questions.append(Question(key, text, answer, ("others", "these", "all"), columns=(column.name,)))
