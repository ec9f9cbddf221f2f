"""Rows whose text names another document of the file: what was billed already, and is billed again. Asked about."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from collections import defaultdict

from crmwb.sources.drafting.amounts import money
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows import row_kinds

LEAST_ROWS = 3
LEAST_LENGTH = 4  # of a number that stands in a text by no chance
MOST_OF_ROWS = 0.3
NEARLY_ALL = 0.9
CENT = 0.0051


def ask(part: Part) -> None:
    """Ask of rows above zero whose text begins with the same words before the number of another document.

    Parameters
    ----------
    part : Part
        Purchases.
    """
    order = part.guesses["order_id"].sources
    if len(order) != 1 or not part.looked_at.holds(*order, *part.guesses["revenue_cents"].sources):
        return
    used = {c.name for guess in part.guesses.values() for c in guess.sources}
    used |= {name for question in part.questions for name in question.columns}
    for column in part.looked_at.own:
        if column.name in used or column.is_date or column.is_flag or column.is_number:
            continue
        if starts := _starts(part, column, order[0]):
            _ask(part, column, order[0], starts)
            return


def _starts(part: Part, column: Column, order: Column) -> dict[str, int]:
    """Return words that stand before the number of an earlier, no smaller document of the file, and in how many rows."""
    numbers = part.looked_at.texts(order)
    amounts = money.of_rows(part)
    total: dict[str, float] = defaultdict(float)
    for number, amount in zip(numbers, amounts, strict=True):
        total[number or ""] += amount or 0
    begun: dict[str, list[bool]] = defaultdict(list)
    for text, own, amount in zip(part.looked_at.texts(column), numbers, amounts, strict=True):
        match = re.fullmatch(r"(\D*[^\W\d]\D*?[ :#])(\S*\d\S*?)[.,;)]?", text or "")
        if match is None or not amount:
            continue
        named = match[2]
        is_known = len(named) >= LEAST_LENGTH and named != own and named in order.counts
        begun[match[1]].append(is_known and 0 < amount <= total[named] + CENT)
    return {
        start: len(fits)
        for start, fits in begun.items()
        if LEAST_ROWS <= sum(fits) >= NEARLY_ALL * len(fits) and len(fits) <= MOST_OF_ROWS * column.n_rows
    }


def _ask(part: Part, column: Column, order: Column, starts: dict[str, int]) -> None:
    text = (
        f"{column.name} begins with {' or '.join(repr(start.strip()) for start in sorted(starts))} in {sum(starts.values()):,} rows, "
        f"and names another {order.name} with no smaller amount: are these billed again what counts there already (leave_out), "
        f"or sales of their own (keep)?"
    )
    name = syntax.column(column.name)
    begins = " and ".join(f"not starts_with({name}, {syntax.value(start)})" for start in sorted(starts))
    condition = f"({name} is null or ({begins}))"
    row_kinds.ask_to_keep(part, f"billed again by {column.words}", text, condition, (column,))
