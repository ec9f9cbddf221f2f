"""What is known of every customer as time goes by."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from crmwb.lifecycle.activity import NEVER, Entries
from crmwb.lifecycle.names import UNKNOWN

FAR_MONTH = -(10**6)
SUMS = {
    "n_purchases": np.int32, "n_gaps": np.int32, "log_gaps": np.int64, "squared_log_gaps": np.int64,
    "n_opened": np.int32, "n_closed": np.int32,
}  # fmt: skip
LATEST = ("last_day", "last_contact", "last_answer")


@dataclass(frozen=True)
class State:
    """What is known at one moment; arrays of shape (n_customers,), changed in place as time goes on.

    Attributes
    ----------
    sums, latest : dict of str to ndarray
        Of what entries tell: SUMS, LATEST.
    first_day : ndarray
        Of the first purchase; a day after all days where there was none.
    returned_month : ndarray
        Of the last return after having lapsed.
    was_lapsed, ever_lapsed : ndarray of bool
    stage, fresh_stage : ndarray of int8
        At the last month end, with hysteresis and without.
    """

    sums: dict[str, np.ndarray]
    latest: dict[str, np.ndarray]
    first_day: np.ndarray
    returned_month: np.ndarray
    was_lapsed: np.ndarray
    ever_lapsed: np.ndarray
    stage: np.ndarray
    fresh_stage: np.ndarray

    @classmethod
    def of(cls, n: int) -> Self:
        """Return what is known of `n` customers before anything happened."""
        return cls(
            {name: np.zeros(n, dtype=kind) for name, kind in SUMS.items()},
            {name: np.full(n, NEVER, dtype=np.int32) for name in LATEST},
            np.full(n, -NEVER, dtype=np.int32),
            np.full(n, FAR_MONTH, dtype=np.int32),
            np.zeros(n, dtype=bool),
            np.zeros(n, dtype=bool),
            np.full(n, UNKNOWN, dtype=np.int8),
            np.full(n, UNKNOWN, dtype=np.int8),
        )

    @property
    def gaps(self) -> list[np.ndarray]:
        """n_gaps, log_gaps and squared_log_gaps, as `rhythm.pool` takes them."""
        return [self.sums[name] for name in ("n_gaps", "log_gaps", "squared_log_gaps")]

    def some(self, rows: slice) -> Self:
        """Return the state of some customers; where it changes, this one does."""
        sums, latest = ({name: values[rows] for name, values in of.items()} for of in (self.sums, self.latest))
        others = (self.first_day, self.returned_month, self.was_lapsed, self.ever_lapsed, self.stage, self.fresh_stage)
        return type(self)(sums, latest, *(values[rows] for values in others))

    def add(self, entries: Entries, month: int) -> None:
        """Add what happened in one month."""
        rows = entries.in_month(month)
        who = entries.customer[rows]
        for name, values in ((name, values[rows]) for name, values in entries.of.items()):
            if name in self.sums:
                self.sums[name][who] += values
            elif name in self.latest:
                self.latest[name][who] = np.maximum(self.latest[name][who], values)
            elif name == "first_day":
                self.first_day[who] = np.minimum(self.first_day[who], np.where(values == NEVER, -NEVER, values))
        if "n_purchases" in entries.of:
            back = who[(entries.of["n_purchases"][rows] > 0) & self.was_lapsed[who]]
            self.returned_month[back] = month
