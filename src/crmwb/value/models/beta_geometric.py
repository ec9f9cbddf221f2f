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
from scipy.special import betaln, expit, gammaln

from crmwb.findings import Finding, Share
from crmwb.value.models import beta_geometric_ahead as ahead
from crmwb.value.models.base import Status, Verdict
from crmwb.value.models.beta_geometric_likelihood import MeanLikelihood
from crmwb.value.models.likelihood import Objective, Optimum
from crmwb.value.models.purchase_model import Discounted, PurchaseModel
from crmwb.value.models.summary import PurchaseSummary

HUGE = 100.0  # b in a fit that is not ok: spread of stopping over customers is not to be seen


class BetaGeometric(PurchaseModel):
    """What BG/NBD and MBG/NBD share: all but whether the first purchase is a chance to stop."""

    first_chances: ClassVar[int]  # chances to stop that come with the first purchase
    parameter_names = ("r", "alpha", "a", "b")
    spreads = (("r", "alpha", "buying_rate"), ("a", "b", "dropout"))
    starts = ((0.5, 0.5, 2.5), (2.0, 0.5, 5.0), (0.2, 1.0, 1.0), (1.0, 0.05, 1.0))
    r_: float
    alpha_: float
    a_: float
    b_: float

    def _objective(self, summary: PurchaseSummary, unit: float) -> Objective:
        return MeanLikelihood(summary, unit, self.first_chances).mean_and_gradient

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

    def expected_if_alive(self, x: np.ndarray, age: np.ndarray, horizon: float) -> np.ndarray:
        """Return what a customer alive at `age` is expected to buy in `horizon`, shape (n,)."""
        return ahead.expected(self._alive(x, age), horizon)

    def at_least_if_alive(self, counts: np.ndarray, x: np.ndarray, age: np.ndarray, horizon: float) -> np.ndarray:
        """Who buys n times has the time for it and survives the n - 1 chances to stop before the last of them."""
        b = self.b_ + x + self.first_chances
        survived = np.exp(betaln(self.a_, b + counts - 1) - betaln(self.a_, b))
        return np.asarray(self._events_at_least(counts, x, age, horizon) * survived)

    def discounted_if_alive(self, x: np.ndarray, age: np.ndarray, rate: float, horizon: float) -> Discounted:
        """Return purchases and time alive to expect from who is alive at `age`, discounted at a continuous rate."""
        return Discounted(*ahead.discounted(self._alive(x, age), rate, horizon))

    def _alive(self, x: np.ndarray, age: np.ndarray) -> ahead.Alive:
        return ahead.Alive(self.r_ + x, self.alpha_ + age, self.a_, self.b_ + x + self.first_chances)

    def _judge(self, optimum: Optimum) -> Verdict:
        verdict = super()._judge(optimum)
        stops = self.a_ / (self.a_ + self.b_)
        if not verdict.is_ok and self.b_ > HUGE and stops < 0.5:
            return Verdict(
                Status.LIMIT if np.isfinite(self.covariance_).all() else Status.DEGENERATE,
                Finding("models.fit.same_dropout", {"share": Share(stops)}),
            )
        return verdict
