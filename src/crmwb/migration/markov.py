"""A Markov chain of the transitions: probabilities, whether they are stable, and the shares in the long run."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

Array = np.ndarray
DOUBLINGS = 64  # of the number of months that the chain is followed; far beyond convergence


@dataclass(frozen=True)
class Halves:
    """Whether the transition probabilities were the same in both halves of the months.

    Attributes
    ----------
    statistic, n_freedom, p_value
        Of the chi-square test of Anderson & Goodman (1957, Statistical inference about Markov chains, §3.2).
    mean_change : float
        Share of customers who would go elsewhere by the probabilities of the other half: the mean over customers of
        half the absolute differences of their probabilities.
    """

    statistic: float
    n_freedom: int
    p_value: float
    mean_change: float


def transition_probabilities(counts: Array) -> Array:
    """Return the probability to be in each segment (column) a month after being in one (row).

    Parameters
    ----------
    counts : int ndarray of shape (k, k)
        Customers from row to column; those who stayed are on the diagonal.

    Returns
    -------
    ndarray of shape (k, k)
        Rows add up to 1; in a segment without customers, they are taken to stay.
    """
    totals = counts.sum(axis=1, keepdims=True)
    return np.where(totals > 0, counts / np.maximum(totals, 1), np.eye(len(counts)))


def long_run(p: Array, start: Array) -> Array:
    """Return the shares that a base with shares `start` converges to, without new customers.

    The limit of start · ((I + P) / 2)^n, which has P's stationary distributions and no cycles; with several of them
    it is the one that this base converges to.
    """
    lazy = (np.eye(len(p)) + p) / 2
    for _ in range(DOUBLINGS):
        lazy = lazy @ lazy
        lazy /= lazy.sum(axis=1, keepdims=True)
    limit: Array = start @ lazy
    return np.asarray(limit / limit.sum())


def long_run_with_new(p: Array, start: Array, rate: float, entering: Array) -> Array:
    """Return the shares that a base with new customers every month converges to.

    The fixed point of s = (s P + r e) / (1 + r), so s = r e ((1 + r) I − P)⁻¹.

    Parameters
    ----------
    p : ndarray of shape (k, k)
        Transition probabilities.
    start : ndarray of shape (k,)
        Shares now; where the chain starts without new customers.
    rate : float
        New customers a month over existing customers.
    entering : ndarray of shape (k,)
        Shares of the segments in which they begin.
    """
    if rate <= 0:
        return long_run(p, start)
    shares: Array = np.linalg.solve(((1 + rate) * np.eye(len(p)) - p).T, rate * entering)
    return np.asarray(shares / shares.sum())


def halves(first: Array, second: Array) -> Halves:
    """Test whether the transitions of two periods have the same probabilities.

    Parameters
    ----------
    first, second : int ndarray of shape (k, k)
        Counts of transitions.
    """
    statistic, n_freedom, change, n_customers = 0.0, 0, 0.0, 0
    for row in np.stack([first, second], axis=1).astype(float):
        sizes, columns = row.sum(axis=1), row.sum(axis=0) > 0
        if (sizes == 0).any():
            continue
        expected = np.outer(sizes, row.sum(axis=0)[columns]) / row.sum()
        statistic += float(((row[:, columns] - expected) ** 2 / expected).sum())
        n_freedom += int(columns.sum()) - 1
        shares = row / sizes[:, None]
        change += float(np.abs(shares[0] - shares[1]).sum() / 2 * row.sum())
        n_customers += int(row.sum())
    p_value = float(chdtrc(n_freedom, statistic)) if n_freedom else 1.0
    return Halves(statistic, n_freedom, p_value, change / n_customers if n_customers else 0.0)
