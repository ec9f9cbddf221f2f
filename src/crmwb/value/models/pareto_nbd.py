"""Pareto/NBD: customers buy at a constant rate of their own and may stop at any time.

Schmittlein, Morrison & Colombo (1987), "Counting Your Customers: Who Are They and What Will They Do Next?", Management
Science 33(1); Fader & Hardie (2005), "A Note on Deriving the Pareto/NBD Model and Related Expressions". While alive, a
customer buys as a Poisson process with rate λ ~ Gamma(r, α); life ends at rate μ ~ Gamma(s, β). The likelihood of one
customer, by the time τ at which life may have ended (`pareto_integral` does the integral, which has no overflow):

    L = Γ(r+x) α^r β^s / Γ(r) · [(α+T)^-(r+x) (β+T)^-s + s ∫ from t_x to T of (α+τ)^-(r+x) (β+τ)^-(s+1) dτ]

What is said in `beta_geometric` of data that begin in the middle of customers' lives holds here too.
"""

import math

import numpy as np
from scipy.special import digamma, exprel, gammaln

from crmwb.value.models.base import PurchaseModel, Status, Verdict
from crmwb.value.models.likelihood import Objective, Optimum
from crmwb.value.models.pareto_integral import gone, gone_and_slopes
from crmwb.value.models.summary import PurchaseSummary

HUGE = 100.0  # s in a fit that is not ok: spread of lifetimes over customers is not to be seen
FEW = 1e-3  # share that stops in a mean age, below which nobody is seen to stop


class ParetoNBD(PurchaseModel):
    """Pareto/NBD purchases (Schmittlein, Morrison & Colombo 1987).

    Parameters
    ----------
    tol : float, default=1e-9
        Stop when the gradient of the mean log-likelihood is below this.

    Attributes
    ----------
    r_, alpha_, s_, beta_ : float
        Maximum-likelihood estimates; alpha_ and beta_ in days.
    covariance_ : ndarray of shape (4, 4)
        Of the log parameters, from the observed information.
    verdict_ : Verdict
        `ok`, or what is wrong with the fit (degenerate, flat, not converged, too little data).
    """

    name = "pareto_nbd"
    parameter_names = ("r", "alpha", "s", "beta")
    times = ("alpha", "beta")
    starts = ((0.5, 0.5, 0.5), (2.0, 0.5, 1.0), (0.2, 1.0, 1.0), (1.0, 0.1, 1.0))
    r_: float
    alpha_: float
    s_: float
    beta_: float

    def _objective(self, summary: PurchaseSummary, unit: float) -> Objective:
        return _Likelihood(summary, unit).mean_and_gradient

    def log_likelihood(self, summary: PurchaseSummary) -> np.ndarray:
        """Return the log-likelihood of one customer of each history, shape (n,)."""
        self._require_parameters()
        x, t_x = summary.frequency, summary.recency_days
        log_alive, share_gone = self._fates(summary)
        known = (
            gammaln(self.r_ + x)
            - gammaln(self.r_)
            + self.r_ * math.log(self.alpha_)
            - self.s_ * np.log1p(t_x / self.beta_)
        )
        return np.asarray(known - (self.r_ + x) * np.log(self.alpha_ + t_x) + np.log(np.exp(log_alive) + share_gone))

    def p_alive(self, summary: PurchaseSummary) -> np.ndarray:
        """Return the probability of still being a customer, shape (n,)."""
        self._require_parameters()
        log_alive, share_gone = self._fates(summary)
        alive = np.exp(log_alive)
        return np.asarray(alive / (alive + share_gone))

    def expected_purchases(self, summary: PurchaseSummary, horizon_days: float) -> np.ndarray:
        """Return the purchases to expect in the next `horizon_days` from each history, shape (n,).

        Fader & Hardie (2005), eq. 41, written so that s = 1 is no exception.
        """
        alive = self.p_alive(summary)
        return np.asarray(alive * self._expected_if_alive(summary.frequency, summary.age_days, horizon_days))

    def expected_purchases_of_new(self, days: float) -> float:
        """Return the repeat purchases to expect in the first `days` after the first purchase."""
        self._require_parameters()
        return float(self._expected_if_alive(np.zeros(1), np.zeros(1), days)[0])

    def _expected_if_alive(self, x: np.ndarray, age: np.ndarray, horizon: float) -> np.ndarray:
        """Return what a customer alive at `age` is expected to buy in `horizon`, shape (n,)."""
        rates = (self.r_ + x) / (self.alpha_ + age)
        passed = np.log1p(horizon / (self.beta_ + age))
        return np.asarray(rates * (self.beta_ + age) * passed * exprel((1 - self.s_) * passed))

    def _fates(self, summary: PurchaseSummary) -> tuple[np.ndarray, np.ndarray]:
        """Return how likely silence from t_x to T is with life (its log) and with death in it, both from t_x on."""
        x, t_x, age = summary.frequency, summary.recency_days, summary.age_days
        r, alpha, s, beta = self.r_, self.alpha_, self.s_, self.beta_
        log_alive = -(r + x) * np.log1p((age - t_x) / (alpha + t_x)) - s * np.log1p((age - t_x) / (beta + t_x))
        return log_alive, gone(r + x, (alpha, s, beta), t_x, age)

    def _judge(self, found: Optimum) -> Verdict:
        verdict = super()._judge(found)
        s, beta = np.exp(found.theta[2:])  # in mean ages
        stop = -math.expm1(-s * math.log1p(1 / beta))
        if not verdict.is_ok and stop < FEW:
            return Verdict(
                Status.DEGENERATE,
                "Nobody is seen to stop, so when customers do cannot be told; the nbd, whose customers never stop, "
                "fits as well with fewer parameters.",
            )
        if not verdict.is_ok and s > HUGE:
            return Verdict(
                Status.DEGENERATE,
                f"Customers do not differ in how long they stay (s → ∞, only the ratio of s to beta is known): "
                f"{stop:.2%} of them stop in a time as long as their mean age, whoever they are. Forecasts within the "
                "length of the history stand, far ahead they are uncertain; compare with the rules of thumb or use a "
                "longer history.",
            )
        return verdict


