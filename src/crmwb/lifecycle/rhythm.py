"""Each customer's own rhythm: quantiles of the next gap between purchases, and of the longest gap of a year.

Gaps are taken as gamma-distributed, known by the mean and the variance of their logs. A customer's mean log gap is
drawn towards that of all customers, the more so the fewer own gaps there are; by how much follows from the data
(empirical Bayes; Efron & Morris 1973): with n gaps, variance s² about the own mean and variance t² of the means, the
own mean weighs n·t² / (n·t² + s²). A customer without a gap yet has the distribution of all customers. In the variance
about the own mean, that of all customers counts as `PRIOR_GAPS` gaps do.

A gamma of shape k has Var ln = trigamma(k) and E ln = ln scale + digamma(k). Its quantiles are
those of Wilson & Hilferty (1931): scale·k·(1 - 1/(9k) + z/(3√k))³.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, ndtri

from crmwb.lifecycle.activity import MICRO

PRIOR_GAPS = 5.0
LEAST_SPREAD = 0.05**2  # of the log: no rhythm is more regular than to 5%
LEAST_SHAPE = 0.25  # below it, Wilson & Hilferty's quantiles are no good
DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class PooledGaps:
    """The gaps of all customers together.

    Attributes
    ----------
    centre : float
        Mean of the customers' mean log gaps.
    between, within : float
        Variance of the customers' means, and of log gaps about the own mean.
    """

    centre: float
    between: float
    within: float


def pool(n_gaps: np.ndarray, log_gaps: np.ndarray, squared_log_gaps: np.ndarray) -> PooledGaps | None:
    """Split the variance of log gaps into between and within customers; None where fewer than two gaps are known.

    Method of moments with each customer's mean counting once (Hedges & Olkin 1985, §9.B), so that those who buy often
    do not speak for all; the centre weighs each mean by how well it is known.

    Parameters
    ----------
    n_gaps, log_gaps, squared_log_gaps : ndarray of shape (n_customers,)
        Σ 1, Σ ln and Σ ln² of each customer's gaps, the sums in millionths.
    """
    has = n_gaps > 0
    n = n_gaps[has].astype(np.float64)
    total, groups = float(n.sum()), len(n)
    if total < 2:
        return None
    sums, squares = log_gaps[has] / MICRO, squared_log_gaps[has] / MICRO
    means = sums / n
    all_within = max(float(squares.sum() - (sums * means).sum()), 0.0)
    if groups == 1:
        return PooledGaps(float(means[0]), LEAST_SPREAD, max(all_within / (total - 1), LEAST_SPREAD))
    spread = float(((means - means.mean()) ** 2).sum()) / (groups - 1)
    # where no customer has two gaps, the variance cannot be split: half of it counts as within
    within = all_within / (total - groups) if total > groups else spread / 2
    within = max(within, LEAST_SPREAD)
    between = max(spread - within * float((1 / n).mean()), LEAST_SPREAD)
    weights = 1.0 / (between + within / n)
    return PooledGaps(float((weights * means).sum() / weights.sum()), between, within)


@dataclass(frozen=True)
class Rhythm:
    """The gaps of each customer, as gamma distributions.

    Attributes
    ----------
    shape, mean_days : ndarray of shape (n_customers,)
        Of the next gap.
    """

    shape: np.ndarray
    mean_days: np.ndarray

    def next_gap(self, quantile: float | np.ndarray) -> np.ndarray:
        """Return the days that the next gap stays within with the probability `quantile`, shape (n_customers,)."""
        k = self.shape
        root = 1 - 1 / (9 * k) + ndtri(quantile) / (3 * np.sqrt(k))
        return np.asarray(self.mean_days * np.maximum(root, 0.0) ** 3)

    def longest_gap_of_a_year(self, quantile: float) -> np.ndarray:
        """Return the days that all gaps of a year stay within with the probability `quantile`, shape (n_customers,).

        Of m gaps, each stays within it with the probability quantile^(1/m). Who buys once a year or less has one gap.
        """
        gaps_a_year = np.maximum(DAYS_A_YEAR / self.mean_days, 1.0)
        return self.next_gap(quantile ** (1 / gaps_a_year))


def rhythm(of: PooledGaps, n_gaps: np.ndarray, log_gaps: np.ndarray, squared_log_gaps: np.ndarray) -> Rhythm:
    """Return each customer's gaps to expect.

    Parameters
    ----------
    of : PooledGaps
        All customers' gaps.
    n_gaps, log_gaps, squared_log_gaps : ndarray of shape (n_customers,)
        As for `pool`.
    """
    n = n_gaps.astype(np.float64)
    sums, squares = log_gaps / MICRO, squared_log_gaps / MICRO
    own_mean = np.divide(sums, n, out=np.full(len(n), of.centre), where=n > 0)
    about_mean = np.where(n > 0, np.maximum(squares - sums * own_mean, 0.0), 0.0)
    within = (PRIOR_GAPS * of.within + about_mean) / (PRIOR_GAPS + np.maximum(n - 1, 0))
    weight = n * of.between / (n * of.between + within)
    centre = weight * own_mean + (1 - weight) * of.centre
    spread = within + (1 - weight) * of.between
    shape = np.maximum(_shape(spread), LEAST_SHAPE)
    return Rhythm(shape, np.exp(centre - digamma(shape)) * shape)


def _shape(spread: np.ndarray) -> np.ndarray:
    """Return the k with trigamma(k) = spread: Newton's method from 1/k + 1/(2k²), with trigamma's series at k + 1."""
    k = np.maximum((1 + np.sqrt(1 + 2 * spread)) / (2 * spread), LEAST_SHAPE / 2)
    for _ in range(3):
        up = k + 1
        value = 1 / k**2 + 1 / up + 1 / (2 * up**2) + 1 / (6 * up**3)
        slope = 2 / k**3 + 1 / up**2 + 1 / up**3 + 1 / (2 * up**4)
        k = np.maximum(k + (value - spread) / slope, LEAST_SHAPE / 2)
    return np.asarray(k)
