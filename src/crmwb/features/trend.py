"""Which way it goes: the recent period against the one before it, and against the same days a year before."""

import ibis
import ibis.expr.types as ir

from crmwb.history import History
from crmwb.history.asof import Day, day_of

A_YEAR = 52 * 7  # whole weeks, so that as many Saturdays are compared with as many


def periods(history: History, as_of: Day, recent_days: int) -> ir.Table:
    """Sum the last `recent_days` before `as_of`, the `recent_days` before those, and the same days 52 weeks before.

    One row per customer with an order line in one of them. Revenue is net of returns, orders are those with a sale.
    """
    today, recent_from, previous_from = (day_of(as_of, n * recent_days) for n in range(3))
    year_ago = (day_of(as_of, recent_days + A_YEAR), day_of(as_of, A_YEAR))
    longest = max(2 * recent_days, recent_days + A_YEAR)
    days = history.days.filter((history.days.day >= day_of(as_of, longest)) & (history.days.day < today))
    cents = days.sales_cents - days.returned_cents
    recent = days.day >= recent_from
    previous = (days.day >= previous_from) & ~recent
    added = {
        "recent_revenue_cents": cents.sum(where=recent),
        "previous_revenue_cents": cents.sum(where=previous),
        "year_ago_revenue_cents": cents.sum(where=(days.day >= year_ago[0]) & (days.day < year_ago[1])),
        "recent_orders": days.n_orders.sum(where=recent),
        "previous_orders": days.n_orders.sum(where=previous),
    }
    # DuckDB sums to 128 bits, and Ibis leaves out a cast to what it thinks it is
    narrowed = {name: value.cast("decimal(38, 0)").cast("int64") for name, value in added.items()}
    sums = days.group_by("customer_id").aggregate(**narrowed)
    for name, since, until in (("recent", recent_from, today), ("previous", previous_from, recent_from)):
        again = _ordered_before(history.spread_orders, since, until, "again")  # their first day lies before the period
        sums = sums.left_join(again, "customer_id")
        orders = sums[f"{name}_orders"].fill_null(0) + sums.again.fill_null(0)
        sums = sums.mutate(**{f"{name}_orders": orders}).drop("customer_id_right", "again")
    return sums


def watched(history: History) -> ir.Table:
    """Return the first day with an order line of anyone: one row, watched_from, NULL where there is none."""
    return history.days.aggregate(watched_from=history.days.day.min())


def trend(described: ir.Table, as_of: Day, recent_days: int) -> dict[str, ir.Value]:
    """Compare the periods of customers, who are joined with their row of `periods` where they have one.

    `described` has the one row of `watched` beside each customer.

    A period that begins before the first order line of anyone was not watched in full: what was bought in it is
    unknown, not 0. A trend is (recent - previous) / (|recent| + |previous|), from -1 (stopped) to 1 (new); NULL where
    both are 0.
    """
    begins = {
        "recent_revenue_cents": recent_days,
        "previous_revenue_cents": 2 * recent_days,
        "year_ago_revenue_cents": recent_days + A_YEAR,
        "recent_orders": recent_days,
        "previous_orders": 2 * recent_days,
    }
    since = described.watched_from
    known = {
        name: ibis.ifelse(day_of(as_of, n_days) >= since, described[name].fill_null(0), ibis.null("int64"))
        for name, n_days in begins.items()
    }
    return known | {
        "revenue_trend": _trend(known["recent_revenue_cents"], known["previous_revenue_cents"]),
        "order_trend": _trend(known["recent_orders"], known["previous_orders"]),
    }


def _ordered_before(spread: ir.Table, since: ir.DateValue, until: ir.DateValue, name: str) -> ir.Table:
    """Count orders with a sale in a period whose first sale was before it; one row per customer with one."""
    within = (spread.day >= since) & (spread.day < until)
    again = spread.filter(within & (spread.previous_day < since))
    return again.group_by("customer_id").aggregate(again.count().name(name))


def _trend(recent: ir.IntegerValue, previous: ir.IntegerValue) -> ir.FloatingValue:
    """Return the change between two periods, from -1 to 1."""
    return (recent - previous) / (recent.abs() + previous.abs()).nullif(0)
