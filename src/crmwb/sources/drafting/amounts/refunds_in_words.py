"""Refunds that a column tells in words, beside their amount: nothing reads them, so a person decides."""

import re

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows import row_kinds

OF_REFUNDS = re.compile(
    r".*\b(refund(ed|s)?|(ruck)?erstattung\w*|rembours\w+|reembols\w+|rimbors\w+|terugbeta\w+|zwrot\w*)\b.*"
    r"|.*(退款|返金|환불).*"
)
AMOUNT = re.compile(r"(?<![\d.,-])\d[\d.,' ]*[.,]\d{2}(?![\d:-])")
MOSTLY = 0.5  # of what is known holds an amount
SHOWN = 40  # signs of an example


def ask(part: Part) -> None:
    """Ask of each column whose name tells of refunds and whose texts hold amounts among other words.

    Parameters
    ----------
    part : Part
        Purchases; changed in place by the answer.
    """
    read = {column.name for guess in part.guesses.values() for column in guess.sources}
    for column in part.looked_at.own:
        if column.name not in read and column.name not in part.condition and _holds_refunds(column):
            example = next(value for value in column.counts if AMOUNT.search(value))
            text = (
                f"{column.name} tells in words what went back, such as {example[:SHOWN]!r}, in {column.n_known:,} rows,"
                f" and nothing reads it: leave these rows out, or keep them in full? Either is wrong by a part; "
                f"better, export refunds as amounts, or write how to read them (docs/mappings.md, expression)."
            )
            condition = f"{syntax.column(column.name)} is null"
            row_kinds.ask_to_keep(part, f"{column.words} in words", text, condition, (column,))


def _holds_refunds(column: Column) -> bool:
    if column.is_number or column.is_date or not column.counts or OF_REFUNDS.fullmatch(column.words) is None:
        return False
    n_known = sum(column.counts.values())
    return sum(n for value, n in column.counts.items() if AMOUNT.search(value)) > MOSTLY * n_known
