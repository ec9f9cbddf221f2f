"""Rows that a person says took something back: returns, their amounts below zero as far as they are not already."""

from collections.abc import Sequence

from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows import heads

MOSTLY = 0.75


def of_kinds(part: Part, column: Column, values: Sequence[str]) -> None:
    """Take rows as returns in which a column holds some values; amounts with signs of their own keep them.

    Where both signs stand among them, what has the sign of most came back, and the others are corrections of that.
    """
    condition, amount = syntax.is_in(column.name, list(values)), part.guesses["revenue_cents"].sources
    numbers: list[float] = []
    if len(amount) == 1 and part.looked_at.holds(column, *amount):
        rows = zip(part.looked_at.texts(column), part.looked_at.numbers(amount[0]), strict=True)
        numbers = [n for text, n in rows if text in values and n]
    n_below = sum(n < 0 for n in numbers)
    if 0 < n_below < len(numbers) and part.guesses["revenue_cents"].value == amount[0].name:
        _with_signs(part, column, condition, amount[0], is_turned=n_below < (1 - MOSTLY) * len(numbers))
    else:
        take_back(part, (column,), condition)


def _with_signs(part: Part, column: Column, condition: str, amount: Column, *, is_turned: bool) -> None:
    """Take rows as returns whose amounts have both signs; turned where nearly all of them stand above zero."""
    name, revenue = syntax.column(amount.name), part.guesses["revenue_cents"]
    condition = syntax.holds(condition, column.name, may_be_blank=column.n_known < column.n_rows)
    heads.fill_down(part, condition)
    if is_turned:
        text = f"case when {condition} then 0 - {name} else {name} end"
        part.guesses["revenue_cents"] = revenue.computed(text, "turned for returns", revenue.sources, Sure.LIKELY)
        part.guesses["is_return"] = Guess({"constant": False}, Sure.SURE, "turned for returns")  # what was below zero
    mark(part, f"({condition}) and {name} {'>' if is_turned else '<'} 0", (column, amount))


def take_back(part: Part, columns: Sequence[Column], condition: str) -> None:
    """Take rows as returns, their amounts below zero; rows in which a column is blank are none."""
    for column in columns:
        may_be_blank = column.n_known < column.n_rows and " is not null" not in condition
        condition = syntax.holds(condition, column.name, may_be_blank=may_be_blank)
    heads.fill_down(part, condition)
    amount = part.guesses["revenue_cents"]
    expression = f"case when {condition} then -abs({amount.text}) else {amount.text} end"
    part.guesses["revenue_cents"] = amount.computed(expression, "below zero for returns", amount.sources, Sure.LIKELY)
    mark(part, condition, columns)


def keep_as_sales(part: Part, column: Column, values: Sequence[str]) -> None:
    """Take rows as sales that were taken as returns because a column holds some values."""
    was, amount = part.guesses["is_return"], part.guesses["revenue_cents"]
    if was.expression is None or column not in was.sources:
        return
    condition = f"({was.expression}) and not {syntax.is_in(column.name, list(values))}"
    text = amount.text.replace(f"case when {was.expression} then", f"case when {condition} then")
    if text != amount.text:
        part.guesses["revenue_cents"] = amount.computed(text, amount.why, amount.sources)
    part.guesses["is_return"] = Guess({"expression": condition}, Sure.SURE, was.why, was.sources)


def mark(part: Part, condition: str, columns: Sequence[Column]) -> None:
    """Take rows as returns beside those that are already, and leave their amounts as they are."""
    was = part.guesses["is_return"]
    either = f"{was.expression} or {condition}" if was.expression else condition
    part.guesses["is_return"] = Guess({"expression": either}, Sure.SURE, "you said so", (*columns, *was.sources))
