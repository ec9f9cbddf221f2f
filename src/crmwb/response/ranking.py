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
    """
    return _curve(uplift, treated, outcome, np.ones(len(uplift)))


def qini(uplift: np.ndarray, treated: np.ndarray, outcome: np.ndarray) -> float:
    """Return the Qini coefficient: 1 for a perfect ranking, 0 for a random one, negative for a misleading one.

    The perfect ranking puts the treated who responded and the controls who did not first (for amounts: the larger the
    outcome, the earlier for the treated and the later for controls), as Radcliffe's does where a contact can also harm.
    NaN where no ranking can be better than random.
    """
    weights = np.ones(len(uplift))
    return _qini(uplift, treated, outcome, weights)


def qini_interval(
    rankings: dict[str, np.ndarray], treated: np.ndarray, outcome: np.ndarray, *, n_bootstrap: int, seed: int
) -> tuple[dict[str, Estimate], np.ndarray]:
    """Return the Qini coefficient of several rankings, with intervals from the same resampled customers for all.

    Returns
    -------
    estimates : dict of str to Estimate
        With 95% percentile intervals.
    draws : ndarray of shape (n_bootstrap, len(rankings))
        The resampled coefficients, in the order of `rankings`: the difference of two columns is a paired comparison.
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
    """
    n = len(scores)
    order = np.argsort(-uplift, kind="stable")
    by_rank = np.cumsum((1.0 / np.arange(1, n + 1))[::-1])[::-1] - 1.0  # Σ_{k≥j} 1/k - 1: a score's weight at rank j
    weights = _tied_means(uplift[order], by_rank)
    parts = weights * (scores[order] - scores.mean())
    return float(parts.mean()), float(parts.std(ddof=1) / np.sqrt(n))


def heterogeneity(uplift: np.ndarray, scores: np.ndarray) -> float:
    """Return the one-sided p-value that the ranking orders customers by uplift no better than chance."""
    area, error = autoc(uplift, scores)
    return float(stats.norm.sf(area / error)) if error > 0 else 1.0


def by_group(uplift: np.ndarray, scores: np.ndarray, n_groups: int = 10) -> pd.DataFrame:
    """Return what was predicted and what came, in groups of equal size from the largest predicted uplift down.

    Returns
    -------
    DataFrame
        One row per group: group (1 is the best), n_customers, predicted, observed, low, high (95%).
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

    Returns
    -------
    DataFrame
        One row per share: share, n_customers, gain (mean over all customers), low, high (95%), by_chance (what as many
        customers drawn by lot would bring).
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
