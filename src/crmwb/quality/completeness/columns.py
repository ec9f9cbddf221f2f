"""How much of each column is known: of its rows, and of the revenue that stands behind them."""

from collections.abc import Mapping
from typing import TypeAlias

import ibis.expr.types as ir

from crmwb.contract import Table
from crmwb.contract.canonical import TABLES
from crmwb.quality.sums import CUSTOMERS, PRODUCTS

Known: TypeAlias = dict[str, dict[str, float | None]]


def known_shares(rows: ir.Table, table: Table) -> dict[str, float | None]:
    """Return the share of rows in which each column is known, in the contract's order; None where there are no rows.

    Parameters
    ----------
    rows : ir.Table
        The canonical rows, before anything is quarantined: what the source knows.
    table : Table
        Their contract.
    """
    known = {column.name: is_known(rows[column.name]).sum() for column in table.columns}
    counts = rows.aggregate(n_rows=rows.count(), **known).to_pyarrow().to_pylist()[0]
    n_rows = counts.pop("n_rows")
    return {name: n_known / n_rows if n_rows else None for name, n_known in counts.items()}


def revenue_known(tables: Mapping[str, ir.Table]) -> Known:
    """Return of each column of customers, products and transactions the share of revenue for which it is known.

    Revenue is that of sales. A customer's or product's column counts with all that they bought or that it brought; a
    sale without a product is one of whose product nothing is known. Empty where there is no revenue.

    Parameters
    ----------
    tables : mapping of str to ir.Table
        The clean tables by name, and sums of order lines where they are there.
    """
    if "transactions" not in tables:
        return {}
    sales = sold(tables["transactions"])
    known = {"transactions": _weighed(sales, "transactions")}
    for name, key, sold_by in (("customers", "customer_id", CUSTOMERS), ("products", "product_id", PRODUCTS)):
        if name in tables:
            weights = sold_by.among(tables).select(key, weight="sold_cents")
            known[name] = _weighed(weights.left_join(tables[name], key), name)
    return {name: shares for name, shares in sorted(known.items()) if shares}


def sold(transactions: ir.Table) -> ir.Table:
    """Return the sales that bring revenue, which stands in `weight` (cents)."""
    return transactions.filter(~transactions.is_return & (transactions.revenue_cents > 0)).mutate(
        weight=transactions.revenue_cents
    )


def is_known(column: ir.Column) -> ir.BooleanValue:
    """Tell of each value whether it is known: neither NULL nor NaN."""
    return column.notnull() & ~column.isnan().fill_null(False) if column.type().is_floating() else column.notnull()


def _weighed(rows: ir.Table, name: str) -> dict[str, float | None]:
    known = {column.name: rows.weight.sum(where=is_known(rows[column.name])) for column in TABLES[name].columns}
    sums = rows.aggregate(**known, weight=rows.weight.sum()).to_pyarrow().to_pylist()[0]
    weight = sums.pop("weight")
    return {column: (cents or 0) / weight for column, cents in sums.items()} if weight else {}
