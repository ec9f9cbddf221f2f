"""The history of customers from their order lines."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir

from crmwb.history.days import days, month_sums
from crmwb.history.lines import ATTRIBUTES, PLACES, Keep, as_it_is, lines, numbers_of
from crmwb.history.mix import first_seen, mix, value_of
from crmwb.history.months import added_up
from crmwb.history.orders import orders, orders_by_day, orders_by_month

MONTHS = 12
CALENDAR = ("calendar_month", "weekday")


@dataclass(frozen=True)
class History:
    """What customers did.

    Attributes
    ----------
    days : ir.Table
        One row per customer_id and day with an order line: the columns of `days.days` and n_orders, the orders with
        their first sale on it.
    months : ir.Table
        One row per customer_id and month (its first day) with an order line: what had added up by the month's end, as
        `months.added_up` returns it; of each column that is followed by `mix.mix` n_<column>, top_<column>,
        top_<column>_cents and known_<column>_cents.
    spread_orders : ir.Table
        One row per customer_id, order and day of the orders with sales on several days, with previous_day.
    """

    days: ir.Table
    months: ir.Table
    spread_orders: ir.Table


def history(
    tables: Mapping[str, ir.Table], as_of: date, off_season_months: tuple[int, ...], keep: Keep = as_it_is
) -> History:
    """Follow customers through their order lines before `as_of`.

    Parameters
    ----------
    tables : mapping of str to ir.Table
        Clean canonical tables: customers and transactions, and products where the source has any.
    as_of : date
        Exclusive.
    off_season_months : tuple of int
        Months of the year, 1 to 12.
    keep : callable
        How to keep what is used several times.
    """
    numbers = numbers_of(tables, keep)
    every = lines(tables, numbers, as_of, keep)
    found = orders(every, keep)
    by_day = keep("days", days(every))
    opened = keep("orders_by_day", orders_by_day(found))
    by_day = by_day.left_join(opened, ["customer", "day"]).drop("customer_right", "day_right")
    by_day = keep("customer_days", by_day.mutate(n_orders=by_day.n_orders.fill_null(0)))
    months = keep("months_of_days", month_sums(by_day, off_season_months))
    parts = {"orders": orders_by_month(found)}
    sold = every.filter(every.is_sale)
    parts["products"] = first_seen(sold, "product_id", "n_products")
    followed = {by: sold for by in (*ATTRIBUTES, *PLACES) if by in numbers} | dict.fromkeys(CALENDAR, _calendar(by_day))
    parts |= {by: mix(of, by) for by, of in followed.items()}
    for name, part in parts.items():
        months = months.left_join(keep(f"months_of_{name}", part), ["customer", "month"], rname=f"{{name}}_of_{name}")
    totals = keep("totals", added_up(months, followed))
    return History(
        _named(by_day.drop("month"), numbers["customer_id"]),
        keep("customer_months", _told(totals, numbers, followed)),
        _named(found.spread, numbers["customer_id"]),
    )


def _calendar(days: ir.Table) -> ir.Table:
    """Return the sales of days by the month of the year (1 to 12) and by the day of the week (1 Monday to 7)."""
    sold = days.filter(days.n_lines > 0)
    return sold.select(
        "customer",
        "month",
        cents=sold.sales_cents,
        calendar_month=sold.day.month().cast("int32"),
        weekday=(sold.day.day_of_week.index() + 1).cast("int32"),
    )


def _named(table: ir.Table, people: ir.Table) -> ir.Table:
    """Return a table with the customers' ids instead of their numbers."""
    named = table.inner_join(people, table.customer == people.customer_id_place)
    return named.select("customer_id", *(name for name in table.columns if name != "customer"))


def _told(totals: ir.Table, numbers: Mapping[str, ir.Table], followed: Iterable[str]) -> ir.Table:
    """Return the months with ids, values and dates instead of numbers."""
    people = numbers["customer_id"]
    joined = totals.inner_join(people, totals.customer == people.customer_id_place)
    columns = {name: totals[name] for name in totals.columns if name not in {"customer", "month"}}
    for by in followed:
        n, known, cents, rank = (columns.pop(f"{by}_{part}") for part in ("n", "known", "cents", "rank"))
        top = value_of(rank)
        if by in numbers:
            values = numbers[by].view()
            joined = joined.left_join(values, top == values[f"{by}_place"])
            top = values[by]
        columns |= {f"n_{by}": n, f"top_{by}": top, f"top_{by}_cents": cents, f"known_{by}_cents": known}
    month = totals.month
    day = ibis.date((month // MONTHS).cast("int64"), (month % MONTHS + 1).cast("int64"), 1)
    return joined.select(customer_id=people.customer_id, month=day, **columns)
