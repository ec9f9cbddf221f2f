"""What every model of this room has: parameters with standard errors, a verdict on the fit, and a readable form."""

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator

from crmwb.errors import CrmwbError
from crmwb.value.models.likelihood import Objective, Optimum, maximise
from crmwb.value.models.summary import PurchaseSummary

MIN_CUSTOMERS = 10
MAX_LOG_ERROR = 3.0  # a standard error above this leaves a parameter unknown to within a factor of e³ = 20 either way


class Status(StrEnum):
    """How a fit went."""

    OK = "ok"
    DEGENERATE = "degenerate"
    FLAT = "flat"
    NOT_CONVERGED = "not_converged"
    TOO_LITTLE_DATA = "too_little_data"


@dataclass(frozen=True)
class Verdict:
    """How a fit went, and in one or two sentences why and what to do."""

    status: Status
    explanation: str

    @property
    def is_ok(self) -> bool:
        """Whether the fit may be trusted."""
        return self.status is Status.OK


FITTED = Verdict(Status.OK, "The likelihood has one clear maximum.")


class LikelihoodModel(BaseEstimator, ABC):  # type: ignore[misc]  # scikit-learn ships no types
    """A model with positive parameters, fitted by maximum likelihood.

    Parameters
    ----------
    tol : float, default=1e-9
        Stop when the gradient of the mean log-likelihood (in log parameters) is below this.

    Attributes
    ----------
    parameters_ : dict of str to float
        Maximum-likelihood estimates; also as attributes of their own (`r_`, `alpha_`, …). Empty where there was too
        little data.
    standard_errors_ : dict of str to float
        From the observed information, by the delta method; NaN where the fit is not a clear maximum.
    covariance_ : ndarray of shape (k, k)
        Of the log parameters.
    log_likelihood_ : float
        Of all customers, in the data's unit.
    n_customers_ : int
        How many customers were fitted.
    verdict_ : Verdict
        `ok`, or what is wrong with the fit and what to do.
    """

    name: ClassVar[str]
    parameter_names: ClassVar[tuple[str, ...]]

    def __init__(self, tol: float = 1e-9) -> None:
        self.tol = tol

    def _learn(self, objective: Objective, starts: Sequence[np.ndarray], n: int, units: dict[str, float]) -> None:
        """Maximise the likelihood and set what was learned.

        Parameters
        ----------
        objective : callable
            Log parameters in the data's own scale → mean log-likelihood and gradient.
        starts : sequence of ndarray of shape (k,)
            Log parameters to begin from.
        n : int
            Customers.
        units : dict of str to float
            The size of the data's own scale for each parameter that has a unit.
        """
        found = maximise(objective, starts, self.tol)
        scales = np.array([units.get(name, 1.0) for name in self.parameter_names])
        covariance = np.full_like(found.information, math.nan)
        if found.is_peak and not found.ran_away.any():
            covariance = np.linalg.inv(found.information) / n
        self._set(np.exp(found.theta) * scales, covariance)
        self.n_customers_ = n
        self.verdict_ = self._judge(found)

    def _set(self, estimates: np.ndarray, covariance: np.ndarray) -> None:
        self.covariance_ = covariance
        self.parameters_ = dict(zip(self.parameter_names, map(float, estimates), strict=True))
        errors = estimates * np.sqrt(np.diag(covariance))
        self.standard_errors_ = dict(zip(self.parameter_names, map(float, errors), strict=True))
        for name, estimate in self.parameters_.items():
            setattr(self, f"{name}_", estimate)

    def restore(
        self,
        parameters: dict[str, float],
        covariance: np.ndarray,
        log_likelihood: float,
        n_customers: int,
        verdict: Verdict,
    ) -> Self:
        """Take on what an earlier fit learned; arguments as the attributes of the same names."""
        if parameters:
            self._set(np.array([parameters[name] for name in self.parameter_names]), covariance)
        else:
            self._give_up(verdict.explanation, n_customers)
        self.log_likelihood_, self.n_customers_, self.verdict_ = log_likelihood, n_customers, verdict
        return self

    def _give_up(self, why: str, n: int) -> Self:
        """Learn nothing, and say why."""
        self.parameters_ = {}
        self.standard_errors_ = {}
        k = len(self.parameter_names)
        self.covariance_ = np.full((k, k), math.nan)
        self.log_likelihood_ = math.nan
        self.n_customers_ = n
        self.verdict_ = Verdict(Status.TOO_LITTLE_DATA, why)
        return self

    def _judge(self, found: Optimum) -> Verdict:
        """Say how the fit went; a model that has weak spots of its own says more."""
        away = [f"{n} → {'∞' if t > 0 else '0'}" for n, t in zip(self.parameter_names, found.theta, strict=True)]
        away = [a for a, gone in zip(away, found.ran_away, strict=True) if gone]
        if away:
            return Verdict(
                Status.DEGENERATE,
                f"The likelihood rises without end ({', '.join(away)}): customers are too much alike for this model; "
                "use a rule of thumb or a simpler model.",
            )
        unsure = [
            name
            for name, variance in zip(self.parameter_names, np.diag(self.covariance_), strict=True)
            if not variance <= MAX_LOG_ERROR**2
        ]
        if unsure:
            return Verdict(
                Status.FLAT,
                f"The data hardly tell {', '.join(unsure)}: other values fit as well, so forecasts far ahead are "
                "uncertain; use more customers or a longer history, or a simpler model.",
            )
        if found.gradient > self.tol:
            return Verdict(
                Status.NOT_CONVERGED,
                f"The climb stopped at a slope of {found.gradient:.1e} (tol {self.tol:.0e}); look for extreme "
                "customers in the data, or raise tol if the estimates are good enough.",
            )
        return FITTED

    def _require_parameters(self) -> None:
        """Raise CrmwbError where nothing was learned."""
        if not self.parameters_:
            raise CrmwbError(f"{self.name} has no parameters: {self.verdict_.explanation}")


