"""What every model has: parameters with standard errors, a verdict on the fit, and a readable form."""

import math
from abc import ABC
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self

import numpy as np
from sklearn.base import BaseEstimator, clone

from crmwb.errors import CrmwbError
from crmwb.findings import Finding, Listing, Name, Term
from crmwb.value.models.likelihood import Objective, Optimum, maximise, rounded

MIN_CUSTOMERS = 10
MAX_LOG_ERROR = 3.0  # a standard error above this leaves a parameter unknown to within a factor of e³ = 20 either way


class Status(StrEnum):
    """How a fit went: a clear maximum; one at a limit, where customers do not differ in something; or none."""

    OK = "ok"
    LIMIT = "limit"
    DEGENERATE = "degenerate"
    FLAT = "flat"
    NOT_CONVERGED = "not_converged"
    TOO_LITTLE_DATA = "too_little_data"


CLEAR_MAXIMUM = Finding("models.fit.ok")


@dataclass(frozen=True)
class Verdict:
    """How a fit went.

    Attributes
    ----------
    status : Status
        How the fit went.
    explanation : Finding
        Why, and what to do.
    """

    status: Status
    explanation: Finding = CLEAR_MAXIMUM

    @property
    def is_ok(self) -> bool:
        """Whether the fit may be trusted."""
        return self.status is Status.OK

    @property
    def is_usable(self) -> bool:
        """Whether forecasts within the length of the history stand: the fit is ok, or at a limit."""
        return self.status in {Status.OK, Status.LIMIT}


FITTED = Verdict(Status.OK)


