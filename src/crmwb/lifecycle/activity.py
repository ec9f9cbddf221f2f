"""What each customer did in each month: one pass over the order lines, from which every past month end is known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import numpy as np

from crmwb import engine
from crmwb.calendar import EPOCH, month_column
from crmwb.engine import Backend
from crmwb.features.purchases import days
from crmwb.history.asof import days_between

MICRO = 1_000_000  # logs of gaps are summed as whole millionths: sums of floats differ with the threads
NEVER = -(10**6)  # a day before all days

COLUMNS = ("n_purchases", "first_day", "last_day", "net_cents", "n_gaps", "log_gaps", "squared_log_gaps")


@dataclass(frozen=True)
class Entries:
    """One entry per customer and month in which something happened, by month, then customer.

    Attributes
    ----------
    customer : ndarray of shape (n,)
        Customers' numbers from 0, in the order of their ids.
    month : ndarray of shape (n,)
        See `calendar.month_of`.
    of : dict of str to ndarray of shape (n,)
        What happened; days are counted from 1970 on.
    """

    customer: np.ndarray
    month: np.ndarray
    of: dict[str, np.ndarray]

    def in_month(self, month: int) -> slice:
        """Return the entries of one month, within which no customer appears twice."""
        begins, stops = np.searchsorted(self.month, [month, month + 1])
        return slice(int(begins), int(stops))

    def every(self, step: int) -> "Entries":
        """Return the entries of every `step`-th customer, numbered anew."""
        kept = self.customer % step == 0
        of = {name: values[kept] for name, values in self.of.items()}
        return Entries(self.customer[kept] // step, self.month[kept], of)


def numbered(customers: ir.Table) -> ir.Table:
    """Return customer_id and `customer`, a number from 0 in the order of the ids."""
    return customers.select("customer_id", customer=ibis.row_number().over(order_by=customers.customer_id))


def read_purchases(con: Backend, tables: Mapping[str, ir.Table], as_of: date) -> Entries:
    """Count what each customer bought in each month before `as_of`; no entries in a source without transactions.

    n_purchases (purchase days), first_day and last_day (of them; `NEVER` in a month of returns only), net_cents (net of
    all returns), and of the gaps that ended in the month: n_gaps, log_gaps (Σ ln days, in millionths),
    squared_log_gaps (Σ ln² days, in millionths).
    """
    if "transactions" not in tables:
        return _none(COLUMNS)
    return _read(con, tables, _monthly_purchases(tables["transactions"], as_of), COLUMNS)


def _monthly_purchases(transactions: ir.Table, as_of: date) -> ir.Table:
    by_day = days(transactions, as_of)
    bought = by_day.is_purchase
    by_day = by_day.mutate(bought_on=ibis.ifelse(bought, by_day.day, ibis.null("date")))
    before = by_day.bought_on.max().over(
        ibis.window(group_by=by_day.customer_id, order_by=by_day.day, preceding=(None, 1))
    )
    gap = days_between(before, by_day.bought_on).cast("float64")
    by_day = by_day.mutate(month=month_number(by_day.day), number=day_number(by_day.day), log=gap.ln())
    bought = by_day.is_purchase
    return by_day.group_by("customer_id", "month").aggregate(
        n_purchases=by_day.count(where=bought),
        first_day=by_day.number.min(where=bought).fill_null(NEVER),
        last_day=by_day.number.max(where=bought).fill_null(NEVER),
        net_cents=by_day.revenue_cents.sum(),
        n_gaps=by_day.log.count(),
        log_gaps=(by_day.log * MICRO).round().cast("int64").sum().fill_null(0),
        squared_log_gaps=(by_day.log * by_day.log * MICRO).round().cast("int64").sum().fill_null(0),
    )


def month_number(day: ir.DateValue) -> ir.IntegerValue:
    """Count the months up to the one that a day lies in, as `calendar.month_of` does."""
    return month_column(day).cast("int64")


def day_number(day: ir.DateValue) -> ir.IntegerValue:
    """Count the days from 1970 to a day."""
    return days_between(ibis.literal(EPOCH), day)


def _read(con: Backend, tables: Mapping[str, ir.Table], monthly: ir.Table, columns: tuple[str, ...]) -> Entries:
    """Read sums by customer_id and month."""
    joined = monthly.inner_join(numbered(tables["customers"]), "customer_id").select("customer", "month", *columns)
    rows = engine.batches(con, joined.order_by("month", "customer")).read_all()
    values = {name: rows[name].to_numpy().astype(np.int64) for name in columns}
    return Entries(rows["customer"].to_numpy().astype(np.int64), rows["month"].to_numpy().astype(np.int64), values)


def _none(columns: tuple[str, ...]) -> Entries:
    nothing = np.zeros(0, dtype=np.int64)
    return Entries(nothing, nothing, dict.fromkeys(columns, nothing))


CONTACTS = ("last_contact", "last_answer", "n_opened", "n_closed", "first_known")


def read_contacts(con: Backend, tables: Mapping[str, ir.Table], as_of: date) -> Entries:
    """Count by month before `as_of` how each customer was spoken to; none where no table knows of contacts.

    last_contact and last_answer (the last day we turned to them, and they to us; `NEVER` where not), n_opened and
    n_closed (opportunities), first_known (the first day that anything is known of, an order line or the day they became
    a customer too).
    """
    events = [event for name in _EVENTS if name in tables for event in _EVENTS[name](tables[name])]
    events = [event.filter((event.day < ibis.literal(as_of)) & event.customer_id.notnull()) for event in events]
    every = ibis.union(*events)
    by_day = every.mutate(month=month_number(every.day), number=day_number(every.day))
    monthly = by_day.group_by("customer_id", "month").aggregate(
        last_contact=by_day.number.max(where=by_day.what == "contact").fill_null(NEVER),
        last_answer=by_day.number.max(where=by_day.what == "answer").fill_null(NEVER),
        n_opened=by_day.count(where=by_day.what == "opened"),
        n_closed=by_day.count(where=by_day.what == "closed"),
        first_known=by_day.number.min(),
    )
    return _read(con, tables, monthly, CONTACTS)


def _event(table: ir.Table, moment: str, what: str, where: ir.BooleanValue | bool = True) -> ir.Table:
    kept = table.filter(table[moment].notnull() & where)
    return kept.select(
        "customer_id", day=kept[moment].date() if moment.endswith("_at") else kept[moment], what=ibis.literal(what)
    )


_EVENTS = {
    "customers": lambda t: [_event(t, "acquired_on", "known")],
    "transactions": lambda t: [_event(t, "ordered_at", "known")],
    "interactions": lambda t: [
        _event(t, "occurred_at", "contact", (t.direction != "inbound").fill_null(True)),
        _event(t, "occurred_at", "answer", (t.responded | (t.direction == "inbound")).fill_null(False)),
    ],
    "campaign_members": lambda t: [
        _event(t, "contacted_at", "contact", t.arm == "treatment"),
        _event(t, "responded_at", "answer"),
    ],
    "opportunities": lambda t: [_event(t, "opened_on", "opened"), _event(t, "closed_on", "closed")],
}
