"""Time as it counts for who buys in a season: a day of the high season is longer than a day when hardly anybody buys.

Models of purchases take seven silent months for a customer who left. Of a company that sells skis in winter they are
none: everybody is silent in summer. So time is stretched by how often customers buy at each time of the year, and the
models, which know no season, are fitted and asked in that time: a non-homogeneous Poisson process is a homogeneous one
after such a change of time (Daley & Vere-Jones 2003, "An Introduction to the Theory of Point Processes", section 7.4).
A whole year stays a year.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np

from crmwb.features.purchase_days import PurchaseDays

YEAR_DAYS = 365
PARTS = 12  # of a year
MIN_YEARS, MOST_YEARS = 2, 4  # a season seen once may have been chance
MIN_CUSTOMERS = 30  # with a purchase in the year before: of fewer, a part of a year tells nothing
STRONG = 0.3  # standard deviation over the parts of a year, from which on a season changes what silence means
LEAST_GAP = 0.5  # days
LEAST = 0.02  # of the usual pace: time never stands still
ROUNDS = 20
DECIMALS = 4
BLOCK = 1 << 20  # purchases that are counted at a time


@dataclass(frozen=True)
class SeasonalTime:
    """A change of time, the same every year.

    Attributes
    ----------
    pace : tuple of float
        How fast time passes in each twelfth of a year from `anchor` on, mean 1; empty where days are all alike.
    anchor : int
        Where a year begins, as `calendar.day_number` returns it.

    Examples
    --------
    A company whose customers buy in the first half of the year only, as good as:

    >>> from crmwb.features.seasonal_time import SeasonalTime
    >>> time = SeasonalTime((1.9,) * 6 + (0.1,) * 6, anchor=0)
    >>> [round(float(time.between(begins, ends))) for begins, ends in ((0, 182), (183, 365), (0, 730))]
    [346, 18, 730]
    """

    pace: tuple[float, ...] = ()
    anchor: int = 0

    @classmethod
    def learn(cls, counts: "DailyCounts", origin: int) -> Self:
        """Learn from the repeat purchases before `origin`; days are all alike where no strong season shows.

        Purchases of a twelfth of a year, over the customers who had bought in the year before it, are laid on a level
        for each year times a pace for each twelfth. The paces are drawn towards 1 by how much of their spread the
        differences between years would make by chance.

        Parameters
        ----------
        counts : DailyCounts
            Of which nothing at or after `origin` is looked at.
        origin : int
            The first day not known; years are counted back from it.
        """
        n_years = min((origin - counts.first_day) // YEAR_DAYS, MOST_YEARS)
        if n_years < MIN_YEARS:
            return cls()
        edges = origin - np.arange(n_years * PARTS, -1, -1) * YEAR_DAYS / PARTS
        bought = np.diff(counts.until(counts.repeats, edges)).reshape(n_years, PARTS)
        able = (counts.until(counts.purchases, edges) - counts.until(counts.ends, edges))[:-1].reshape(n_years, PARTS)
        pace = _pace(bought, able)
        return cls() if pace is None else cls(tuple(pace.tolist()), origin)

    def between(self, begins: np.ndarray | float, ends: np.ndarray | float) -> np.ndarray:
        """Return how much of this time passes between days of the calendar.

        Parameters
        ----------
        begins, ends : float or ndarray of shape (n,)
            Days, as `calendar.day_number` returns them; parts of days count.

        Returns
        -------
        ndarray of shape (n,)
            Days; as many as in the calendar where days are all alike.
        """
        if not self.pace:
            return np.asarray(np.asarray(ends, dtype=np.float64) - begins)
        passed = self._at(np.asarray(ends, dtype=np.float64)) - self._at(np.asarray(begins, dtype=np.float64))
        return np.asarray(passed)

    def gaps(self, begins: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Return how much of this time passes between successive purchases, half a day at least: logs are taken."""
        return np.asarray(np.maximum(self.between(begins, ends), LEAST_GAP))

    def calendar_days(self, since: np.ndarray | float, passed: np.ndarray) -> np.ndarray:
        """Return after how many days of the calendar as much of this time will have passed, shape (n,)."""
        if not self.pace:
            return passed
        begins = np.asarray(since, dtype=np.float64)
        years, part = np.divmod((self._at(begins) + passed) / YEAR_DAYS, 1.0)
        part = np.interp(part, self._passed(), np.arange(PARTS + 1) / PARTS)
        return np.asarray(self.anchor + YEAR_DAYS * (years + part) - begins)

    def histories(
        self, frequency: np.ndarray, recency_days: np.ndarray, age_days: np.ndarray, end: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return purchase histories in this time, in whole days, so that few of them differ.

        Parameters
        ----------
        frequency, recency_days, age_days : ndarray of shape (n,)
            x, t_x and T in days of the calendar.
        end : int
            Where T ends, as `calendar.day_number` returns it.

        Returns
        -------
        tuple of three ndarray of shape (n,)
            x, t_x and T.
        """
        if not self.pace:
            return frequency, recency_days, age_days
        first = end - age_days
        recency = np.where(frequency > 0, np.maximum(np.rint(self.between(first, first + recency_days)), 1.0), 0.0)
        return frequency, recency, np.maximum(np.rint(self.between(first, float(end))), recency)

    def _at(self, day: np.ndarray) -> np.ndarray:
        years, part = np.divmod((day - self.anchor) / YEAR_DAYS, 1.0)
        return np.asarray(YEAR_DAYS * (years + np.interp(part * PARTS, np.arange(PARTS + 1), self._passed())))

    def _passed(self) -> np.ndarray:
        """Return the part of a year's time that has passed after each part of a year."""
        return np.concatenate([[0.0], np.cumsum(self.pace)]) / PARTS


EVEN = SeasonalTime()


@dataclass(frozen=True)
class DailyCounts:
    """What happened on each day: all that the season of any moment is learned from.

    Attributes
    ----------
    first_day : int
        The first day with a purchase.
    purchases, repeats, ends : ndarray of shape (n_days,)
        Purchases of a day; those of customers who had bought before; and purchases that, on this day, were followed by
        another or were a year ago.
    """

    first_day: int
    purchases: np.ndarray
    repeats: np.ndarray
    ends: np.ndarray

    @classmethod
    def of(cls, days: PurchaseDays) -> Self:
        """Count the purchases of each day."""
        if not len(days.day):
            return cls(np.iinfo(np.int32).max, *(np.zeros(0),) * 3)
        first, n_days = days.first_day, int(days.day.max()) - days.first_day + YEAR_DAYS + 1
        counts = np.zeros((3, n_days))
        for begins in range(0, len(days.day), BLOCK):  # copies of all purchases would take much memory
            rows = slice(begins, begins + BLOCK + 1)  # with the one after them
            customer, day = days.customer[rows], days.day[rows].astype(np.int64) - first
            same = np.append(customer[1:] == customer[:-1], False)[:BLOCK]
            following = np.where(same, np.append(day[1:], 0)[:BLOCK], np.iinfo(np.int32).max)
            ends = np.minimum(following, day[:BLOCK] + YEAR_DAYS)
            for i, which in enumerate((day[:BLOCK], following[same], ends)):
                counts[i] += np.bincount(which, minlength=n_days)
        return cls(first, *counts)

    def until(self, counts: np.ndarray, days: np.ndarray) -> np.ndarray:
        """Return how many of `counts` were before each of `days`, which may lie within a day; shape of `days`."""
        before = np.concatenate([[0.0], np.cumsum(counts)])
        return np.asarray(before[np.clip(np.ceil(days).astype(np.int64) - self.first_day, 0, len(counts))])


def _pace(bought: np.ndarray, able: np.ndarray) -> np.ndarray | None:
    """Return the pace of each part of a year, mean 1; None where no strong season shows in the years.

    Parameters
    ----------
    bought, able : ndarray of shape (n_years, n_parts)
        Purchases, and the customers who might have made them.
    """
    known = able >= MIN_CUSTOMERS
    whole = known.all(axis=1)
    if whole.sum() < MIN_YEARS:
        return None
    bought, able = bought[whole], able[whole]
    pace = np.ones(bought.shape[1])
    for _ in range(ROUNDS):
        level = bought.sum(axis=1) / (able * pace).sum(axis=1)
        if not (level > 0).all():
            return None
        pace = bought.sum(axis=0) / (able * level[:, None]).sum(axis=0)
        pace /= pace.mean()
    of_year = bought / (able * level[:, None])
    by_chance = float(of_year.var(axis=0, ddof=1).mean()) / len(of_year)
    spread = float(pace.var())
    pace = 1 + (pace - 1) * max(0.0, 1 - by_chance / spread) if spread > 0 else np.ones_like(pace)
    if pace.std() < STRONG:
        return None
    pace = np.maximum(pace, LEAST)
    return np.asarray(np.round(pace / pace.mean(), DECIMALS))