class LikelihoodModel(BaseEstimator, ABC):  # type: ignore[misc]  # scikit-learn ships no types
    """A model with positive parameters, fitted by maximum likelihood.

    Parameters
    ----------
    tol : float, default=1e-9
        Stop when the gradient of the mean log-likelihood (in log parameters) is below this.

    Attributes
    ----------
    parameters_ : dict of str to float
        Maximum-likelihood estimates, to a thousandth of their standard errors; also as attributes of their own (`r_`,
        `alpha_`, …). Empty where there was too little data.
    standard_errors_ : dict of str to float
        From the observed information, by the delta method; NaN where the fit is not a clear maximum; 0 for what is at
        a limit.
    covariance_ : ndarray of shape (k, k)
        Of the log parameters.
    log_likelihood_ : float
        Of all customers, in the data's unit.
    n_customers_ : int
        How many customers were fitted.
    data_sha256_ : str or None
        Tells the data that were fitted from any others; None where the model does not say.
    verdict_ : Verdict
        `ok`, or what is wrong with the fit and what to do.
    """

    name: ClassVar[str]
    data_sha256_: str | None = None
    parameter_names: ClassVar[tuple[str, ...]]
    # Two parameters that run to ∞ in a fixed ratio, and in what customers are then alike: a `Term("alike_in", …)`.
    spreads: ClassVar[tuple[tuple[str, str, str], ...]] = ()

    def __init__(self, tol: float = 1e-9) -> None:
        self.tol = tol

    def _learn(
        self,
        objective: Objective,
        starts: Sequence[np.ndarray],
        n: int,
        units: dict[str, float],
        rough: Objective | None = None,
    ) -> None:
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
        rough : callable, optional
            The same objective on a part of the customers; see `maximise`.
        """
        optimum = rounded(objective, maximise(objective, starts, self.tol, rough), n)
        scales = np.array([units.get(name, 1.0) for name in self.parameter_names])
        covariance = np.full_like(optimum.information, math.nan)
        at_edge, alike = self._edge(optimum, n)
        free = ~at_edge
        if optimum.is_peak_in(free) and (alike or free.all()):
            covariance[:] = 0.0
            covariance[np.ix_(free, free)] = np.linalg.inv(optimum.information[np.ix_(free, free)]) / n
        self.n_customers_ = n
        self._set(np.exp(optimum.theta) * scales, covariance)
        self.verdict_ = self._judge(optimum)

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

    def _give_up(self, why: Finding, n: int) -> Self:
        """Learn nothing, for the reason given."""
        self.parameters_ = {}
        self.standard_errors_ = {}
        k = len(self.parameter_names)
        self.covariance_ = np.full((k, k), math.nan)
        self.log_likelihood_ = math.nan
        self.n_customers_ = n
        self.verdict_ = Verdict(Status.TOO_LITTLE_DATA, why)
        return self

    def _judge(self, optimum: Optimum) -> Verdict:
        """Return how the fit went; models add what they are weak in."""
        away = [f"{n} → {'∞' if t > 0 else '0'}" for n, t in zip(self.parameter_names, optimum.theta, strict=True)]
        away = [a for a, gone in zip(away, optimum.ran_away, strict=True) if gone]
        alike = self._edge(optimum, self.n_customers_)[1]
        if alike and np.isfinite(self.covariance_).all():
            return Verdict(
                Status.LIMIT,
                Finding("models.fit.little_difference", {"what": Listing(tuple(Term("alike_in", a) for a in alike))}),
            )
        if away:
            return Verdict(
                Status.DEGENERATE,
                Finding("models.fit.no_maximum", {"parameters": Listing(tuple(map(Name, away)))}),
            )
        unsure = [
            name
            for name, variance in zip(self.parameter_names, np.diag(self.covariance_), strict=True)
            if not variance <= MAX_LOG_ERROR**2
        ]
        if unsure:
            return Verdict(
                Status.FLAT,
                Finding("models.fit.flat", {"parameters": Listing(tuple(map(Name, unsure)))}),
            )
        if optimum.gradient > self.tol:
            return Verdict(
                Status.NOT_CONVERGED,
                Finding(
                    "models.fit.not_converged",
                    {"gradient": Name(f"{optimum.gradient:.1e}"), "tolerance": Name(f"{self.tol:.0e}")},
                ),
            )
        return FITTED

    def neighbours(self) -> list[Self]:
        """Return models at parameters spread around the estimates as their uncertainty is, all alike in weight.

        The 2k points of the spherical cubature rule for the asymptotic normal distribution of the k log parameters
        (Arasaratnam & Haykin 2009, "Cubature Kalman Filters", IEEE Transactions on Automatic Control 54(6)): a mean
        over them is exact to the third order and needs no random draws. Where the fit is not usable or its
        covariance not known, the model alone.
        """
        return [self._moved(shift) for shift in cubature(self.covariance_)] if self.verdict_.is_usable else [self]

    def _moved(self, shift: np.ndarray) -> Self:
        """Return a model with log parameters a shift, shape (k,), away from these."""
        estimates = np.array([self.parameters_[name] for name in self.parameter_names]) * np.exp(shift)
        parameters = dict(zip(self.parameter_names, map(float, estimates), strict=True))
        moved: Self = clone(self)
        return moved.restore(parameters, self.covariance_, math.nan, self.n_customers_, self.verdict_)

    def _edge(self, optimum: Optimum, n: int) -> tuple[np.ndarray, list[str]]:
        """Return which parameters ended at the edge, shape (k,) of bool, and in what customers do not differ then.

        Nothing is said where they ended there for any other reason. Of two that run to ∞ in a ratio, one is at the
        edge, or might as well be, and the other, which tells the ratio, is free, however near.
        """
        at_edge, theta = optimum.ran_away, dict(zip(self.parameter_names, optimum.theta, strict=True))
        might = at_edge.copy()
        if optimum.is_peak:
            might |= np.diag(np.linalg.inv(optimum.information)) / n > MAX_LOG_ERROR**2
        alike, explained = [], np.zeros_like(at_edge)
        for one, other, what in self.spreads:
            low, high = (self.parameter_names.index(name) for name in sorted((one, other), key=theta.__getitem__))
            if might[high] and 0 < optimum.theta[low] < optimum.theta[high]:
                at_edge[high], at_edge[low] = True, False
                explained[high] = True
                alike.append(what)
        return at_edge, [] if (at_edge & ~explained).any() else alike

    def _require_parameters(self) -> None:
        """Raise CrmwbError where nothing was learned."""
        if not self.parameters_:
            raise CrmwbError(f"{self.name} has no parameters: {self.verdict_.status}; see verdict_.")


def cubature(covariance: np.ndarray) -> np.ndarray:
    """Return points of equal weight with mean 0 and this covariance, shape (2k, k); one zero where it is unknown."""
    k = len(covariance)
    if not np.isfinite(covariance).all():
        return np.zeros((1, k))
    values, axes = np.linalg.eigh(covariance)
    steps = (axes * np.sqrt(np.maximum(values, 0) * k)).T
    return np.vstack([steps, -steps])


def as_saved(value: float) -> float | None:
    """Return a number as JSON knows it: NaN and infinity become null.

    Examples
    --------
    >>> from crmwb.value.models import as_saved
    >>> as_saved(1.5), as_saved(float("nan"))
    (1.5, None)
    """
    return float(value) if math.isfinite(value) else None


def restored(value: Any) -> float:
    """Return a saved number; null becomes NaN."""
    return math.nan if value is None else float(value)
