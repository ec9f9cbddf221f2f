"""NBD: customers buy at a constant rate of their own for ever.

Ehrenberg (1959), "The Pattern of Consumer Purchases", Applied Statistics 8(1). A customer buys as a Poisson process
with rate λ ~ Gamma(r, α) and never stops, so P(alive) is 1 and t_x says nothing. The likelihood of one customer:

    L = Γ(r+x) / Γ(r) · α^r (α+T)^-(r+x)

It is the yardstick for the models whose customers stop: where they are no better, nobody is seen to stop.
"""

import math

import numpy as np
from scipy.special import digamma, gammaln

from crmwb.value.models.likelihood import Objective
from crmwb.value.models.purchase_model import Discounted, PurchaseModel
from crmwb.value.models.summary import PurchaseSummary


class NBD(PurchaseModel):
    """NBD purchases (Ehrenberg 1959).

    Parameters
    ----------
    tol : float, default=1e-9
        Stop when the gradient of the mean log-likelihood is below this.

    Attributes
    ----------
    r_, alpha_ : float
        Maximum-likelihood estimates; alpha_ in days.
    covariance_ : ndarray of shape (2, 2)
        Of the log parameters, from the observed information.
    verdict_ : Verdict
        `ok`, or what is wrong with the fit (degenerate, flat, not converged, too little data).

    Examples
    --------
    Purchases of the next 90 days, where nobody ever stops:

    >>> import numpy as np
    >>> from crmwb.value.models import NBD, PurchaseSummary
    >>> histories = np.array([[0, 0], [1, 20], [1, 300], [2, 100], [3, 340], [8, 350]])  # frequency, recency_days
    >>> summary = PurchaseSummary.of(*np.repeat(histories, [60, 10, 12, 8, 8, 4], axis=0).T, np.full(102, 365))
    >>> model = NBD().fit(summary)
    >>> model.verdict_.status.value
    'ok'
    >>> model.expected_purchases(summary, 90).round(2).tolist()
    [0.08, 0.24, 0.24, 0.4, 0.56, 1.37]
    """

    name = "nbd"
    parameter_names = ("r", "alpha")
    spreads = (("r", "alpha", "buying_rate"),)
    starts = ((0.5,), (2.0,), (0.1,), (10.0,))
    r_: float
    alpha_: float

    def _objective(self, summary: PurchaseSummary, unit: float) -> Objective:
        n = summary.n_customers.astype(np.float64)
        total, x, age = float(n.sum()), summary.frequency, summary.age_days / unit
        x_values, rows = np.unique(x, return_inverse=True)
        x_counts = np.bincount(rows, weights=n)

        def mean_and_gradient(theta: np.ndarray) -> tuple[float, np.ndarray]:
            r, alpha = np.exp(theta)
            seen = np.log(alpha + age)
            value = (x_counts * (gammaln(r + x_values) - gammaln(r))).sum()
            value += total * r * theta[1] - (n * (r + x) * seen).sum()
            slope_r = (x_counts * (digamma(r + x_values) - digamma(r))).sum() + total * theta[1] - (n * seen).sum()
            slope_alpha = total * r / alpha - (n * (r + x) / (alpha + age)).sum()
            return float(value / total), np.array([slope_r * r, slope_alpha * alpha]) / total

        return mean_and_gradient

    def log_likelihood(self, summary: PurchaseSummary) -> np.ndarray:
        """Return the log-likelihood of one customer of each history, shape (n,)."""
        self._require_parameters()
        r, alpha, x = self.r_, self.alpha_, summary.frequency
        bought = gammaln(r + x) - gammaln(r) + r * math.log(alpha)
        return np.asarray(bought - (r + x) * np.log(alpha + summary.age_days))

    def p_alive(self, summary: PurchaseSummary) -> np.ndarray:
        """Return 1 for everybody, shape (n,): nobody ever stops."""
        self._require_parameters()
        return np.ones(len(summary))

    def expected_if_alive(self, x: np.ndarray, age: np.ndarray, horizon: float) -> np.ndarray:
        """Return what a customer alive at `age` is expected to buy in `horizon`, shape (n,)."""
        return np.asarray((self.r_ + x) / (self.alpha_ + age) * horizon)

    def at_least_if_alive(self, counts: np.ndarray, x: np.ndarray, age: np.ndarray, horizon: float) -> np.ndarray:
        """Return P(at least `counts` > 0 purchases in `horizon`); arguments broadcast."""
        return self._events_at_least(counts, x, age, horizon)

    def discounted_if_alive(self, x: np.ndarray, age: np.ndarray, rate: float, horizon: float) -> Discounted:
        """Return purchases and time alive to expect from who is alive at `age`, discounted at a continuous rate."""
        time_alive = np.full(len(x), -math.expm1(-rate * horizon) / rate if rate > 0 else horizon)
        return Discounted((self.r_ + x) / (self.alpha_ + age) * time_alive, time_alive)
