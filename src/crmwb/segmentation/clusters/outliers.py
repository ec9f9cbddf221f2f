"""Customers far beyond every cluster, whatever found the clusters."""

import numpy as np

from crmwb.segmentation.clusters.nearest import batches

FAR_OUT = 3.0  # Tukey (1977), "Exploratory Data Analysis": beyond the upper quartile by so many interquartile ranges


def reaches(x: np.ndarray, labels: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Return how far from its centre each cluster reaches: the far-out fence of its customers' distances.

    Parameters
    ----------
    x : ndarray of shape (n, n_columns)
        Prepared features.
    labels : int ndarray of shape (n,)
        From 0 to k - 1.
    centres : ndarray of shape (k, n_columns)
        Of the clusters.

    Returns
    -------
    ndarray of shape (k,)
        In the units of `x`; 0 for an empty cluster.
    """
    out = np.zeros(len(centres))
    for cluster, centre in enumerate(centres):
        own = np.sqrt(((x[labels == cluster] - centre) ** 2).sum(axis=1))
        if len(own):
            lower, upper = np.quantile(own, [0.25, 0.75])
            out[cluster] = upper + FAR_OUT * (upper - lower)
    return out


def far_out(x: np.ndarray, centres: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Say of each customer whether it lies beyond the reach of every cluster (bool, of shape (n,))."""
    out = np.ones(len(x), dtype=bool)
    for rows in batches(len(x)):
        for centre, far in zip(centres, reach, strict=True):
            out[rows] &= np.sqrt(((x[rows] - centre) ** 2).sum(axis=1)) > far
    return out
