"""A measure of the score cards: how far something is there, as a share, with what it was counted from."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmwb.params import EffectivenessParams

STATES = ("in_place", "partly", "lacking", "not_measured")


@dataclass(frozen=True)
class Measure:
    """One line of a score card.

    Attributes
    ----------
    card, area, key : str
        `process` or `part`; which process or part; the measure, of the vocabulary `crm_measure`.
    n, of : int or None
        How many of how many; None where it is not measured.
    share : float or None
        Where the share is no count: how far it is there, 0 to 1.
    """

    card: str
    area: str
    key: str
    n: int | None = None
    of: int | None = None
    share: float | None = None

    @property
    def level(self) -> float | None:
        """How far it is there, 0 to 1; None where it is not measured."""
        if self.share is not None:
            return float(np.clip(self.share, 0.0, 1.0))
        return None if self.n is None or not self.of else self.n / self.of

    def state(self, p: EffectivenessParams) -> str:
        """Return the state, one of STATES, by the limits in params.yaml."""
        if self.level is None:
            return "not_measured"
        return "in_place" if self.level >= p.in_place_share else "partly" if self.level >= p.partly_share else "lacking"


def counted(card: str, area: str, key: str, flags: pd.Series | None) -> Measure:
    """Return a measure of true flags among all; not measured without flags or rows."""
    if flags is None or not len(flags):
        return Measure(card, area, key)
    return Measure(card, area, key, int(flags.sum()), len(flags))
