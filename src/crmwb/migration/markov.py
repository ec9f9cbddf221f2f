"""Where moves lead: the chances to move as a Markov chain, whether they are steady, and what the base tends to."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

Array = np.ndarray
DOUBLINGS = 64  # of the number of months that the chain is followed; far beyond where nothing moves any more


@dataclass(frozen=True)
class Halves:
    """Whether the chances to move were the same in both halves of the months.

    Attributes
    ----------
    statistic, n_freedom, p_value
        Of the chi-square test of Anderson & Goodman (1957, Statistical inference about Markov chains, §3.2).
    mean_change : float
        Of all customers, the share that would go elsewhere by the chances of the other half: the mean over customers
        of half the absolute differences of their chances.
    """

    statistic: float
    n_freedom: int
    p_value: float
    mean_change: float


def chances(counts: Array) -> Array:
    """Return the chance to be in each segment (column) a month after being in one (row).

    Parameters
    ----------
    counts : int ndarray of shape (k, k)
        Moves from row to column, those who stayed on the diagonal.

    Returns
    -------
    ndarray of shape (k, k)
        Rows add up to 1; of a segment that nobody was in, it is taken that customers stay.
    """
    totals = counts.sum(axis=1, keepdims=True)
    return np.where(totals > 0, counts / np.maximum(totals, 1), np.eye(len(counts)))


def steady(p: Array, start: Array) -> Array:
    """Return the shares that a base with shares `start` tends to, if nobody comes and nobody changes habits.

    The limit of start · ((I + P) / 2)^n, which has P's steady states and no cycles; with several steady states it is
    the one that this base tends to.
    """
    lazy = (np.eye(len(p)) + p) / 2
    for _ in range(DOUBLINGS):
        lazy = lazy @ lazy
        lazy /= lazy.sum(axis=1, keepdims=True)
    limit: Array = start @ lazy
    return np.asarray(limit / limit.sum())


def steady_with_new(p: Array, start: Array, rate: float, entering: Array) -> Array:
    """Return the shares that a base tends to into which new customers come.

    The fixed point of s = (s P + r e) / (1 + r), so s = r e ((1 + r) I − P)⁻¹.

    Parameters
    ----------
    p : ndarray of shape (k, k)
        Chances to move.
    start : ndarray of shape (k,)
        Shares now; the answer tends from there where nobody comes.
    rate : float
        New customers a month over the customers there are.
    entering : ndarray of shape (k,)
        In which segments they begin, as shares.
    """
    if rate <= 0:
        return steady(p, start)
    found: Array = np.linalg.solve(((1 + rate) * np.eye(len(p)) - p).T, rate * entering)
    return np.asarray(found / found.sum())


def halves(first: Array, second: Array) -> Halves:
    """Test whether moves of two spans of time follow the same chances.

    Parameters
    ----------
    first, second : int ndarray of shape (k, k)
        Counts of moves.
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
    p_value = float(chi2.sf(statistic, n_freedom)) if n_freedom else 1.0
    return Halves(statistic, n_freedom, p_value, change / n_customers if n_customers else 0.0)
