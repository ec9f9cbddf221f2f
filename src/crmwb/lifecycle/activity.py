"""What each customer did in each month: one pass over the days, from which every past month end is known."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Self

import ibis
import ibis.expr.types as ir
import numpy as np

from crmwb import engine
from crmwb.calendar import EPOCH, month_column
from crmwb.engine import Backend
from crmwb.files.parquet import runs
from crmwb.history.asof import days_between
from crmwb.history.month_days import MonthDays
from crmwb.history.places import Places

MICRO = 1_000_000  # logs of gaps are summed as whole millionths: sums of floats differ with the threads
NEVER = -(10**6)  # a day before all days


@dataclass(frozen=True)
class Entries:
    """One entry per customer and month in which something happened, by month, then customer.

    Attributes
    ----------
    customer : ndarray of shape (n,)
        Customers' numbers from 0, in the order of their ids.
    months : dict of int to slice
        The entries of each month (see `calendar.month_of`), ascending.
    of : dict of str to ndarray of shape (n,)
        What happened; days are counted from 1970 on.
    """

    customer: np.ndarray
    months: dict[int, slice]
    of: dict[str, np.ndarray]

    @classmethod
    def by_month(cls, parts: Iterable[tuple[int, np.ndarray, dict[str, np.ndarray]]]) -> Self:
        """Gather months, in their order: each one's number, its customers, and what happened."""
        customers, columns, months = [], dict[str, list[np.ndarray]](), {}
        begins = 0
        for month, customer, of in parts:
            months[month] = slice(begins, begins := begins + len(customer))
            customers.append(customer)
            for name, values in of.items():
                columns.setdefault(name, []).append(values)
        nothing = np.zeros(0, dtype=np.int32)
        # column by column, so that memory holds only one of them twice
        of = {name: np.concatenate(columns.pop(name)) for name in list(columns)}
        return cls(np.concatenate(customers) if customers else nothing, months, of)

    def in_month(self, month: int) -> slice:
        """Return the entries of one month, within which no customer appears twice."""
        return self.months.get(month, slice(0, 0))

    def every(self, step: int) -> "Entries":
        """Return the entries of every `step`-th customer, numbered anew."""

        def some() -> Iterator[tuple[int, np.ndarray, dict[str, np.ndarray]]]:
            for month, rows in self.months.items():
                kept = self.customer[rows] % step == 0
                of = {name: values[rows][kept] for name, values in self.of.items()}
                yield month, self.customer[rows][kept] // step, of

        return self.by_month(some())


@dataclass(frozen=True)
class Activity:
    """What customers did.

    Attributes
    ----------
    entries : Entries
        By month.
    since : ndarray of int32, shape (n_customers,)
        The first day on which anything happened; a day after all days where nothing did.
    """

    entries: Entries
    since: np.ndarray


def purchases(days: Iterable[MonthDays], n_customers: int) -> Activity:
    """Count what each customer bought in each month.

    n_purchases (purchase days), first_day and last_day (of them; `NEVER` in a month of returns only), net_cents (net of
    all returns), and of the gaps that ended in the month: n_gaps, log_gaps (Σ ln days, in millionths),
    squared_log_gaps (Σ ln² days, in millionths).

    Parameters
    ----------
    days : iterable of MonthDays
        In the order of months.
    n_customers : int
        How many there are.
    """
    since = np.full(n_customers, -NEVER, dtype=np.int32)
    entries = Entries.by_month(_monthly(month, since) for month in days if len(month.day))
    return Activity(entries, since)


def _monthly(days: MonthDays, since: np.ndarray) -> tuple[int, np.ndarray, dict[str, np.ndarray]]:
    begins = np.flatnonzero(np.append(True, days.customer[1:] != days.customer[:-1]))
    who, bought = days.customer[begins], days.is_purchase
    since[who] = np.minimum(since[who], days.day[begins])
    first = np.minimum.reduceat(np.where(bought, days.day, -NEVER).astype(np.int32), begins)
    ended = days.gap > 0
    logs = np.log(np.maximum(days.gap, 1).astype(np.float64))
    sums = {
        "n_purchases": (bought, np.int8),  # a month has 31 days at most
        "net_cents": (days.cents, np.int64),
        "n_gaps": (ended, np.int8),
        "log_gaps": ((logs * MICRO).round(), np.int32),
        "squared_log_gaps": ((logs * logs * MICRO).round(), np.int32),
    }
    of = {name: np.add.reduceat(values.astype(kind), begins, dtype=kind) for name, (values, kind) in sums.items()}
    of["net_cents"] = _narrow(of["net_cents"])
    of["first_day"] = np.where(first == -NEVER, np.int32(NEVER), first)
    of["last_day"] = np.maximum.reduceat(np.where(bought, days.day, np.int32(NEVER)), begins)
    return days.month, who, of