class _Likelihood:
    """The mean log-likelihood and its gradient, with one integral for each distinct (x, t) in place of (x, t_x, T).

    With M the highest T, G(t_x, T) = G(t_x, M) - G(T, M) q(T)/q(t_x), and nothing cancels in what it is added to:
    q(T)/q(t_x) + G(t_x, T) = (1 - G(T, M)) q(T)/q(t_x) + G(t_x, M), a sum of positive terms. A million customers seen
    for two years have 300,000 histories, but 30,000 pairs of x and a day.
    """

    def __init__(self, summary: PurchaseSummary, unit: float) -> None:
        self.n_each = summary.n_customers.astype(np.float64)
        self.n = float(self.n_each.sum())
        self.x, self.recency, self.age = summary.frequency, summary.recency_days / unit, summary.age_days / unit
        self.x_values, rows = np.unique(self.x, return_inverse=True)
        self.x_counts = np.bincount(rows, weights=self.n_each)
        moments = np.concatenate([self.recency, self.age])
        times, columns = np.unique(moments, return_inverse=True)
        keys, pair = np.unique(np.concatenate([rows, rows]) * len(times) + columns, return_inverse=True)
        self.pair_x, self.pair_time = self.x_values[keys // len(times)], times[keys % len(times)]
        self.at_recency, self.at_age = np.split(pair, 2)
        self.last = float(times[-1])

    def mean_and_gradient(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the mean log-likelihood (times in units of the mean age) and its slope in each log parameter."""
        r, alpha, s, beta = np.exp(theta)
        n, rx = self.n_each, r + self.x
        by_pair = gone_and_slopes(r + self.pair_x, (alpha, s, beta), self.pair_time, self.last)
        to_recency, to_age = by_pair[:, self.at_recency], by_pair[:, self.at_age]
        log_alpha, log_beta = np.log(alpha + self.pair_time), np.log(beta + self.pair_time)
        silence_alpha = log_alpha[self.at_age] - log_alpha[self.at_recency]
        silence_beta = log_beta[self.at_age] - log_beta[self.at_recency]
        alive = np.exp(-rx * silence_alpha - s * silence_beta)
        stays = (1 - to_age[0]) * alive
        total = stays + to_recency[0]
        value = (self.x_counts * (gammaln(r + self.x_values) - gammaln(r))).sum()
        value += self.n * (r * theta[1] + s * theta[3])
        value += (n * (np.log(total) - rx * log_alpha[self.at_recency] - s * log_beta[self.at_recency])).sum()

        weight = n / total
        integral = ((to_recency[1:] - to_age[1:] * alive) * weight).sum(axis=1)
        stays *= weight
        psi = (self.x_counts * (digamma(r + self.x_values) - digamma(r))).sum()
        from_alpha, to_alpha = alpha / (alpha + self.recency), alpha / (alpha + self.age)
        from_beta, to_beta = beta / (beta + self.recency), beta / (beta + self.age)
        slope_r = psi + self.n * theta[1] - (n * log_alpha[self.at_recency]).sum() - (stays * silence_alpha).sum()
        slope_s = self.n * theta[3] - (n * log_beta[self.at_recency]).sum() - (stays * silence_beta).sum()
        slope_alpha = self.n * r - (rx * (n * from_alpha + stays * (to_alpha - from_alpha))).sum()
        slope_beta = self.n * s - s * (n * from_beta + stays * (to_beta - from_beta)).sum()
        slopes = np.array([
            (slope_r + integral[0]) * r, slope_alpha + integral[1],
            (slope_s + integral[2]) * s, slope_beta + integral[3],
        ])  # fmt: skip
        return float(value / self.n), slopes / self.n
