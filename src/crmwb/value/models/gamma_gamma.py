"""Gamma-Gamma: what customers spend per purchase.

Fader & Hardie (2013), "The Gamma-Gamma Model of Monetary Value". A customer's spend varies around a mean of their own
as Gamma(p, ν), and the rates ν vary over customers as Gamma(q, v). It takes spend to be independent of how often a
customer buys. The density of the mean z of x purchases (their eq. 1a):

    f(z | x) = Γ(px + q) / (Γ(px) Γ(q)) · v^q z^(px-1) x^(px) / (v + x z)^(px+q)

Which customers count: those with a repeat purchase and a positive mean spend. Days with a net spend of zero are part
of a customer's mean; customers whose mean is zero or negative (net returns) are left out of the fit and counted.
"""

import math
from typing import Self

import numpy as np
from scipy.special import digamma, gammaln

from crmwb.findings import Count, Finding, Number
from crmwb.value.models.base import MIN_CUSTOMERS, LikelihoodModel, Status, Verdict
from crmwb.value.models.likelihood import Optimum
from crmwb.value.models.summary import fingerprint

STARTS = ((1.0, 3.0), (6.0, 4.0), (0.5, 2.0), (30.0, 10.0))  # p, q; v from the mean spend


class GammaGamma(LikelihoodModel):
    """Gamma-Gamma spend (Fader & Hardie 2013).

    Parameters
    ----------
    tol : float, default=1e-9
        Stop when the gradient of the mean log-likelihood is below this.
    cap : float, optional
        A mean spend above it counts as it, in the fit and after: one extreme spend decides nobody's expectation.

    Attributes
    ----------
    p_, q_, v_ : float
        Maximum-likelihood estimates; v_ in the unit of spend (cents).
    n_left_out_ : int
        Customers with a repeat purchase whose mean spend is not positive.
    verdict_ : Verdict
        `ok`, or what is wrong with the fit; q at or below 1 is degenerate, for then there is no mean spend.

    Examples
    --------
    300 customers, amounts in cents: the fewer purchases a mean rests on, the more it is drawn towards that of all
    customers.

    >>> import numpy as np
    >>> from crmwb.value.models import GammaGamma
    >>> rng = np.random.default_rng(0)
    >>> frequency, usual = rng.integers(1, 10, 300), 15_000 / rng.gamma(4, size=300)
    >>> spend = usual * rng.gamma(6 * frequency) / (6 * frequency)
    >>> model = GammaGamma().fit(frequency, spend)
    >>> model.verdict_.status.value
    'ok'
    >>> model.expected_spend(np.array([0, 1, 12]), np.array([np.nan, 9000, 9000])).round(-1).tolist()
    [4890.0, 7860.0, 8870.0]
    """

    name = "gamma_gamma"
    parameter_names = ("p", "q", "v")
    spreads = (("q", "v", "spend"),)
    p_: float
    q_: float
    v_: float

    def __init__(self, tol: float = 1e-9, cap: float | None = None) -> None:
        super().__init__(tol)
        self.cap = cap

    def fit(self, frequency: np.ndarray, mean_spend: np.ndarray) -> Self:
        """Fit on customers with a repeat purchase and a positive mean.

        Parameters
        ----------
        frequency : ndarray of shape (n,)
            Repeat purchase occasions.
        mean_spend : ndarray of shape (n,)
            Mean spend over those; anything (NaN for one) where frequency is 0.
        """
        frequency, mean_spend = np.asarray(frequency, dtype=np.float64), self._capped(mean_spend)
        repeat = frequency > 0
        counts = repeat & (mean_spend > 0)
        self.n_left_out_ = int((repeat & ~counts).sum())
        n = int(counts.sum())
        if n < MIN_CUSTOMERS:
            figures = {"has": Count(n, "customer"), "needs": Count(MIN_CUSTOMERS)}
            return self._give_up(Finding("models.fit.few_repeat_spends", figures), n)
        order = np.lexsort((mean_spend[counts], frequency[counts]))
        x, spend = frequency[counts][order], mean_spend[counts][order]
        self.data_sha256_ = fingerprint(x, spend)
        scale = float(spend.mean())
        likelihood = _Likelihood(x, spend / scale)
        starts = [np.log([p, q, max(q - 1, 0.5) / p]) for p, q in STARTS]
        self._learn(likelihood.mean_and_gradient, starts, n, {"v": scale})
        self.log_likelihood_ = float(self.log_likelihood(x, spend).sum())
        return self

    def log_likelihood(self, frequency: np.ndarray, mean_spend: np.ndarray) -> np.ndarray:
        """Return the log-density of each mean spend (> 0) over `frequency` (> 0) purchases, shape (n,); eq. 1a."""
        self._require_parameters()
        p, q, v = self.p_, self.q_, self.v_
        px = p * np.asarray(frequency, dtype=np.float64)
        total = frequency * mean_spend
        return np.asarray(
            gammaln(px + q) - gammaln(px) - gammaln(q)
            + q * (math.log(v) - np.log(v + total))
            + px * (np.log(total) - np.log(v + total))
            - np.log(mean_spend)
        )  # fmt: skip

    @property
    def population_mean_(self) -> float:
        """What a purchase brings on average over customers; infinite where q <= 1."""
        self._require_parameters()
        return self.p_ * self.v_ / (self.q_ - 1) if self.q_ > 1 else math.inf

    def expected_spend(self, frequency: np.ndarray, mean_spend: np.ndarray) -> np.ndarray:
        """Return what each customer's next purchases will bring on average, shape (n,); eq. 5.

        The customer's own mean, drawn towards the population's the more, the fewer purchases it rests on. A customer
        without a repeat purchase gets the population's; a negative mean counts as zero.

        Parameters
        ----------
        frequency, mean_spend : ndarray of shape (n,)
            As for `fit`.
        """
        self._require_parameters()
        x = np.asarray(frequency, dtype=np.float64)
        own = np.where(x > 0, np.maximum(np.nan_to_num(self._capped(mean_spend)), 0.0), 0.0)
        below = self.p_ * x + self.q_ - 1
        with np.errstate(divide="ignore"):
            return np.where(below > 0, self.p_ * (self.v_ + x * own) / np.maximum(below, 0.0), math.inf)

    def _capped(self, mean_spend: np.ndarray) -> np.ndarray:
        spend = np.asarray(mean_spend, dtype=np.float64)
        return spend if self.cap is None else np.minimum(spend, self.cap)

    def _judge(self, optimum: Optimum) -> Verdict:
        if math.exp(optimum.theta[1]) <= 1:
            return Verdict(
                Status.DEGENERATE,
                Finding("models.fit.no_mean_spend", {"q": Number(math.exp(optimum.theta[1]))}),
            )
        return super()._judge(optimum)


