"""The history of customers from their order lines."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir

from crmwb.calendar import MONTHS_A_YEAR, month_of
from crmwb.contract.history import DAYS, MONTHS, SPREAD_ORDERS
from crmwb.history.asof import Day, day_of
from crmwb.history.columns import conformed
from crmwb.history.days import days, month_sums
from crmwb.history.lines import ATTRIBUTES, PAST, PLACES, Keep, as_it_is, lines, numbers_of
from crmwb.history.mix import first_seen, mix, mix_so_far, seen_anew, value_of
from crmwb.history.months import added_up, last_before
from crmwb.history.orders import orders, orders_by_day, orders_by_month

CALENDAR = ("calendar_month", "weekday")


@dataclass(frozen=True)
class History:
    """What customers did.

    Attributes
    ----------
    days : ir.Table
        One row per customer_id and day with an order line: `contract.history.DAYS`.
    months : ir.Table
        One row per customer_id and month with an order line, what had added up by the month's end:
        `contract.history.MONTHS`.
    spread_orders : ir.Table
        One row per customer_id, order and day of the orders with sales on several days:
        `contract.history.SPREAD_ORDERS`.
    states : dict of int to ir.Table
        Of the last months, as `calendar.month_of` counts them, where they are there: by its end, the last row of
        `months` of each customer.
    """

    days: ir.Table
    months: ir.Table
    spread_orders: ir.Table
    states: Mapping[int, ir.Table] = field(default_factory=dict)

    def last_before(self, day: Day) -> ir.Table:
        """Return what `months.last_before` does, quicker where a state says it."""
        if isinstance(day, date) and self.states:
            month = min(month_of(day - timedelta(days=1)), max(self.states))
            if month in self.states:
                return self.states[month]
        return last_before(self.months, day_of(day))


@dataclass(frozen=True)
class Since:
    """From where on a history is worked out, where the rest of it is known.

    Attributes
    ----------
    changed : ir.Table
        customer_id, and from_month (as `calendar.month_of` counts them): whose months change, from this one on.
    state : ir.Table
        The row of `History.months` before that month, of those of them who have one.
    """

    changed: ir.Table
    state: ir.Table


@dataclass(frozen=True)
class Prepared:
    """Order lines from which a history is worked out: of all customers, or of some of them.

    Attributes
    ----------
    lines : ir.Table
        As `lines.lines` returns them.
    numbers : mapping of str to ir.Table
        As `lines.numbers_of` returns them.
    state : ir.Table or None
        `Since.state`, with the customers' numbers.
    """

    lines: ir.Table
    numbers: Mapping[str, ir.Table]
    state: ir.Table | None

    def of_customers(self, first: int, end: int) -> "Prepared":
        """Return what is of the customers with numbers from `first` to before `end`."""

        def some(table: ir.Table) -> ir.Table:
            return table.filter((table.customer >= first) & (table.customer < end))

        return Prepared(some(self.lines), self.numbers, None if self.state is None else some(self.state))


def advance(
    tables: Mapping[str, ir.Table],
    as_of: Day,
    off_season_months: tuple[int, ...],
    keep: Keep = as_it_is,
    since: Since | None = None,
) -> History:
    """Follow customers through their order lines before `as_of`.

    Parameters
    ----------
    tables : mapping of str to ir.Table
        Clean canonical tables: customers and transactions, and products where the source has any.
    as_of : date or ir.DateValue
        Exclusive.
    off_season_months : tuple of int
        Months of the year, 1 to 12.
    keep : callable
        How to keep what is used several times.
    since : Since, optional
        Where to go on from; from the first order line where not given.

    Returns
    -------
    History
        Where `since` is given: days and months from there on, spread orders in full, of its customers only. They are
        the same as from the first order line.

    Examples
    --------
    Order lines of two customers, and what had added up by the end of each of their months:

    >>> from datetime import date, datetime
    >>> import ibis
    >>> import pyarrow as pa
    >>> from crmwb import history
    >>> from crmwb.contract.canonical import TABLES
    >>> rows = [("a", datetime(2024, 3, 5), 4_000), ("a", datetime(2024, 5, 2), 600), ("b", datetime(2024, 5, 9), 900)]
    >>> whole = {"order_id": "o1", "line_no": 1, "quantity": 1.0, "is_return": False}
    >>> lines = [whole | dict(zip(("customer_id", "ordered_at", "revenue_cents"), row)) for row in rows]
    >>> given = {"transactions": lines, "customers": [{"customer_id": "a"}, {"customer_id": "b"}]}
    >>> tables = {name: ibis.memtable(pa.Table.from_pylist(given[name], TABLES[name].schema)) for name in given}
    >>> months = history.advance(tables, date(2024, 6, 1), off_season_months=(1, 2)).months
    >>> months = months.order_by("customer_id", "month").to_pyarrow()
    >>> months.select(["customer_id", "n_purchase_days", "sales_cents"]).to_pylist()
    [{'customer_id': 'a', 'n_purchase_days': 1, 'sales_cents': 4000},
     {'customer_id': 'a', 'n_purchase_days': 2, 'sales_cents': 4600},
     {'customer_id': 'b', 'n_purchase_days': 1, 'sales_cents': 900}]
    >>> [f"{month:%Y-%m}" for month in months["month"].to_pylist()]
    ['2024-03', '2024-05', '2024-05']
    """
    return followed(prepared(tables, as_of, keep, since), off_season_months, keep)


def prepared(tables: Mapping[str, ir.Table], as_of: Day, keep: Keep = as_it_is, since: Since | None = None) -> Prepared:
    """Prepare the order lines; parameters as of `advance`."""
    people = tables["customers"]
    if since is not None:
        people = since.changed.semi_join(people, "customer_id")
    numbers = numbers_of({**tables, "customers": people}, keep)
    every = lines(tables, numbers, as_of, keep, None if since is None else since.changed)
    return Prepared(
        every, numbers, None if since is None else keep("state", _numbered(since.state, numbers["customer_id"]))
    )


def followed(known: Prepared, off_season_months: tuple[int, ...], keep: Keep = as_it_is) -> History:
    """Follow customers through prepared order lines; parameters and result as of `advance`."""
    every, numbers, state = known.lines, known.numbers, known.state
    sold_orders = orders(every, keep)
    by_day = keep("days", days(every.filter(every.month != PAST), state))
    opened = keep("orders_by_day", orders_by_day(sold_orders))
    by_day = by_day.left_join(opened, ["customer", "day"]).drop("customer_right", "day_right")
    by_day = keep("customer_days", by_day.mutate(n_orders=by_day.n_orders.fill_null(0)))
    months = keep("months_of_days", _after(month_sums(by_day, off_season_months), state))
    parts = {
        "orders": orders_by_month(sold_orders, months.select("customer", "month"), state),
        "products": _products(every.filter(every.is_sale), state),
        **{by: _mix(every.filter(every.is_sale), by, state, numbers) for by in (*ATTRIBUTES, *PLACES)},
        **{by: _mix(_calendar(every, by_day), by, state, {}).drop(f"{by}_known") for by in CALENDAR},  # of all sales
    }
    for name, part in parts.items():
        months = months.left_join(keep(f"months_of_{name}", part), ["customer", "month"], rname=f"{{name}}_of_{name}")
    totals = keep("totals", added_up(months, (*ATTRIBUTES, *PLACES, *CALENDAR)))
    people = numbers["customer_id"]
    return History(
        conformed(_named(by_day, people), DAYS),
        conformed(_with_values(totals.filter(totals.month != PAST), numbers), MONTHS),
        conformed(_named(sold_orders.spread, people), SPREAD_ORDERS),
    )


def _products(sold: ir.Table, state: ir.Table | None) -> ir.Table:
    """Count the products that are new in each month, and under PAST those of the state."""
    if state is None:
        return first_seen(sold, "product_id", "n_products")
    past = state.select("customer", "n_products", month=ibis.literal(PAST, "int32"))
    return _with_past(first_seen(seen_anew(sold, "product_id"), "product_id", "n_products"), past)


def _mix(sold: ir.Table, by: str, state: ir.Table | None, numbers: Mapping[str, ir.Table]) -> ir.Table:
    """Follow the mix of sales by a column, from the state on where there is one."""
    if state is None:
        return mix(sold, by)
    values = numbers[by].view() if by in numbers else None
    return _with_past(mix(seen_anew(sold, by), by), mix_so_far(state, by, values))


def _with_past(months: ir.Table, past: ir.Table) -> ir.Table:
    """Return what months say but PAST, and in its place what is known of all earlier ones."""
    return months.filter(months.month != PAST).union(past.select(*months.columns).cast(dict(months.schema().items())))


def _after(months: ir.Table, state: ir.Table | None) -> ir.Table:
    """Return the sums of months, and before them what is known of all earlier ones."""
    if state is None:
        return months
    known = {name: state[name].cast(kind) for name, kind in months.schema().items() if name != "month"}
    known |= {"month": ibis.literal(PAST, "int32"), "checksum": ibis.literal(0, "int64")}
    return months.union(state.select(**{name: known[name] for name in months.columns}))


def _numbered(table: ir.Table, people: ir.Table) -> ir.Table:
    """Return a table with the customers' numbers instead of their ids."""
    numbered = table.inner_join(people, "customer_id")
    names = (name for name in table.columns if name != "customer_id")
    return numbered.select(*names, customer=numbered.customer_id_place)


