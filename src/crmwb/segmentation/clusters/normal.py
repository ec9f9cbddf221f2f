"""Clusters described as normal distributions, each with its own width in every feature: what all methods share.

Whatever found them, clusters can be described by their share, mean and variances. From that description follows for
every customer how likely each cluster is, and so how much clusters overlap.
"""

import numpy as np
from scipy.special import logsumexp

from crmwb.segmentation.clusters.nearest import batches

LEAST_VARIANCE = 0.03  # of a feature's variance over all customers: nobody's width is 0 where all share a value
Parameters = tuple[np.ndarray, np.ndarray, np.ndarray]


def least_variance(x: np.ndarray) -> np.ndarray:
    """Return the least variance that a cluster may have in each feature, of shape (n_columns,)."""
    least: np.ndarray = np.maximum(LEAST_VARIANCE * x.var(axis=0), 1e-9)
    return least


def describe(x: np.ndarray, squares: np.ndarray, shares: np.ndarray, least: np.ndarray) -> Parameters:
    """Return weights (k,), means (k, d) and variances (k, d) of clusters.

    Parameters
    ----------
    x, squares : ndarray of shape (n, d)
        Prepared features, and their squares.
    shares : ndarray of shape (n, k)
        How much of each customer belongs to each cluster.
    least : ndarray of shape (d,)
        What `least_variance` returned.
    """
    sizes = shares.sum(axis=0) + 1e-9
    means = shares.T @ x / sizes[:, None]
    variances = np.maximum(shares.T @ squares / sizes[:, None] - means**2, least)
    return sizes / sizes.sum(), means, variances


def joint(x: np.ndarray, squares: np.ndarray, parameters: Parameters) -> np.ndarray:
    """Return the log of each cluster's weight times its density at each customer, of shape (n, k)."""
    weights, means, variances = parameters
    constant = np.log(weights) - 0.5 * (np.log(2 * np.pi * variances) + means**2 / variances).sum(axis=1)
    log_joint: np.ndarray = constant + x @ (means / variances).T - 0.5 * (squares @ (1 / variances).T)
    return log_joint


def of_labels(labels: np.ndarray, k: int) -> np.ndarray:
    """Return whole customers' shares, of shape (n, k), from their clusters."""
    shares: np.ndarray = np.equal.outer(labels, np.arange(k)).astype(float)
    return shares


def overlap_and_bic(x: np.ndarray, labels: np.ndarray, k: int) -> tuple[float, float]:
    """Return how much clusters overlap, and the BIC of their description.

    Parameters
    ----------
    x : ndarray of shape (n, d)
        Prepared features.
    labels : int ndarray of shape (n,)
        From 0 to k - 1.
    k : int
        Number of clusters.

    Returns
    -------
    overlap : float
        Mean entropy, in nats, of the chances that a customer belongs to each cluster (Celeux & Soromenho 1996): 0
        where every customer is surely in one, ln k where clusters cannot be told apart.
    bic : float
        Of a mixture of these normal distributions (Schwarz 1978); less is better.
    """
    squares = x * x
    parameters = describe(x, squares, of_labels(labels, k), least_variance(x))
    entropy, likelihood = 0.0, 0.0
    for rows in batches(len(x)):
        log_joint = joint(x[rows], squares[rows], parameters)
        total = logsumexp(log_joint, axis=1)
        memberships = np.exp(log_joint - total[:, None])
        entropy -= float((memberships * np.where(memberships > 0, log_joint - total[:, None], 0)).sum())
        likelihood += float(total.sum())
    n, d = x.shape
    return max(entropy / n, 0.0), -2 * likelihood + (2 * k * d + k - 1) * float(np.log(n))
