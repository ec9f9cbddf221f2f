"""What customers bring with them changes how often they buy and how long they stay: covariates fixed in time.

Fader & Hardie (2007), "Incorporating Time-Invariant Covariates into the Pareto/NBD and BG/NBD Models". A customer with
covariates z has, in place of each parameter α (and β, in the Pareto/NBD) that is a time,

    α(z) = α · exp(-γ'z)

so that a rate is exp(γ'z) times as high. A cohort effect is a covariate that is 1 for customers of the cohort and 0 for
others. Customers with the same covariates are a group, and the group's likelihood is the model's own at α(z): the
slopes in γ follow from its slope in log α, and counts of histories serve as before.
"""

import math
from collections.abc import Sequence
from typing import Self

import numpy as np
from scipy.stats import chi2
from sklearn.base import BaseEstimator

from crmwb.errors import CrmwbError
from crmwb.findings import Finding
from crmwb.value.models.base import MAX_LOG_ERROR, Status, Verdict
from crmwb.value.models.beta_geo_nbd import BetaGeoNBD
from crmwb.value.models.likelihood import maximise
from crmwb.value.models.likelihood_ratio import LikelihoodRatio
from crmwb.value.models.purchase_model import PurchaseModel
from crmwb.value.models.summary import PurchaseSummary, fingerprint


