"""How far what customers bring together, all of them or a part, may lie from what is expected of them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from crmwb.findings import Interval, Money

EIGHTY = 0.9  # upper end of the 80% interval
LONGEST_DAYS, SHORTEST_DAYS = 3_650, 30  # that a test and a horizon are compared by
NARROW = 0.25  # a figure is stated where both ends of its 80% range are this near
USUAL, BELIEF = 0.15, 4.0  # what totals are off by where little was tested (of logs), and how many tests that is worth
FEW = 2.0  # tests' worth of belief that errors which pass are as large as the usual ones
UNTESTED = 0.4  # what a total may be off by (of logs) over the shortest time, where nothing was tested
MOST_TIMES = 3.0  # nothing is stated where the upper end is so many times what is expected: the range holds anything


@dataclass(frozen=True)
class PastTotals:
    """Tests of the total revenue of known customers.

    Attributes
    ----------
    days : int
        How far ahead they look; 0 without one.
    errors : tuple of float
        log(came / forecast), the latest first.
    n_apart : float
        How many stretches apart they are worth; as many as they are where they do not overlap.
    """

    days: int = 0
    errors: tuple[float, ...] = ()
    n_apart: float = 0.0


@dataclass(frozen=True)
class TotalRange:
    """The 80% range of a total over the horizon, as shares of what is expected.

    Attributes
    ----------
    low, high : float
        What expected totals are multiplied by.
    tested_days : int
        How far ahead earlier forecasts of revenue could be tested; 0 where none could.
    n_tests : int
        How many could.
    """

    low: float
    high: float
    tested_days: int
    n_tests: int = 0

    @classmethod
    def learn(cls, tested: PastTotals, horizon_days: float, scatter: float = 0.0) -> Self:
        """Learn from earlier totals, and carry it to the horizon.

        The variance of their errors, with `BELIEF` tests' worth of belief in `USUAL`, by Student's t with as many
        degrees of freedom as there were stretches apart and beliefs. The level of a shop drifts: beyond what was tested
        its error grows with the square root of time, as that of a random walk (Hyndman & Athanasopoulos 2021,
        "Forecasting: Principles and Practice", section 5.5). Where all of them were off to the same side, over two
        stretches apart or more, the range reaches as far to that side as if they were off again: of a customer base
        that buys ever less often, too much was expected before, and is now. A lasting error is told from passing ones
        as `Level` does.

        Parameters
        ----------
        tested : PastTotals
            The tests.
        horizon_days : float
            How far ahead the total looks.
        scatter : float, optional
            Standard deviation, of logs, of the total of customers of whom each is off by chance of their own: the range
            is no narrower than that makes it.

        Examples
        --------
        >>> tested = TotalRange.learn(PastTotals(360, (0.09, -0.05, 0.02), 1.5), horizon_days=365)
        >>> round(tested.low, 2), round(tested.high, 2), tested.is_narrow
        (0.82, 1.22, True)
        """
        from scipy.stats import norm  # which reports do without
        from scipy.stats import t as student

        farther = max(1.0, min(horizon_days, LONGEST_DAYS) / max(tested.days, SHORTEST_DAYS))
        freedom = BELIEF + tested.n_apart

        def reach(middle: float) -> float:
            squares = sum((error - middle) ** 2 for error in tested.errors) / max(len(tested.errors), 1)
            spread = math.sqrt((BELIEF * USUAL**2 + tested.n_apart * squares) / freedom)
            own = float(student.ppf(EIGHTY, freedom)) * spread if tested.errors else UNTESTED
            return own * math.sqrt(farther)

        lasting = _lasting(tested)
        own = float(norm.ppf(EIGHTY)) * scatter
        low = min(-reach(0.0), lasting - reach(lasting), -own)
        high = max(reach(0.0), lasting + reach(lasting), own)
        return cls(round(math.exp(low), 4), round(math.exp(high), 4), tested.days, len(tested.errors))

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
        return cls(1.0, 1.0, 0) if total is None else cls._read(total)

    @classmethod
    def of_tier(cls, models: Mapping[str, Any], tier: str) -> Self:
        """Return the range of a value tier as models.json holds it; that of all where it has none of its own."""
        own = (models.get("tier_values") or {}).get(tier)
        return cls.of(models) if own is None else cls._read(own)

    @classmethod
    def _read(cls, record: Mapping[str, Any]) -> Self:
        return cls(record["low"], record["high"], record["tested_days"], record.get("n_tests", 0))

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
        ends = {"low": self.low, "high": self.high, "is_narrow": self.is_narrow}
        return ends | {"tested_days": self.tested_days, "n_tests": self.n_tests}


def _lasting(tested: PastTotals) -> float:
    """Return the part of earlier errors that is taken to last: none of a single stretch, and all from two apart on."""
    n, apart = len(tested.errors), tested.n_apart
    if not n or apart <= 1:
        return 0.0
    mean = sum(tested.errors) / n
    around = apart * sum((error - mean) ** 2 for error in tested.errors) / n
    passing = (FEW * USUAL**2 + around) / (FEW + apart - 1) / apart
    lasting = max(USUAL**2, mean**2 - passing)
    return min(apart - 1, 1.0) * mean * lasting / (lasting + passing)