def _calendar(lines: ir.Table, days: ir.Table) -> ir.Table:
    """Return sales with the month of the year (1 to 12) and the day of the week (1 Monday to 7), past ones by line."""
    past = lines.filter(lines.is_sale & (lines.month == PAST)).select("customer", "month", "day", "cents")
    sold = days.filter(days.n_lines > 0)
    sold = past.union(sold.select("customer", "month", "day", cents=sold.sales_cents))
    return sold.mutate(
        calendar_month=sold.day.month().cast("int32"), weekday=(sold.day.day_of_week.index() + 1).cast("int32")
    )


def _named(table: ir.Table, people: ir.Table) -> ir.Table:
    """Return a table with the customers' ids instead of their numbers."""
    named = table.inner_join(people, table.customer == people.customer_id_place)
    return named.select("customer_id", *(name for name in table.columns if name != "customer"))


def _with_values(totals: ir.Table, numbers: Mapping[str, ir.Table]) -> ir.Table:
    """Return the months with ids, values and dates instead of numbers."""
    people = numbers["customer_id"]
    joined = totals.inner_join(people, totals.customer == people.customer_id_place)
    columns = {name: totals[name] for name in totals.columns if name not in {"customer", "month"}}
    for by in (*ATTRIBUTES, *PLACES, *CALENDAR):
        n, cents, rank = (columns.pop(f"{by}_{part}") for part in ("n", "cents", "rank"))
        known = columns.pop(f"{by}_known", totals.sales_cents)
        top: ir.Value = value_of(rank)
        if by in numbers:
            values = numbers[by].view()
            joined = joined.left_join(values, top == values[f"{by}_place"])
            top = values[by]
        elif by not in CALENDAR:
            top = ibis.null("string")
        columns |= {f"n_{by}": n, f"top_{by}": top, f"top_{by}_cents": cents, f"known_{by}_cents": known}
    month = totals.month
    day = ibis.date((month // MONTHS_A_YEAR).cast("int64"), (month % MONTHS_A_YEAR + 1).cast("int64"), 1)
    return joined.select(customer_id=people.customer_id, month=day, **columns)