class _Likelihood:
    """The mean log-likelihood (spends in units of their mean) and its gradient."""

    def __init__(self, x: np.ndarray, spend: np.ndarray) -> None:
        self.x = x
        self.total = x * spend
        self.log_total = np.log(self.total)
        self.mean_log_spend = float(np.log(spend).mean())
        self.x_values, rows = np.unique(x, return_inverse=True)
        self.x_shares = np.bincount(rows) / len(x)

    def mean_and_gradient(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the mean log-likelihood and its slope in each log parameter."""
        p, q, v = np.exp(theta)
        log_sum = np.log(v + self.total)
        px = p * self.x_values
        by_x = gammaln(px + q) - gammaln(px) - gammaln(q)
        own = self.log_total - log_sum
        log_share = theta[2] - log_sum
        value = (by_x * self.x_shares).sum() + q * log_share.mean() + (p * self.x * own).mean() - self.mean_log_spend
        psi = digamma(px + q)
        slope_p = (self.x_shares * self.x_values * (psi - digamma(px))).sum() + (self.x * own).mean()
        slope_q = (self.x_shares * (psi - digamma(q))).sum() + log_share.mean()
        slope_v = q / v - ((q + p * self.x) / (v + self.total)).mean()
        return float(value), np.array([slope_p * p, slope_q * q, slope_v * v])
