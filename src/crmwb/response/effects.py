"""The effect of a campaign: the difference between those contacted and those held back, with its interval.

Means are compared by Welch's interval; shares by Newcombe's (1998, Statistics in Medicine 17(8)), which stays within
-1 and 1 and holds for few responses. CUPED (Deng, Xu, Kohavi & Walker 2013, WSDM) takes out of the outcome what
spending before the campaign already explains, in each arm by its own slope (Lin 2013, Annals of Applied Statistics
7(1)), which never widens the interval in large samples. In small ones a slope follows the few who spent most, and what
is left over looks too small, so each customer is compared with the slope of the others (HC3: MacKinnon & White 1985,
Journal of Econometrics 29(3)).
"""

from dataclasses import dataclass, replace

import numpy as np

from crmwb.response.together import together

POWER = 0.8  # of the smallest effect that a comparison could have seen
ROUNDING = 1e-9  # of amounts: those nearer to each other are the same, and no slope goes through them
MOST_OF_ONE = 0.99  # of a slope that one customer alone decides: beyond, the others know none


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
    (89, 7)
    >>> round(adjusted.difference, 1)
    5.2
    """
    centred = before.astype(float) - before.mean()
    contacted, held_back = (_without_before(outcome[arm].astype(float), centred[arm]) for arm in (treated, ~treated))
    return _welch(contacted, held_back, level)


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
    p_values = together([effect.p_value for effect in effects])
    return [replace(effect, p_value=float(p_value)) for effect, p_value in zip(effects, p_values, strict=True)]


@dataclass(frozen=True)
class _Arm:
    """One arm: how many customers, their mean outcome, its squared error, and the degrees of freedom of that."""

    n: int
    mean: float
    squared_error: float
    freedom: int


def _of_arm(values: np.ndarray) -> _Arm:
    n = len(values)
    error = float(values.var(ddof=1)) / n if n > 1 else float("nan")
    return _Arm(n, float(values.mean()) if n else float("nan"), error, n - 1)


def _without_before(values: np.ndarray, before: np.ndarray) -> _Arm:
    """Return an arm as if it had spent before what all customers did (`before` is centred on these)."""
    n = len(values)
    apart = before - before.mean() if n else before
    spread = float(apart @ apart) if n and np.ptp(before) > ROUNDING * np.abs(before).max() else 0.0
    leverage = 1 / n + apart**2 / spread if n > 3 and spread > 0 else np.ones(n)
    if n <= 3 or leverage.max() > MOST_OF_ONE:
        return _of_arm(values)
    slope = float(apart @ (values - values.mean())) / spread
    adjusted = values - slope * before
    left_over = (adjusted - adjusted.mean()) / (1 - leverage)  # beside a slope of the other customers
    part = 1 / n - before.mean() * apart / spread  # of each customer in the adjusted mean
    return _Arm(n, float(adjusted.mean()), float((part * left_over) @ (part * left_over)), n - 2)


def _compared(contacted: np.ndarray, held_back: np.ndarray, level: float) -> Effect:
    """Welch's comparison of two samples."""
    return _welch(_of_arm(contacted), _of_arm(held_back), level)


def _welch(contacted: _Arm, held_back: _Arm, level: float) -> Effect:
    from scipy import stats  # slow to import

    n, m = contacted.n, held_back.n
    first, second = contacted.mean, held_back.mean
    if min(n, m) < 2:
        unknown = float("nan")
        return Effect(n, m, first, second, unknown, unknown, unknown, unknown, unknown, unknown, level)
    variances = contacted.squared_error, held_back.squared_error
    difference, error = first - second, float(np.sqrt(sum(variances)))
    if error == 0:  # everyone alike within each arm: the difference is exact, and no test is needed
        p_value, low, high = float(difference == 0), difference, difference
    else:
        freedom = sum(variances) ** 2 / (variances[0] ** 2 / contacted.freedom + variances[1] ** 2 / held_back.freedom)
        p_value = float(2 * stats.t.sf(abs(difference) / error, freedom))
        reach_of_interval = float(stats.t.ppf((1 + level) / 2, freedom)) * error
        low, high = difference - reach_of_interval, difference + reach_of_interval
    reach = stats.norm.ppf((1 + level) / 2) + stats.norm.ppf(POWER)
    return Effect(n, m, first, second, difference, low, high, error, p_value, reach * error, level)
