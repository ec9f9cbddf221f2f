"""The nearest centre of every customer, in batches that change nothing."""

from collections.abc import Iterator

import numpy as np

BATCH_ROWS = 131_072


def batches(n: int) -> Iterator[slice]:
    """Yield the rows of each batch, so that what is worked out for every customer and cluster fits into memory."""
    return (slice(start, start + BATCH_ROWS) for start in range(0, n, BATCH_ROWS))


def squared(x: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return the squared distance of each of n rows to each of k centres, of shape (n, k).

    Each row's distances are summed on their own, so they do not depend on which others are in `x`.
    """
    return np.column_stack([((x - centre) ** 2).sum(axis=1) for centre in centres])


def nearest(x: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return the row number of each customer's nearest centre (from 0); the first of equally near ones.

    Parameters
    ----------
    x : ndarray of shape (n, n_columns)
        Prepared features.
    centres : ndarray of shape (k, n_columns)
        Of the clusters.

    Returns
    -------
    int64 ndarray of shape (n,)
        From 0 to k - 1.
    """
    out = np.zeros(len(x), dtype=np.int64)
    for rows in batches(len(x)):
        out[rows] = squared(x[rows], centres).argmin(axis=1)
    return out


def means(x: np.ndarray, labels: np.ndarray, k: int) -> np.ndarray:
    """Return each cluster's mean, of shape (k, n_columns); the mean of all where a cluster is empty."""
    return np.array([x[labels == c].mean(axis=0) if (labels == c).any() else x.mean(axis=0) for c in range(k)])
