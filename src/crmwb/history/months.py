"""Customers' months: what had added up by the end of each month in which something happened."""

from collections.abc import Iterable

import ibis
import ibis.expr.types as ir

SUMS = (
    "n_lines", "n_returns", "sales_cents", "returned_cents", "discount_cents", "after_discount_cents",
    "n_discount_known", "n_discounted", "n_costed", "cost_cents", "off_season_cents", "n_purchase_days",
    "n_active_months", "n_weekend_days", "purchase_cents", "first_day_revenue_cents", "gap_squares", "n_orders",
    "n_products",
)  # fmt: skip
EARLIEST = ("first_purchase_on",)
LATEST = ("last_purchase_on", "longest_gap_days", "largest_order_cents")
NEXT = "next_month"


def added_up(months: ir.Table, mixes: Iterable[str]) -> ir.Table:
    """Add up what the months of each customer brought.

    Parameters
    ----------
    months : ir.Table
        One row per customer and month, of that month alone: NULL where it says nothing.
    mixes : iterable of str
        Columns that `mix.mix` followed; of some the known cents may be left out.

    Returns
    -------
    ir.Table
        One row per customer and month, of it and of all before it; the checksum is the month's own, and the median of
        orders stays as it is.
    """
    so_far = ibis.window(group_by=months.customer, order_by=months.month, preceding=None, following=0)
    by = list(mixes)
    followed = (f"{name}_{part}" for name in by for part in ("n", "known"))
    sums = (*SUMS, *(name for name in followed if name in months.columns))
    latest = (*LATEST, *(f"{name}_{part}" for name in by for part in ("cents", "rank")))
    columns = {name: months[name].fill_null(0).sum().over(so_far).cast("int64") for name in sums}
    columns |= {name: months[name].max().over(so_far) for name in latest}
    columns |= {name: months[name].min().over(so_far) for name in EARLIEST}
    return months.select("customer", "month", "checksum", "median_order_cents", **columns)


def last_before(months: ir.Table, month: ir.DateValue) -> ir.Table:
    """Return the last row before a month of every customer who has one.

    Parameters
    ----------
    months : ir.Table
        One row per customer_id and month (a DATE, the month's first day), such as `History.months`; quicker with what
        `until_next` adds.
    month : ir.DateValue
        Exclusive.

    Returns
    -------
    ir.Table
        At most one row per customer, the columns of `months`, without what `until_next` adds.

    Examples
    --------
    >>> from datetime import date
    >>> import ibis
    >>> import pyarrow as pa
    >>> from crmwb.history import last_before
    >>> ends = {"customer_id": ["a", "a", "b"], "month": [date(2024, 3, 1), date(2024, 5, 1), date(2024, 5, 1)]}
    >>> months = ibis.memtable(pa.table(ends | {"sales_cents": [4_000, 10_000, 900]}))
    >>> last_before(months, ibis.date(2024, 5, 1)).to_pyarrow().to_pylist()
    [{'customer_id': 'a', 'month': datetime.date(2024, 3, 1), 'sales_cents': 4000}]
    """
    earlier = months.filter(months.month < month)
    if NEXT in months.columns:
        return earlier.filter(earlier[NEXT].isnull() | (earlier[NEXT] >= month)).drop(NEXT)
    last = earlier.group_by("customer_id").aggregate(month=earlier.month.max())
    return earlier.semi_join(last, ["customer_id", "month"])


def until_next(months: ir.Table) -> ir.Table:
    """Add the month of each customer's next row, NULL after the last, for those who look up many months."""
    key = ["customer_id", "month"]
    keys = months.select(key)  # ordered alone, without the many columns
    following = keys.mutate(keys.month.lead().over(group_by=keys.customer_id, order_by=keys.month).name(NEXT))
    return months.inner_join(following, key).select(*months.columns, NEXT)
