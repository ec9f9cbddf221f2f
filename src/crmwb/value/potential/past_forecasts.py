"""How far forecasts of revenue were off before, over stretches as long as the history can test.

Errors over a quarter are mostly season, which a year does not have. So the tests look as far ahead as the horizon where
two and a half years are known, and over two fifths of the history before that; forecasts begin a holdout apart, so that
longer stretches overlap.
"""

from dataclasses import dataclass

import numpy as np
from threadpoolctl import threadpool_limits

from crmwb.value.challenger import Past
from crmwb.value.challenger.base import MIN_CUSTOMERS, MIN_PURCHASES, Base
from crmwb.value.potential.money import revenue_of
from crmwb.value.potential.spend import SpendForecast, SpendRule, Spends
from crmwb.value.potential.total import PastTotals

AHEAD = 0.4  # of the history, that a test looks ahead at most: as much must be known before it
MOST = 6  # tests
DECIMALS = 6


@dataclass(frozen=True)
class PastForecasts:
    """Forecasts of revenue from earlier origins, and what came.

    Attributes
    ----------
    days : int
        How far ahead they look; 0 without one.
    n_steps : int
        How many of them begin within as many days.
    expected, came, spent : tuple of ndarray of shape (n_known,)
        By origin, the latest first, of each customer known at it: the revenue expected, the revenue that came, and what
        they had spent before.
    """

    days: int = 0
    n_steps: int = 1
    expected: tuple[np.ndarray, ...] = ()
    came: tuple[np.ndarray, ...] = ()
    spent: tuple[np.ndarray, ...] = ()

    def totals(self, begins: float = 0.0, ends: float = 1.0) -> PastTotals:
        """Return how far totals were off: of all, or of those in a place by what they had spent at each origin.

        Parameters
        ----------
        begins, ends : float
            The part of all customers, the largest first: 0 and 0.05 are the twentieth who had spent most.

        Returns
        -------
        PastTotals
            None where nothing came at an origin of what was expected: that is off by no number.

        Examples
        --------
        >>> import numpy as np
        >>> from crmwb.value.potential.past_forecasts import PastForecasts
        >>> expected, came, spent = (np.array(each) for each in ([10.0, 40.0], [10.0, 20.0], [5.0, 90.0]))
        >>> past = PastForecasts(90, 1, (expected,), (came,), (spent,))
        >>> past.totals().errors, past.totals(0.0, 0.5).errors
        ((-0.510826,), (-0.693147,))
        """
        errors = []
        for expected, came, spent in zip(self.expected, self.came, self.spent, strict=True):
            of = slice(None) if ends - begins == 1 else _places(spent, begins, ends)
            forecast, actual = float(expected[of].sum()), float(came[of].sum())
            if forecast > 0:
                if actual <= 0:
                    return PastTotals()
                errors.append(round(float(np.log(actual / forecast)), DECIMALS))
        return PastTotals(self.days, tuple(errors), 1 + (len(errors) - 1) / self.n_steps) if errors else PastTotals()


def past_forecasts(past: Past, origin: int, step_days: int, horizon_days: float, rule: SpendRule) -> PastForecasts:
    """Forecast from earlier origins by what was known at each, and hold it against what came.

    Parameters
    ----------
    past : Past
        Of which nothing at or after `origin` is looked at.
    origin : int
        Where the forecast begins that the tests are for.
    step_days : int
        How long a holdout is that levels are learned from: tests look whole holdouts ahead and begin one apart.
    horizon_days : float
        How far ahead that forecast looks.
    rule : SpendRule
        Of the forecast of spend.

    Returns
    -------
    PastForecasts
        At most `MOST`; none where the history is too short or too few customers bought again.
    """
    past = past.until(origin)
    if not len(past.days.day):
        return PastForecasts()
    first = past.days.first_day
    most = int(AHEAD * (origin - first) / step_days)
    n_steps = max(1, min(round(horizon_days / step_days), most))
    days, tests = n_steps * step_days, []
    for back in range(n_steps, n_steps + MOST):
        at = origin - back * step_days
        if at - first < days:
            break
        with threadpool_limits(1):
            base, moment = Base.learn(past, at, step_days), past.at(at, days)
        if len(moment.known) < MIN_CUSTOMERS or moment.known.later.sum() < MIN_PURCHASES:
            break
        if base is None or not set(base.weights) <= set(moment.expected):
            continue
        spends, purchases = Spends.of(moment.known), base.purchases(moment)
        expected = purchases * SpendForecast.fit(spends, rule).expected(spends, purchases)
        tests.append((expected, revenue_of(moment, spends), spends.total))
    return PastForecasts(days, n_steps, *zip(*tests, strict=True)) if tests else PastForecasts()


def _places(spent: np.ndarray, begins: float, ends: float) -> np.ndarray:
    """Return the customers of a part of all, the largest first: one at least."""
    first = min(round(begins * len(spent)), len(spent) - 1)
    return np.argsort(-spent, kind="stable")[first : max(round(ends * len(spent)), first + 1)]
