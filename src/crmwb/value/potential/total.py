"""How far what all customers bring together may lie from what is expected of them."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from crmwb.findings import Interval, Money

LONGEST_DAYS, SHORTEST_DAYS = 3_650, 30  # that a test and a horizon are compared by
NARROW = 0.25  # a figure is stated where both ends of its 80% range are this near
MOST_TIMES = 3.0  # nothing is stated where the upper end is so many times what is expected: the range holds anything


@dataclass(frozen=True)
class TotalRange:
    """The 80% range of a total over the horizon, as shares of what is expected.

    Attributes
    ----------
    low, high : float
        What expected totals are multiplied by.
    tested_days : int
        How far ahead earlier forecasts of revenue could be tested; 0 where none could.
    """

    low: float
    high: float
    tested_days: int

    @classmethod
    def learn(
        cls,
        forecast: Sequence[float],
        came: Sequence[float],
        *,
        tested_days: int,
        history_days: int,
        horizon_days: float,
    ) -> Self:
        """Learn from the revenue of earlier holdouts, and carry it to the horizon.

        The level of a shop drifts: beyond what was tested its error grows with the square root of time, as that of a
        random walk (Hyndman & Athanasopoulos 2021, "Forecasting: Principles and Practice", section 5.5).

        Parameters
        ----------
        forecast, came : sequence of float
            Revenue of holdouts, above 0.
        tested_days, history_days : int
            Length of a holdout, and of the history.
        horizon_days : float
            How far ahead the total looks.

        Examples
        --------
        >>> tested = TotalRange.learn([100, 100], [98, 103], tested_days=365, history_days=1500, horizon_days=365)
        >>> round(tested.low, 2), round(tested.high, 2)
        (0.79, 1.27)
        """
        from crmwb.value.challenger.level import Level  # with scikit-learn, which reports do without

        level = Level.learn(forecast, came, history_days)
        farther = max(1.0, min(horizon_days, LONGEST_DAYS) / max(tested_days, SHORTEST_DAYS))
        reach = math.log(level.interval_80[1]) * math.sqrt(farther)
        return cls(round(math.exp(-reach), 4), round(math.exp(reach), 4), tested_days if level.n_holdouts else 0)

    @property
    def is_narrow(self) -> bool:
        """Whether a total may be stated as one figure."""
        return self.high <= 1 + NARROW and self.low >= 1 - NARROW

    @property
    def is_informative(self) -> bool:
        """Whether the range says anything: earlier forecasts of revenue were not off by a multiple."""
        return self.high <= MOST_TIMES

    @classmethod
    def of(cls, models: Mapping[str, Any]) -> Self:
        """Return what models.json of the value stage holds; without a forecast, a range of one figure."""
        total = models.get("total_value")
        return cls(1.0, 1.0, 0) if total is None else cls(total["low"], total["high"], total["tested_days"])

    def stated(self, cents: float, currency: str) -> Money | Interval:
        """Return a sum of future margin as reports state it: its 80% range where the history supports no figure.

        Examples
        --------
        >>> stated = TotalRange(0.5, 2.0, tested_days=90).stated(100_00, "EUR")
        >>> stated.low.cents, stated.high.cents
        (5000, 20000)
        """
        if self.is_narrow:
            return Money(round(cents), currency)
        return Interval(Money(round(cents * self.low), currency), Money(round(cents * self.high), currency))

    def record(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {"low": self.low, "high": self.high, "tested_days": self.tested_days, "is_narrow": self.is_narrow}
