r"""A segment's mean as a multiple of what it would be with the means of all customers, with an interval.

Customers may lie in strata, such as of those with as many orders. A segment with :math:`n_{sh}` customers in stratum h,
of :math:`n_h` there with the mean :math:`m_h`, would have the sum :math:`E = \sum_h n_{sh} m_h` if it were like all
others in each stratum; the index is its own sum X over E (indirect standardisation). The segment is part of the whole,
so the two go together; by the delta method the log of the index has the variance

.. math:: \sum_h n_{sh} \left(\frac{v_{sh}}{X^2} + \frac{n_{sh} v_h}{n_h E^2} - \frac{2 n_{sh} v_{sh}}{n_h X E}\right),

with the variances :math:`v_{sh}` of the segment's customers in the stratum and :math:`v_h` of all there. It is 0 where
the segment is the whole, or alone in each of its strata. With one stratum the index is the quotient of two means, with
x of 0 and 1 that of two shares, and for two groups that do not overlap the formula is that of Katz et al. (1978). Exact
sums over all customers: nothing is resampled.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

MIN_STRATUM = 30  # customers


@dataclass(frozen=True)
class Index:
    """Per segment (shape (k,)): customers known, mean, mean as of all customers, their ratio and its interval."""

    n_known: np.ndarray
    value: np.ndarray
    everyone: np.ndarray
    index: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def of_numbers(
    values: np.ndarray, codes: np.ndarray, k: int, confidence: float, strata: np.ndarray | None = None
) -> Index:
    """Return the index of each segment for a number.

    Parameters
    ----------
    values : ndarray of shape (n,)
        NaN where unknown: left out, of all customers as well.
    codes : ndarray of int, shape (n,)
        Each customer's segment, from 0; -1 for a customer of none.
    k : int
        Segments.
    confidence : float
        Of the interval.
    strata : ndarray of int, shape (n,), optional
        Each customer's stratum, from 0; -1 for a customer who is left out. All in one where not given.

    Examples
    --------
    >>> import numpy as np
    >>> from crmwb.segmentation.cards.index import of_numbers, strata_of
    >>> values, segments, orders = np.repeat([4.0, 1.0], 40), np.repeat([0, 1], 40), np.repeat([9, 2], 40)
    >>> of_numbers(values, segments, 2, 0.95).index.round(2).tolist()
    [1.6, 0.4]
    >>> of_numbers(values, segments, 2, 0.95, strata_of(orders)).index.tolist()
    [1.0, 1.0]
    """
    strata = np.zeros(len(values), dtype=np.int64) if strata is None else strata
    known = ~np.isnan(values) & (codes >= 0) & (strata >= 0)
    x, stratum = values[known], strata[known]
    n_strata = int(stratum.max(initial=0)) + 1
    cell, shape = codes[known] * n_strata + stratum, (k, n_strata)
    n = np.bincount(cell, minlength=k * n_strata).astype(float).reshape(shape)
    sums = np.bincount(cell, weights=x, minlength=k * n_strata).reshape(shape)
    squares = np.bincount(cell, weights=x * x, minlength=k * n_strata).reshape(shape)
    return _index(n, sums, squares, confidence)


def of_sums(n: np.ndarray, sums: np.ndarray, squares: np.ndarray, confidence: float) -> Index:
    """Return the index of each segment for a number, from sums over its customers; all of shape (k,)."""
    return _index(n.astype(float)[:, None], sums[:, None], squares[:, None], confidence)


def of_counts(counts: np.ndarray, sizes: np.ndarray, confidence: float) -> Index:
    """Return the index of each segment for a share: `counts` of `sizes` customers.

    Both of shape (k,), or (k, h) where customers lie in h strata.
    """
    sizes, counts = (np.atleast_2d(a.astype(float).T).T for a in (sizes, counts))
    return _index(sizes, counts, counts, confidence)


def strata_of(orders: np.ndarray) -> np.ndarray:
    """Return each customer's stratum by the number of orders, from the fewest up; -1 where it is unknown.

    As many customers as have the same number are one stratum; where they are fewer than `MIN_STRATUM`, those with the
    next numbers are added.

    Parameters
    ----------
    orders : ndarray of shape (n,)
        NaN where unknown.
    """
    values, sizes = np.unique(orders[~np.isnan(orders)], return_counts=True)
    stratum, held, out = 0, 0, np.full(len(orders), -1, dtype=np.int64)
    for value, size in zip(values, sizes, strict=True):
        if held >= MIN_STRATUM:
            stratum, held = stratum + 1, 0
        out[orders == value] = stratum
        held += int(size)
    if stratum and held < MIN_STRATUM:
        out[out == stratum] = stratum - 1
    return out


def _index(n: np.ndarray, sums: np.ndarray, squares: np.ndarray, confidence: float) -> Index:
    """Return the index from sums by segment and stratum, shape (k, h)."""
    in_stratum, size = n.sum(axis=0), n.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_of_all = np.nan_to_num(sums.sum(axis=0) / in_stratum)
        spread = np.nan_to_num(np.maximum(squares / n - (sums / n) ** 2, 0))
        spread_of_all = np.nan_to_num(np.maximum(squares.sum(axis=0) / in_stratum - mean_of_all**2, 0))
        share = np.nan_to_num(n / in_stratum)
        own, expected = sums.sum(axis=1), n @ mean_of_all
        index = own / expected
        variance = (n * spread).sum(axis=1) / own**2 + (n * share) @ spread_of_all / expected**2
        variance -= 2 * (n * share * spread).sum(axis=1) / (own * expected)
        half = float(ndtri((1 + confidence) / 2)) * np.sqrt(np.maximum(variance, 0))
        sure = (own > 0) & (expected > 0)
        lower = np.where(sure, index * np.exp(-half), np.nan)
        upper = np.where(sure, index * np.exp(half), np.nan)
        return Index(size.astype(np.int64), own / size, expected / size, np.where(sure, index, np.nan), lower, upper)
