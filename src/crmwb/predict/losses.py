"""How good chances are: log loss, order, calibration, and whether one forecast beats another beyond chance."""

from dataclasses import dataclass

import numpy as np
from scipy.special import logit, ndtri

NEAR = 1e-4  # chances are kept so far from 0 and 1
LEVEL = 0.95


@dataclass(frozen=True)
class Gain:
    """How much smaller the log loss of one forecast is than that of another, per case.

    Attributes
    ----------
    value, low, high : float
        Mean difference and its 95% interval; NaN where there are fewer than two clusters.
    """

    value: float
    low: float
    high: float

    @property
    def is_beyond_chance(self) -> bool:
        """The interval lies above 0."""
        return bool(self.low > 0)


def losses(p: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the log loss of each case, shape (n,)."""
    near = np.clip(p, NEAR, 1 - NEAR)
    return np.asarray(-np.where(y > 0, np.log(near), np.log1p(-near)))


def gain(p: np.ndarray, rival: np.ndarray, y: np.ndarray, cluster: np.ndarray) -> Gain:
    """Compare two forecasts of the same cases.

    Parameters
    ----------
    p, rival : ndarray of shape (n,)
        Chances.
    y : ndarray of shape (n,)
        What came.
    cluster : ndarray of shape (n,)
        Cases that belong together (one customer at several moments) and therefore do not count as independent.

    Examples
    --------
    >>> y = np.array([1, 0, 1, 0])
    >>> gain(np.array([0.9, 0.1, 0.9, 0.1]), np.full(4, 0.5), y, np.arange(4)).is_beyond_chance
    True
    """
    difference = losses(rival, y) - losses(p, y)
    n = len(difference)
    _, own = np.unique(cluster, return_inverse=True)
    n_clusters = int(own.max()) + 1 if n else 0
    if n_clusters < 2:
        return Gain(float("nan"), float("nan"), float("nan"))
    mean = float(difference.mean())
    sums = np.bincount(own, difference - mean, n_clusters)
    error = float(np.sqrt((sums**2).sum() * n_clusters / (n_clusters - 1)) / n)
    reach = float(ndtri((1 + LEVEL) / 2)) * error
    return Gain(mean, mean - reach, mean + reach)


def auc(p: np.ndarray, y: np.ndarray) -> float:
    """Return the chance that a case that came has the higher forecast of the two; NaN where all came out alike."""
    came = y > 0
    n_came, n_not = int(came.sum()), int((~came).sum())
    if not n_came or not n_not:
        return float("nan")
    from scipy.stats import rankdata  # slow to import

    ranks = rankdata(np.round(p, 9))
    return float((ranks[came].sum() - n_came * (n_came + 1) / 2) / (n_came * n_not))


def lift(score: np.ndarray, y: np.ndarray, share: float = 0.1) -> float:
    """Return how many times as many came among the top `share` by score as among all; ties count by their mean."""
    n_top = max(1, round(len(y) * share))
    base = float(np.mean(y)) if len(y) else 0.0
    if base <= 0:
        return float("nan")
    keys = np.round(score, 9)
    edge = np.partition(keys, len(keys) - n_top)[len(keys) - n_top]
    above, tied = keys > edge, keys == edge
    inside = float(y[above].sum()) + float(y[tied].mean()) * (n_top - int(above.sum()))
    return inside / n_top / base


def slope(p: np.ndarray, y: np.ndarray) -> float:
    """Return the slope of what came on the logit of its chance (Cox 1958): 1 is right, below 1 overstates."""
    from sklearn.linear_model import LogisticRegression

    near = np.clip(p, NEAR, 1 - NEAR)
    if y.all() or not y.any() or np.ptp(near) < NEAR:
        return float("nan")
    fitted = LogisticRegression(C=1e6, solver="newton-cholesky", tol=1e-10, max_iter=200)
    fitted.fit(logit(near).round(6)[:, None], y > 0)
    return float(fitted.coef_[0, 0])
