"""When in the year and the week a customer buys."""

from collections.abc import Sequence
from datetime import date, timedelta

import ibis.expr.types as ir

from crmwb.features.asof import share
from crmwb.features.mix import mix
from crmwb.features.purchases import days, purchase_days

SATURDAY = 5


def seasonality(transactions: ir.Table, as_of: date, off_season_months: Sequence[int]) -> tuple[ir.Table, ...]:
    """Describe the months and weekdays of sales before `as_of`.

    Four tables: shares of sales and of purchase days, and the strongest month (1 to 12) and weekday (1 Monday to 7),
    each one row per customer with a sale or purchase day.
    """
    everything = days(transactions, as_of)
    sold = everything.filter(everything.sales_cents.notnull()).select(
        "customer_id",
        revenue_cents=everything.sales_cents,
        month=everything.day.month(),
        weekday=everything.day.day_of_week.index() + 1,
    )
    sums = sold.group_by("customer_id").aggregate(
        off_cents=sold.revenue_cents.sum(where=sold.month.isin(list(off_season_months))).fill_null(0),
        cents=sold.revenue_cents.sum(),
    )
    return (
        sums.select("customer_id", off_season_share=share(sums.off_cents, sums.cents)),
        _regularity(purchase_days(transactions, as_of), as_of),
        mix(sold, "month", n="n_calendar_months", top="strongest_month", top_share="strongest_month_share"),
        mix(sold, "weekday", n="n_weekdays", top="strongest_weekday", top_share="strongest_weekday_share"),
    )


def _regularity(bought: ir.Table, as_of: date) -> ir.Table:
    """Count active months (of a year each) and weekend days among purchase days; one row per customer with one."""
    last = as_of - timedelta(days=1)
    counts = bought.mutate(
        month=bought.day.year().cast("int64") * 12 + bought.day.month(),
        is_weekend=bought.day.day_of_week.index() >= SATURDAY,
    )
    sums = counts.group_by("customer_id").aggregate(
        n_active_months=counts.month.nunique(),
        first_month=counts.month.min(),
        n_weekend=counts.count(where=counts.is_weekend),
        n=counts.count(),
    )
    months_since = last.year * 12 + last.month - sums.first_month + 1
    return sums.select(
        "customer_id",
        "n_active_months",
        active_month_share=share(sums.n_active_months, months_since),
        weekend_share=share(sums.n_weekend, sums.n),
    )
