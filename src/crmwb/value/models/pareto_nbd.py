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
from scipy.special import exprel, gammaln

from crmwb.findings import Finding, Share
from crmwb.value.models import pareto_ahead as ahead
from crmwb.value.models.base import Status, Verdict
from crmwb.value.models.likelihood import Objective, Optimum
from crmwb.value.models.pareto_integral import gone
from crmwb.value.models.pareto_likelihood import MeanLikelihood
from crmwb.value.models.purchase_model import Discounted, PurchaseModel
from crmwb.value.models.summary import PurchaseSummary

HUGE = 100.0  # s in a fit that is not ok: spread of lifetimes over customers is not to be seen
NEWTON_STEPS, CLOSE = 100, 1e-9
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

    Examples
    --------
    Days within which half of such customers buy again, infinite where fewer than half ever do:

    >>> import numpy as np
    >>> from crmwb.value.models import ParetoNBD, PurchaseSummary
    >>> histories = np.array([[0, 0], [1, 20], [1, 300], [2, 100], [3, 340], [8, 350]])  # frequency, recency_days
    >>> summary = PurchaseSummary.of(*np.repeat(histories, [60, 10, 12, 8, 8, 4], axis=0).T, np.full(102, 365))
    >>> model = ParetoNBD().fit(summary)
    >>> model.verdict_.status.value
    'ok'
    >>> model.p_alive(summary).round(2).tolist()
    [0.3, 0.26, 0.95, 0.48, 0.98, 0.99]
    >>> model.days_to_next_purchase(summary).round().tolist()
    [inf, inf, 304.0, inf, 121.0, 49.0]
    """

    name = "pareto_nbd"
    parameter_names = ("r", "alpha", "s", "beta")
    times = ("alpha", "beta")
    spreads = (("r", "alpha", "buying_rate"), ("s", "beta", "lifetime"))
    starts = ((0.5, 0.5, 0.5), (2.0, 0.5, 1.0), (0.2, 1.0, 1.0), (1.0, 0.1, 1.0))
    r_: float
    alpha_: float
    s_: float
    beta_: float

    def _objective(self, summary: PurchaseSummary, unit: float) -> Objective:
        return MeanLikelihood(summary, unit).mean_and_gradient

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

    def expected_if_alive(self, x: np.ndarray, age: np.ndarray, horizon: float) -> np.ndarray:
        """Fader & Hardie (2005), eq. 41 given alive, written so that s = 1 is no exception."""
        rates = (self.r_ + x) / (self.alpha_ + age)
        passed = np.log1p(horizon / (self.beta_ + age))
        return np.asarray(rates * (self.beta_ + age) * passed * exprel((1 - self.s_) * passed))

    def at_least_if_alive(self, counts: np.ndarray, x: np.ndarray, age: np.ndarray, horizon: float) -> np.ndarray:
        """Return P(at least `counts` > 0 purchases in `horizon`, alive at `age`); arguments broadcast."""
        return ahead.at_least(counts, self._alive(x, age), horizon)

    def tails_if_alive(self, counts: np.ndarray, x: np.ndarray, age: np.ndarray, horizon: float) -> np.ndarray:
        """Return `at_least_if_alive` for every one of k rising counts and n customers, shape (n, k)."""
        return ahead.tails(counts, self._alive(x, age), horizon)

    def discounted_if_alive(self, x: np.ndarray, age: np.ndarray, rate: float, horizon: float) -> Discounted:
        """Return purchases and time alive to expect from who is alive at `age`, discounted at a continuous rate."""
        time_alive = ahead.time_alive(self._alive(x, age), rate, horizon)
        return Discounted((self.r_ + x) / (self.alpha_ + age) * time_alive, time_alive)

    def _returns_if_alive(self, x: np.ndarray, age: np.ndarray) -> np.ndarray:
        return ahead.at_least(1.0, self._alive(x, age), math.inf)

    def _days_until(self, within: np.ndarray, x: np.ndarray, age: np.ndarray) -> np.ndarray:
        """By Newton's steps from where it would be if nobody stopped: too soon, and each step stays so."""
        days = super()._days_until(within, x, age)
        rows = np.arange(len(days))
        for _ in range(NEWTON_STEPS):
            alive = self._alive(x[rows], age[rows])
            t = days[rows]
            missing = within[rows] - ahead.at_least(1.0, alive, t)
            step = missing / ahead.first_purchase_at(t, alive)
            days[rows] = t + step
            rows = rows[step > CLOSE * t]
            if not len(rows):
                break
        return days

    def _alive(self, x: np.ndarray, age: np.ndarray) -> ahead.Alive:
        return ahead.Alive(self.r_ + x, self.alpha_ + age, self.beta_ + age, self.s_)

    def _fates(self, summary: PurchaseSummary) -> tuple[np.ndarray, np.ndarray]:
        """Return how likely silence from t_x to T is with life (its log) and with death in it, both from t_x on."""
        x, t_x, age = summary.frequency, summary.recency_days, summary.age_days
        r, alpha, s, beta = self.r_, self.alpha_, self.s_, self.beta_
        log_alive = -(r + x) * np.log1p((age - t_x) / (alpha + t_x)) - s * np.log1p((age - t_x) / (beta + t_x))
        return log_alive, gone(r + x, (alpha, s, beta), t_x, age)

    def _judge(self, optimum: Optimum) -> Verdict:
        verdict = super()._judge(optimum)
        s, beta = np.exp(optimum.theta[2:])  # in mean ages
        stop = -math.expm1(-s * math.log1p(1 / beta))
        if not verdict.is_ok and stop < FEW:
            return Verdict(Status.DEGENERATE, Finding("models.fit.nobody_stops"))
        if not verdict.is_ok and s > HUGE:
            return Verdict(
                Status.LIMIT if np.isfinite(self.covariance_).all() else Status.DEGENERATE,
                Finding("models.fit.same_lifetime", {"share": Share(stop)}),
            )
        return verdict
