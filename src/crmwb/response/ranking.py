"""How well a ranking finds those whom a contact moves: Qini, AUTOC, uplift by group and the value of a policy.

Qini curve: Radcliffe (2007, Direct Marketing Analytics Journal). Two normalisations are in use and never mixed here:
`qini` divides the area between the curve and the random line by that of the curve of a perfect ranking (the one of
published benchmarks); `autoc` is the area under the targeting operator characteristic of Yadlowsky, Fleming, Shah,
Brunskill & Wager (2025, JASA 120(549)), in the outcome's unit, with a standard error of its own.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval."""

    value: float
    low: float
    high: float


def qini_curve(uplift: np.ndarray, treated: np.ndarray, outcome: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the Qini curve of a ranking.

    Parameters
    ----------
    uplift : ndarray of shape (n,)
        What customers are ranked by, the largest first; equal ones come together.
    treated, outcome : ndarray of shape (n,)
        Arms, and what customers did.

    Returns
    -------
    n_contacted, gain : ndarray
        Customers ranked so far, and the additional outcome among them: that of the treated less that of the controls,
        scaled to as many. Both begin at 0.

    Examples
    --------
    The two ranked first respond only because of the contact, the others in any case:

    >>> import numpy as np
    >>> from crmwb.response.ranking import qini_curve
    >>> uplift = np.array([0.9, 0.9, 0.1, 0.1])
    >>> treated, outcome = np.array([True, False, True, False]), np.array([1.0, 0, 1, 1])
    >>> n_contacted, gain = qini_curve(uplift, treated, outcome)
    >>> n_contacted.tolist(), gain.tolist()
    ([0.0, 2.0, 4.0], [0.0, 1.0, 1.0])
    """
    return _curve(uplift, treated, outcome, np.ones(len(uplift)))


def qini(uplift: np.ndarray, treated: np.ndarray, outcome: np.ndarray) -> float:
    """Return the Qini coefficient: 1 for a perfect ranking, 0 for a random one, negative for a misleading one.

    The perfect ranking puts the treated who responded and the controls who did not first (for amounts: the larger the
    outcome, the earlier for the treated and the later for controls), as Radcliffe's does where a contact can also harm.
    NaN where no ranking can be better than random. Parameters as of `qini_curve`.

    Examples
    --------
    >>> import numpy as np
    >>> from crmwb.response.ranking import qini
    >>> treated, outcome = np.array([True, False] * 4), np.array([1.0, 0, 1, 0, 0, 0, 1, 1])
    >>> best_first, worst_first = np.arange(8, 0, -1), np.arange(8)
    >>> round(qini(best_first, treated, outcome), 2), round(qini(worst_first, treated, outcome), 2)
    (0.55, -0.36)
    """
    weights = np.ones(len(uplift))
    return _qini(uplift, treated, outcome, weights)


def qini_interval(
    rankings: dict[str, np.ndarray], treated: np.ndarray, outcome: np.ndarray, *, n_bootstrap: int, seed: int
) -> tuple[dict[str, Estimate], np.ndarray]:
    """Return the Qini coefficient of several rankings, with intervals from the same resampled customers for all.

    Parameters
    ----------
    rankings : dict of str to ndarray of shape (n,)
        What customers are ranked by, by the ranking's name.
    treated, outcome : ndarray of shape (n,)
        As of `qini_curve`.
    n_bootstrap : int
        How many times customers are resampled (each counts Poisson(1) times).
    seed : int
        Of the resampling.

    Returns
    -------
    estimates : dict of str to Estimate
        With 95% percentile intervals.
    draws : ndarray of shape (n_bootstrap, len(rankings))
        The resampled coefficients, in the order of `rankings`: the difference of two columns is a paired comparison.

    Examples
    --------
    A ranking that separates those whom a contact moves from the others, and one by chance:

    >>> import numpy as np
    >>> from crmwb.response.ranking import qini_interval
    >>> rng = np.random.default_rng(0)
    >>> treated, is_moved = rng.random(400) < 0.5, np.arange(400) < 200
    >>> outcome = (treated & is_moved).astype(float)
    >>> rankings = {"right": is_moved.astype(float), "chance": rng.random(400)}
    >>> estimates, draws = qini_interval(rankings, treated, outcome, n_bootstrap=50, seed=0)
    >>> {name: (round(e.low, 1), round(e.high, 1)) for name, e in estimates.items()}, draws.shape
    ({'right': (0.6, 0.7), 'chance': (-0.1, 0.1)}, (50, 2))
    """
    rng = np.random.default_rng(seed)
    n = len(treated)
    draws = np.empty((n_bootstrap, len(rankings)))
    for row in draws:
        weights = rng.poisson(1.0, n).astype(float)
        row[:] = [_qini(uplift, treated, outcome, weights) for uplift in rankings.values()]
    low, high = np.percentile(draws, [2.5, 97.5], axis=0)
    values = [qini(uplift, treated, outcome) for uplift in rankings.values()]
    estimates = [Estimate(*map(float, figures)) for figures in zip(values, low, high, strict=True)]
    return dict(zip(rankings, estimates, strict=True)), draws


def autoc(uplift: np.ndarray, scores: np.ndarray) -> tuple[float, float]:
    """Return the area under the targeting operator characteristic and its standard error.

    Parameters
    ----------
    uplift : ndarray of shape (n,)
        What customers are ranked by.
    scores : ndarray of shape (n,)
        Doubly robust scores of the same customers, from models that did not see them.

    Returns
    -------
    area : float
        Mean over q of how much larger the uplift of the best share q is than that of all; 0 if it tells nothing.
    standard_error : float
        Of the area, from its influence function.

    Examples
    --------
    Scores of ten customers, ranked right:

    >>> import numpy as np
    >>> from crmwb.response.ranking import autoc
    >>> scores = np.array([5.0, 4, 4, 3, 2, 2, 1, 1, 0, -1])
    >>> area, standard_error = autoc(np.arange(10, 0, -1), scores)
    >>> round(area, 2), round(standard_error, 2)
    (1.41, 0.54)
    """
    n = len(scores)
    order = np.argsort(-uplift, kind="stable")
    by_rank = np.cumsum((1.0 / np.arange(1, n + 1))[::-1])[::-1] - 1.0  # Σ_{k≥j} 1/k - 1: a score's weight at rank j
    weights = _tied_means(uplift[order], by_rank)
    parts = weights * (scores[order] - scores.mean())
    return float(parts.mean()), float(parts.std(ddof=1) / np.sqrt(n))


def heterogeneity(uplift: np.ndarray, scores: np.ndarray) -> float:
    """Return the one-sided p-value that the ranking orders customers by uplift no better than chance.

    The test of Yadlowsky et al. (2025) that the AUTOC is 0, by its normal approximation; parameters as of `autoc`. 1
    where all scores are alike.

    Examples
    --------
    Ranked right, and ranked the wrong way round:

    >>> import numpy as np
    >>> from crmwb.response.ranking import heterogeneity
    >>> scores = np.array([5.0, 4, 4, 3, 2, 2, 1, 1, 0, -1])
    >>> round(heterogeneity(np.arange(10, 0, -1), scores), 3), round(heterogeneity(np.arange(10), scores), 3)
    (0.005, 0.993)
    """
    area, error = autoc(uplift, scores)
    return float(stats.norm.sf(area / error)) if error > 0 else 1.0


def by_group(uplift: np.ndarray, scores: np.ndarray, n_groups: int = 10) -> pd.DataFrame:
    """Return what was predicted and what came, in groups of equal size from the largest predicted uplift down.

    Parameters
    ----------
    uplift, scores : ndarray of shape (n,)
        Predicted uplift and doubly robust scores, in the outcome's unit; see `autoc`.
    n_groups : int
        Groups.

    Returns
    -------
    DataFrame
        One row per group: group (1 is the best), n_customers, predicted, observed, low, high (95%).

    Examples
    --------
    >>> import numpy as np
    >>> from crmwb.response.ranking import by_group
    >>> predicted, scores = np.array([4.0, 4, 3, 1, 1, 0]), np.array([5.0, 3, 4, 1, 2, 0])
    >>> by_group(predicted, scores, n_groups=2)[["group", "n_customers", "predicted", "observed"]].round(2)
       group  n_customers  predicted  observed
    0      1            3       3.67       4.0
    1      2            3       0.67       1.0
    """
    order = np.argsort(-uplift, kind="stable")
    rows = []
    for number, part in enumerate(np.array_split(order, n_groups), start=1):
        observed, error = scores[part].mean(), scores[part].std(ddof=1) / np.sqrt(len(part))
        rows.append(
            (number, len(part), uplift[part].mean(), observed, observed - 1.96 * error, observed + 1.96 * error)
        )
    return pd.DataFrame(rows, columns=["group", "n_customers", "predicted", "observed", "low", "high"])


def policy_value(
    uplift: np.ndarray, scores: np.ndarray, shares: tuple[float, ...] = (0.1, 0.2, 0.3, 0.5, 1.0)
) -> pd.DataFrame:
    """Return what contacting the best share of customers brings, per head of all customers.

    Parameters
    ----------
    uplift, scores : ndarray of shape (n,)
        What customers are ranked by, and their doubly robust scores in the outcome's unit; see `autoc`.
    shares : tuple of float
        Shares of the customers contacted, 0 to 1.

    Returns
    -------
    DataFrame
        One row per share: share, n_customers, gain (mean over all customers), low, high (95%), by_chance (what as many
        customers drawn by lot would bring).

    Examples
    --------
    Contacting the best half brings 80% of what contacting everybody does:

    >>> import numpy as np
    >>> from crmwb.response.ranking import policy_value
    >>> predicted, scores = np.array([4.0, 4, 3, 1, 1, 0]), np.array([5.0, 3, 4, 1, 2, 0])
    >>> policy_value(predicted, scores, shares=(0.5, 1.0))[["share", "n_customers", "gain", "by_chance"]]
       share  n_customers  gain  by_chance
    0    0.5            3   2.0       1.25
    1    1.0            6   2.5       2.50
    """
    n = len(scores)
    order = np.argsort(-uplift, kind="stable")
    rows = []
    for share in shares:
        chosen = np.zeros(n)
        chosen[order[: round(share * n)]] = scores[order[: round(share * n)]]
        gain, error = chosen.mean(), chosen.std(ddof=1) / np.sqrt(n)
        rows.append((share, round(share * n), gain, gain - 1.96 * error, gain + 1.96 * error, share * scores.mean()))
    return pd.DataFrame(rows, columns=["share", "n_customers", "gain", "low", "high", "by_chance"])


def _tied_means(keys: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return `values` with those of equal, adjacent keys replaced by their mean."""
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    sizes = np.diff(np.r_[starts, len(keys)])
    return np.repeat(np.add.reduceat(values, starts) / sizes, sizes)


def _curve(
    uplift: np.ndarray, treated: np.ndarray, outcome: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    order = np.argsort(-uplift, kind="stable")
    keys, w = uplift[order], weights[order]
    t, y = treated[order] * w, outcome[order] * w
    ends = np.flatnonzero(np.r_[keys[1:] != keys[:-1], True])
    n_treated, n_control = np.cumsum(t)[ends], np.cumsum(w - t)[ends]
    of_treated, of_control = np.cumsum(y * treated[order])[ends], np.cumsum(y * ~treated[order])[ends]
    scale = np.divide(n_treated, n_control, out=np.zeros(len(ends)), where=n_control > 0)
    return np.r_[0.0, n_treated + n_control], np.r_[0.0, of_treated - of_control * scale]


def _qini(uplift: np.ndarray, treated: np.ndarray, outcome: np.ndarray, weights: np.ndarray) -> float:
    perfect = np.where(treated, outcome, -outcome)
    x, gain = _curve(uplift, treated, outcome, weights)
    best_x, best = _curve(perfect, treated, outcome, weights)
    by_chance = x[-1] * gain[-1] / 2
    possible = np.trapezoid(best, best_x) - by_chance
    return float((np.trapezoid(gain, x) - by_chance) / possible) if possible > 0 else float("nan")
