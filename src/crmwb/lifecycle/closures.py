"""Days on which a whole company sold nothing: closed for a season or once, or lost by an export. They are no silence.

A stretch between two days with sales, or up to the moment, is closed where it is long, where at the pace before it many
purchases would have come in it, and where such stretches do not make up most of the history: then they are how the
company books. Nothing after a moment is needed to tell which days before it were closed. Sales are known by the first
and last day of each customer's months, so stretches that begin and end within one month are not seen: they are short.
"""

from dataclasses import dataclass, field

import numpy as np

from crmwb.features.seasonal_time import EVEN, SeasonalTime
from crmwb.lifecycle.activity import NEVER, Entries

LEAST_DAYS = 28
PACE_MONTHS, PACE_DAYS = 3, 91.0  # before a stretch, by which usual sales are known
SURELY = 15.0  # purchases expected: none of them by chance has a probability of e^-15
RHYTHM = 0.5  # of the history


@dataclass
class Closures:
    """Closed stretches as time goes by.

    Attributes
    ----------
    stretches : list of (int, int)
        First closed day, and the first day with sales again.
    """

    stretches: list[tuple[int, int]] = field(default_factory=list)
    _first: int = NEVER
    _last: int = NEVER
    _sold: dict[int, int] = field(default_factory=dict)

    def add(self, purchases: Entries, month: int) -> None:
        """Add the purchases of one month; months come in their order."""
        if month not in purchases.months:
            return
        rows = purchases.in_month(month)
        bought = purchases.of["n_purchases"][rows] > 0
        if not bought.any():
            return
        begins = int(purchases.of["first_day"][rows][bought].min())
        if self._first == NEVER:
            self._first = begins
        elif self._is_closed(begins):
            self.stretches.append((self._last + 1, begins))
        self._last = int(purchases.of["last_day"][rows][bought].max())
        self._sold = {m: n for m, n in self._sold.items() if m > month - PACE_MONTHS}
        self._sold[month] = int(purchases.of["n_purchases"][rows].sum())

    def _is_closed(self, until: int) -> bool:
        """Whether the days since the last one with sales are a stretch."""
        days = until - self._last - 1
        return days >= LEAST_DAYS and days / PACE_DAYS * sum(self._sold.values()) >= SURELY

    def within(self, since: np.ndarray, today: int, time: SeasonalTime = EVEN) -> np.ndarray:
        """Return how much of `time` from each of `since` up to today was closed, shape (n,)."""
        stretches = [*self.stretches, (self._last + 1, today)] if self._is_closed(today) else self.stretches
        closed = np.zeros(len(since))
        if sum(ends - begins for begins, ends in stretches) > RHYTHM * (today - self._first):
            return closed
        for begins, ends in stretches:
            closed += np.where(since < begins, time.between(begins, ends), 0)
        return closed
