"""The effect of a campaign: the difference between those contacted and those held back, with its interval.

Means are compared by Welch's interval; shares by Newcombe's (1998, Statistics in Medicine 17(8)), which stays within
-1 and 1 and holds for few responses. CUPED (Deng, Xu, Kohavi & Walker 2013, WSDM) takes out of the outcome what
spending before the campaign already explains, in each arm by its own slope (Lin 2013, Annals of Applied Statistics
7(1)), which never widens the interval in large samples.
"""

from dataclasses import dataclass, replace

import numpy as np

POWER = 0.8  # of the smallest effect that a comparison could have seen


@dataclass(frozen=True)
class Effect:
    """The difference in an outcome between two arms.

    Attributes
    ----------
    n_treated, n_control : int
        Customers in each arm.
    mean_treated, mean_control : float
        Mean outcome per head in each arm, in the outcome's unit.
    difference, low, high : float
        What a contact added per head, and its interval at `level`.
    standard_error : float
        Of the difference.
    p_value : float
        Two-sided, that a difference so large comes by chance; after `corrected`, for the number of comparisons too.
    smallest : float
        The smallest true difference that these numbers would have shown, at `level`, with a power of 80%.
    level : float
        Of the interval.
    """

    n_treated: int
    n_control: int
    mean_treated: float
    mean_control: float
    difference: float
    low: float
    high: float
    standard_error: float
    p_value: float
    smallest: float
    level: float = 0.95

    @property
    def is_significant(self) -> bool:
        """The difference is larger than chance explains."""
        return self.p_value < 1 - self.level


def mean_effect(outcome: np.ndarray, treated: np.ndarray, level: float = 0.95) -> Effect:
    """Compare the mean outcome of two arms.

    Parameters
    ----------
    outcome : ndarray of shape (n,)
        Of each customer, in any unit; not NaN.
    treated : ndarray of shape (n,)
        True for those contacted.
    level : float
        Of the interval.

    Returns
    -------
    Effect
        With NaN where an arm has fewer than two customers.

    Examples
    --------
    >>> import numpy as np
    >>> from crmwb.response.effects import mean_effect
    >>> spend = np.array([3.0, 5.0, 4.0, 1.0, 2.0, 3.0])
    >>> effect = mean_effect(spend, np.array([True, True, True, False, False, False]))
    >>> effect.difference, round(effect.low, 2), round(effect.high, 2)
    (2.0, -0.27, 4.27)
    """
    contacted, held_back = outcome[treated].astype(float), outcome[~treated].astype(float)
    return _compared(contacted, held_back, level)


def share_effect(responded: np.ndarray, treated: np.ndarray, level: float = 0.95) -> Effect:
    """Compare the share that responded in two arms; parameters as `mean_effect`, `responded` being true or false.

    Examples
    --------
    >>> import numpy as np
    >>> from crmwb.response.effects import share_effect
    >>> responded = np.array([True] * 30 + [False] * 70 + [True] * 20 + [False] * 80)
    >>> effect = share_effect(responded, np.arange(200) < 100)
    >>> round(effect.difference, 2), effect.is_significant
    (0.1, False)
    """
    from statsmodels.stats.proportion import confint_proportions_2indep  # takes a second to import

    effect = mean_effect(responded.astype(float), treated, level)
    if not np.isfinite(effect.difference):
        return effect
    counts = [int(responded[treated].sum()), effect.n_treated, int(responded[~treated].sum()), effect.n_control]
    low, high = confint_proportions_2indep(*counts, method="newcomb", compare="diff", alpha=1 - level)
    return replace(effect, low=float(low), high=float(high))


