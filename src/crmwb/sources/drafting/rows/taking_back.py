"""Rows that a person says took something back: returns, their amounts below zero as far as they are not already."""

from collections.abc import Sequence

from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column

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
    fill_heads_down(part, condition)
    if is_turned:
        text = f"case when {condition} then 0 - {name} else {name} end"
        part.guesses["revenue_cents"] = revenue.computed(text, "turned for returns", revenue.sources, Sure.LIKELY)
    came_back = f"({condition}) and {name} {'>' if is_turned else '<'} 0"
    before = part.guesses["is_return"]
    own = before.value.get("expression") if isinstance(before.value, dict) and not is_turned else None
    either = f"{own} or {came_back}" if own else came_back
    part.guesses["is_return"] = Guess({"expression": either}, Sure.SURE, "you said so", (column, *before.sources))


def take_back(part: Part, columns: Sequence[Column], condition: str) -> None:
    """Take rows as returns, their amounts below zero; rows in which a column is blank are none."""
    for column in columns:
        may_be_blank = column.n_known < column.n_rows and " is not null" not in condition
        condition = syntax.holds(condition, column.name, may_be_blank=may_be_blank)
    fill_heads_down(part, condition)
    amount, was = part.guesses["revenue_cents"], part.guesses["is_return"]
    value = amount.value if isinstance(amount.value, dict) else {"column": amount.value}
    own = value.get("expression") or syntax.column(str(value["column"]))
    expression = f"case when {condition} then -abs({own}) else {own} end"
    part.guesses["revenue_cents"] = amount.computed(expression, "below zero for returns", amount.sources, Sure.LIKELY)
    before = was.value.get("expression") if isinstance(was.value, dict) else None
    either = f"{before} or {condition}" if before else condition
    part.guesses["is_return"] = Guess({"expression": either}, Sure.SURE, "you said so", (*columns, *was.sources))


def fill_heads_down(part: Part, condition: str) -> None:
    """Fill down columns of a condition that stand on the first line of an order, or its other lines would escape it."""
    filled, order = part.options.get("fill_down"), part.guesses["order_id"].sources
    columns = [c.name for c in part.looked_at.columns if c.name in part.heads and syntax.column(c.name) in condition]
    if not columns or not order or isinstance(filled, str):
        return
    if isinstance(filled, list):
        part.options["fill_down"] = list(dict.fromkeys([*filled, *columns]))
        return
    own = filled or {"columns": [], "within": order[0].name}
    part.options["fill_down"] = {**own, "columns": list(dict.fromkeys([*own["columns"], *columns]))}
