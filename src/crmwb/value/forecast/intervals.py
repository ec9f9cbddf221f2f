"""How wide the intervals must be: split-conformal on past errors, by month ahead, and of totals.

Errors are logs, so half-widths are too: the interval is forecast * exp(±half-width).
"""

import numpy as np
from scipy.stats import t as student
from sklearn.isotonic import IsotonicRegression

from crmwb.value.forecast.methods import SEASON

LEVELS = (50, 80, 95)
PRIOR_ERROR = 0.15  # what a month is off by where little was tested
PRIOR_TESTS = 2
NORMAL = {50: 0.526, 80: 1.0, 95: 1.529}  # half-widths of a normal distribution over that of 80%
LEAST_SHARE = 0.01  # that an origin counts at least
NEAR = 1e-9
LATEST_MONTHS = 3  # the newest total that is over
ENOUGH_FOR_95 = 19  # origins that a conformal quantile of 95% needs


def month_widths(errors: np.ndarray, weights: np.ndarray | None = None) -> dict[int, np.ndarray]:
    """Return the half-widths of months ahead by level, each of shape (n_ahead,).

    The mean absolute error of each month ahead, drawn to its neighbours so that it never falls with the distance, sets
    the scale; the conformal quantile of all errors over their scale, counted by origins, sets the level. Origins may
    count less than others (Barber, Candès, Ramdas & Tibshirani 2023, "Conformal prediction beyond exchangeability").

    Parameters
    ----------
    errors : ndarray of shape (n_origins, n_ahead)
        Log errors; NaN where not known.
    weights : ndarray of shape (n_origins,), optional
        How much each origin counts, above 0; 1 where it is not given.
    """
    size = np.abs(errors)
    known = np.isfinite(size)
    each = np.ones(len(errors)) if weights is None else weights
    counts = np.where(known, each[:, None], 0.0)
    n = counts.sum(axis=0)
    mean = (np.where(known, size * counts, 0.0).sum(axis=0) + PRIOR_ERROR * PRIOR_TESTS) / (n + PRIOR_TESTS)
    ahead = np.arange(len(n))
    scale = np.asarray(IsotonicRegression().fit_transform(ahead, mean, sample_weight=n + PRIOR_TESTS))
    return _levels((size / scale)[known], counts[known], each[known.any(axis=1)], scale)


def resemblance(origins: np.ndarray, now: int) -> np.ndarray:
    """Return how much earlier origins tell of the errors to come, shape (n_origins,).

    Once two years are known, methods know season and growth; before that they know them as far as the second year was
    known, so that origins count by the share of it that was.
    """
    share = np.clip((origins - SEASON) / SEASON, LEAST_SHARE, 1.0)
    return np.asarray(share if now >= 2 * SEASON else np.ones(len(origins)))


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
    quantiles = _levels(pooled[known], np.ones(int(known.sum())), np.ones(n), np.ones(1))
    return {p: np.maximum(quantiles[p], spread * float(student.ppf(0.5 + p / 200, apart))) for p in LEVELS}


def latest_error(errors: np.ndarray) -> float:
    """Return what the newest total over `LATEST_MONTHS` that is over was off by, as a share; 0 where none is.

    Parameters
    ----------
    errors : ndarray of shape (n_origins, n_ahead)
        Log errors of totals over 1, 2, … months.
    """
    of = errors[:, min(LATEST_MONTHS, errors.shape[1]) - 1]
    known = of[np.isfinite(of)]
    return abs(float(np.expm1(known[-1]))) if len(known) else 0.0


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


def _levels(scores: np.ndarray, counts: np.ndarray, origins: np.ndarray, scale: np.ndarray) -> dict[int, np.ndarray]:
    """Return conformal quantiles of scores times a scale, ordered by level; each score and each origin has a weight."""
    if not len(origins):
        return {p: np.full(len(scale), np.inf) for p in LEVELS}
    n = float(origins.sum() ** 2 / (origins**2).sum())  # so many that count alike (Kish 1965)
    quantile = {p: _quantile(scores, counts, min(1.0, np.ceil((n + 1) * p / 100 - NEAR) / n)) for p in LEVELS}
    at_80 = quantile[80]
    far = quantile[95] if len(origins) >= ENOUGH_FOR_95 else 0.0
    return {
        50: min(quantile[50], at_80) * scale,
        80: at_80 * scale,
        95: max(far, at_80 * NORMAL[95]) * scale,
    }


def _quantile(scores: np.ndarray, counts: np.ndarray, share: float) -> float:
    """Return the least score below which lies so large a share of the weights of the others."""
    order = np.argsort(scores, kind="stable")
    own = counts[order]
    below = np.cumsum(own) - own
    return float(scores[order][np.argmax(below >= share * (own.sum() - own) - NEAR)])
