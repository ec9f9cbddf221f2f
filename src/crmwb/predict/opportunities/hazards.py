"""Whether and when open opportunities close, by discrete-time hazards with two ways out.

From a landmark on, time is cut into periods. One logistic regression gives the chance that an opportunity still open
closes in a period (the hazard of Singer & Willett 1993, J. Educational Statistics 18), a second the chance that it is
won if it does, so both ways out together never exceed 1. What has not closed when the model is learned counts for the
periods that it was seen open.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from crmwb.predict.logistic import Logistic, levels
from crmwb.predict.opportunities.deals import PROFILE, Deals

TEXTS = ("stage", *PROFILE)
BY_AGE = ("log_age", "root_age", "period", "first", "stage")  # what the plain model reads
NOT_READ = ("opportunity_id", "place", "age", "landmark", "win_probability", "expected_close", *TEXTS)
MAX_ROWS = 30_000  # that a model is learned from; of more, every k-th opportunity
MAX_PERIODS = 60
SHORTEST, LONGEST = 7, 30  # days of a period


@dataclass(frozen=True)
class Ahead:
    """What becomes of open opportunities, period by period; arrays of shape (n, n_periods).

    Attributes
    ----------
    won, lost : ndarray
        Chance to be won, or lost, by the end of each period.
    period_days : int
    """

    won: np.ndarray
    lost: np.ndarray
    period_days: int

    def won_by(self, days: float) -> np.ndarray:
        """Return the chance to be won within so many days, straight within a period; shape (n,)."""
        return _within(self.won, days / self.period_days)

    def median_days(self, longest: float) -> np.ndarray:
        """Return the days after which half would have closed; NaN where that is beyond `longest`."""
        closed = np.column_stack([np.zeros(len(self.won)), self.won + self.lost])
        after = (closed < 0.5).sum(axis=1)
        out = np.full(len(closed), np.nan)
        inside = np.flatnonzero(after < closed.shape[1])
        before, at = closed[inside, after[inside] - 1], closed[inside, after[inside]]
        out[inside] = (after[inside] - 1 + (0.5 - before) / (at - before)) * self.period_days
        return np.where(out <= longest, np.round(out), np.nan)


def _within(cumulative: np.ndarray, periods: float) -> np.ndarray:
    known = np.column_stack([np.zeros(len(cumulative)), cumulative])
    place = min(periods, known.shape[1] - 1.0)
    low = int(place)
    high = min(low + 1, known.shape[1] - 1)
    return np.asarray(known[:, low] + (place - low) * (known[:, high] - known[:, low]))


@dataclass(frozen=True)
class Hazards:
    """A fitted pair of regressions; see the module.

    Attributes
    ----------
    closes, wins : Logistic
    levels : dict of str to tuple of str
        Values of each text with a column of their own.
    period_days : int
    """

    closes: Logistic
    wins: Logistic
    levels: dict[str, tuple[str, ...]]
    period_days: int

    @classmethod
    def fit(
        cls, landmarks: Sequence[pd.DataFrame], deals: Deals, known_until: int, *, only: Sequence[str] = ()
    ) -> Self | None:
        """Learn from past landmarks; None where too few opportunities closed after them.

        Parameters
        ----------
        landmarks : sequence of DataFrame
            See `landmark`, each with its day in `landmark`.
        deals : Deals
            When and how each closed; what closed at or after `known_until` counts as open.
        known_until : int
            A day.
        only : sequence of str
            Columns to learn from; all where not given.
        """
        if not landmarks:
            return None
        at = pd.concat(landmarks, ignore_index=True)
        closed = deals.rows["closed"].to_numpy()[at["place"]]
        won = deals.rows["won"].to_numpy()[at["place"]]
        start = at["landmark"].to_numpy(np.float64)
        ends = np.minimum(closed, known_until)
        period_days = _period(deals, known_until)
        is_over = closed < known_until
        # A period counts in which it closed, or through which it was seen open.
        n_periods = np.floor((ends - start) / period_days).astype(np.int64) + is_over
        n_periods = np.minimum(n_periods, MAX_PERIODS)
        step = max(1, -(-int(n_periods.sum()) // MAX_ROWS))
        kept = np.flatnonzero((at["place"].to_numpy() % step == 0) & (n_periods > 0))
        row = np.repeat(kept, n_periods[kept])
        period = np.arange(len(row)) - np.repeat(np.cumsum(n_periods[kept]) - n_periods[kept], n_periods[kept])
        ended = is_over[row] & (np.floor((closed[row] - start[row]) / period_days) == period)
        common = {
            name: tuple(str(c).partition("=")[2] for c in levels(pd.Series(at[name], name=name))) for name in TEXTS
        }
        x = columns(at.iloc[row].reset_index(drop=True), period, period_days, common, only)
        closes = Logistic.fit(x, ended)
        wins = Logistic.fit(x[ended].reset_index(drop=True), won[row][ended])
        return None if closes is None or wins is None else cls(closes, wins, common, period_days)

    def ahead(self, at: pd.DataFrame, days: float) -> Ahead:
        """Return what becomes of opportunities open at a landmark within so many days."""
        n_periods = max(1, int(np.ceil(days / self.period_days)))
        still, won, lost = np.ones(len(at)), np.zeros(len(at)), np.zeros(len(at))
        every_won, every_lost = [], []
        for period in range(n_periods):
            x = columns(at, np.full(len(at), period), self.period_days, self.levels, self.closes.columns)
            closes, wins = self.closes.chance(x), self.wins.chance(x)
            won, lost = won + still * closes * wins, lost + still * closes * (1 - wins)
            still = still * (1 - closes)
            every_won.append(won)
            every_lost.append(lost)
        shape = (len(at), n_periods)
        return Ahead(np.array(every_won).T.reshape(shape), np.array(every_lost).T.reshape(shape), self.period_days)


def columns(
    at: pd.DataFrame, period: np.ndarray, period_days: int, common: dict[str, tuple[str, ...]], only: Sequence[str]
) -> pd.DataFrame:
    """Return what a chance is read from: of each row in its period after the landmark."""
    numbers = at[[name for name in at.columns if name not in NOT_READ]].astype(np.float64)
    out = {name: numbers[name].to_numpy() for name in numbers}
    age = at["age"].to_numpy(np.float64) + period * period_days
    out |= {"log_age": np.log1p(age), "root_age": np.sqrt(age), "period": np.log1p(period), "first": period == 0}
    for name in TEXTS:
        texts = at[name].astype(object)
        out |= {f"{name}={value}": (texts == value).to_numpy(np.float64) for value in common[name]}
    frame = pd.DataFrame(out).astype(np.float64)
    if not only:
        return frame
    return frame[[name for name in frame if name in only or str(name).partition("=")[0] in only]]


def _period(deals: Deals, known_until: int) -> int:
    """Return the days of a period: a quarter of the median time from opening to closing, within bounds."""
    rows = deals.rows[(deals.rows["closed"] < known_until) & deals.rows["opened"].notna()]
    median = float((rows["closed"] - rows["opened"]).median()) if len(rows) else 0.0
    return int(np.clip(round(median / 4), SHORTEST, LONGEST))
