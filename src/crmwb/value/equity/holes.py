"""Months in which days without sales lie that neither chance nor a season explains: closed once, or lost by the export.

Such months say nothing of how a company sells. For forecasts, a month that is known in part counts as if the rest of it
had gone on alike, and one of which less than half is known as the month before it; as an outcome that forecasts are
tested on, the latter does not count. What is shown as having come is never changed. Months that are without sales every
year are no holes: they are the season.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

import numpy as np

from crmwb.calendar import MONTHS_A_YEAR, start_of
from crmwb.value.equity.cohorts import Cohorts

LEAST_KNOWN = 0.5  # of a month's days, for it to stand for the whole


@dataclass(frozen=True)
class Holes:
    """How much of each month is known.

    Attributes
    ----------
    first_month : int
        See `calendar.month_of`.
    open : ndarray of shape (n_months,)
        The share of its days outside holes.
    """

    first_month: int
    open: np.ndarray

    @classmethod
    def of(cls, holes: Sequence[tuple[date, date]], first_month: int, n_months: int) -> Self:
        """Count the days of holes, each from its first day up to the first day with sales again."""
        known = np.ones(n_months)
        for i in range(n_months):
            begins, ends = start_of(first_month + i), start_of(first_month + i + 1)
            lost = sum(max((min(ends, last) - max(begins, first)).days, 0) for first, last in holes)
            known[i] -= lost / (ends - begins).days
        return cls(first_month, known)

    @property
    def is_known(self) -> np.ndarray:
        """Which months can stand for themselves, shape (n_months,)."""
        return np.asarray(self.open >= LEAST_KNOWN)

    def months_before(self, month: int) -> int | None:
        """Return how many months from `month` on come before one that fell into a hole when it was last due.

        Of such a month nobody knows whether it will be without sales again, unless a year before had some. None where
        there is no such month.
        """
        for ahead in range(MONTHS_A_YEAR):
            places = [month + ahead - back - self.first_month for back in (MONTHS_A_YEAR, 2 * MONTHS_A_YEAR)]
            seen = [bool(self.is_known[place]) for place in places if 0 <= place < len(self.open)]
            if seen and not any(seen):
                return ahead
        return None

    def filled(self, cohorts: Cohorts) -> Cohorts:
        """Return the cohorts as if sales had gone on in the holes."""
        n = cohorts.n_months
        known = self.is_known[:n]
        if (self.open[:n] == 1).all() or not known.any():
            return cohorts
        totals = cohorts.totals / np.where(known, self.open[:n], 1.0)[None, :, None]
        places = np.flatnonzero(known)
        for month in np.flatnonzero(~known):
            before = places[places < month]
            if not len(before):
                continue
            at = int(before[-1])
            totals[:, month] = totals[:, at]
            totals[at, month] = 0.0  # who came in that month does in this one what newcomers do
            totals[month, month] = totals[at, at]
        return replace(cohorts, totals=totals)