class PurchaseModel(LikelihoodModel):
    """When customers buy and when they stop. All times in days (or whatever unit the summary it was fitted on has).

    While they are customers, they buy as Poisson processes whose rates vary as Gamma(r, alpha); models differ in how
    customers stop. Likelihoods of the same customers can be compared between models.
    """

    times: ClassVar[tuple[str, ...]] = ("alpha",)  # parameters that are times
    starts: ClassVar[tuple[tuple[float, ...], ...]]  # where to begin: r and all that follow alpha, times in mean ages

    @abstractmethod
    def _objective(self, summary: PurchaseSummary, unit: float) -> Objective:
        """Return the mean log-likelihood and its gradient as a function of log parameters, times in `unit`."""

    def fit(self, summary: PurchaseSummary) -> Self:
        """Fit on the counts of distinct purchase histories."""
        n = summary.total_customers
        if why := self._too_little(summary):
            return self._give_up(why, n)
        mean_age = float((summary.age_days * summary.n_customers).sum() / n)
        mean_rate = float((summary.frequency * summary.n_customers).sum() / n)  # repeats in one mean age
        starts = [np.log([r, r / mean_rate, *others]) for r, *others in self.starts]
        self._learn(self._objective(summary, mean_age), starts, n, dict.fromkeys(self.times, mean_age))
        self.log_likelihood_ = float((self.log_likelihood(summary) * summary.n_customers).sum())
        return self

    @abstractmethod
    def log_likelihood(self, summary: PurchaseSummary) -> np.ndarray:
        """Return the log-likelihood of one customer of each history, shape (n,)."""

    @abstractmethod
    def p_alive(self, summary: PurchaseSummary) -> np.ndarray:
        """Return the probability that a customer with each history is still one, shape (n,)."""

    @abstractmethod
    def expected_purchases(self, summary: PurchaseSummary, horizon_days: float) -> np.ndarray:
        """Return the purchases to expect in the next `horizon_days` from each history, shape (n,)."""

    @abstractmethod
    def expected_purchases_of_new(self, days: float) -> float:
        """Return the repeat purchases to expect from a new customer in the first `days` after the first purchase."""

    @staticmethod
    def _too_little(summary: PurchaseSummary) -> str | None:
        """Say why a summary cannot be fitted, or None where it can."""
        n, repeaters = summary.total_customers, summary.total_repeaters
        if repeaters == 0:
            return (
                f"no repeat purchase by any of {n:,} customers, so nothing shows how often they come back; "
                "use a longer history, or an as_of later than the second purchases."
            )
        if repeaters < MIN_CUSTOMERS:
            return (
                f"only {repeaters:,} of {n:,} customers made a repeat purchase (at least {MIN_CUSTOMERS} are needed); "
                "use a longer history or more customers."
            )
        return None


def as_saved(value: float) -> float | None:
    """Return a number as JSON knows it: NaN and infinity become null."""
    return float(value) if math.isfinite(value) else None


def restored(value: Any) -> float:
    """Return a saved number; null becomes NaN."""
    return math.nan if value is None else float(value)