def adjusted_effect(outcome: np.ndarray, treated: np.ndarray, before: np.ndarray, level: float = 0.95) -> Effect:
    """Compare two arms after taking out what spending before the campaign explains (CUPED with a slope per arm).

    Parameters
    ----------
    outcome, treated, level
        As of `mean_effect`.
    before : ndarray of shape (n,)
        Spending in a period that ended before the campaign, not NaN. Without variation the effect is unadjusted.

    Examples
    --------
    What customers spent before explains most of what they spend after, so the interval narrows:

    >>> import numpy as np
    >>> from crmwb.response.effects import adjusted_effect, mean_effect
    >>> before = np.array([10.0, 20, 30, 40, 50, 60, 70, 80])
    >>> treated = np.array([True, False] * 4)
    >>> after = before + np.where(treated, 5, 0) + np.array([1, 0, -1, 1, 0, -1, 1, 0])
    >>> plain, adjusted = mean_effect(after, treated), adjusted_effect(after, treated, before)
    >>> round(plain.high - plain.low), round(adjusted.high - adjusted.low)
    (89, 3)
    >>> round(adjusted.difference, 1)
    5.2
    """
    centred = before.astype(float) - before.mean()
    residual = outcome.astype(float).copy()
    for arm in (treated, ~treated):
        x = centred[arm]
        variance = x.var() if len(x) > 2 else 0.0
        if variance > 0:
            slope = np.mean((x - x.mean()) * (residual[arm] - residual[arm].mean())) / variance
            residual[arm] = residual[arm] - slope * x
    return mean_effect(residual, treated, level)


def corrected(effects: list[Effect]) -> list[Effect]:
    """Return the effects with p-values that hold for all of them together (Holm 1979, Scand. J. Statistics 6(2)).

    Examples
    --------
    An effect that is clear alone need not be among three:

    >>> import numpy as np
    >>> from crmwb.response.effects import corrected, share_effect
    >>> arm = np.arange(400) < 200
    >>> effects = [share_effect(np.arange(400) % 200 < np.where(arm, n, 20), arm) for n in (34, 24, 21)]
    >>> [round(effect.p_value, 3) for effect in effects]
    [0.041, 0.524, 0.869]
    >>> [round(effect.p_value, 3) for effect in corrected(effects)]
    [0.122, 1.0, 1.0]
    """
    known = [i for i, effect in enumerate(effects) if np.isfinite(effect.p_value)]
    if not known:
        return effects
    from statsmodels.stats.multitest import multipletests  # takes a second to import

    adjusted = multipletests([effects[i].p_value for i in known], method="holm")[1]
    p_values = dict(zip(known, adjusted, strict=True))
    return [replace(effect, p_value=float(p_values.get(i, effect.p_value))) for i, effect in enumerate(effects)]


def _compared(contacted: np.ndarray, held_back: np.ndarray, level: float) -> Effect:
    """Welch's comparison of two samples."""
    from scipy import stats  # slow to import

    n, m = len(contacted), len(held_back)
    if min(n, m) < 2:
        unknown = float("nan")
        first, second = (float(arm.mean()) if len(arm) else unknown for arm in (contacted, held_back))
        return Effect(n, m, first, second, unknown, unknown, unknown, unknown, unknown, unknown, level)
    variances = contacted.var(ddof=1) / n, held_back.var(ddof=1) / m
    difference, error = float(contacted.mean() - held_back.mean()), float(np.sqrt(sum(variances)))
    if error == 0:  # everyone alike within each arm: the difference is exact, and no test is needed
        p_value, low, high = float(difference == 0), difference, difference
    else:
        freedom = sum(variances) ** 2 / (variances[0] ** 2 / (n - 1) + variances[1] ** 2 / (m - 1))
        p_value = float(2 * stats.t.sf(abs(difference) / error, freedom))
        reach_of_interval = float(stats.t.ppf((1 + level) / 2, freedom)) * error
        low, high = difference - reach_of_interval, difference + reach_of_interval
    reach = stats.norm.ppf((1 + level) / 2) + stats.norm.ppf(POWER)
    return Effect(
        n,
        m,
        float(contacted.mean()),
        float(held_back.mean()),
        difference,
        low,
        high,
        error,
        p_value,
        reach * error,
        level,
    )
