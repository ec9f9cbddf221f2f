"""Rows with money that name no currency beside others that do: they are in the company's own, which only a person knows."""
# ruff: noqa: E501 - one line says it

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.links import JoinedColumn
from crmwb.sources.drafting.reading.profile import Column

FEW = 0.01  # of the rows with money


def count(part: Part, column: Column, amount: str = "revenue_cents") -> int:
    """Return how many rows with money name no currency, nor does another row of their order; 0 of few.

    Parameters
    ----------
    part : Part
        Whose rows.
    column : Column
        That names currencies.
    amount : str
        What is its money.
    """
    looked_at = part.looked_at
    if isinstance(column, JoinedColumn):
        n = column.n_rows - column.n_known
        return n if n > FEW * column.n_rows else 0
    if column.name in part.options.get("fill_down", {}).get("columns", ()):
        return 0
    order = part.guesses["order_id"].sources if "order_id" in part.guesses else ()
    codes = looked_at.texts(column)
    orders = looked_at.texts(order[0]) if len(order) == 1 and looked_at.holds(order[0]) else [None] * len(codes)
    named = {key for key, code in zip(orders, codes, strict=True) if key and code and code not in column.null_values}
    sources = [c for c in part.guesses[amount].sources if looked_at.holds(c)] if amount in part.guesses else []
    money = [any(row) for row in zip(*map(looked_at.numbers, sources), strict=True)] if sources else [True] * len(codes)
    rows = zip(codes, orders, money, strict=True)
    n = sum(
        has_money and (not code or code in column.null_values) and key not in named for code, key, has_money in rows
    )
    return n if n > FEW * sum(money) else 0


def of_part(part: Part) -> tuple[Column, int] | None:
    """Return the column that names currencies in some rows of a part only, and how many it leaves; None where none does."""
    if (of_orders := part.currency_of_orders) is not None:
        n = of_orders.n_rows - of_orders.n_known
        return (of_orders, n) if n > FEW * of_orders.n_rows else None
    option = part.options.get("currency")
    name = option.get("column") if isinstance(option, dict) else option
    column = next((c for c in part.looked_at.columns if c.name == name), None) if part.profile is not None else None
    amount = "revenue_cents" if "revenue_cents" in part.guesses else "amount_cents"
    n = count(part, column, amount) if column is not None else 0
    return (column, n) if column is not None and n else None


def take(part: Part, column: Column, code: str) -> None:
    """Take rows that name no currency as being in one."""
    if "currency" not in part.options:
        return
    given = part.options["currency"]
    option = given if isinstance(given, dict) else {"column": given}
    named = option.get("expression") or syntax.column(column.name)
    replaced = {k: v for k, v in option.items() if k not in {"column", "expression"}}
    part.options["currency"] = {"expression": f"coalesce({named}, {syntax.value(code)})", **replaced}
