"""The rhythm of buying: gaps between purchase days, and the silence since against them."""

from datetime import date

import ibis
import ibis.expr.types as ir

from crmwb.features.asof import days_between, share
from crmwb.features.purchases import purchase_days


def rhythm(transactions: ir.Table, as_of: date) -> ir.Table:
    """Describe the gaps between the purchase days before `as_of`.

    One row per customer with at least two purchase days. The spread is the sample standard deviation, computed from
    the exact integers n, Σ and Σ²: √((n·Σ² - Σ·Σ) / (n·(n - 1))); it needs two gaps.
    """
    days = purchase_days(transactions, as_of)
    previous = days.day.lag().over(group_by=days.customer_id, order_by=days.day)
    gaps = days.mutate(gap=days_between(previous, days.day)).filter(lambda t: t.gap.notnull())
    sums = gaps.group_by("customer_id").aggregate(
        n=gaps.count(),
        total=gaps.gap.sum(),
        squares=(gaps.gap * gaps.gap).sum(),
        longest_gap_days=gaps.gap.max(),
        last_on=gaps.day.max(),
    )
    silence = days_between(sums.last_on, ibis.literal(as_of))
    described = sums.mutate(
        mean_gap_days=share(sums.total, sums.n),
        std_gap_days=share(sums.n * sums.squares - sums.total * sums.total, sums.n * (sums.n - 1)).sqrt(),
        silence_ratio=share(silence * sums.n, sums.total),
    )
    return described.select(
        "customer_id",
        "mean_gap_days",
        "std_gap_days",
        "longest_gap_days",
        "silence_ratio",
        gap_variation=described.std_gap_days / described.mean_gap_days,
        next_expected_on=(described.last_on + described.mean_gap_days.round().cast("int64").as_interval("D")).cast(
            "date"
        ),
    )