def _narrow(values: np.ndarray) -> np.ndarray:
    """Return whole numbers in half of the memory where they fit into it."""
    fits = not len(values) or max(-int(values.min()), int(values.max())) < 2**31
    return values.astype(np.int32) if fits else values


CONTACTS = ("last_contact", "last_answer", "n_opened", "n_closed")


def read_contacts(con: Backend, tables: Mapping[str, ir.Table], as_of: date, places: Places) -> Activity:
    """Count by month before `as_of` how each customer was spoken to; none where no table knows of contacts.

    last_contact and last_answer (the last day we turned to them, and they to us; `NEVER` where not), n_opened and
    n_closed (opportunities). The day they became a customer counts as one on which something happened.
    """
    since = np.full(len(places.ids), -NEVER, dtype=np.int32)
    acquired = tables["customers"].select("customer_id", day="acquired_on").filter(lambda t: t.day.notnull())
    acquired = _before(acquired, as_of).select("customer_id", number=lambda t: _day_number(t.day))
    for batch in engine.batches(con, acquired):
        _earliest(since, places.of(batch["customer_id"]), batch["number"].to_numpy())
    return Activity(Entries.by_month(_contacts(con, tables, as_of, places, since)), since)


def _contacts(
    con: Backend, tables: Mapping[str, ir.Table], as_of: date, places: Places, since: np.ndarray
) -> Iterator[tuple[int, np.ndarray, dict[str, np.ndarray]]]:
    events = [event for name in _EVENTS if name in tables for event in _EVENTS[name](tables[name])]
    if not events:
        return
    every = ibis.union(*(_before(event.filter(event.customer_id.notnull()), as_of) for event in events))
    by_day = every.mutate(month=month_column(every.day), number=_day_number(every.day))
    monthly = by_day.group_by("customer_id", "month").aggregate(
        last_contact=by_day.number.max(where=by_day.what == "contact").fill_null(NEVER).cast("int32"),
        last_answer=by_day.number.max(where=by_day.what == "answer").fill_null(NEVER).cast("int32"),
        n_opened=by_day.count(where=by_day.what == "opened").cast("int32"),
        n_closed=by_day.count(where=by_day.what == "closed").cast("int32"),
        first=by_day.number.min().cast("int32"),
    )
    batches = engine.batches(con, monthly.order_by("month", "customer_id"))
    for month, parts in groupby(runs(batches, "month"), itemgetter(0)):
        rows = [part for _, part in parts]
        customer = np.concatenate([places.of(part["customer_id"]) for part in rows])
        of = {name: np.concatenate([part[name].to_numpy() for part in rows]) for name in (*CONTACTS, "first")}
        _earliest(since, customer, of.pop("first"))
        there = customer >= 0
        yield month, customer[there], {name: values[there] for name, values in of.items()}


def _earliest(since: np.ndarray, customer: np.ndarray, day: np.ndarray) -> None:
    there = customer >= 0
    np.minimum.at(since, customer[there], day[there].astype(np.int32))


def _before(events: ir.Table, as_of: date) -> ir.Table:
    return events.filter(events.day < ibis.literal(as_of))


def _day_number(day: ir.DateValue) -> ir.IntegerValue:
    """Count the days from 1970 to a day."""
    return days_between(ibis.literal(EPOCH), day)


def _event(table: ir.Table, moment: str, what: str, where: ir.BooleanValue | bool = True) -> ir.Table:
    kept = table.filter(table[moment].notnull() & where)
    return kept.select(
        "customer_id", day=kept[moment].date() if moment.endswith("_at") else kept[moment], what=ibis.literal(what)
    )


_EVENTS = {
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
