"""Customers who buy at a constant rate of their own and may stop after any purchase: BG/NBD and MBG/NBD.

While alive, a customer buys as a Poisson process with rate λ ~ Gamma(r, α), and stops with probability p ~ Beta(a, b)
at each chance to. In the BG/NBD each repeat purchase is a chance (k = x chances after x repeat purchases), in the
MBG/NBD the first purchase is one too (k = x + 1). The likelihood of one customer, for both:

    L = B(a, b+k) / B(a, b) · Γ(r+x) α^r / Γ(r) · [(α+T)^-(r+x) + (k>0) a/(b+k-1) (α+t_x)^-(r+x)]

T counts from the first purchase that the data show. Where the data begin in the middle of customers' lives (Complete
Journey: 80% of households first appear in the first month), T is cut off for all who came before, and those customers
look younger than they are; the models have no remedy for that, and a reader of their forecasts should know.
"""

import math
from typing import ClassVar

import numpy as np
from scipy.special import betainc, betaln, digamma, expit, gammaln, hyp2f1

from crmwb.value.models.base import PurchaseModel, Status, Verdict
from crmwb.value.models.likelihood import Objective, Optimum
from crmwb.value.models.summary import PurchaseSummary

LOST_DIGITS = 1e-9  # how far the formula's difference may cancel
INTEGRAL_STEP = 0.05
TAIL = 700.0  # exp(-700) is the smallest that a float holds with all its digits
HUGE = 100.0  # b in a fit that is not ok: spread of stopping over customers is not to be seen


