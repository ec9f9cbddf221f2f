"""The purchase summary: when each customer bought, how often, and what a repeat purchase day brings."""

from datetime import date

import ibis
import ibis.expr.types as ir

from crmwb.features.asof import before, days_between, share


def purchase_days(transactions: ir.Table, as_of: date) -> ir.Table:
    """Return the purchase occasions before `as_of`: distinct days with a sale of positive revenue.

    One row per customer and purchase day.

    day              DATE
    revenue_cents    what the day brought, returns brought in on that day deducted
    """
    return (
        before(transactions, "ordered_at", as_of)
        .group_by("customer_id", day=lambda t: t.ordered_at.date())
        .aggregate(
            revenue_cents=lambda t: t.revenue_cents.sum(),
            is_purchase=lambda t: (~t.is_return & (t.revenue_cents > 0)).any(),
        )
        .filter(lambda t: t.is_purchase)
        .drop("is_purchase")
    )


def purchases(transactions: ir.Table, as_of: date) -> ir.Table:
    """Sum up the purchase days before `as_of`, the input of purchase models.

    One row per customer with a purchase day. `recency_days` and `age_days` are t_x and T of Fader, Hardie & Lee (2005),
    in days; `monetary_cents` is the z of Fader & Hardie's Gamma-Gamma note (2013): the first purchase day is left out.
    """
    days = purchase_days(transactions, as_of).mutate(first_on=lambda t: t.day.min().over(group_by=t.customer_id))
    repeat = days.day > days.first_on
    summary = days.group_by("customer_id").aggregate(
        first_purchase_on=days.day.min(),
        last_purchase_on=days.day.max(),
        n_purchase_days=days.count(),
        frequency=days.count() - 1,
        first_day_revenue_cents=days.revenue_cents.sum(where=~repeat),
        repeat_revenue_cents=days.revenue_cents.sum(where=repeat),
    )
    today = ibis.literal(as_of)
    return summary.mutate(
        recency_days=days_between(summary.first_purchase_on, summary.last_purchase_on),
        age_days=days_between(summary.first_purchase_on, today),
        days_since_last=days_between(summary.last_purchase_on, today),
        monetary_cents=share(summary.repeat_revenue_cents, summary.frequency),
    ).drop("repeat_revenue_cents")
