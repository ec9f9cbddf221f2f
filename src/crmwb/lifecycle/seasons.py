"""The season as it was known at each moment, and the gaps between purchases in its time."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

import ibis.expr.types as ir
import numpy as np

from crmwb.calendar import day_number
from crmwb.engine import Backend
from crmwb.features.purchase_days import PurchaseDays, read_days
from crmwb.features.seasonal_time import MIN_YEARS, YEAR_DAYS, DailyCounts, SeasonalTime
from crmwb.lifecycle.activity import MICRO


@dataclass(frozen=True)
class Seasons:
    """What was bought on which day; the season of each moment is learned from what came before it.

    Attributes
    ----------
    customer, day : ndarray of shape (n,)
        Numbers of customers as in `activity.Entries`, and days as `calendar.day_number` returns them; by customer,
        then day.
    n_customers : int
        How many there are, with those who never bought.
    counts : DailyCounts
        Of all customers.
    """

    customer: np.ndarray
    day: np.ndarray
    n_customers: int
    counts: DailyCounts

    @classmethod
    def of(cls, days: PurchaseDays, ids: np.ndarray) -> Self:
        """Take purchase days; customers are numbered by their place in `ids`, which are sorted."""
        places = np.minimum(np.searchsorted(ids, days.ids), max(len(ids) - 1, 0))
        known = (ids[places] == days.ids)[days.customer] if len(ids) else np.zeros(len(days.day), dtype=bool)
        customer = places[days.customer[known]] if len(ids) else np.zeros(0, dtype=np.int64)
        return cls(customer, days.day[known].astype(np.int64), len(ids), DailyCounts.of(days))

    @classmethod
    def none(cls, n_customers: int) -> Self:
        """Return what is known where nothing was bought: no season."""
        nothing = np.zeros(0, dtype=np.int64)
        return cls(nothing, nothing, n_customers, DailyCounts.of(PurchaseDays(nothing, nothing, nothing, nothing)))

    def every(self, step: int) -> Self:
        """Return every `step`-th customer, in the season of all."""
        kept = self.customer % step == 0
        n_customers = -(-self.n_customers // step)
        return type(self)(self.customer[kept] // step, self.day[kept], n_customers, self.counts)

    def time_at(self, end: date) -> SeasonalTime:
        """Return the time of the season that was known at a moment; plain days where none was."""
        return SeasonalTime.learn(self.counts, day_number(end))

    def gaps(self, time: SeasonalTime) -> "Gaps":
        """Return all gaps in this time."""
        same = self.customer[1:] == self.customer[:-1]
        logs = np.log(time.gaps(self.day[:-1][same], self.day[1:][same]))
        sums = ((logs * MICRO).round(), (logs * logs * MICRO).round())
        return Gaps(time, self.n_customers, self.customer[1:][same], self.day[1:][same], *sums)


@dataclass(frozen=True)
class Gaps:
    """Gaps between purchases.

    Attributes
    ----------
    time : SeasonalTime
        That they are measured in.
    n_customers : int
        How many there are, with those who have no gap.
    customer, day : ndarray of shape (n,)
        Whose gap it is, and the day on which it ended.
    log, squared_log : ndarray of shape (n,)
        Of the gap, in whole millionths.
    """

    time: SeasonalTime
    n_customers: int
    customer: np.ndarray
    day: np.ndarray
    log: np.ndarray
    squared_log: np.ndarray

    def until(self, end: date) -> list[np.ndarray]:
        """Return n_gaps, log_gaps and squared_log_gaps as `rhythm.pool` takes them, each of shape (n_customers,)."""
        known = self.day < day_number(end)
        who = self.customer[known]
        sums = [np.bincount(who, of[known], self.n_customers) for of in (self.log, self.squared_log)]
        return [values.astype(np.int64) for values in (np.bincount(who, minlength=self.n_customers), *sums)]


def read_seasons(con: Backend, tables: Mapping[str, ir.Table], ids: np.ndarray, window: tuple[date, date]) -> Seasons:
    """Read what the season is learned from; nothing where the history is too short for one.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables.
    tables : mapping of str to ir.Table
        Clean canonical tables by name.
    ids : ndarray of str of shape (n_customers,)
        Of all customers, ascending.
    window : (date, date)
        The first event's day, and as_of (exclusive).
    """
    first, as_of = window
    if "transactions" not in tables or (as_of - first).days < MIN_YEARS * YEAR_DAYS:
        return Seasons.none(len(ids))
    return Seasons.of(read_days(con, tables["transactions"], as_of), ids)
