"""What each customer did in each month: one pass over the order lines, from which every past month end is known."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any, Self

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from crmwb import engine
from crmwb.calendar import EPOCH, day_number, month_column, month_of
from crmwb.engine import Backend
from crmwb.features.purchase_days import narrow
from crmwb.features.purchases import days

COUNTS = ("customer", "month", "n_purchases", "first_day", "last_day")
CENTS = ("purchase_cents", "first_day_cents", "net_cents")
KINDS: dict[str, type[np.integer[Any]]] = {
    "month": np.int16,
    "n_purchases": np.int8,
}  # of integers, where these hold them; of others 32 bits


@dataclass(frozen=True)
class Activity:
    """One entry per customer and month with an order line, by month, then customer.

    Attributes
    ----------
    customer : ndarray of shape (n,)
        Customers' numbers from 0, in the order of their ids.
    month : ndarray of shape (n,)
        See `months.month_of`.
    n_purchases : ndarray of shape (n,)
        Purchase days in the month; 0 where there are returns only.
    first_day, last_day : ndarray of shape (n,)
        The first and the last of them, in days from 1970 on; -1 where there is none.
    purchase_cents, first_day_cents : ndarray of shape (n,)
        What all of them, and the first of them, brought, net of the returns brought in on these days.
    net_cents : ndarray of shape (n,)
        What the month brought, net of all returns.
    n_customers : int
        Customers with an order line.
    """

    customer: np.ndarray
    month: np.ndarray
    n_purchases: np.ndarray
    first_day: np.ndarray
    last_day: np.ndarray
    purchase_cents: np.ndarray
    first_day_cents: np.ndarray
    net_cents: np.ndarray
    n_customers: int

    def until(self, month: int) -> slice:
        """Return the entries of the months up to and with `month`."""
        return slice(0, int(np.searchsorted(self.month, month, side="right")))

    def without_one_order(self, month: int) -> Self:
        """Return it as if the customer who spent most in a month had spent what the others of that month did.

        Of one order that is far larger than all others, forecasts would make a season. Unchanged where nobody else
        bought in that month.
        """
        places = np.flatnonzero((self.month == month) & (self.n_purchases > 0))
        if len(places) < 2:
            return self
        largest = int(places[np.argmax(self.net_cents[places])])
        usual = int(np.median(self.net_cents[places[places != largest]]))
        net, spent = self.net_cents.copy(), self.purchase_cents.copy()
        net[largest] = spent[largest] = max(usual, 0)
        return replace(self, net_cents=net, purchase_cents=spent)


@dataclass(frozen=True)
class Histories:
    """Every customer's purchases as they were known at a day; who had not bought by then is left out.

    Attributes
    ----------
    customer : ndarray of shape (n,)
        Numbers of the customers who had bought, ascending.
    frequency, recency_days, age_days : ndarray of shape (n,)
        As the models know them.
    repeat_cents : ndarray of shape (n,)
        What the repeat purchases brought together.
    """

    customer: np.ndarray
    frequency: np.ndarray
    recency_days: np.ndarray
    age_days: np.ndarray
    repeat_cents: np.ndarray

    def __len__(self) -> int:
        return len(self.customer)

    @property
    def monetary_cents(self) -> np.ndarray:
        """Mean revenue of a repeat purchase, shape (n,); NaN without one."""
        return np.where(self.frequency > 0, self.repeat_cents / np.maximum(self.frequency, 1), np.nan)


def read_activity(con: Backend, transactions: ir.Table, as_of: date) -> Activity:
    """Count what each customer did in each month before `as_of`."""
    parts: dict[str, list[np.ndarray]] = {name: [] for name in (*COUNTS, *CENTS)}
    for batch in engine.batches(con, monthly_activity(transactions, as_of)):
        for name, part in parts.items():
            part.append(narrow(batch[name].cast(pa.int64()).to_numpy(), KINDS.get(name, np.int32)))
    columns = {name: np.concatenate([np.empty(0, np.int8), *parts.pop(name)]) for name in (*COUNTS, *CENTS)}
    return Activity(**columns, n_customers=int(columns["customer"].max(initial=-1)) + 1)


def monthly_activity(transactions: ir.Table, as_of: date) -> ir.Table:
    """Return the columns of `Activity`, one row per customer and month with an order line."""
    by_day = days(transactions, as_of)
    by_day = by_day.mutate(
        number=by_day.day.delta(ibis.literal(EPOCH), unit="day").cast("int64"),
        month=month_column(by_day.day).cast("int64"),
    )
    bought = by_day.is_purchase
    sums = by_day.group_by("customer_id", "month").aggregate(
        n_purchases=by_day.count(where=bought),
        first_day=by_day.number.min(where=bought).fill_null(-1),
        last_day=by_day.number.max(where=bought).fill_null(-1),
        purchase_cents=by_day.revenue_cents.sum(where=bought).fill_null(0),
        first_day_cents=by_day.revenue_cents.argmin(by_day.number, where=bought).fill_null(0),
        net_cents=by_day.revenue_cents.sum(),
    )
    sums = sums.mutate(customer=ibis.dense_rank().over(order_by=sums.customer_id))
    return sums.select(*COUNTS, *CENTS).order_by("month", "customer")


def histories_at(activity: Activity, ends: Sequence[date]) -> Iterator[Histories]:
    """Yield the histories as they were known at each of `ends`.

    Parameters
    ----------
    activity : Activity
        Up to the last of `ends`.
    ends : sequence of date
        Ascending; first days of months, and as the last one the as_of of `activity`.
    """
    n = activity.n_customers
    n_purchases, repeat_cents = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    first_day, last_day = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    done = 0
    for end in ends:
        until = activity.until(month_of(end) if end == ends[-1] else month_of(end) - 1).stop
        for begins, stops in _month_slices(activity.month, done, until):
            rows = np.arange(begins, stops)[activity.n_purchases[begins:stops] > 0]
            who = activity.customer[rows]
            is_new = n_purchases[who] == 0
            first_day[who[is_new]] = activity.first_day[rows[is_new]]
            last_day[who] = activity.last_day[rows]
            n_purchases[who] += activity.n_purchases[rows]
            repeat_cents[who] += activity.purchase_cents[rows] - np.where(is_new, activity.first_day_cents[rows], 0)
        done = until
        known = np.flatnonzero(n_purchases)
        yield Histories(
            customer=known,
            frequency=n_purchases[known] - 1,
            recency_days=last_day[known] - first_day[known],
            age_days=day_number(end) - first_day[known],
            repeat_cents=repeat_cents[known],
        )


def _month_slices(month: np.ndarray, begins: int, stops: int) -> Iterator[tuple[int, int]]:
    """Yield where each month's entries begin and stop: within a month, no customer appears twice."""
    cuts = begins + np.flatnonzero(np.diff(month[begins:stops])) + 1
    edges = [begins, *cuts.tolist(), stops]
    yield from ((a, b) for a, b in pairwise(edges) if b > a)
