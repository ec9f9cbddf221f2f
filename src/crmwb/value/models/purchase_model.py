"""What every model of purchases can be asked: who is still a customer, and what they will buy, and when.

A model says how likely a history is, how likely the customer is still alive, and what a customer alive will do; the
questions of all others are answered from that. What a customer alive will do depends on x and T alone, so it is worked
out once for each pair of them.
"""

import math
from abc import abstractmethod
from typing import ClassVar, NamedTuple, Self

import numpy as np
from scipy.special import betainc

from crmwb.findings import Count, Finding
from crmwb.value.models.base import MIN_CUSTOMERS, LikelihoodModel
from crmwb.value.models.likelihood import Objective
from crmwb.value.models.summary import PurchaseSummary

ROUGH = 5_000  # histories enough to come near the best parameters of any number


class Discounted(NamedTuple):
    """What is to come, each unit weighed by what 1 at its time is worth today; both of shape (n,)."""

    purchases: np.ndarray
    time_alive: np.ndarray


class PurchaseModel(LikelihoodModel):
    """When customers buy and when they stop. All times in days (or whatever unit the summary it was fitted on has).

    While they are customers, they buy as Poisson processes whose rates vary as Gamma(r, alpha); models differ in how
    customers stop. Likelihoods of the same customers can be compared between models.
    """

    times: ClassVar[tuple[str, ...]] = ("alpha",)  # parameters that are times
    starts: ClassVar[tuple[tuple[float, ...], ...]]  # where to begin: r and all that follow alpha, times in mean ages
    r_: float
    alpha_: float

    @abstractmethod
    def _objective(self, summary: PurchaseSummary, unit: float) -> Objective:
        """Return the mean log-likelihood and its gradient as a function of log parameters, times in `unit`."""

    @abstractmethod
    def log_likelihood(self, summary: PurchaseSummary) -> np.ndarray:
        """Return the log-likelihood of one customer of each history, shape (n,)."""

    @abstractmethod
    def p_alive(self, summary: PurchaseSummary) -> np.ndarray:
        """Return the probability that a customer with each history is still one, shape (n,)."""

    @abstractmethod
    def expected_if_alive(self, x: np.ndarray, age: np.ndarray, horizon: float) -> np.ndarray:
        """Return what a customer alive at `age` is expected to buy in `horizon`, shape (n,)."""

    @abstractmethod
    def at_least_if_alive(self, counts: np.ndarray, x: np.ndarray, age: np.ndarray, horizon: float) -> np.ndarray:
        """Return P(at least `counts` > 0 purchases in `horizon`, alive at `age`); arguments broadcast."""

    @abstractmethod
    def discounted_if_alive(self, x: np.ndarray, age: np.ndarray, rate: float, horizon: float) -> Discounted:
        """Return purchases and time alive to expect from who is alive at `age`, discounted at a continuous rate."""

    def tails_if_alive(self, counts: np.ndarray, x: np.ndarray, age: np.ndarray, horizon: float) -> np.ndarray:
        """Return `at_least_if_alive` for every one of k rising counts and n customers, shape (n, k)."""
        return self.at_least_if_alive(counts[None, :], x[:, None], age[:, None], horizon)

    def fit(self, summary: PurchaseSummary) -> Self:
        """Fit on the counts of distinct purchase histories."""
        n = summary.total_customers
        self.data_sha256_ = summary.sha256
        if why := _too_little(summary):
            return self._give_up(why, n)
        mean_age = float((summary.age_days * summary.n_customers).sum() / n)
        mean_rate = float((summary.frequency * summary.n_customers).sum() / n)  # repeats in one mean age
        starts = [np.log([r, r / mean_rate, *others]) for r, *others in self.starts]
        rough = self._objective(summary.every(len(summary) // ROUGH), mean_age) if len(summary) > 2 * ROUGH else None
        self._learn(self._objective(summary, mean_age), starts, n, dict.fromkeys(self.times, mean_age), rough)
        self.log_likelihood_ = float((self.log_likelihood(summary) * summary.n_customers).sum())
        return self

    def expected_purchases(self, summary: PurchaseSummary, horizon_days: float) -> np.ndarray:
        """Return the purchases to expect in the next `horizon_days` from each history, shape (n,)."""
        self._require_parameters()
        x, age, pair_of = summary.at_age
        return np.asarray(self.p_alive(summary) * self.expected_if_alive(x, age, horizon_days)[pair_of])

    def expected_purchases_of_new(self, days: float) -> float:
        """Return the repeat purchases to expect from a new customer in the first `days` after the first purchase."""
        return float(self.expected_purchases(_NEW, days)[0])

    def p_at_least(self, summary: PurchaseSummary, counts: np.ndarray | int, horizon_days: float) -> np.ndarray:
        """Return the probability that each history's customer buys at least `counts` times in `horizon_days`.

        Parameters
        ----------
        summary : PurchaseSummary of n histories
            Whose purchases.
        counts : int, or ndarray of shape (n,) or (n, k) or (1, k)
            Whole numbers; of one history stand in one row.
        horizon_days : float
            How far ahead, finite.

        Returns
        -------
        ndarray of shape (n,), or (n, k) where counts has two dimensions
        """
        self._require_parameters()
        counts = np.asarray(counts, dtype=np.float64)
        x, age, alive = summary.frequency, summary.age_days, self.p_alive(summary)
        if counts.ndim == 2:
            x, age, alive = x[:, None], age[:, None], alive[:, None]
        if horizon_days <= 0:
            return np.where(counts > 0, np.zeros_like(alive), 1.0)
        bought = self.at_least_if_alive(np.maximum(counts, 1.0), x, age, horizon_days)
        return np.where(counts > 0, alive * bought, 1.0)

    def purchase_counts(self, summary: PurchaseSummary, horizon_days: float, n_max: int) -> np.ndarray:
        """Return each history's distribution of purchases in the next `horizon_days`.

        Returns
        -------
        ndarray of shape (n, n_max + 2)
            P(0 purchases), … P(n_max purchases), and last P(more). Rows add up to 1.
        """
        tails = self.p_at_least(summary, np.arange(n_max + 2)[None, :], horizon_days)
        tails = np.minimum.accumulate(tails, axis=1)  # they fall, but for the last digits of an integral
        return np.hstack([tails[:, :-1] - tails[:, 1:], tails[:, -1:]])

    def purchase_probabilities(self, days: float, n_max: int) -> np.ndarray:
        """Return P(X(days) = 0 … n_max) for a new customer's repeat purchases, shape (n_max + 1,)."""
        return self.purchase_counts(_NEW, days, n_max)[0, :-1]

    def discounted(self, summary: PurchaseSummary, rate: float, horizon: float = math.inf) -> Discounted:
        """Return the purchases and the time as a customer to expect, discounted: with `horizon` infinite, the DERT.

        Discounted expected residual transactions: Fader, Hardie & Lee (2005), "RFM and CLV: Using Iso-Value Curves for
        Customer Base Analysis", Journal of Marketing Research 42(4).

        Parameters
        ----------
        summary : PurchaseSummary of n histories
            Whose purchases.
        rate : float
            Continuous rate a unit of time, >= 0: 1 at time t is worth exp(-rate t) today.
        horizon : float, default=inf
            How far ahead.

        Raises
        ------
        ValueError
            A negative rate or horizon, or neither a rate nor an end: then the sum may have no bound.
        """
        self._require_parameters()
        if not (rate >= 0 and horizon >= 0 and (rate > 0 or math.isfinite(horizon))):
            raise ValueError(f"discounting needs rate >= 0, horizon >= 0, and one that ends it: {rate:g}, {horizon:g}.")
        x, age, pair_of = summary.at_age
        alive = self.p_alive(summary)
        if horizon == 0:
            return Discounted(np.zeros_like(alive), np.zeros_like(alive))
        ahead = self.discounted_if_alive(x, age, rate, horizon)
        return Discounted(alive * ahead.purchases[pair_of], alive * ahead.time_alive[pair_of])

    def p_returns(self, summary: PurchaseSummary) -> np.ndarray:
        """Return the probability that each history's customer ever buys again, shape (n,)."""
        self._require_parameters()
        x, age, pair_of = summary.at_age
        return np.asarray(self.p_alive(summary) * self._returns_if_alive(x, age)[pair_of])

    def days_to_next_purchase(self, summary: PurchaseSummary, share: float = 0.5) -> np.ndarray:
        """Return the days within which that share of customers with each history will have bought again, shape (n,).

        Of all such customers, the lost ones included: where fewer than `share` ever return it is infinite.

        Parameters
        ----------
        summary : PurchaseSummary of n histories
            Whose next purchase.
        share : float, default=0.5
            Above 0 and below 1; 0.5 gives the median.
        """
        self._require_parameters()
        within = share / np.maximum(self.p_alive(summary), share / 2)  # of those alive
        days = np.full(len(summary), np.inf)
        x, age = summary.frequency, summary.age_days
        could = within < self._returns_if_alive(x, age)
        days[could] = self._days_until(within[could], x[could], age[could])
        return days

    def _returns_if_alive(self, x: np.ndarray, age: np.ndarray) -> np.ndarray:
        """Return how likely who is alive will buy again; 1 where customers can only stop when they buy."""
        return np.ones(np.broadcast(x, age).shape)

    def _days_until(self, within: np.ndarray, x: np.ndarray, age: np.ndarray) -> np.ndarray:
        """Return when a share `within` of those alive will have bought again: a Pareto distribution's quantile."""
        return np.asarray((self.alpha_ + age) * np.expm1(-np.log1p(-within) / (self.r_ + x)))

    def _events_at_least(self, counts: np.ndarray, x: np.ndarray, age: np.ndarray, horizon: float) -> np.ndarray:
        """Return P(at least `counts` purchases in `horizon`) of who does not stop: the NBD's tail."""
        return np.asarray(betainc(counts, self.r_ + x, horizon / (self.alpha_ + age + horizon)))


_NEW = PurchaseSummary.of(np.zeros(1), np.zeros(1), np.zeros(1))


def _too_little(summary: PurchaseSummary) -> Finding | None:
    """Return why a summary cannot be fitted, or None where it can."""
    n, repeaters = summary.total_customers, summary.total_repeaters
    if repeaters == 0:
        return Finding("models.fit.no_repeat_purchase", {"of": Count(n, "customer")})
    if repeaters < MIN_CUSTOMERS:
        counts = {"has": Count(repeaters), "of": Count(n), "needs": Count(MIN_CUSTOMERS)}
        return Finding("models.fit.few_repeat_purchases", counts)
    return None
