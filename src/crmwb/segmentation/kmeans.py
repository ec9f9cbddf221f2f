"""K-means: fitting centres, and giving every customer the nearest."""

import warnings

import numpy as np
from sklearn.cluster import KMeans
from sklearn.exceptions import ConvergenceWarning

BATCH_ROWS = 262_144


def centres(x: np.ndarray, k: int, n_init: int, rng: np.random.Generator) -> np.ndarray:
    """Fit K-means and return its centres.

    Parameters
    ----------
    x : ndarray of shape (n, n_columns)
        Prepared features.
    k : int
        Number of clusters.
    n_init : int
        Starts, of which the best is kept.
    rng : Generator
        Where the starts come from.

    Returns
    -------
    ndarray of shape (k, n_columns)
        Some may coincide, where `x` has fewer than k distinct rows.
    """
    with warnings.catch_warnings():
        # A resample may hold fewer than k distinct customers; clusters that are not found then count as unstable.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = KMeans(k, n_init=n_init, max_iter=500, random_state=int(rng.integers(2**31))).fit(x)
    return np.asarray(fitted.cluster_centers_)


def nearest(x: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return the row number of each customer's nearest centre; the first of equally near ones.

    Each customer's distances are summed on their own, so the answer does not depend on who else is in `x`.

    Parameters
    ----------
    x : ndarray of shape (n, n_columns)
        Prepared features.
    centres : ndarray of shape (k, n_columns)
        What `centres` returned.

    Returns
    -------
    int ndarray of shape (n,)
        From 0 to k - 1.
    """
    out = np.zeros(len(x), dtype=np.int64)
    for start in range(0, len(x), BATCH_ROWS):
        batch = x[start : start + BATCH_ROWS]
        out[start : start + BATCH_ROWS] = np.argmin([((batch - c) ** 2).sum(axis=1) for c in centres], axis=0)
    return out
