"""The likelihood of BG/NBD and MBG/NBD over all customers, with its slopes; `beta_geometric` says what it is."""

import math

import numpy as np
from scipy.special import betaln, digamma, gammaln

from crmwb.value.models.summary import PurchaseSummary


class MeanLikelihood:
    """The mean log-likelihood and its gradient; what depends on x alone is worked out once for each distinct x."""

    def __init__(self, summary: PurchaseSummary, unit: float, first_chances: int) -> None:
        could = summary.frequency + first_chances > 0  # who had a chance to stop
        n = summary.n_customers.astype(np.float64)
        self.n = float(n.sum())
        self.x_values, rows = np.unique(summary.frequency, return_inverse=True)
        self.x_counts = np.bincount(rows, weights=n)
        self.k_values = self.x_values + first_chances
        self.age0, self.n0 = summary.age_days[~could] / unit, n[~could]
        self.x, self.n1 = summary.frequency[could], n[could]
        self.recency, self.age = summary.recency_days[could] / unit, summary.age_days[could] / unit
        self.k = self.x + first_chances

    def mean_and_gradient(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the mean log-likelihood (times in units of the mean age) and its slope in each log parameter."""
        r, alpha, a, b = np.exp(theta)
        log_alpha = theta[1]
        log_age0 = np.log(alpha + self.age0)
        log_recency, log_age = np.log(alpha + self.recency), np.log(alpha + self.age)
        silence = log_recency - log_age
        rx, n1, survived = r + self.x, self.n1, b + self.k - 1
        log_alive, log_gone = rx * silence, math.log(a) - np.log(survived)
        log_either = np.logaddexp(log_alive, log_gone)
        n_gone = n1 * np.exp(log_gone - log_either)
        n_alive = n1 - n_gone

        by_x = gammaln(r + self.x_values) - gammaln(r) + betaln(a, b + self.k_values) - betaln(a, b)
        value = (
            (by_x * self.x_counts).sum()
            + self.n * r * log_alpha
            - r * (self.n0 * log_age0).sum()
            + (n1 * (log_either - rx * log_recency)).sum()
        )
        psi_r = (self.x_counts * (digamma(r + self.x_values) - digamma(r))).sum()
        stayed, stayed_b = (of_chances @ self.x_counts for of_chances in slopes_of_staying(a, b, self.k_values))
        slope_r = (
            psi_r
            + self.n * log_alpha
            - (self.n0 * log_age0).sum()
            - (n1 * log_recency).sum()
            + (n_alive * silence).sum()
        )
        slope_alpha = (
            self.n * r / alpha
            - r * (self.n0 / (alpha + self.age0)).sum()
            - (rx * (n_gone / (alpha + self.recency) + n_alive / (alpha + self.age))).sum()
        )
        slope_a = stayed + n_gone.sum() / a
        slope_b = stayed_b - (n_gone / survived).sum()
        slopes = np.array([slope_r * r, slope_alpha * alpha, slope_a * a, slope_b * b])
        return float(value / self.n), slopes / self.n


def slopes_of_staying(a: float, b: float, chances: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the slopes of log B(a, b + k) - log B(a, b) in a and in b, each shape (n,), for rising k of shape (n,).

    As sums over the k chances to stop: of large b, differences of digammas keep too few digits to tell a ridge's end.

    Examples
    --------
    >>> import numpy as np
    >>> from crmwb.value.models.beta_geometric_likelihood import slopes_of_staying
    >>> in_a, in_b = slopes_of_staying(1.0, 2.0, np.array([0.0, 2.0]))  # 1/B(1, b) = b: log 2 - log(2 + k)
    >>> in_b.tolist()
    [0.0, 0.25]
    """
    last = chances.astype(np.int64)
    b_then = b + np.arange(int(last.max(initial=0)))
    in_a, in_b = (np.concatenate([[0.0], np.cumsum(part)]) for part in (-1 / (a + b_then), a / (b_then * (a + b_then))))
    return in_a[last], in_b[last]
