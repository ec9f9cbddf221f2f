"""The season as it was known at each moment, and the gaps between purchases in its time."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial
from typing import Self

import numpy as np

from crmwb.calendar import day_number, start_of
from crmwb.features.seasonal_time import YEAR_DAYS, DailyCounts, SeasonalTime
from crmwb.history.month_days import MonthDays
from crmwb.lifecycle.activity import MICRO, NEVER, Activity, purchases


@dataclass(frozen=True)
class Gaps:
    """Gaps between purchases.

    Attributes
    ----------
    months : dict of int to (customer, begins, ends)
        By the month in which they ended, ascending; customers' numbers as in `activity.Entries`, and the days of both
        purchases, each of shape (n,).
    """

    months: dict[int, tuple[np.ndarray, np.ndarray, np.ndarray]]

    @classmethod
    def of(cls, days: Iterable[MonthDays]) -> Self:
        """Take the gaps of months of days."""
        months = {}
        for month in days:
            ended = month.gap > 0
            day = month.day[ended]
            months[month.month] = (month.customer[ended], day - month.gap[ended], day)
        return cls(months)

    def every(self, step: int) -> Self:
        """Return the gaps of every `step`-th customer, numbered anew."""
        months = {}
        for month, (customer, begins, ends) in self.months.items():
            kept = customer % step == 0
            months[month] = (customer[kept] // step, begins[kept], ends[kept])
        return type(self)(months)

    def between(self, first: int, until: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
        """Yield those that ended from one day to before another, as `months` holds them."""
        for month, gaps in self.months.items():
            begins, stops = (day_number(start_of(at)) for at in (month, month + 1))
            if stops <= first or begins >= until:
                continue
            inside = (gaps[2] >= first) & (gaps[2] < until)
            yield gaps if inside.all() else tuple(values[inside] for values in gaps)  # type: ignore[misc]


@dataclass(frozen=True)
class Seasons:
    """What was bought on which day; the season of each moment is learned from what came before it.

    Attributes
    ----------
    n_customers : int
        How many there are, with those who never bought.
    counts : DailyCounts
        Of all customers.
    read : callable
        Returns the gaps between purchases; asked only where there is a season.
    """

    n_customers: int
    counts: DailyCounts
    read: Callable[[], Gaps]

    @classmethod
    def none(cls, n_customers: int) -> Self:
        """Return what is known where nothing was bought: no season."""
        return cls(n_customers, _Counting(0).counts(), partial(Gaps, {}))

    def every(self, step: int) -> Self:
        """Return every `step`-th customer, in the season of all."""
        return type(self)(-(-self.n_customers // step), self.counts, lambda: self._gaps.every(step))

    def time_at(self, end: date) -> SeasonalTime:
        """Return the time of the season that was known at a moment; plain days where none was."""
        return SeasonalTime.learn(self.counts, day_number(end))

    def gaps(self, time: SeasonalTime) -> "TimedGaps":
        """Return all gaps in this time."""
        return TimedGaps(time, self._gaps, self.n_customers)

    @cached_property
    def _gaps(self) -> Gaps:
        return self.read()


@dataclass
class TimedGaps:
    """Gaps between purchases, measured in one time.

    Attributes
    ----------
    time : SeasonalTime
        That they are measured in.
    gaps : Gaps
        In days.
    n_customers : int
        How many there are, with those who have no gap.
    """

    time: SeasonalTime
    gaps: Gaps
    n_customers: int
    _until: int = NEVER
    _sums: list[np.ndarray] = field(default_factory=list)

    def until(self, end: date) -> list[np.ndarray]:
        """Return n_gaps, log_gaps and squared_log_gaps as `rhythm.pool` takes them, each of shape (n_customers,).

        They are added up as time goes on: what is returned changes where a later moment is asked for.
        """
        day = day_number(end)
        if day < self._until or not self._sums:
            self._until, self._sums = NEVER, [np.zeros(self.n_customers, dtype=np.int64) for _ in range(3)]
        for customer, begins, ends in self.gaps.between(self._until, day):
            logs = np.log(self.time.gaps(begins, ends))
            for total, values in zip(self._sums, (np.ones(len(logs)), logs * MICRO, logs * logs * MICRO), strict=True):
                np.add.at(total, customer, values.round().astype(np.int64))
        self._until = day
        return self._sums


def follow(days: Iterable[MonthDays], n_customers: int) -> tuple[Activity, Seasons]:
    """Follow what customers bought, in one pass over their days.

    Parameters
    ----------
    days : iterable of MonthDays
        In the order of months; gone through again where there is a season.
    n_customers : int
        How many customers there are.

    Returns
    -------
    activity : Activity
        What each bought in each month; see `activity.purchases`.
    seasons : Seasons
        What the season of each moment is learned from.
    """
    counting = _Counting(n_customers)
    bought = purchases(counting.counted(days), n_customers)
    return bought, Seasons(n_customers, counting.counts(), partial(Gaps.of, days))


class _Counting:
    """Counts what happened on each day, month by month."""

    def __init__(self, n_customers: int) -> None:
        self._first = NEVER
        self._last = np.full(n_customers, NEVER, dtype=np.int32)  # purchase of each customer
        self._sums = {name: np.zeros(0) for name in ("purchases", "repeats", "ends")}

    def counted(self, days: Iterable[MonthDays]) -> Iterator[MonthDays]:
        """Yield months, each counted before."""
        for month in days:
            bought, ended = month.day[month.is_purchase], month.gap > 0
            if len(bought):
                self._first = int(bought.min()) if self._first == NEVER else self._first
                self._last[month.customer[month.is_purchase]] = bought  # of several, numpy keeps the last
                again, before = month.day[ended], month.day[ended] - month.gap[ended]
                self._add("purchases", bought)
                self._add("repeats", again)
                self._add("ends", np.minimum(again, before + YEAR_DAYS))
            yield month

    def counts(self) -> DailyCounts:
        """Return what was counted."""
        if self._first == NEVER:
            return DailyCounts(np.iinfo(np.int32).max, *(np.zeros(0),) * 3)
        ever = self._last[self._last != NEVER]
        self._add("ends", ever + YEAR_DAYS)
        return DailyCounts(self._first, **self._sums)

    def _add(self, name: str, days: np.ndarray) -> None:
        so_far = self._sums[name]
        total = np.bincount(days - self._first, minlength=len(so_far)).astype(np.float64)
        total[: len(so_far)] += so_far
        self._sums[name] = total
