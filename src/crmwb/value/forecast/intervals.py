"""How wide the intervals must be: split-conformal on past errors, by month ahead, and of totals.

Errors are logs, so half-widths are too: the interval is forecast * exp(±half-width).
"""

import numpy as np
from scipy.stats import t as student
from sklearn.isotonic import IsotonicRegression

LEVELS = (50, 80, 95)
PRIOR_ERROR = 0.15  # what a month is off by where little was tested
PRIOR_TESTS = 2
NORMAL = {50: 0.526, 80: 1.0, 95: 1.529}  # half-widths of a normal distribution over that of 80%
LATEST_MONTHS = 3  # the newest total that is over
ENOUGH_FOR_95 = 19  # origins that a conformal quantile of 95% needs


def month_widths(errors: np.ndarray) -> dict[int, np.ndarray]:
    """Return the half-widths of months ahead by level, each of shape (n_ahead,).

    The mean absolute error of each month ahead, drawn to its neighbours so that it never falls with the distance, sets
    the scale; the conformal quantile of all errors over their scale, counted by origins, sets the level.

    Parameters
    ----------
    errors : ndarray of shape (n_origins, n_ahead)
        Log errors; NaN where not known.
    """
    size = np.abs(errors)
    known = np.isfinite(size)
    n = known.sum(axis=0)
    mean = (np.where(known, size, 0.0).sum(axis=0) + PRIOR_ERROR * PRIOR_TESTS) / (n + PRIOR_TESTS)
    ahead = np.arange(len(n))
    scale = np.asarray(IsotonicRegression().fit_transform(ahead, mean, sample_weight=n + PRIOR_TESTS))
    return _levels((size / scale)[known], int(known.any(axis=1).sum()), scale)


def wider(widths: dict[int, np.ndarray], apart: np.ndarray) -> dict[int, np.ndarray]:
    """Add what the forecast and the method that its errors are taken from are apart, so that intervals hold both."""
    return {p: own + NORMAL[p] * apart for p, own in widths.items()}


def total_widths(errors: np.ndarray, months: int) -> dict[int, np.ndarray]:
    """Return the half-widths of the total over `months` by level, each of shape (1,).

    Past totals over half as many months and more are pooled. As they overlap, Student's t with as many degrees of
    freedom as there were stretches apart takes the place of their quantiles, where it is wider. What the latest three
    months were off by counts where it is more: after a break, older errors promise too much.

    Parameters
    ----------
    errors : ndarray of shape (n_origins, n_ahead)
        Log errors of totals over 1, 2, … months.
    months : int
        The total's.
    """
    pooled = np.abs(errors[:, (months - 1) // 2 : months])
    pooled = pooled[:, np.isfinite(pooled).any(axis=0)]
    known = np.isfinite(pooled)
    n = int(known.any(axis=1).sum())
    if not n:
        return dict.fromkeys(LEVELS, np.full(1, np.inf))
    latest = np.abs(errors[:, min(LATEST_MONTHS, months) - 1])
    spread = max(float(np.sqrt(np.mean(pooled[known] ** 2))), float(latest[np.isfinite(latest)][-1]))
    apart = max((n - 1) / months + 1, 1.0)
    quantiles = _levels(pooled[known], n, np.ones(1))
    return {p: np.maximum(quantiles[p], spread * float(student.ppf(0.5 + p / 200, apart))) for p in LEVELS}


def widening(ratios: np.ndarray, least: int = 12) -> float:
    """Return what widths must be multiplied by so that the past 80% intervals would have held 80%; never below 1.

    Parameters
    ----------
    ratios : ndarray of shape (n,)
        Past absolute log errors over the half-widths of the 80% intervals that were stated then.
    least : int, default=12
        With fewer, 1.
    """
    known = ratios[np.isfinite(ratios)]
    return max(1.0, float(np.quantile(known, 0.8, method="higher"))) if len(known) >= least else 1.0


def _levels(scores: np.ndarray, n: int, scale: np.ndarray) -> dict[int, np.ndarray]:
    """Return conformal quantiles of scores (counted as n) times a scale, ordered by level."""
    if not n:
        return {p: np.full(len(scale), np.inf) for p in LEVELS}
    quantile = {
        p: float(np.quantile(scores, min(1.0, np.ceil((n + 1) * p / 100) / n), method="higher")) for p in LEVELS
    }
    at_80 = quantile[80]
    far = quantile[95] if n >= ENOUGH_FOR_95 else 0.0
    return {
        50: min(quantile[50], at_80) * scale,
        80: at_80 * scale,
        95: max(far, at_80 * NORMAL[95]) * scale,
    }
