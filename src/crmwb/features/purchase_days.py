"""Every purchase day of every customer."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Self

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from crmwb import engine
from crmwb.calendar import EPOCH
from crmwb.engine import Backend
from crmwb.features import purchases


@dataclass(frozen=True)
class PurchaseDays:
    """One entry per customer and day with a purchase, by customer, then day.

    A purchase day has at least one line that is no return and brings revenue.

    Attributes
    ----------
    ids : ndarray of str of shape (n_customers,)
        Ascending.
    customer : ndarray of shape (n,)
        Places in `ids`.
    day : ndarray of shape (n,)
        As `calendar.day_number` returns it.
    cents : ndarray of shape (n,)
        Revenue of the day, net of the returns brought in on it; of 32 bits where all fit into them.
    """

    ids: np.ndarray
    customer: np.ndarray
    day: np.ndarray
    cents: np.ndarray

    def until(self, origin: int) -> Self:
        """Return the days before `origin`; customers keep their places."""
        known = self.day < origin
        if known.all():
            return self
        return type(self)(self.ids, self.customer[known], self.day[known], self.cents[known])

    def every(self, step: int) -> Self:
        """Return the days of every `step`-th customer, in the order of the ids."""
        kept = self.customer % step == 0
        return type(self)(self.ids[::step], self.customer[kept] // step, self.day[kept], self.cents[kept])

    @property
    def first_day(self) -> int:
        """The first day with a purchase."""
        return int(self.day.min())

    @property
    def n_customers(self) -> int:
        """Customers with a purchase, at whatever time."""
        return len(self.ids)


def read_days(con: Backend, transactions: ir.Table, as_of: date) -> PurchaseDays:
    """Read the purchase days before `as_of`.

    Parameters
    ----------
    con : Backend
        The engine that holds the transactions.
    transactions : ir.Table
        Clean transactions.
    as_of : date
        The first day that is not looked at.
    """
    days = purchases.purchase_days(transactions, as_of)
    numbered = days.select(
        customer=ibis.dense_rank().over(order_by=days.customer_id),
        day=days.day.delta(ibis.literal(EPOCH), unit="day"),
        cents=days.revenue_cents,
    )
    parts: dict[str, list[np.ndarray]] = {"customer": [], "day": [], "cents": []}
    for batch in engine.batches(con, numbered.order_by("customer", "day")):
        for name, part in parts.items():
            part.append(narrow(batch[name].cast(pa.int64()).to_numpy()))  # DuckDB widens sums
    ids = engine.batches(con, days.select("customer_id").distinct().order_by("customer_id")).read_all()
    customer, day, cents = (np.concatenate([np.empty(0, np.int32), *parts.pop(name)]) for name in list(parts))
    return PurchaseDays(ids["customer_id"].to_numpy(), customer, day, cents)


def narrow(numbers: np.ndarray, kind: type[np.integer[Any]] = np.int32) -> np.ndarray:
    """Return whole numbers as integers of that kind, or, where one, or a difference of two, does not fit, unchanged.

    Examples
    --------
    >>> import numpy as np
    >>> from crmwb.features.purchase_days import narrow
    >>> [narrow(np.array([number])).dtype.name for number in (2_000, 2_000_000_000_000)]
    ['int32', 'int64']
    """
    most = np.iinfo(kind).max // 2
    fits = -most <= numbers.min(initial=0) and numbers.max(initial=0) <= most
    return numbers.astype(kind) if fits else numbers
