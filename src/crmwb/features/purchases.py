"""The purchase summary: when each customer bought, how often, and what a repeat purchase day brings."""

from datetime import date

import ibis
import ibis.expr.types as ir

from crmwb.history.asof import before, days_between, share


def days(transactions: ir.Table, as_of: date) -> ir.Table:
    """Sum the order lines before `as_of` by day: what most modules look at, and much smaller than the lines.

    One row per customer and day with an order line.

    day              DATE
    revenue_cents    what the day brought, net of the returns brought in on that day
    sales_cents      the same before returns; NULL on a day with returns only
    is_purchase      the day is a purchase occasion: it has a sale of positive revenue
    """
    lines = before(transactions, "ordered_at", as_of)
    return lines.group_by("customer_id", day=lines.ordered_at.date()).aggregate(
        revenue_cents=lines.revenue_cents.sum(),
        sales_cents=lines.revenue_cents.sum(where=~lines.is_return),
        is_purchase=(~lines.is_return & (lines.revenue_cents > 0)).any(),
    )


def purchase_days(transactions: ir.Table, as_of: date) -> ir.Table:
    """Return the purchase occasions before `as_of`, with the columns of `days`; one row per customer and occasion.

    Examples
    --------
    A day with a return only is no purchase occasion:

    >>> from datetime import date, datetime
    >>> import ibis
    >>> import pyarrow as pa
    >>> from crmwb.features.purchases import days, purchase_days
    >>> lines = {"customer_id": ["a", "a"], "revenue_cents": [2_000, -2_000], "is_return": [False, True]}
    >>> lines = ibis.memtable(pa.table(lines | {"ordered_at": [datetime(2024, 1, 1), datetime(2024, 1, 8)]}))
    >>> purchase_days(lines, date(2024, 6, 1)).count().to_pyarrow().as_py()
    1
    >>> days(lines, date(2024, 6, 1)).revenue_cents.sum().to_pyarrow().as_py()
    0
    """
    return days(transactions, as_of).filter(lambda t: t.is_purchase)


def purchases(transactions: ir.Table, as_of: date) -> ir.Table:
    """Sum up the purchase days before `as_of`, the input of purchase models.

    One row per customer with a purchase day. `recency_days` and `age_days` are t_x and T of Fader, Hardie & Lee (2005),
    in days; `monetary_cents` is the z of Fader & Hardie's Gamma-Gamma note (2013): the first purchase day is left out.

    Examples
    --------
    Three purchase days, as models of purchases take them; two orders of one day are one occasion.

    >>> from datetime import date, datetime
    >>> import ibis
    >>> import pyarrow as pa
    >>> from crmwb.features.purchases import purchases
    >>> lines = {"customer_id": ["a"] * 4, "revenue_cents": [2_000, 3_000, 1_000, 4_000], "is_return": [False] * 4}
    >>> lines["ordered_at"] = [datetime(2024, month, 1, hour) for month, hour in [(1, 9), (3, 9), (3, 17), (5, 9)]]
    >>> known = purchases(ibis.memtable(pa.table(lines)), date(2024, 6, 1))
    >>> known.select("frequency", "recency_days", "age_days", "monetary_cents").to_pyarrow().to_pylist()
    [{'frequency': 2, 'recency_days': 121, 'age_days': 152, 'monetary_cents': 4000.0}]
    """
    bought = purchase_days(transactions, as_of).mutate(first_on=lambda t: t.day.min().over(group_by=t.customer_id))
    repeat = bought.day > bought.first_on
    summary = bought.group_by("customer_id").aggregate(
        first_purchase_on=bought.day.min(),
        last_purchase_on=bought.day.max(),
        n_purchase_days=bought.count(),
        frequency=bought.count() - 1,
        first_day_revenue_cents=bought.revenue_cents.sum(where=~repeat),
        repeat_revenue_cents=bought.revenue_cents.sum(where=repeat),
    )
    today = ibis.literal(as_of)
    return summary.mutate(
        recency_days=days_between(summary.first_purchase_on, summary.last_purchase_on),
        age_days=days_between(summary.first_purchase_on, today),
        days_since_last=days_between(summary.last_purchase_on, today),
        monetary_cents=share(summary.repeat_revenue_cents, summary.frequency),
    ).drop("repeat_revenue_cents")
