"""BG/BB: customers buy, or not, in each of a number of rounds, and may stop before any of them.

Fader, Hardie & Shang (2010), "Customer-Base Analysis in a Discrete-Time Noncontractual Setting", Marketing Science
29(6). Before each round a customer stops for good with probability θ ~ Beta(γ, δ); while alive, they buy in it with
probability p ~ Beta(α, β). The likelihood of one customer (their eq. 5):

    L = B(α+x, β+n-x) / B(α, β) · B(γ, δ+n) / B(γ, δ)
        + Σ over j from t_x to n-1 of B(α+x, β+j-x) / B(α, β) · B(γ+1, δ+j) / B(γ, δ)

`silent_rounds` does the sum. It is the model for purchases that can only come in rounds: yearly gifts, seasons, fairs,
campaigns; and for purchases so regular that only "bought this month or not" counts.
"""

from typing import Self

import numpy as np
from scipy.special import betaln, digamma, gammaln

from crmwb.findings import Count, Finding, Share
from crmwb.value.models.base import MIN_CUSTOMERS, LikelihoodModel, Status, Verdict
from crmwb.value.models.likelihood import Optimum
from crmwb.value.models.rounds import RoundsSummary
from crmwb.value.models.silent_rounds import SilentRounds
from crmwb.value.models.survival import discounted_rounds, round_rate, rounds_survived

STARTS = ((1.0, 1.0, 0.5, 3.0), (0.5, 2.0, 1.0, 1.0), (2.0, 2.0, 0.2, 5.0), (0.3, 0.3, 0.3, 10.0))
FEW = 1e-3  # share that stops in a round, below which nobody is seen to stop


