"""What is known at any moment of the past: purchases, the classic models' forecasts, and the feature table."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd

from crmwb.features.purchase_days import PurchaseDays
from crmwb.features.seasonal_time import DailyCounts, SeasonalTime
from crmwb.value.challenger.classics import Classics
from crmwb.value.challenger.known import Known, known_at
from crmwb.value.challenger.traits import Traits


@dataclass(frozen=True)
class Moment:
    """Customers at an origin, with a horizon ahead.

    Attributes
    ----------
    known : Known
        Their purchases before it, and those within the horizon.
    classics : Classics
        Fitted on what was known.
    expected : dict of str to ndarray of shape (n,)
        By model, purchases within the horizon.
    described : Traits or None
        The feature table at month ends.
    chances : dict of str to ndarray of shape (n,)
        By model, the chance that it gave to what came, as far as somebody asked: see `weights.chances_of`.
    """

    known: Known
    classics: Classics
    expected: dict[str, np.ndarray]
    described: Traits | None
    chances: dict[str, np.ndarray] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def p_alive(self) -> np.ndarray:
        """The chance of being a customer still, the mean over models, shape (n,)."""
        return self.classics.p_alive()

    def traits(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Read columns of the feature table at the last month end, all where not given; none where there is none.

        They are read when they are asked for: of all customers they take much memory, and often nobody asks.
        """
        if self.described is None:
            return pd.DataFrame(index=range(len(self.known)))
        return self.described.at(self.known.origin, self.known.customer, columns)


@dataclass
class _Memory:
    """What was worked out already: it is the same for whoever asks and is allowed to know it."""

    classics: dict[tuple[int, SeasonalTime], Classics] = field(default_factory=dict)
    moments: dict[tuple[int, int, SeasonalTime], Moment] = field(default_factory=dict)
    parts: dict[int, "Past"] = field(default_factory=dict)
    learned: dict[tuple[int, int, SeasonalTime], Any] = field(default_factory=dict)
    times: dict[int, SeasonalTime] = field(default_factory=dict)


@dataclass(frozen=True)
class Past:
    """All that forecasts may be learned from.

    Attributes
    ----------
    days : PurchaseDays
        What was bought.
    traits : Traits or None
        The feature table at month ends.
    end : int or None
        The first day that is not known, where that is not the end of the data.
    time : SeasonalTime or None
        What was learned of the season before `end`, for all earlier moments too; of a moment's own past where none.
    """

    days: PurchaseDays
    traits: Traits | None = None
    end: int | None = None
    time: SeasonalTime | None = None
    _memory: _Memory = field(default_factory=_Memory, repr=False, compare=False)

    def until(self, origin: int) -> Self:
        """Return what was known at `origin` and nothing else, but for the season where that is known already."""
        traits = self.traits and self.traits.until(origin)
        return type(self)(self.days.until(origin), traits, origin, self.time_at(origin), self._memory)

    def time_at(self, origin: int) -> SeasonalTime:
        """Return the time that models of a moment are in."""
        if self.time is not None:
            return self.time
        if origin not in self._memory.times:
            self._memory.times[origin] = SeasonalTime.learn(DailyCounts.of(self.days), origin)
        return self._memory.times[origin]

    def every(self, step: int) -> "Past":
        """Return the past of every `step`-th customer."""
        if step <= 1:
            return self
        if step not in self._memory.parts or self.end is not None:
            part = type(self)(self.days.every(step), self.traits and self.traits.every(step), self.end, self.time)
            if self.end is not None:
                return part
            self._memory.parts[step] = part
        return self._memory.parts[step]

    def once(self, origin: int, horizon_days: int, learn: Callable[[], Any]) -> Any:
        """Return what `learn` learns for a horizon from what was known at `origin`: it is not learned twice."""
        if self.end is not None and origin > self.end:
            return learn()
        key = (origin, horizon_days, self.time_at(origin))
        if key not in self._memory.learned:
            self._memory.learned[key] = learn()
        return self._memory.learned[key]

    def at(self, origin: int, horizon_days: int) -> Moment:
        """Look at the customers as of `origin`, with `horizon_days` ahead.

        What is known before an origin makes the models, and what came within the horizon is the same for everybody who
        may know it: neither is worked out twice.
        """
        is_over = self.end is not None and origin + horizon_days <= self.end
        time = self.time_at(origin)
        if is_over and (origin, horizon_days, time) in self._memory.moments:
            return self._memory.moments[origin, horizon_days, time]
        known = known_at(self.days, origin, horizon_days)
        if (origin, time) not in self._memory.classics and (self.end is None or origin <= self.end):
            self._memory.classics[origin, time] = Classics.fit(known, time)
        classics = self._memory.classics.get((origin, time)) or Classics.fit(known, time)
        moment = Moment(known, classics, classics.expected(horizon_days), self.traits)
        if is_over:
            self._memory.moments[origin, horizon_days, time] = moment
        return moment
