"""The classic models of purchases, fitted side by side on what was known at one moment."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from crmwb.value.challenger.purchase_days import Known
from crmwb.value.models import NBD, BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD, PurchaseModel, PurchaseSummary

CLASSICS: tuple[type[PurchaseModel], ...] = (BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD, NBD)


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
    """

    models: tuple[PurchaseModel, ...]
    summary: PurchaseSummary
    row_of: np.ndarray

    @classmethod
    def fit(cls, known: Known) -> Self:
        """Fit all models."""
        summary, row_of = PurchaseSummary.compress(known.frequency, known.recency_days, known.age_days)
        return cls(tuple(kind().fit(summary) for kind in CLASSICS), summary, row_of)

    @property
    def fitted(self) -> tuple[PurchaseModel, ...]:
        """The models that learned something."""
        return tuple(model for model in self.models if model.parameters_)

    def expected(self, horizon_days: float) -> dict[str, np.ndarray]:
        """Return by model what each customer is expected to buy, shape (n_customers,)."""
        found = {m.name: m.expected_purchases(self.summary, horizon_days)[self.row_of] for m in self.fitted}
        return {name: purchases for name, purchases in found.items() if np.isfinite(purchases).all()}

    def discounted(self, rate: float, horizon_days: float) -> dict[str, np.ndarray]:
        """Return the same, each purchase weighed by what 1 at its time is worth at a continuous daily rate."""
        return {m.name: m.discounted(self.summary, rate, horizon_days).purchases[self.row_of] for m in self.fitted}

    def p_alive(self) -> np.ndarray:
        """Return the mean of P(alive) over the models in which customers can stop; 1 where none was fitted."""
        able = [m.p_alive(self.summary)[self.row_of] for m in self.fitted if not isinstance(m, NBD)]
        return np.mean(able, axis=0) if able else np.ones(len(self.row_of))