class BetaGeoBetaBinomial(LikelihoodModel):
    """BG/BB purchases in rounds (Fader, Hardie & Shang 2010).

    Parameters
    ----------
    tol : float, default=1e-9
        Stop when the gradient of the mean log-likelihood is below this.

    Attributes
    ----------
    alpha_, beta_, gamma_, delta_ : float
        Maximum-likelihood estimates: of buying in a round (alpha_, beta_) and of stopping before one (gamma_, delta_).
    covariance_ : ndarray of shape (4, 4)
        Of the log parameters, from the observed information.
    verdict_ : Verdict
        `ok`, or what is wrong with the fit (degenerate, flat, not converged, too little data).

    Examples
    --------
    Donors who gave in 0, 1, 2 or 4 of five yearly appeals, and what to expect of the next two:

    >>> import numpy as np
    >>> from crmwb.value.models import BetaGeoBetaBinomial, RoundsSummary
    >>> frequency, last_round = np.array([0, 1, 1, 2, 4]), np.array([0, 1, 4, 3, 5])
    >>> summary = RoundsSummary.of(frequency, last_round, np.full(5, 5), np.array([60, 30, 15, 20, 25]))
    >>> model = BetaGeoBetaBinomial().fit(summary)
    >>> model.verdict_.status.value
    'ok'
    >>> model.p_alive(summary).round(2).tolist()
    [0.08, 0.11, 0.72, 0.43, 0.89]
    >>> model.expected_purchases(summary, 2).round(2).tolist()
    [0.04, 0.07, 0.47, 0.36, 1.05]
    """

    name = "bg_bb"
    parameter_names = ("alpha", "beta", "gamma", "delta")
    spreads = (("alpha", "beta", "buying_chance"), ("gamma", "delta", "dropout"))
    alpha_: float
    beta_: float
    gamma_: float
    delta_: float

    def fit(self, summary: RoundsSummary) -> Self:
        """Fit on the counts of distinct histories of rounds."""
        n, repeaters = summary.total_customers, summary.total_repeaters
        self.data_sha256_ = summary.sha256
        if repeaters < MIN_CUSTOMERS:
            counts = {"has": Count(repeaters), "of": Count(n), "needs": Count(MIN_CUSTOMERS)}
            return self._give_up(Finding("models.fit.few_buyers_in_rounds", counts), n)
        self._learn(_Likelihood(summary).mean_and_gradient, [np.log(start) for start in STARTS], n, {})
        self.log_likelihood_ = float((self.log_likelihood(summary) * summary.n_customers).sum())
        return self

    def log_likelihood(self, summary: RoundsSummary) -> np.ndarray:
        """Return the log-likelihood of one customer of each history, shape (n,); eq. 5."""
        known, _, total = self._fates(summary)
        return np.asarray(known + np.log(total))

    def p_alive(self, summary: RoundsSummary) -> np.ndarray:
        """Return the probability that a customer with each history can buy in the next round, shape (n,); eq. 11."""
        alive, n = self._alive_now(summary), summary.n_rounds
        return np.asarray(alive * (self.delta_ + n) / (self.gamma_ + self.delta_ + n))

    def expected_purchases(self, summary: RoundsSummary, n_rounds: int) -> np.ndarray:
        """Return the rounds in which to expect a purchase among the next `n_rounds`, shape (n,).

        Their eq. 13, written as a sum over rounds so that gamma = 1 is no exception.
        """
        alive = self._alive_now(summary)
        ages, row_of = np.unique(summary.n_rounds, return_inverse=True)
        rounds = np.array([rounds_survived(self.gamma_, self.delta_ + age, _whole(n_rounds)) for age in ages])
        return np.asarray(alive * self._takes(summary) * rounds[row_of])

    def expected_purchases_of_new(self, n_rounds: int) -> float:
        """Return the rounds in which to expect a purchase among a new customer's first `n_rounds`; eq. 8."""
        return float(self.expected_purchases(_NEW, n_rounds)[0])

    def discounted_purchases(
        self, summary: RoundsSummary, annual_rate: float, rounds_a_year: float = 1.0
    ) -> np.ndarray:
        """Return all purchases to come, each worth what money at its round is worth today, shape (n,); eq. 14.

        Discounted expected residual transactions (DERT): times margin per purchase, it is residual lifetime value. The
        next round is one round away.

        Parameters
        ----------
        summary : RoundsSummary
            Whose purchases.
        annual_rate : float
            Annual effective rate; at 0, the sum is infinite where gamma <= 1.
        rounds_a_year : float
            Rounds in a year.
        """
        alive, rate = self.p_alive(summary), round_rate(annual_rate, rounds_a_year)
        rounds = discounted_rounds(self.gamma_, self.delta_ + summary.n_rounds + 1, rate)
        return np.asarray(alive * self._takes(summary) * rounds / (1 + rate))

    def purchase_counts(self, summary: RoundsSummary, n_rounds: int, n_max: int) -> np.ndarray:
        """Return each history's distribution of purchases in the next `n_rounds`.

        Who is alive after x purchases in n rounds is like a new customer with alpha + x, beta + n - x and delta + n.

        Returns
        -------
        ndarray of shape (n, n_max + 2)
            P(0 purchases), … P(n_max purchases), and last P(more). Rows add up to 1.
        """
        alive, rounds = self._alive_now(summary)[:, np.newaxis], _whole(n_rounds)
        ahead = np.zeros((len(summary), n_max + 2))
        for row, x, n in zip(ahead, summary.frequency, summary.n_rounds, strict=True):
            buys, stops = (self.alpha_ + x, self.beta_ + n - x), (self.gamma_, self.delta_ + n)
            row[:-1] = _probabilities(buys, stops, rounds, n_max)
            row[-1] = max(1 - row[:-1].sum(), 0.0) if n_max < rounds else 0.0
        nothing = np.arange(n_max + 2) == 0
        return np.asarray(alive * ahead + (1 - alive) * nothing)

    def purchase_probabilities(self, n_rounds: int, n_max: int) -> np.ndarray:
        """Return P(X = 0 … n_max) for a new customer's purchases in `n_rounds`, shape (n_max + 1,); eq. 7."""
        return np.asarray(self.purchase_counts(_NEW, n_rounds, n_max)[0, :-1])

    def _takes(self, summary: RoundsSummary) -> np.ndarray:
        """Return the probability of buying in a round while alive, shape (n,)."""
        return np.asarray((self.alpha_ + summary.frequency) / (self.alpha_ + self.beta_ + summary.n_rounds))

    def _alive_now(self, summary: RoundsSummary) -> np.ndarray:
        """Return the probability of not having stopped before the last round seen, shape (n,)."""
        _, alive, total = self._fates(summary)
        return np.asarray(alive / total)

    def _fates(self, summary: RoundsSummary) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the log-weight of the rounds up to t_x, and what silence since weighs with life in it and in all."""
        self._require_parameters()
        parameters = (self.alpha_, self.beta_, self.gamma_, self.delta_)
        at_last, at_end = np.split(_sums_of(summary).sums(*parameters), 2)
        known, silence = _weights(summary, *parameters)
        alive = np.exp(silence) * (self.gamma_ + self.delta_ + summary.n_rounds) / self.gamma_
        return known, alive, at_last + alive - np.exp(silence) * at_end

    def _judge(self, optimum: Optimum) -> Verdict:
        verdict = super()._judge(optimum)
        stop = self.gamma_ / (self.gamma_ + self.delta_)
        if not verdict.is_ok and stop < FEW:
            return Verdict(Status.DEGENERATE, Finding("models.fit.nobody_stops_in_rounds", {"share": Share(stop)}))
        return verdict


_NEW = RoundsSummary(np.zeros(1), np.zeros(1), np.zeros(1), np.ones(1, dtype=np.int64))


def _whole(n_rounds: float) -> int:
    """Return a number of rounds; ValueError where it is none."""
    if n_rounds < 0 or n_rounds != int(n_rounds):
        raise ValueError(f"n_rounds must be a whole number from 0 on, not {n_rounds:g}.")
    return int(n_rounds)


def _sums_of(summary: RoundsSummary) -> SilentRounds:
    """Return the sums from t_x on, then those from n on, of each history."""
    x = summary.frequency
    return SilentRounds(np.concatenate([x, x]), np.concatenate([summary.last_round, summary.n_rounds]))


def _weights(
    summary: RoundsSummary, alpha: float, beta: float, gamma: float, delta: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the log of w(t_x) over B(α,β) B(γ,δ), and of w(n)/w(t_x)."""
    x, t_x, n = summary.frequency, summary.last_round, summary.n_rounds
    at_last = betaln(alpha + x, beta + t_x - x) + betaln(gamma + 1, delta + t_x)
    at_end = betaln(alpha + x, beta + n - x) + betaln(gamma + 1, delta + n)
    return at_last - betaln(alpha, beta) - betaln(gamma, delta), at_end - at_last


