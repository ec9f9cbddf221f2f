"""The classic models of purchases, fitted side by side on what was known at one moment."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from crmwb.features.seasonal_time import SeasonalTime
from crmwb.value.challenger.known import Known
from crmwb.value.models import (
    NBD,
    BetaGeoNBD,
    ModifiedBetaGeoCNBDk,
    ModifiedBetaGeoNBD,
    ParetoNBD,
    PurchaseModel,
    PurchaseSummary,
)

CLASSICS: tuple[type[PurchaseModel], ...] = (BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD, NBD)

Weights = Mapping[str, float]


@dataclass(frozen=True)
class Classics:
    """Models fitted on the same histories.

    Attributes
    ----------
    models : tuple of PurchaseModel
        All of them, also those that had too little data.
    summary : PurchaseSummary
        Distinct histories.
    row_of : ndarray of shape (n_customers,)
        The row of `summary` for each customer.
    origin : int
        The first day not known.
    time : SeasonalTime
        The time that `summary` and the models are in.
    """

    models: tuple[PurchaseModel, ...]
    summary: PurchaseSummary
    row_of: np.ndarray
    origin: int
    time: SeasonalTime

    @classmethod
    def fit(cls, known: Known, time: SeasonalTime) -> Self:
        """Fit all models; the MBG/CNBD-k is among them where purchases are more regular than at random (k > 1)."""
        histories = time.histories(known.frequency, known.recency_days, known.age_days, known.origin)
        summary, row_of = PurchaseSummary.compress(*histories)
        models: list[PurchaseModel] = [kind().fit(summary) for kind in CLASSICS]
        regular = ModifiedBetaGeoCNBDk.fit_best(summary, known.log_gaps(time))
        every = (*models, regular) if regular.k > 1 else tuple(models)
        return cls(every, summary, row_of, known.origin, time)

    def ahead(self, horizon_days: float) -> float:
        """Return a horizon in the time of the models."""
        return float(self.time.between(self.origin, self.origin + horizon_days))

    @property
    def fitted(self) -> tuple[PurchaseModel, ...]:
        """The models that learned something."""
        return tuple(model for model in self.models if model.parameters_)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the fitted models."""
        return tuple(model.name for model in self.fitted)

    @property
    def k(self) -> int:
        """How regular purchases are: 1 for at random."""
        return next((model.k for model in self.fitted if isinstance(model, ModifiedBetaGeoCNBDk)), 1)

    def expected(self, horizon_days: float, names: Collection[str] | None = None) -> dict[str, np.ndarray]:
        """Return by model, or of those named, what each customer is expected to buy, shape (n_customers,)."""
        ahead = self.ahead(horizon_days)
        some = [m for m in self.fitted if names is None or m.name in names]
        by_model = {m.name: m.expected_purchases(self.summary, ahead)[self.row_of] for m in some}
        return {name: purchases for name, purchases in by_model.items() if np.isfinite(purchases).all()}

    def discounted(
        self, rate: float, horizon_days: float, names: Collection[str] | None = None
    ) -> dict[str, np.ndarray]:
        """Return the same, each purchase weighed by what 1 at its time is worth at a continuous daily rate."""
        ahead = self.ahead(horizon_days)
        rate *= horizon_days / ahead  # at the horizon, money is worth the same
        some = [m for m in self.fitted if names is None or m.name in names]
        return {m.name: m.discounted(self.summary, rate, ahead).purchases[self.row_of] for m in some}

    def p_any(self, horizon_days: float) -> dict[str, np.ndarray]:
        """Return by model the chance of any purchase, shape (n_customers,)."""
        ahead = self.ahead(horizon_days)
        return {m.name: m.p_at_least(self.summary, 1, ahead)[self.row_of] for m in self.fitted}

    def p_alive(self, weights: Weights | None = None) -> np.ndarray:
        """Return the mean of P(alive), weighted, or over all models in which customers can stop; 1 where none was."""
        if weights is not None:
            by_name = {m.name: m.p_alive(self.summary)[self.row_of] for m in self.fitted if weights.get(m.name)}
            return mixed(by_name, weights)
        able = [m.p_alive(self.summary)[self.row_of] for m in self.fitted if not isinstance(m, NBD)]
        return np.mean(able, axis=0) if able else np.ones(len(self.row_of))


def mixed(by_model: Mapping[str, np.ndarray], weights: Weights) -> np.ndarray:
    """Return the weighted mean over models that are there."""
    there = {name: weight for name, weight in weights.items() if name in by_model and weight > 0}
    if not there:
        return np.asarray(np.mean(list(by_model.values()), axis=0))
    total = sum(there.values())
    return np.asarray(sum(by_model[name] * (weight / total) for name, weight in there.items()))
