"""How customers order: how much at once, when, and where."""

import ibis
import ibis.expr.types as ir

from crmwb.engine import Backend
from crmwb.history.asof import days_between
from crmwb.segmentation.needs.blocks import Block, Measure, keep

MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
YEAR_DAYS = 365
HOURS = ("night", "morning", "afternoon", "evening")  # from 0, 6, 12 and 18 o'clock


def orders(con: Backend, sales: ir.Table) -> ir.Table:
    """Sum sales by order: at, cents, n_lines, channel, store_id; of several, the first by name."""
    sums = sales.group_by("customer_id", "order_id").aggregate(
        at=sales.ordered_at.min(),
        cents=sales.revenue_cents.sum(),
        n_lines=sales.count(),
        channel=sales.channel.min(),
        store_id=sales.store_id.min(),
    )
    return keep(con, sums, "orders")


def basket(con: Backend, orders: ir.Table) -> Block:
    """Measure how large an order is: money and lines."""
    sums = orders.group_by("customer_id").aggregate(
        cents=orders.cents.sum(),
        n_lines=orders.n_lines.sum(),
        n_orders=orders.count(),
    )
    table = keep(con, sums.mutate(item=ibis.literal("")), "basket")
    return Block(
        kind="basket",
        measures=(
            Measure("order_cents", "cents", "n_orders"),
            Measure("lines_per_order", "n_lines", "n_orders"),
        ),
        parts=table.select("customer_id", "item", "cents", "n_lines"),
        wholes=table.select("customer_id", "n_orders"),
    )


def weekend(con: Backend, orders: ir.Table) -> Block:
    """Measure the share of orders placed on Saturdays and Sundays."""
    is_weekend = orders.at.day_of_week.index() >= 5
    return _shares(con, orders.filter(is_weekend).mutate(item=ibis.literal("weekend")), orders, "timing", "weekend")


def months(con: Backend, orders: ir.Table) -> Block:
    """Measure the share of orders placed in each month of the year.

    Counted are whole years of each customer's own time, from the day after the first order to the last one: else the
    months in which customers join and leave look like a season.
    """
    spans = orders.group_by("customer_id").aggregate(first=orders.at.min().date(), last=orders.at.max().date())
    dated = orders.join(spans, "customer_id")
    day = days_between(dated.first, dated.at.date())
    n_years = days_between(dated.first, dated.last) // YEAR_DAYS
    whole = dated.filter((day > 0) & (day <= n_years * YEAR_DAYS))
    return _shares(con, _named(whole, whole.at.month() - 1, MONTHS), whole, "timing", "month")


def hours(con: Backend, orders: ir.Table) -> Block:
    """Measure the share of orders placed in each quarter of the day."""
    part = (orders.at.hour() / 6).floor().cast("int64")
    return _shares(con, _named(orders, part, HOURS), orders, "timing", "hour")


def places(con: Backend, orders: ir.Table, column: str, kind: str) -> Block:
    """Measure the share of orders by channel or by store, over the orders where it is known."""
    known = orders.filter(orders[column].notnull())
    return _shares(con, known.mutate(item=known[column]), known, kind, kind)


def _named(orders: ir.Table, number: ir.IntegerValue, names: tuple[str, ...]) -> ir.Table:
    return orders.mutate(item=ibis.cases(*((number == i, name) for i, name in enumerate(names))))


def _shares(con: Backend, some: ir.Table, orders: ir.Table, kind: str, name: str) -> Block:
    counts = some.group_by("customer_id", "item").aggregate(orders=some.count())
    wholes = orders.group_by("customer_id").aggregate(all_orders=orders.count())
    return Block(
        kind=kind,
        measures=(Measure(f"{name}_order_share", "orders", "all_orders"),),
        parts=keep(con, counts, f"{kind}_{name}"),
        wholes=keep(con, wholes, f"{kind}_{name}_wholes"),
    )
