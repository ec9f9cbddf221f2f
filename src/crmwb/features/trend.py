"""Which way it goes: the recent period against the one before it, and against the same days a year before."""

import ibis
import ibis.expr.types as ir

from crmwb.history import History
from crmwb.history.asof import Day, day_of

A_YEAR = 52 * 7  # whole weeks, so that as many Saturdays are compared with as many


def trend(customers: ir.Table, history: History, as_of: Day, recent_days: int) -> ir.Table:
    """Compare the last `recent_days` before `as_of` with the `recent_days` before those, and 52 weeks before.

    One row per customer of `customers`. Revenue is net of returns, orders are those with a sale. A period that begins
    before the first order line of anyone was not watched in full: what was bought in it is unknown, not 0.

    A trend is (recent - previous) / (|recent| + |previous|), from -1 (stopped) to 1 (new); NULL where both are 0.
    """
    today, recent_from, previous_from = (day_of(as_of, n * recent_days) for n in range(3))
    year_ago = (day_of(as_of, recent_days + A_YEAR), day_of(as_of, A_YEAR))
    longest = max(2 * recent_days, recent_days + A_YEAR)
    days = history.days.filter((history.days.day >= day_of(as_of, longest)) & (history.days.day < today))
    cents = days.sales_cents - days.returned_cents
    recent = days.day >= recent_from
    previous = (days.day >= previous_from) & ~recent
    sums = days.group_by("customer_id").aggregate(
        recent_revenue_cents=cents.sum(where=recent),
        previous_revenue_cents=cents.sum(where=previous),
        year_ago_revenue_cents=cents.sum(where=(days.day >= year_ago[0]) & (days.day < year_ago[1])),
        recent_orders=days.n_orders.sum(where=recent),
        previous_orders=days.n_orders.sum(where=previous),
    )
    everyone = customers.select("customer_id").left_join(sums, "customer_id").drop("customer_id_right")
    for name, since, until in (("recent", recent_from, today), ("previous", previous_from, recent_from)):
        again = _ordered_before(history.spread_orders, since, until, f"{name}_orders_again")
        everyone = everyone.left_join(again, "customer_id").drop("customer_id_right")
    watched_from = history.days.day.min().as_scalar()

    def watched(amount: ir.IntegerValue, since: ir.DateValue) -> ir.IntegerValue:
        return ibis.ifelse(since >= watched_from, amount.fill_null(0), ibis.null("int64"))

    def orders(name: str) -> ir.IntegerValue:
        return everyone[f"{name}_orders"].fill_null(0) + everyone[f"{name}_orders_again"].fill_null(0)

    periods = everyone.select(
        "customer_id",
        recent_revenue_cents=watched(everyone.recent_revenue_cents, recent_from),
        previous_revenue_cents=watched(everyone.previous_revenue_cents, previous_from),
        year_ago_revenue_cents=watched(everyone.year_ago_revenue_cents, year_ago[0]),
        recent_orders=watched(orders("recent"), recent_from),
        previous_orders=watched(orders("previous"), previous_from),
    )
    return periods.mutate(
        revenue_trend=_trend(periods.recent_revenue_cents, periods.previous_revenue_cents),
        order_trend=_trend(periods.recent_orders, periods.previous_orders),
    )


def _ordered_before(spread: ir.Table, since: ir.DateValue, until: ir.DateValue, name: str) -> ir.Table:
    """Count orders with a sale in a period whose first sale was before it; one row per customer with one."""
    within = (spread.day >= since) & (spread.day < until)
    again = spread.filter(within & (spread.previous_day < since))
    return again.group_by("customer_id").aggregate(again.count().name(name))


def _trend(recent: ir.IntegerValue, previous: ir.IntegerValue) -> ir.FloatingValue:
    """Return the change between two periods, from -1 to 1."""
    return (recent - previous) / (recent.abs() + previous.abs()).nullif(0)