def _probabilities(buys: tuple[float, float], stops: tuple[float, float], n_rounds: int, n_max: int) -> np.ndarray:
    """Return P(X = 0 … n_max) in `n_rounds` rounds of customers all alive, shape (n_max + 1,)."""
    (alpha, beta), (gamma, delta) = buys, stops
    last = np.arange(n_rounds + 1)  # the last round alive: the very last, or one after which the customer stopped
    lives = betaln(gamma + (last < n_rounds), delta + last) - betaln(gamma, delta)
    out = np.zeros(n_max + 1)
    for x in range(min(n_max, n_rounds) + 1):
        j = last[x:]
        ways = gammaln(j + 1) - gammaln(x + 1) - gammaln(j - x + 1)
        out[x] = np.exp(ways + betaln(alpha + x, beta + j - x) - betaln(alpha, beta) + lives[x:]).sum()
    return out


class _Likelihood:
    """The mean log-likelihood and its gradient."""

    def __init__(self, summary: RoundsSummary) -> None:
        self.summary = summary
        self.sums = _sums_of(summary)
        self.shares = summary.n_customers / summary.total_customers

    def mean_and_gradient(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
        """Return the mean log-likelihood and its slope in each log parameter."""
        alpha, beta, gamma, delta = parameters = np.exp(theta)
        x, t_x, n = self.summary.frequency, self.summary.last_round, self.summary.n_rounds
        at_last, at_end = np.split(self.sums.sums_and_slopes(*parameters), 2, axis=1)
        known, log_silence = _weights(self.summary, *parameters)
        silence, alive = np.exp(log_silence), (gamma + delta + n) / gamma
        total = at_last[0] + silence * (alive - at_end[0])

        psi_last, psi_end = digamma(alpha + beta + t_x), digamma(alpha + beta + n)
        psi_stop_last, psi_stop_end = digamma(gamma + delta + t_x + 1), digamma(gamma + delta + n + 1)
        psi_skip_last, psi_stay_last = digamma(beta + t_x - x), digamma(delta + t_x)
        known_slopes = np.array([
            digamma(alpha + x) - digamma(alpha) - psi_last + digamma(alpha + beta),
            psi_skip_last - digamma(beta) - psi_last + digamma(alpha + beta),
            1 / gamma - psi_stop_last + digamma(gamma + delta),
            psi_stay_last - digamma(delta) - psi_stop_last + digamma(gamma + delta),
        ])  # fmt: skip
        silence_slopes = np.array([
            psi_last - psi_end,
            digamma(beta + n - x) - psi_skip_last + psi_last - psi_end,
            psi_stop_last - psi_stop_end,
            digamma(delta + n) - psi_stay_last + psi_stop_last - psi_stop_end,
        ])  # fmt: skip
        alive_slopes = np.array(
            [np.zeros_like(n), np.zeros_like(n), -(delta + n) / gamma**2, np.full_like(n, 1 / gamma)]
        )
        total_slopes = at_last[1:] + silence * (silence_slopes * (alive - at_end[0]) + alive_slopes - at_end[1:])
        value = float((self.shares * (known + np.log(total))).sum())
        return value, ((known_slopes + total_slopes / total) * self.shares).sum(axis=1) * parameters
