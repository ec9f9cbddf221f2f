r"""A segment's mean as a multiple of the mean of all customers, with an interval.

For a segment with share w of n customers, mean m_s and variance v_s, among all with mean m and variance v, the index
is m_s / m. The segment is part of the whole, so the two means go together; by the delta method the log of the index has
the variance

.. math:: \frac{1}{n} \left(\frac{v_s}{w m_s^2} + \frac{v}{m^2} - \frac{2 v_s}{m_s m}\right),

which is 0 where the segment is the whole. With x of 0 and 1 the index is the lift of a share, and for two groups that
do not overlap the formula is that of Katz et al. (1978). Exact sums over all customers: nothing is resampled.
"""

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm


@dataclass(frozen=True)
class Index:
    """Per segment (shape (k,)): customers known, mean, the mean of all customers, their ratio and its interval."""

    n_known: np.ndarray
    value: np.ndarray
    everyone: np.ndarray
    index: np.ndarray
    lower: np.ndarray
    upper: np.ndarray


def of_numbers(values: np.ndarray, codes: np.ndarray, k: int, confidence: float) -> Index:
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
    """
    known = ~np.isnan(values) & (codes >= 0)
    x, code = values[known], codes[known]
    n = np.bincount(code, minlength=k).astype(float)
    sums = np.bincount(code, weights=x, minlength=k)
    squares = np.bincount(code, weights=x * x, minlength=k)
    return _index(n, sums, squares, confidence)


def of_counts(counts: np.ndarray, sizes: np.ndarray, confidence: float) -> Index:
    """Return the index of each segment for a share: `counts` of `sizes` customers, both of shape (k,)."""
    return _index(sizes.astype(float), counts.astype(float), counts.astype(float), confidence)


def _index(n: np.ndarray, sums: np.ndarray, squares: np.ndarray, confidence: float) -> Index:
    total = n.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, everyone = sums / n, sums.sum() / total
        spread = np.maximum(squares / n - mean**2, 0)
        spread_of_all = max(squares.sum() / total - everyone**2, 0) if total else np.nan
        index = mean / everyone
        variance = spread * total / (n * mean**2) + spread_of_all / everyone**2 - 2 * spread / (mean * everyone)
        error = np.sqrt(np.maximum(variance, 0) / total)
        half = float(norm.ppf((1 + confidence) / 2)) * error
        sure = (mean > 0) & (everyone > 0)
        lower = np.where(sure, index * np.exp(-half), np.nan)
        upper = np.where(sure, index * np.exp(half), np.nan)
    return Index(n.astype(np.int64), mean, np.full(len(n), everyone), np.where(sure, index, np.nan), lower, upper)