class BetaGeometric(PurchaseModel):
    """What BG/NBD and MBG/NBD share: all but whether the first purchase is a chance to stop."""

    first_chances: ClassVar[int]  # chances to stop that come with the first purchase
    parameter_names = ("r", "alpha", "a", "b")
    starts = ((0.5, 0.5, 2.5), (2.0, 0.5, 5.0), (0.2, 1.0, 1.0), (1.0, 0.05, 1.0))
    r_: float
    alpha_: float
    a_: float
    b_: float

    def _objective(self, summary: PurchaseSummary, unit: float) -> Objective:
        return _Likelihood(summary, unit, self.first_chances).mean_and_gradient

    def log_likelihood(self, summary: PurchaseSummary) -> np.ndarray:
        """Return the log-likelihood of one customer of each history, shape (n,)."""
        self._require_parameters()
        r, alpha, a, b = self.r_, self.alpha_, self.a_, self.b_
        x = summary.frequency
        k = x + self.first_chances
        bought = gammaln(r + x) - gammaln(r) + r * math.log(alpha) + betaln(a, b + k) - betaln(a, b)
        alive = -(r + x) * np.log(alpha + summary.age_days)
        gone = np.full_like(x, -np.inf)
        could = k > 0
        gone[could] = (
            math.log(a) - np.log(b + k[could] - 1) - (r + x[could]) * np.log(alpha + summary.recency_days[could])
        )
        return np.asarray(bought + np.logaddexp(alive, gone))

    def p_alive(self, summary: PurchaseSummary) -> np.ndarray:
        """Return the probability of still being a customer, shape (n,).

        Fader, Hardie & Lee (2008), "Computing P(alive) using the BG/NBD model". It is 1 for who had no chance to stop:
        in the BG/NBD, everybody before their first repeat purchase.
        """
        self._require_parameters()
        k = summary.frequency + self.first_chances
        could = k > 0
        rx = self.r_ + summary.frequency[could]
        odds_gone = np.full_like(k, -np.inf)
        silence = np.log(self.alpha_ + summary.age_days[could]) - np.log(self.alpha_ + summary.recency_days[could])
        odds_gone[could] = math.log(self.a_) - np.log(self.b_ + k[could] - 1) + rx * silence
        return np.asarray(expit(-odds_gone))

    def expected_purchases(self, summary: PurchaseSummary, horizon_days: float) -> np.ndarray:
        """Return the purchases to expect in the next `horizon_days` from each history, shape (n,)."""
        self._require_parameters()
        alive = self._expected_if_alive(summary.frequency, summary.age_days, horizon_days)
        return np.asarray(self.p_alive(summary) * alive)

    def expected_purchases_of_new(self, days: float) -> float:
        """Return the repeat purchases to expect in the first `days` after the first purchase."""
        new = PurchaseSummary.of(np.zeros(1), np.zeros(1), np.zeros(1))
        return float(self.expected_purchases(new, days)[0])

    def purchase_probabilities(self, days: float, n_max: int) -> np.ndarray:
        """Return P(X(days) = 0 … n_max) for a new customer's repeat purchases, shape (n_max + 1,).

        Who is alive bought x times; who is gone bought x times and then stopped, which x purchases in time allow.
        """
        self._require_parameters()
        r, a, b = self.r_, self.a_, self.b_
        x = np.arange(n_max + 1, dtype=np.float64)
        k = x + self.first_chances
        if days <= 0:
            return np.asarray(x == 0, dtype=np.float64)
        passed = days / (self.alpha_ + days)
        log_nbd = gammaln(r + x) - gammaln(r) - gammaln(x + 1) + r * math.log1p(-passed) + x * math.log(passed)
        probabilities = np.exp(betaln(a, b + k) - betaln(a, b) + log_nbd)
        at_least = np.where(x > 0, betainc(np.maximum(x, 1), r, passed), 1.0)
        could = k > 0
        probabilities[could] += np.exp(betaln(a + 1, b + k[could] - 1) - betaln(a, b)) * at_least[could]
        return np.asarray(probabilities)

    def _expected_if_alive(self, x: np.ndarray, age: np.ndarray, horizon: float) -> np.ndarray:
        """Return what a customer alive at `age` is expected to buy in `horizon`, shape (n,)."""
        if horizon <= 0:
            return np.zeros_like(x)
        expected, exact = self._formula(x, age, horizon)
        if not exact.all():
            expected[~exact] = self._integral(x[~exact], age[~exact], horizon)
        return expected

    def _formula(self, x: np.ndarray, age: np.ndarray, horizon: float) -> tuple[np.ndarray, np.ndarray]:
        """Fader, Hardie & Lee's eq. 10 given alive, after Euler's transformation of 2F1: its parameters stay small.

        Also says where it is exact: it is 0/0 at a = 1 and at a + b + k = 1, loses its digits near them and for short
        horizons, and SciPy's 2F1 is infinite for some whole parameters.
        """
        r, a, b = self.r_, self.a_, self.b_ + self.first_chances
        z = horizon / (self.alpha_ + age + horizon)
        c = a + b + x - 1
        with np.errstate(all="ignore"):
            scale = c / (a - 1)
            expected = np.asarray(scale * (1 - (1 - z) ** (a - 1) * hyp2f1(a - 1, a + b - 1 - r, c, z)))
            most = (r + x) * horizon / (self.alpha_ + age)  # if nobody ever stopped
            exact = (expected > LOST_DIGITS * np.abs(scale)) & (expected <= most * (1 + LOST_DIGITS))
        return expected, np.asarray(exact)

    def _integral(self, x: np.ndarray, age: np.ndarray, horizon: float) -> np.ndarray:
        """Average E[purchases | p, alive] = (1 - (1 + p t/(α+T))^-(r+x)) / p over p ~ Beta(a, b+k): the same.

        By the trapezoidal rule in s, where log p/(1-p) = m + w sinh(s): the integrand then falls doubly exponentially
        at both ends and the rule converges exponentially (Takahasi & Mori 1974).
        """
        a, b = self.a_, self.b_ + x + self.first_chances
        ahead = horizon / (self.alpha_ + age)
        middle = math.log(a) - np.log(b)
        width = np.minimum(1.0, np.sqrt(1 / a + 1 / b))
        reach = float(np.arcsinh(TAIL / (width * np.minimum(a, b)).min()))
        top = -a * np.logaddexp(0, -middle) - b * np.logaddexp(0, middle)
        total, weights = np.zeros_like(x), np.zeros_like(x)
        for s in np.arange(-reach, reach + INTEGRAL_STEP, INTEGRAL_STEP):
            odds = middle + width * math.sinh(s)
            log_p = -np.logaddexp(0, -odds)
            weight = math.cosh(s) * np.exp(np.minimum(a * log_p - b * np.logaddexp(0, odds) - top, 0.0))
            p = np.exp(np.maximum(log_p, -TAIL / 2))
            total += weight * -np.expm1(-(self.r_ + x) * np.log1p(p * ahead)) / p
            weights += weight
        return np.asarray(total / weights)

    def _judge(self, found: Optimum) -> Verdict:
        verdict = super()._judge(found)
        stops = self.a_ / (self.a_ + self.b_)
        if not verdict.is_ok and self.b_ > HUGE and stops < 0.5:
            return Verdict(
                Status.DEGENERATE,
                f"Customers do not differ in when they stop (b → ∞, only the ratio of a to b is known): about "
                f"{stops:.2%} of them stop after each purchase, whoever they are. Forecasts within the length of the "
                "history stand, far ahead they are uncertain; compare with the rules of thumb or use a longer history.",
            )
        return verdict


class _Likelihood:
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
        psi_ab = (self.x_counts * (digamma(a + b) - digamma(a + b + self.k_values))).sum()
        psi_b = (self.x_counts * (digamma(b + self.k_values) - digamma(b))).sum()
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
        slope_a = psi_ab + n_gone.sum() / a
        slope_b = psi_ab + psi_b - (n_gone / survived).sum()
        slopes = np.array([slope_r * r, slope_alpha * alpha, slope_a * a, slope_b * b])
        return float(value / self.n), slopes / self.n
