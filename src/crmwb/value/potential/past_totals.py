"""How far totals of revenue were off before, over stretches as long as the history can test.

Errors over a quarter are mostly season, which a year does not have. So the tests look as far ahead as the horizon where
two and a half years are known, and over two fifths of the history before that; forecasts begin a holdout apart, so that
longer stretches overlap.
"""

import numpy as np
from threadpoolctl import threadpool_limits

from crmwb.value.challenger import Past
from crmwb.value.challenger.base import MIN_CUSTOMERS, MIN_PURCHASES, Base
from crmwb.value.potential.money import revenue_of
from crmwb.value.potential.spend import SpendForecast, SpendRule, Spends
from crmwb.value.potential.total import PastTotals

AHEAD = 0.4  # of the history, that a test looks ahead at most: as much must be known before it
MOST = 6  # tests


def past_totals(past: Past, origin: int, step_days: int, horizon_days: float, rule: SpendRule) -> PastTotals:
    """Forecast the total from earlier origins by what was known at each, and hold it against what came.

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
    PastTotals
        At most `MOST` tests; none where the history is too short or too few customers bought again.
    """
    past = past.until(origin)
    if not len(past.days.day):
        return PastTotals()
    first = past.days.first_day
    most = int(AHEAD * (origin - first) / step_days)
    n_steps = max(1, min(round(horizon_days / step_days), most))
    days, errors = n_steps * step_days, []
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
        forecast = float((purchases * SpendForecast.fit(spends, rule).expected(spends, purchases)).sum())
        came = float(revenue_of(moment, spends).sum())
        if forecast > 0 and came > 0:
            errors.append(round(float(np.log(came / forecast)), 6))
    if not errors:
        return PastTotals()
    return PastTotals(days, tuple(errors), 1 + (len(errors) - 1) / n_steps)
