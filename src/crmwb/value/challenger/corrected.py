"""The classic forecast set right, and corrected by learners: everything learned on holdouts before one origin."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from crmwb.value.challenger.corrections import Correction, LogLinear, TwoParts
from crmwb.value.challenger.inputs import LEAST, inputs
from crmwb.value.challenger.level import Level
from crmwb.value.challenger.moments import Moment, Past
from crmwb.value.challenger.traits import Encoding
from crmwb.value.models import NBD

SHORTEST_DAYS = 7  # of a holdout to learn from
SHIFT_DAYS = 7  # the last holdout is also begun so much sooner and later: no one week decides
YEAR_DAYS = 365
MOST_LESSONS = 2  # whole holdouts that the learners see
MIN_CUSTOMERS, MIN_PURCHASES = 50, 30  # in a holdout to learn from


class TooShort(Exception):  # noqa: N818 - no error: it says what a forecaster makes do without
    """The past is too short, or holds too few purchases, to learn from; the message says which."""


@dataclass(frozen=True)
class Corrected:
    """What was learned before an origin.

    Attributes
    ----------
    level : Level
        Sets the classic models' total right.
    models : tuple of str
        Classic models that were fitted at every moment looked at.
    encoding : Encoding
        Of the traits.
    columns : tuple of str
        What the learners see, in their order.
    learners : tuple of Correction
        Their forecasts are averaged (geometric mean).
    rows : int
        Customers at origins that were learned from.
    holdouts : tuple of (int, int)
        Origins and lengths of the holdouts learned from.
    """

    level: Level
    models: tuple[str, ...]
    encoding: Encoding
    columns: tuple[str, ...]
    learners: tuple[Correction, ...]
    rows: int
    holdouts: tuple[tuple[int, int], ...]

    @classmethod
    def learn(cls, past: Past, origin: int, horizon_days: int) -> Self:
        """Learn from holdouts as long as `horizon_days`, or as half the history where that is shorter.

        The level comes from the holdouts of the last year, the last of them also begun a week sooner and later; the
        learners see the last two of them, and the last half of the last.

        Parameters
        ----------
        past : Past
            Of which nothing at or after `origin` is looked at.
        origin, horizon_days : int
            Where from and how far the forecast will look.

        Raises
        ------
        TooShort
            There is too little to learn from.
        """
        past = past.until(origin)
        longest = longest_holdout(past, origin, horizon_days, parts=2)
        last = past.at(origin - longest, longest)
        if why := _too_little(last):
            raise TooShort(why)
        now = past.at(origin, horizon_days)
        models = tuple(name for name in last.expected if name in now.expected)
        if not models:
            raise TooShort("no classic model could be fitted")

        def held(at: Iterable[tuple[int, int]]) -> list[Moment]:
            moments = (past.at(begins, days) for begins, days in at)
            return [m for m in moments if set(models) <= set(m.expected) and not _too_little(m)]

        whole = [last, *held((at, longest) for at in _earlier(past, origin, longest))]
        weeks = (-SHIFT_DAYS, SHIFT_DAYS) if longest >= 4 * SHIFT_DAYS else ()
        shifted = held((origin - longest - days, longest + days) for days in weeks)
        lessons = [*whole[:MOST_LESSONS], *held([(origin - longest // 2, longest // 2)] if longest > 1 else [])]
        stopping = tuple(name for name in models if name != NBD.name)
        parts = [[(m.expected, m.known.later) for m in group] for group in (whole, shifted)]
        level = Level.learn(stopping, *parts)
        encoding = Encoding.learn(last.traits)
        seen = [inputs(m, level.of(m.expected), models, encoding) for m in lessons]
        columns = tuple(str(name) for name in seen[0] if all(name in frame for frame in seen))
        stacked = pd.concat([frame[list(columns)] for frame in seen], ignore_index=True)
        forecast = np.maximum(np.concatenate([level.of(m.expected) for m in lessons]), LEAST)
        later = np.concatenate([m.known.later for m in lessons])
        learners = tuple(kind().fit(stacked, forecast, later) for kind in (LogLinear, TwoParts))
        spent = tuple((m.known.origin, m.known.horizon_days) for m in lessons)
        return cls(level, models, encoding, columns, learners, len(later), spent)

    def base(self, moment: Moment) -> np.ndarray:
        """Return the classic forecast set right, shape (n,)."""
        return self.level.of(moment.expected)

    def inputs(self, moment: Moment) -> pd.DataFrame:
        """Return what the learners see."""
        return inputs(moment, self.base(moment), self.models, self.encoding)[list(self.columns)]

    def log_correction(self, moment: Moment) -> np.ndarray:
        """Return the log of what the learners make of 1 forecast, shape (n,)."""
        return self.log_correction_of(self.inputs(moment), self.base(moment))

    def log_correction_of(self, seen: pd.DataFrame, base: np.ndarray) -> np.ndarray:
        """Return the same from inputs and the classic forecast set right, of any customers."""
        forecast = np.maximum(base, LEAST)
        logs = [np.log(np.maximum(learner.predict(seen, forecast), LEAST / 10)) for learner in self.learners]
        return np.asarray(np.mean(logs, axis=0) - np.log(forecast))


def _earlier(past: Past, origin: int, days: int) -> list[int]:
    """Return where holdouts of that length begin, the latest but one first, as far as a year back.

    At least as many days of history as the holdout has lie before each.
    """
    back = range(2 * days, YEAR_DAYS + 1, days)
    return [origin - n for n in back if origin - n - past.days.first_day >= days]


def longest_holdout(past: Past, origin: int, horizon_days: int, parts: int) -> int:
    """Return the length of the longest holdout to learn from: the horizon, or one of `parts` of the history.

    Raises
    ------
    TooShort
        There is no history to speak of.
    """
    history = origin - past.days.first_day if len(past.days.day) else 0
    longest = min(horizon_days, history // parts)
    if longest < SHORTEST_DAYS:
        raise TooShort(f"{max(history, 0)} days of history are too short to look back on earlier forecasts")
    return longest


def _too_little(moment: Moment) -> str | None:
    """Say why a holdout teaches too little, or None where it does not."""
    n, later = len(moment.known), int(moment.known.later.sum())
    if n >= MIN_CUSTOMERS and later >= MIN_PURCHASES:
        return None
    return (
        f"{n:,} customers with {later:,} later purchases are too few to learn from (at least {MIN_CUSTOMERS} and "
        f"{MIN_PURCHASES} are needed)"
    )