class PurchasesWithCovariates(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """A model of purchases whose times depend on covariates.

    Parameters
    ----------
    kind : type, default=BetaGeoNBD
        The model: any `PurchaseModel`.
    tol : float, default=1e-9
        As for the model.

    Attributes
    ----------
    parameters_, standard_errors_ : dict of str to float
        The model's, of customers whose covariates are all 0.
    effects_, effect_errors_ : dict of str to dict of str to float
        By covariate, and for each parameter that is a time: γ and its standard error. With γ for alpha, customers with
        1 more of the covariate buy exp(γ) times as often while they are customers; for beta, they stop as much faster.
    covariance_ : ndarray of shape (m, m)
        Of the log parameters, then of γ: all covariates' for the first time, then for the next.
    log_likelihood_ : float
        Of all customers.
    without_ : PurchaseModel
        The same model without covariates, fitted on all customers.
    test_ : LikelihoodRatio
        Whether the covariates matter at all.
    verdict_ : Verdict
        On the fit.

    Examples
    --------
    Of customers won by a referral (1) and others (0), how much more often the former buy:

    >>> import numpy as np
    >>> from crmwb.value.models import NBD, PurchasesWithCovariates, PurchaseSummary
    >>> histories = np.array([[0, 0], [1, 20], [1, 300], [2, 100], [3, 340], [8, 350]])  # frequency, recency_days
    >>> others = PurchaseSummary.of(*np.repeat(histories, [60, 10, 12, 8, 8, 4], axis=0).T, np.full(102, 365))
    >>> referred = PurchaseSummary.of(*np.repeat(histories, [20, 10, 16, 10, 24, 22], axis=0).T, np.full(102, 365))
    >>> groups, covariates = [others, referred], np.array([[0.0], [1.0]])
    >>> model = PurchasesWithCovariates(kind=NBD).fit(groups, covariates, ["is_referred"])
    >>> round(float(np.exp(model.effects_["is_referred"]["alpha"])), 2), model.test_.p_value < 0.01
    (3.13, True)
    >>> model.at(np.array([1.0])).expected_purchases(referred, 90).round(2).tolist()
    [0.18, 0.36, 0.36, 0.55, 0.73, 1.65]
    """

    def __init__(self, kind: type[PurchaseModel] = BetaGeoNBD, tol: float = 1e-9) -> None:
        self.kind = kind
        self.tol = tol

    def fit(self, groups: Sequence[PurchaseSummary], covariates: np.ndarray, names: Sequence[str]) -> Self:
        """Fit on groups of customers with the same covariates.

        Parameters
        ----------
        groups : sequence of g PurchaseSummary
            The histories of each group.
        covariates : ndarray of shape (g, k)
            Of each group; numbers about 1 in size, such as shares, standard scores or 0 and 1.
        names : sequence of k str
            What the covariates are called.

        Raises
        ------
        CrmwbError
            Covariates that are unknown or cannot be told from each other, or the model cannot be fitted without them.
        """
        z = np.asarray(covariates, dtype=np.float64)
        n_each = np.array([group.total_customers for group in groups])
        self._check(z, n_each, names)
        everybody = PurchaseSummary.merged(groups)
        self.without_ = self.kind(tol=self.tol).fit(everybody)
        if not self.without_.verdict_.is_usable:
            raise CrmwbError(f"{self.kind.name} without covariates cannot be fitted: {self.without_.verdict_.status}.")
        self.names_, self.n_customers_ = list(names), int(n_each.sum())
        self.data_sha256_ = fingerprint(z, *(np.frombuffer(g.sha256.encode(), np.uint8) for g in groups))
        unit = float((everybody.age_days * everybody.n_customers).sum() / self.n_customers_)
        mean = n_each @ z / self.n_customers_  # slopes are steadier around the mean customer
        shares = n_each / self.n_customers_
        objectives = [self.without_._objective(group, unit) for group in groups]  # noqa: SLF001  # ours to build on
        kept = len(self.kind.parameter_names)
        at = [self.kind.parameter_names.index(name) for name in self.kind.times]

        def mean_and_gradient(theta: np.ndarray) -> tuple[float, np.ndarray]:
            gammas = theta[kept:].reshape(len(at), -1)
            value, slope = 0.0, np.zeros_like(theta)
            for objective, share, own in zip(objectives, shares, z - mean, strict=True):
                shifted = theta[:kept].copy()
                shifted[at] -= gammas @ own
                value_here, slope_here = objective(shifted)
                value += share * value_here
                slope[:kept] += share * slope_here
                slope[kept:] -= share * np.outer(slope_here[at], own).ravel()
            return value, slope

        sizes = np.array([unit if name in self.kind.times else 1.0 for name in self.kind.parameter_names])
        start = np.log(np.array(list(self.without_.parameters_.values())) / sizes)
        optimum = maximise(mean_and_gradient, [np.concatenate([start, np.zeros(len(at) * len(mean))])], self.tol)
        back = np.eye(len(optimum.theta))  # from around the mean customer to customers whose covariates are 0
        for row, parameter in enumerate(at):
            back[parameter, kept + row * len(mean) : kept + (row + 1) * len(mean)] = mean
        known = optimum.is_peak and not optimum.ran_away.any()
        inside = np.linalg.inv(optimum.information) / self.n_customers_ if known else np.full_like(back, math.nan)
        self._set(back @ optimum.theta, back @ inside @ back.T, sizes)
        purchases = float((everybody.frequency * everybody.n_customers).sum())
        self.log_likelihood_ = optimum.mean_log_likelihood * self.n_customers_ - purchases * math.log(unit)
        statistic = max(0.0, 2 * (self.log_likelihood_ - self.without_.log_likelihood_))
        freedom = len(at) * len(mean)
        name = self.kind.name
        p_value = float(chi2.sf(statistic, freedom))
        self.test_ = LikelihoodRatio(name, f"{name} with {', '.join(self.names_)}", statistic, freedom, p_value)
        self.verdict_ = self._judge(known=known, converged=optimum.gradient <= self.tol)
        return self

    def at(self, covariates: np.ndarray) -> PurchaseModel:
        """Return the model of customers with these covariates, shape (k,), to be asked as any other."""
        z = np.asarray(covariates, dtype=np.float64)
        kept, k = len(self.kind.parameter_names), len(self.names_)
        pick = np.zeros((kept, len(self.theta_)))
        pick[:, :kept] = np.eye(kept)
        for row, name in enumerate(self.kind.times):
            pick[self.kind.parameter_names.index(name), kept + row * k : kept + (row + 1) * k] = -z
        parameters = dict(zip(self.kind.parameter_names, np.exp(pick @ self.theta_).tolist(), strict=True))
        model = self.kind(tol=self.tol)
        return model.restore(
            parameters, pick @ self.covariance_ @ pick.T, self.log_likelihood_, self.n_customers_, self.verdict_
        )

    def _set(self, theta: np.ndarray, covariance: np.ndarray, sizes: np.ndarray) -> None:
        kept, k = len(sizes), len(self.names_)
        self.theta_ = np.concatenate([theta[:kept] + np.log(sizes), theta[kept:]])
        self.covariance_ = covariance
        estimates, errors = np.exp(self.theta_[:kept]), np.sqrt(np.diag(covariance))
        self.parameters_ = dict(zip(self.kind.parameter_names, estimates.tolist(), strict=True))
        by_delta = (estimates * errors[:kept]).tolist()
        self.standard_errors_ = dict(zip(self.kind.parameter_names, by_delta, strict=True))
        gammas, gamma_errors = self.theta_[kept:].reshape(-1, k), errors[kept:].reshape(-1, k)
        times = self.kind.times
        self.effects_ = {
            name: dict(zip(times, gammas[:, i].tolist(), strict=True)) for i, name in enumerate(self.names_)
        }
        self.effect_errors_ = {
            name: dict(zip(times, gamma_errors[:, i].tolist(), strict=True)) for i, name in enumerate(self.names_)
        }

    def _judge(self, *, known: bool, converged: bool) -> Verdict:
        if not known or not (np.diag(self.covariance_) <= MAX_LOG_ERROR**2).all():
            return Verdict(Status.FLAT, Finding("models.fit.covariates_flat"))
        if not converged:
            return Verdict(Status.NOT_CONVERGED, Finding("models.fit.covariates_not_converged"))
        return self.without_.verdict_

    @staticmethod
    def _check(z: np.ndarray, n_each: np.ndarray, names: Sequence[str]) -> None:
        if z.shape != (len(n_each), len(names)) or not len(names) or not np.isfinite(z).all():
            raise CrmwbError(
                f"covariates must be known numbers, one row for each of {len(n_each)} groups and one column for each "
                f"of {len(names)} names, not {z.shape}."
            )
        spread = z[n_each > 0] - z[n_each > 0].mean(axis=0)
        if np.linalg.matrix_rank(spread) < len(names):
            raise CrmwbError(
                f"covariates {', '.join(names)} cannot be told from each other or from no difference; leave one out "
                "(of cohorts, the one that others are compared with)."
            )
