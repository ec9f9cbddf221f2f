"""Which way it goes: the recent period against the one before it, and against the same days a year before."""

from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from crmwb.features.asof import before, midnight

A_YEAR = timedelta(weeks=52)  # whole weeks, so that as many Saturdays are compared with as many


def trend(customers: ir.Table, transactions: ir.Table, as_of: date, recent_days: int) -> ir.Table:
    """Compare the last `recent_days` before `as_of` with the `recent_days` before those, and 52 weeks before.

    One row per customer of `customers`. Revenue is net of returns, orders are those with a sale. A period that begins
    before the first order line of anyone was not watched in full: what was bought in it is unknown, not 0.

    A trend is (recent - previous) / (|recent| + |previous|), from -1 (stopped) to 1 (new); NULL where both are 0.
    """
    recent_from = as_of - timedelta(days=recent_days)
    previous_from = recent_from - timedelta(days=recent_days)
    year_ago_from = recent_from - A_YEAR
    lines = before(transactions, "ordered_at", as_of)
    recent = lines.ordered_at >= midnight(recent_from)
    previous = (lines.ordered_at >= midnight(previous_from)) & ~recent
    year_ago = (lines.ordered_at >= midnight(year_ago_from)) & (lines.ordered_at < midnight(as_of - A_YEAR))
    sums = lines.group_by("customer_id").aggregate(
        recent_revenue_cents=lines.revenue_cents.sum(where=recent),
        previous_revenue_cents=lines.revenue_cents.sum(where=previous),
        year_ago_revenue_cents=lines.revenue_cents.sum(where=year_ago),
        recent_orders=lines.order_id.nunique(where=recent & ~lines.is_return),
        previous_orders=lines.order_id.nunique(where=previous & ~lines.is_return),
    )
    watched_from = lines.ordered_at.min().date().as_scalar()
    everyone = customers.select("customer_id").left_join(sums, "customer_id").drop("customer_id_right")

    def watched(column: str, since: date) -> ir.IntegerValue:
        return ibis.ifelse(ibis.literal(since) >= watched_from, everyone[column].fill_null(0), ibis.null("int64"))

    periods = everyone.select(
        "customer_id",
        recent_revenue_cents=watched("recent_revenue_cents", recent_from),
        previous_revenue_cents=watched("previous_revenue_cents", previous_from),
        year_ago_revenue_cents=watched("year_ago_revenue_cents", year_ago_from),
        recent_orders=watched("recent_orders", recent_from),
        previous_orders=watched("previous_orders", previous_from),
    )
    return periods.mutate(
        revenue_trend=_trend(periods.recent_revenue_cents, periods.previous_revenue_cents),
        order_trend=_trend(periods.recent_orders, periods.previous_orders),
    )


def _trend(recent: ir.IntegerValue, previous: ir.IntegerValue) -> ir.FloatingValue:
    """Return the change between two periods, from -1 to 1."""
    return (recent - previous) / (recent.abs() + previous.abs()).nullif(0)
