"""Shifted-beta-geometric (sBG): customers with contracts, who renew at the end of each period or leave.

Fader & Hardie (2007), "How to Project Customer Retention", Journal of Interactive Marketing 21(1); for what customers
are worth, Fader & Hardie (2010), "Customer-Base Valuation in a Contractual Setting: The Perils of Ignoring
Heterogeneity", Marketing Science 29(1). At each renewal date a customer leaves with probability θ ~ Beta(α, β) over
customers, so the share still there after t dates, and the share that leaves at date t, are

    S(t) = B(α, β+t) / B(α, β)        P(T = t) = B(α+1, β+t-1) / B(α, β)

Nobody grows more loyal, yet retention rates rise with tenure: those likely to leave leave first.
"""

from typing import Self

import numpy as np
from scipy.special import betaln, digamma

from crmwb.findings import Count, Finding
from crmwb.value.models.base import MIN_CUSTOMERS, LikelihoodModel, Status, Verdict
from crmwb.value.models.contracts import ContractSummary
from crmwb.value.models.survival import discounted_rounds, round_rate, survival

STARTS = ((1.0, 3.0), (0.5, 0.5), (1.0, 30.0), (5.0, 5.0))
CLEAR = 3.0  # standard errors


class ShiftedBetaGeometric(LikelihoodModel):
    """Renewals of contracts (Fader & Hardie 2007).

    Parameters
    ----------
    tol : float, default=1e-9
        Stop when the gradient of the mean log-likelihood is below this.

    Attributes
    ----------
    alpha_, beta_ : float
        Maximum-likelihood estimates; alpha_ / (alpha_ + beta_) leave at the first renewal date.
    covariance_ : ndarray of shape (2, 2)
        Of the log parameters, from the observed information.
    verdict_ : Verdict
        `ok`, or what is wrong with the fit (degenerate, flat, not converged, too little data).

    Examples
    --------
    The high-end customers of Fader & Hardie (2007), seen for seven years, carried on to the twelfth:

    >>> import numpy as np
    >>> from crmwb.value.models import ContractSummary, ShiftedBetaGeometric
    >>> summary = ContractSummary.of_survivors([1000, 869, 743, 653, 593, 551, 517, 491])
    >>> model = ShiftedBetaGeometric().fit(summary)
    >>> round(model.alpha_, 3), round(model.beta_, 3)
    (0.668, 3.806)
    >>> model.survival(np.array([7, 12])).round(3).tolist()
    [0.489, 0.378]
    >>> round(model.discounted_lifetime_of_new(annual_rate=0.1), 2)
    5.92
    """

    name = "sbg"
    parameter_names = ("alpha", "beta")
    spreads = (("alpha", "beta", "leaving_chance"),)
    alpha_: float
    beta_: float

    def fit(self, summary: ContractSummary) -> Self:
        """Fit on the counts of distinct contract histories."""
        n, lost = summary.total_customers, summary.total_lost
        self.data_sha256_ = summary.sha256
        if lost < MIN_CUSTOMERS:
            counts = {"has": Count(lost), "of": Count(n), "needs": Count(MIN_CUSTOMERS)}
            return self._give_up(Finding("models.fit.few_left", counts), n)
        shares = summary.n_customers / n
        t, is_lost = summary.periods, summary.is_lost

        def mean_and_gradient(theta: np.ndarray) -> tuple[float, np.ndarray]:
            alpha, beta = np.exp(theta)
            a, b = alpha + is_lost, beta + t - is_lost
            psi = digamma(alpha + beta) - digamma(alpha + beta + t)
            value = (shares * (betaln(a, b) - betaln(alpha, beta))).sum()
            slope_alpha = (shares * (psi + is_lost / alpha)).sum()
            slope_beta = (shares * (psi + digamma(b) - digamma(beta))).sum()
            return float(value), np.array([slope_alpha * alpha, slope_beta * beta])

        self._learn(mean_and_gradient, [np.log(start) for start in STARTS], n, {})
        self.log_likelihood_ = float((self.log_likelihood(summary) * summary.n_customers).sum())
        if self.verdict_.status is Status.LIMIT and _ageing(summary) > CLEAR:
            self.verdict_ = Verdict(Status.DEGENERATE, Finding("models.fit.leaving_grows"))
        return self

    def log_likelihood(self, summary: ContractSummary) -> np.ndarray:
        """Return the log-likelihood of one customer of each history, shape (n,)."""
        self._require_parameters()
        left = summary.is_lost.astype(np.float64)
        log_beta = betaln(self.alpha_ + left, self.beta_ + summary.periods - left)
        return np.asarray(log_beta - betaln(self.alpha_, self.beta_))

    def survival(self, renewals: np.ndarray) -> np.ndarray:
        """Return the share of a cohort still there after each number of renewal dates, shape (n,)."""
        self._require_parameters()
        return survival(self.alpha_, self.beta_, np.asarray(renewals, dtype=np.float64))

    def retention_rate(self, renewal: np.ndarray) -> np.ndarray:
        """Return the share that stays at each renewal date, of those who got there; counted from 1, shape (n,)."""
        self._require_parameters()
        t = np.asarray(renewal, dtype=np.float64)
        return np.asarray((self.beta_ + t - 1) / (self.alpha_ + self.beta_ + t - 1))

    def discounted_lifetime_of_new(self, annual_rate: float, periods_a_year: float = 1.0) -> float:
        """Return how many periods a new customer pays for, each worth what money at its start is worth today (DEL).

        The first is paid at once. At rate 0 it is the mean lifetime, infinite where alpha <= 1.
        """
        self._require_parameters()
        rate = round_rate(annual_rate, periods_a_year)
        return float(discounted_rounds(self.alpha_, np.array([self.beta_]), rate)[0])

    def discounted_residual_lifetime(
        self, renewals: np.ndarray, annual_rate: float, periods_a_year: float = 1.0
    ) -> np.ndarray:
        """Return how many more periods customers will pay for, discounted (DERL; Fader & Hardie 2010, eq. 6).

        Parameters
        ----------
        renewals : ndarray of shape (n,)
            Renewals made so far: 0 for a customer in their first period.
        annual_rate : float
            Annual effective rate; at 0 it is the mean residual lifetime, infinite where alpha <= 1.
        periods_a_year : float
            Periods in a year.

        Returns
        -------
        ndarray of shape (n,)
            Seen just before the next renewal date, when it is not yet known whether they stay and the period that
            begins is paid at once. Times margin per period, it is residual lifetime value.
        """
        stays, rate = self.retention_rate(np.asarray(renewals) + 1), round_rate(annual_rate, periods_a_year)
        return np.asarray(stays * discounted_rounds(self.alpha_, self.beta_ + np.asarray(renewals) + 1.0, rate))


def _ageing(summary: ContractSummary) -> float:
    """Return by how many standard errors the chance to leave grows from date to date: the Cochran-Armitage trend."""
    t, n = summary.periods.astype(np.int64), summary.n_customers
    dates = np.arange(1, t.max(initial=0) + 1)
    lost = np.bincount(t[summary.is_lost], weights=n[summary.is_lost], minlength=len(dates) + 1)[1:]
    asked = n.sum() - np.cumsum(np.bincount(t, weights=n, minlength=len(dates) + 1))[:-1]
    share = lost.sum() / asked.sum()
    apart = dates - (dates * asked).sum() / asked.sum()
    spread = share * (1 - share) * (asked * apart**2).sum()
    return float((apart * lost).sum() / np.sqrt(spread)) if spread > 0 else 0.0
