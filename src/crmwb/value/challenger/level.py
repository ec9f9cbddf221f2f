"""How much will be bought in all: the classic models, set right by what they missed before.

Models in which customers can stop tend to forecast too little when they look as far ahead as they could look back, and
the one in which nobody stops too much. Between the two, what earlier holdouts came to says where the truth lies; where
it lies beyond both, all are scaled.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from crmwb.value.models import NBD

MOST_STAYING = 0.5  # weight of the model in which nobody stops
MOST = math.log(1.5)  # of the log ratio: what is farther off is more likely a season than a level
CLEAR = 0.05  # of the purchases: models that differ by less say nothing of their weights

Holdout = tuple[Mapping[str, np.ndarray], np.ndarray]  # forecasts by model, and what came


@dataclass(frozen=True)
class Level:
    """Weights for the classic models' forecasts.

    Attributes
    ----------
    stopping : tuple of str
        Models in which customers can stop: their mean is used.
    staying : float
        Weight of the NBD, in which nobody stops, against that mean.
    scale : float
        What all is multiplied by.
    """

    stopping: tuple[str, ...]
    staying: float
    scale: float

    @classmethod
    def learn(cls, stopping: tuple[str, ...], holdouts: Sequence[Holdout], shifted: Sequence[Holdout] = ()) -> Self:
        """Learn from earlier holdouts, all purchases of them taken together.

        What they show is believed as far as they agree: of the log ratio r of what came to what was forecast,
        r² / (r² + its variance), by the spread between holdouts. A single one is believed.

        Parameters
        ----------
        stopping : tuple of str
            Models to take the mean of; empty where only the NBD was fitted.
        holdouts : sequence of (mapping, ndarray)
            By model, purchases forecast for each customer; and those that came. No two share a day.
        shifted : sequence of (mapping, ndarray)
            Others, that count in the total only.
        """
        sums = np.array([_sums(expected, later, stopping) for expected, later in (*holdouts, *shifted)])
        came, stop, stay = sums.sum(axis=0)
        log_ratio = math.log(came / stop) * _belief(np.log(sums[: len(holdouts), 0] / sums[: len(holdouts), 1]))
        total = stop * math.exp(min(max(log_ratio, -MOST), MOST))
        staying = (total - stop) / (stay - stop) if abs(stay - stop) > CLEAR * came else 0.0
        staying = min(max(staying, 0.0), MOST_STAYING)
        between = (1 - staying) * stop + staying * stay
        return cls(stopping, staying, total / between)

    def of(self, expected: Mapping[str, np.ndarray]) -> np.ndarray:
        """Combine the models' forecasts of whatever is proportional to purchases, shape (n,)."""
        mean = (1 - self.staying) * _stop(expected, self.stopping) + self.staying * _stay(expected, self.stopping)
        return np.asarray(self.scale * mean)


def _sums(expected: Mapping[str, np.ndarray], later: np.ndarray, stopping: tuple[str, ...]) -> list[float]:
    """Return the purchases that came, those forecast where customers can stop, and where they cannot."""
    return [float(n.sum()) for n in (later, _stop(expected, stopping), _stay(expected, stopping))]


def _belief(log_ratios: np.ndarray) -> float:
    if len(log_ratios) < 2:
        return 1.0
    square, variance = log_ratios.mean() ** 2, log_ratios.var(ddof=1) / len(log_ratios)
    return float(square / (square + variance)) if square > 0 else 0.0


def _stop(expected: Mapping[str, np.ndarray], stopping: tuple[str, ...]) -> np.ndarray:
    there = [expected[name] for name in stopping if name in expected]
    return np.mean(there, axis=0) if there else expected[NBD.name]


def _stay(expected: Mapping[str, np.ndarray], stopping: tuple[str, ...]) -> np.ndarray:
    return expected[NBD.name] if NBD.name in expected else _stop(expected, stopping)
