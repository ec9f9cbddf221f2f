"""Customers' orders: how many, the largest, the one in the middle; what each order brought may come on several days."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from crmwb.history.lines import PAST, Keep, as_it_is

ORDER = ("customer", "order_id")


@dataclass(frozen=True)
class Orders:
    """Orders with a sale, before returns.

    Attributes
    ----------
    once : ir.Table
        One row per order with sales on one day only: customer, order_id, month, day, cents.
    spread : ir.Table
        The same of the others, a row per day, with previous_day (NULL on the first), mostly few or none.
    """

    once: ir.Table
    spread: ir.Table


def orders(lines: ir.Table, keep: Keep = as_it_is) -> Orders:
    """Sum the sales of each order, and tell orders of one day from those of several."""
    sold = lines.filter(lines.is_sale)
    sums = keep("order_days", sold.group_by(*ORDER, "month", "day").aggregate(cents=sold.cents.sum().cast("int64")))
    several = sums.group_by(*ORDER).having(lambda t: t.count() > 1).aggregate()
    several = keep("spread_orders", several)
    spread = sums.semi_join(several, ORDER)
    previous = spread.day.lag().over(group_by=[spread[name] for name in ORDER], order_by=spread.day)
    return Orders(sums.anti_join(several, ORDER), keep("spread_days", spread.mutate(previous_day=previous)))


def orders_by_day(orders: Orders) -> ir.Table:
    """Count the orders by the day of their first sale; one row per customer and such day."""
    first = orders.once.select("customer", "day").union(
        orders.spread.filter(orders.spread.previous_day.isnull()).select("customer", "day")
    )
    return first.group_by("customer", "day").aggregate(n_orders=first.count())


def orders_by_month(orders: Orders, months: ir.Table, state: ir.Table | None = None) -> ir.Table:
    """Describe the orders as they stood at the ends of months; one row per row of `months` (customer, month).

    largest_order_cents of this month's, and median_order_cents of all up to it; of PAST, the median of the state. An
    order of one day keeps what it brought; where a customer has one of several days, each month's orders are looked up
    anew.
    """
    once = orders.once.select(*ORDER, "cents", "month")
    days = orders.spread.select(*ORDER, "cents", "month")
    sums = days.group_by(*ORDER, "month").aggregate(cents=days.cents.sum().cast("int64"))
    by = [sums[name] for name in ORDER]
    total = sums.cents.sum().over(ibis.window(group_by=by, order_by=sums.month, preceding=None, following=0))
    every = once.union(sums.select(*ORDER, cents=total.cast("int64"), month=sums.month))
    largest = every.group_by("customer", "month").aggregate(largest_order_cents=every.cents.max())
    some = days.select("customer").distinct()
    steady, changing = every.anti_join(some, "customer"), every.semi_join(some, "customer")
    medians = _medians(steady).union(_looked_up(changing)).filter(lambda t: t.month != PAST)
    if state is not None:
        past = state.select("customer", "median_order_cents", month=ibis.literal(PAST, "int32"))
        medians = medians.union(past.select(*medians.columns))
    sold = largest.left_join(medians, ["customer", "month"]).drop("customer_right", "month_right")
    described = months.left_join(sold, ["customer", "month"]).drop("customer_right", "month_right")
    return _with_last_median(described)


def _medians(orders: ir.Table) -> ir.Table:
    """Return the median order at the end of each month with one but PAST, of orders that stay as they are."""
    ends = orders.group_by("customer").aggregate(
        begin=orders.month.min(where=orders.month != PAST), end=orders.month.max()
    )
    one = ends.filter(ends.begin == ends.end)  # whose orders need not be sorted by month
    theirs = orders.semi_join(one, "customer")
    quick = theirs.group_by("customer").aggregate(month=theirs.month.max(), median_order_cents=theirs.cents.median())
    several = orders.semi_join(ends.filter(ends.begin < ends.end), "customer")
    so_far = ibis.range_window(group_by=several.customer, order_by=several.month, preceding=None, following=0)
    each = several.select("customer", "month", median_order_cents=several.cents.median().over(so_far))
    return quick.union(each.distinct())


def _with_last_median(months: ir.Table) -> ir.Table:
    """Give months without a sale the median of the month before."""
    so_far = ibis.window(group_by=months.customer, order_by=months.month, preceding=None, following=0)
    counted = months.mutate(n_sold=months.median_order_cents.count().over(so_far))
    last = counted.median_order_cents.max().over(group_by=[counted.customer, counted.n_sold])
    return counted.mutate(median_order_cents=last).drop("n_sold")


def _looked_up(orders: ir.Table) -> ir.Table:
    """Return the median order at each month end, from the last row of every order up to it."""
    ends = orders.select("customer", end=orders.month).distinct()
    seen = orders.inner_join(ends, "customer").filter(lambda t: t.month <= t.end)
    by = [seen.customer, seen.end, seen.order_id]
    last = seen.mutate(rank=ibis.row_number().over(group_by=by, order_by=ibis.desc(seen.month)))
    last = last.filter(last["rank"] == 0)
    return last.group_by("customer", month=last.end).aggregate(median_order_cents=last.cents.median())
