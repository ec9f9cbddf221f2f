"""The stages through time: who was where, since when, and what stood behind it at the end."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
import pandas as pd

from crmwb.calendar import month_of
from crmwb.lifecycle.activity import Entries
from crmwb.lifecycle.history import Moment
from crmwb.lifecycle.names import INTRODUCTION, LAPSED, UNKNOWN


@dataclass(frozen=True)
class Timeline:
    """The stage of every customer at every moment.

    Attributes
    ----------
    ends : tuple of date
        Month ends (exclusive, so first days of months) without a gap; the last one is now, whatever day that is.
    stages : ndarray of int8, shape (n_ends, n_customers)
        Numbers of `names.STAGES`; `UNKNOWN` for who was not known yet.
    now : Moment
        The last one, with the bounds that stood behind it.
    n_held : tuple of int, length n_ends
        Of those who bought, how many are in another stage than without hysteresis.
    """

    ends: tuple[date, ...]
    stages: np.ndarray
    now: Moment
    n_held: tuple[int, ...]

    @classmethod
    def of(cls, moments: Iterable[Moment], n_ends: int, n_customers: int) -> Self:
        """Gather the moments; memory holds one byte for each and customer."""
        stages = np.full((n_ends, n_customers), UNKNOWN, dtype=np.int8)
        ends, n_held = [], []
        for i, moment in enumerate(moments):
            stages[i] = moment.stage
            ends.append(moment.as_of)
            n_held.append(int((moment.stage != moment.fresh_stage).sum()))
        return cls(tuple(ends), stages, moment, tuple(n_held))

    def changes(self) -> pd.DataFrame:
        """Count, at each month end, customers who bought and those whose stage changed.

        Returns
        -------
        DataFrame
            as_of, n_customers (who had bought), n_before (of them, who had bought a month earlier too), n_changed (of
            these), n_held (in another stage than without hysteresis).
        """
        rows = []
        for i in range(self.n_whole):
            bought = self.stages[i] >= INTRODUCTION
            both = bought & (self.stages[i - 1] >= INTRODUCTION) if i else np.zeros_like(bought)
            n_changed = int((both & (self.stages[i] != self.stages[i - 1])).sum()) if i else 0
            rows.append((self.ends[i], int(bought.sum()), int(both.sum()), n_changed, self.n_held[i]))
        return pd.DataFrame(rows, columns=["as_of", "n_customers", "n_before", "n_changed", "n_held"])

    @property
    def n_whole(self) -> int:
        """How many moments are month ends: all, but for a last one that lies within a month."""
        return len(self.ends) - (self.ends[-1].day > 1)

    def is_active(self, i: int) -> np.ndarray:
        """Tell who is a customer at the i-th moment: bought and has not lapsed, shape (n_customers,)."""
        return np.asarray((self.stages[i] >= INTRODUCTION) & (self.stages[i] != LAPSED))

    def month_before(self, i: int) -> int:
        """Return the month that ended, or was under way, at the i-th moment."""
        end = self.ends[i]
        return month_of(end) - (end.day == 1)

    def runs(self) -> tuple[np.ndarray, np.ndarray]:
        """Return of each customer the first moment of the present stage, and the stage before it.

        Returns
        -------
        since : ndarray of shape (n_customers,)
            The number of the moment.
        before : ndarray of int8, shape (n_customers,)
            `UNKNOWN` where there was none, or none is known.
        """
        since = np.full(self.stages.shape[1], len(self.ends) - 1, dtype=np.int16)
        before = np.full(self.stages.shape[1], UNKNOWN, dtype=np.int8)
        is_same = np.ones(self.stages.shape[1], dtype=bool)
        for i in range(len(self.ends) - 2, -1, -1):
            same_now = is_same & (self.stages[i] == self.stages[-1])
            left = is_same & ~same_now
            before[left] = self.stages[i][left]
            since[same_now] = i
            is_same = same_now
        return since, before


def net_cents(purchases: Entries, month: int, n_customers: int) -> np.ndarray:
    """Return what each customer brought in a month, net of returns, shape (n_customers,)."""
    cents = np.zeros(n_customers, dtype=np.int64)
    if "net_cents" in purchases.of:
        rows = purchases.in_month(month)
        cents[purchases.customer[rows]] = purchases.of["net_cents"][rows]
    return cents
