"""Purchase histories as they were known at an origin, and what came after it: one row per customer, on the engine."""

from datetime import date, timedelta

import ibis.expr.types as ir

SECONDS_A_DAY = 86_400
EPOCH = date(1970, 1, 1)


def histories(transactions: ir.Table, origin: date, holdout_days: int) -> ir.Table:
    """Describe every customer who bought before `origin`, and count what they bought in the holdout from it on.

    A purchase occasion is a distinct day with at least one line that is no return and brings revenue. All columns but
    the last look at days before `origin` only.

    customer_id
    frequency            repeat purchase occasions before `origin`
    recency_days         first to last purchase before `origin`
    age_days             first purchase to `origin`
    recent_purchases     occasions in the `holdout_days` before `origin`, the first one included
    later_purchases      occasions in the `holdout_days` from `origin` on: what is to be forecast

    Parameters
    ----------
    transactions : ir.Table
        Clean transactions.
    origin : date
        The first day that a forecast does not know.
    holdout_days : int
        Length of the period forecast, and of the recent period.
    """
    at = (origin - EPOCH) // timedelta(days=1)
    lines = transactions.filter(~transactions.is_return, transactions.revenue_cents > 0)
    day = lines.ordered_at.epoch_seconds() // SECONDS_A_DAY
    days = lines.select("customer_id", day=day.cast("int64"))
    days = days.filter(days.day < at + holdout_days).distinct()
    known = days.day < at
    bought = days.group_by("customer_id").agg(
        n_days=days.count(where=known),
        first=days.day.min(where=known),
        last=days.day.max(where=known),
        recent_purchases=days.count(where=known & (days.day >= at - holdout_days)),
        later_purchases=days.count(where=~known),
    )
    bought = bought.filter(bought.n_days > 0)
    return bought.select(
        "customer_id",
        frequency=bought.n_days - 1,
        recency_days=bought["last"] - bought["first"],
        age_days=at - bought["first"],
        recent_purchases=bought.recent_purchases,
        later_purchases=bought.later_purchases,
    ).order_by("customer_id")
