"""What is known at any moment of the past: purchases, the classic models' forecasts, and the feature table."""

from dataclasses import dataclass, field
from typing import Self

import numpy as np
import pandas as pd

from crmwb.value.challenger.classics import Classics
from crmwb.value.challenger.purchase_days import Known, PurchaseDays, known_at
from crmwb.value.challenger.traits import Traits


@dataclass(frozen=True)
class Moment:
    """Customers at an origin, with a horizon ahead.

    Attributes
    ----------
    known : Known
        Their purchases before it, and those within the horizon.
    classics : Classics
        Fitted on what was known.
    expected : dict of str to ndarray of shape (n,)
        By model, purchases within the horizon.
    p_alive : ndarray of shape (n,)
        Mean over models.
    traits : DataFrame of shape (n, k)
        Columns of the feature table at the last month end; no columns where there is none.
    """

    known: Known
    classics: Classics
    expected: dict[str, np.ndarray]
    p_alive: np.ndarray
    traits: pd.DataFrame


@dataclass(frozen=True)
class Past:
    """All that forecasts may be learned from.

    Attributes
    ----------
    days : PurchaseDays
        What was bought.
    traits : Traits or None
        The feature table at month ends.
    """

    days: PurchaseDays
    traits: Traits | None = None
    _classics: dict[int, Classics] = field(default_factory=dict, repr=False)

    def until(self, origin: int) -> Self:
        """Return what was known at `origin` and nothing else."""
        return type(self)(self.days.until(origin), self.traits and self.traits.until(origin))

    def every(self, step: int) -> Self:
        """Return the past of every `step`-th customer."""
        return type(self)(self.days.every(step), self.traits and self.traits.every(step)) if step > 1 else self

    def at(self, origin: int, horizon_days: int) -> Moment:
        """Look at the customers as of `origin`, with `horizon_days` ahead."""
        known = known_at(self.days, origin, horizon_days)
        if origin not in self._classics:
            self._classics[origin] = Classics.fit(known)
        classics = self._classics[origin]
        traits = self.traits.at(origin, known.customer) if self.traits else pd.DataFrame(index=range(len(known)))
        return Moment(known, classics, classics.expected(horizon_days), classics.p_alive(), traits)
