"""Customers' days: what each day with an order line brought."""

from collections.abc import Collection

import ibis
import ibis.expr.types as ir

from crmwb.history.asof import days_between

SATURDAY = 5


def days(lines: ir.Table, before: ir.Table | None = None) -> ir.Table:
    """Sum the lines by day.

    One row per customer and day with an order line: n_lines and sales_cents of sales, n_returns and returned_cents of
    returns; discounts (and how many lines they are known of) of sales; costs of all lines, and of how many lines they
    are known; is_purchase, the day has a sale of positive revenue; gap_days since the purchase day before it (of
    purchase days but the first); checksum of the lines. `before` (customer, last_purchase_on) is what is known of
    earlier days.
    """
    discounted = lines.is_sale & lines.discount.notnull()
    sums = lines.group_by("customer", "month", "day").aggregate(
        n_lines=lines.count(where=lines.is_sale),
        n_returns=lines.count(where=~lines.is_sale),
        sales_cents=_sum(lines.cents, lines.is_sale),
        returned_cents=_sum(-lines.cents, ~lines.is_sale),
        discount_cents=_sum(lines.discount, discounted),
        after_discount_cents=_sum(lines.cents, discounted),
        n_discount_known=lines.count(where=discounted),
        n_discounted=lines.count(where=discounted & (lines.discount > 0)),
        n_costed=lines.cost.count(),
        cost_cents=_sum(lines.cost),
        is_purchase=(lines.is_sale & (lines.cents > 0)).any(),
        checksum=_sum(lines.checksum),
    )
    earlier = ibis.window(group_by=sums.customer, order_by=sums.day, preceding=(None, 1))
    last = sums.day.max(where=sums.is_purchase).over(earlier)
    dated = sums.mutate(previous_on=last)
    if before is not None:
        known = before.select("last_purchase_on", known=before.customer)
        dated = dated.left_join(known, dated.customer == known.known)
        dated = dated.select(*sums.columns, previous_on=ibis.coalesce(dated.previous_on, dated.last_purchase_on))
    gap = ibis.ifelse(dated.is_purchase, days_between(dated.previous_on, dated.day), ibis.null("int64"))
    return dated.mutate(gap_days=gap).drop("previous_on")


def month_sums(days: ir.Table, off_season_months: Collection[int]) -> ir.Table:
    """Sum the days by month; one row per customer and month with an order line."""
    bought = days.is_purchase
    cents = days.sales_cents - days.returned_cents
    is_first = bought & days.gap_days.isnull()
    names = ("n_lines", "n_returns", "sales_cents", "returned_cents", "discount_cents", "after_discount_cents",
             "n_discount_known", "n_discounted", "n_costed", "cost_cents", "n_orders", "checksum")  # fmt: skip
    return days.group_by("customer", "month").aggregate(
        **{name: _sum(days[name]) for name in names},
        off_season_cents=_sum(days.sales_cents, days.day.month().isin(sorted(off_season_months))),
        n_purchase_days=days.count(where=bought),
        n_active_months=bought.any().cast("int64"),
        n_weekend_days=days.count(where=bought & (days.day.day_of_week.index() >= SATURDAY)),
        purchase_cents=_sum(cents, bought),
        first_day_revenue_cents=_sum(cents, is_first),
        gap_squares=_sum(days.gap_days * days.gap_days),
        first_purchase_on=days.day.min(where=bought),
        last_purchase_on=days.day.max(where=bought),
        longest_gap_days=days.gap_days.max(),
    )


def _sum(values: ir.IntegerValue, where: ir.BooleanValue | None = None) -> ir.IntegerValue:
    return values.sum(where=where).fill_null(0).cast("int64")
