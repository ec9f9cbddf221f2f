"""Customers without segments: what the same features would look like if nothing but pairwise correlation tied them.

A Gaussian copula: draws have each feature's own distribution (its skew, its humps, its ties) and the features' rank
correlation, and no other structure. K-means cuts such data too, sometimes into pieces that come back in every resample
(a long cloud is cut across its length); segments are real where customers are closer within and further apart between
than here. What a single feature shows by itself, two humps in a discount share, is therefore no segment: a segment is
customers who are alike in several ways at once. After Hennig & Lin (2015), "Flexible parametric bootstrap for testing
homogeneity against clustering and assessing the number of clusters", Statistics and Computing 25.
"""

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import rankdata


def draw(x: np.ndarray, n_rows: int, rng: np.random.Generator) -> np.ndarray:
    """Draw customers without segments.

    Parameters
    ----------
    x : ndarray of shape (n, n_columns)
        Prepared features.
    n_rows : int
        How many to draw.
    rng : Generator
        Where chance comes from.

    Returns
    -------
    ndarray of shape (n_rows, n_columns)
        Every value occurs in its column of `x`.
    """
    normal = ndtri((rankdata(x, axis=0) - 0.5) / len(x))
    spread, axes = np.linalg.eigh(np.atleast_2d(np.corrcoef(normal, rowvar=False)))
    correlated = rng.standard_normal((n_rows, x.shape[1])) @ (axes * np.sqrt(spread.clip(min=0))).T
    places = np.floor(ndtr(correlated) * len(x)).astype(np.int64).clip(0, len(x) - 1)
    return np.take_along_axis(np.sort(x, axis=0), places, axis=0)
