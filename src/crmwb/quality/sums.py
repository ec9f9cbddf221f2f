"""Sums of clean order lines, which audits and counts look at instead of them: few rows, and those of months add up.

A new sum is one function and one line in `SUMS`.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

import ibis
import ibis.expr.types as ir

from crmwb.contract import MOST_UNITS
from crmwb.contract.canonical import TRANSACTIONS
from crmwb.quality.runs.profile import bins, counted

PARTS_OF_A_UNIT = 1000  # quantities are counted in thousandths, as integers
WIDE = "decimal(38, 0)"


@dataclass(frozen=True)
class Lines:
    """Order lines to sum.

    Attributes
    ----------
    some : ir.Table
        Those to sum: all, or those of the newest months.
    orders : ir.Table
        `by_order` of them.
    every : ir.Table
        All of them, and those of earlier months.
    """

    some: ir.Table
    orders: ir.Table
    every: ir.Table


@dataclass(frozen=True)
class Sum:
    """One table of sums.

    Attributes
    ----------
    name : str
        What follows "transactions" in its name among tables.
    keys : tuple of str
        What tells its rows apart; none where it is one row.
    of : callable
        Lines in, sums out: the keys, and columns that add up.
    ends : mapping of str to str
        Columns of which not the sum but the least ("min") or the greatest ("max") counts.
    """

    name: str
    keys: tuple[str, ...]
    of: Callable[[Lines], ir.Table]
    ends: Mapping[str, Literal["min", "max"]] = field(default_factory=dict)

    def among(self, tables: Mapping[str, ir.Table]) -> ir.Table:
        """Return these sums of the order lines among tables, as they are there or worked out."""
        there = tables.get(f"transactions{self.name}")
        return self.of(all_of(tables["transactions"])) if there is None else there

    def together(self, one: ir.Table, other: ir.Table) -> ir.Table:
        """Return the sums of the lines of two tables of sums."""
        both = one.union(other.select(*one.columns))
        values = {
            name: getattr(both[name], self.ends.get(name, "sum"))().cast(one[name].type())
            for name in one.columns
            if name not in self.keys
        }
        grouped = both.group_by(list(self.keys)) if self.keys else both
        return grouped.aggregate(**values).select(*one.columns)


def by_order(lines: ir.Table) -> ir.Table:
    """Sum the lines of each order, apart by customer where several share its number.

    One row per order_id and customer_id: at (the first moment), n_lines, cents, largest (the line that brings most),
    and of its sales sold_cents, first_sale and last_sale (days).
    """
    day, is_sale = lines.ordered_at.date(), ~lines.is_return & (lines.revenue_cents > 0)
    return lines.group_by("order_id", "customer_id").aggregate(
        at=lines.ordered_at.min(),
        n_lines=lines.count(),
        cents=lines.revenue_cents.sum(),
        largest=lines.revenue_cents.max(),
        sold_cents=lines.revenue_cents.sum(where=is_sale).fill_null(0),
        first_sale=day.min(where=is_sale),
        last_sale=day.max(where=is_sale),
    )


def by_customer(lines: Lines) -> ir.Table:
    """Sum the orders of each customer: n_orders, cents, sold_cents, and the days of the first and the last sale."""
    orders = lines.orders
    return orders.group_by("customer_id").aggregate(
        n_orders=orders.count(),
        cents=orders.cents.sum(),
        sold_cents=orders.sold_cents.sum(),
        first_sale=orders.first_sale.min(),
        last_sale=orders.last_sale.max(),
    )


def by_product(lines: Lines) -> ir.Table:
    """Sum the lines of each product in each channel: n_lines, sold_cents, and what tells of prices (`priced`)."""
    rows = lines.some
    return rows.group_by("channel", "product_id").aggregate(
        n_lines=rows.count(),
        sold_cents=rows.revenue_cents.sum(where=~rows.is_return & (rows.revenue_cents > 0)).fill_null(0),
        **priced(rows),
    )


def priced(rows: ir.Table) -> dict[str, ir.Value]:
    """Return sums of the sales that have a price: n_priced, priced_cents, and units in thousandths."""
    has_price = ~rows.is_return & (rows.revenue_cents > 0) & (rows.quantity > 0)
    units = (rows.quantity.clip(upper=MOST_UNITS) * PARTS_OF_A_UNIT).round().cast("int64")
    return {
        "n_priced": has_price.sum().fill_null(0),
        "priced_cents": rows.revenue_cents.sum(where=has_price).fill_null(0),
        "units": units.sum(where=has_price).cast(WIDE).fill_null(0),
    }


def of_orders(lines: Lines) -> ir.Table:
    """Count orders (n_orders), those that several customers share (n_shared) and those that repeat another one.

    An order repeats another one where both have one customer, moment, number of lines and sums: n_repeats of them,
    which come to repeated_cents.
    """
    orders = lines.orders
    whole = orders.group_by("order_id").aggregate(
        customer_id=orders.customer_id.min(),
        at=orders["at"].min(),
        n_lines=orders.n_lines.sum(),
        cents=orders.cents.sum(),
        largest=orders.largest.max(),
        n_customers=orders.count(),
    )
    telling = whole.filter(whole.cents != 0)
    alike = telling.group_by("customer_id", "at", "n_lines", "cents", "largest").aggregate(n=telling.count())
    repeats = alike.filter(alike.n > 1)
    return whole.aggregate(n_orders=whole.count(), n_shared=(whole.n_customers > 1).sum().fill_null(0)).cross_join(
        repeats.aggregate(
            n_repeats=(repeats.n - 1).sum().fill_null(0),
            repeated_cents=((repeats.n - 1) * repeats.cents).cast(WIDE).sum().cast(WIDE).fill_null(0),
        )
    )


def of_copies(lines: Lines) -> ir.Table:
    """Count lines (n_lines), those that repeat another line of their order (n_copies), and orders all of whose do."""
    rows = lines.some
    columns = [name for name in rows.columns if name != "line_no"]
    # few lines are alike in three columns; only their orders are compared in all
    alike = rows.group_by("order_id", "product_id", "revenue_cents").aggregate(n_rows=rows.count())
    near = rows.semi_join(alike.filter(alike.n_rows > 1), "order_id")
    groups = near.group_by(columns).aggregate(n_rows=near.count())
    orders = groups.group_by("order_id").aggregate(
        n_copies=(groups.n_rows - 1).sum(),
        is_whole=(groups.n_rows.min() > 1) & (groups.count() > 1),
    )
    return rows.aggregate(n_lines=rows.count()).cross_join(
        orders.aggregate(n_copies=orders.n_copies.sum().fill_null(0), n_whole=orders.is_whole.sum().fill_null(0))
    )


def of_returns(lines: Lines) -> ir.Table:
    """Match each return that names its product to a purchase of it by the same customer, then or before.

    n_back returns, of which n_matched have one, and n_undone one of exactly as many units.
    """
    back = lines.some.filter(lines.some.is_return & lines.some.product_id.notnull())
    sold = lines.every.filter(lambda t: ~t.is_return & (t.revenue_cents > 0) & t.product_id.notnull())
    who = ["customer_id", "product_id"]
    # only what came back at all: a small part of what was sold
    sold = sold.select(*who, "ordered_at", units=-sold.quantity).semi_join(back, who)
    exact = sold.group_by([*who, "units"]).aggregate(exact_at=sold.ordered_at.min())
    firsts = exact.group_by(who).aggregate(first_at=exact.exact_at.min())
    back = back.mutate(units=back.quantity).left_join(firsts, who, rname="{name}_first")
    matched = back.left_join(exact, [*who, "units"], rname="{name}_exact")
    return matched.aggregate(
        n_back=matched.count(),
        n_matched=(matched.first_at <= matched.ordered_at).sum().fill_null(0),
        n_undone=(matched.exact_at <= matched.ordered_at).sum().fill_null(0),
    )


def by_value(lines: Lines) -> ir.Table:
    """Count the lines in each bin of each column with labels, numbers or truths: n, by column and bin."""
    parts = [
        bins(lines.some, column).select("n", "bin", column=ibis.literal(column.name))
        for column in counted(TRANSACTIONS)
    ]
    every = ibis.union(*parts)
    return every.group_by("column", "bin").aggregate(n=every.n.sum())


def known_revenue(lines: Lines) -> ir.Table:
    """Sum the revenue of sales (weight), and of those of which each column is known, under its name."""
    sales = sold(lines.some)
    known = {column.name: sales.weight.sum(where=is_known(sales[column.name])) for column in TRANSACTIONS.columns}
    sums = known | {"weight": sales.weight.sum()}
    return sales.aggregate(**{name: cents.cast(WIDE).fill_null(0) for name, cents in sums.items()})


def sold(transactions: ir.Table) -> ir.Table:
    """Return the sales that bring revenue, which stands in `weight` (cents)."""
    return transactions.filter(~transactions.is_return & (transactions.revenue_cents > 0)).mutate(
        weight=transactions.revenue_cents
    )


def is_known(column: ir.Column) -> ir.BooleanValue:
    """Tell of each value whether it is known: neither NULL nor NaN."""
    return column.notnull() & ~column.isnan().fill_null(False) if column.type().is_floating() else column.notnull()


CUSTOMERS = Sum(" by customer", ("customer_id",), by_customer, {"first_sale": "min", "last_sale": "max"})
PRODUCTS = Sum(" by product", ("channel", "product_id"), by_product)
ORDERS = Sum(" as orders", (), of_orders)
COPIES = Sum(" as copies", (), of_copies)
RETURNS = Sum(" as returns", (), of_returns)
VALUES = Sum(" by value", ("column", "bin"), by_value)
REVENUE = Sum(" as revenue", (), known_revenue)
SUMS = (CUSTOMERS, PRODUCTS, ORDERS, COPIES, RETURNS, VALUES, REVENUE)
NAMES = frozenset(each.name for each in SUMS)


Keep: TypeAlias = Callable[[str, ir.Table], ir.Table]


def all_of(lines: ir.Table) -> Lines:
    """Return lines, all of which are to be summed."""
    return Lines(lines, by_order(lines), lines)


def worked_out(lines: ir.Table, keep: Keep, *, among: Collection[str] = ()) -> dict[str, ir.Table]:
    """Return the sums of lines by "transactions" and their names, without those that are `among` names already."""
    wanted = [each for each in SUMS if f"transactions{each.name}" not in among]
    if not wanted:
        return {}
    all_lines = Lines(lines, keep("orders", by_order(lines)), lines)
    return {f"transactions{each.name}": keep("sums", each.of(all_lines)) for each in wanted}
