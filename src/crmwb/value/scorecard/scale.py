"""How an indicator becomes points from 0 to 100."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from crmwb.findings import Finding, Number


class Ranks(NamedTuple):
    """The distinct values of some buyers, rising, and the points of each; both of shape (n,)."""

    values: np.ndarray
    points: np.ndarray

    @classmethod
    def of(cls, among: np.ndarray) -> "Ranks":
        """Rank the known values of all buyers."""
        known, counts = np.unique(among[np.isfinite(among)], return_counts=True)
        return cls(known, 50 * (2 * np.cumsum(counts) - counts) / max(counts.sum(), 1))

    def at(self, values: np.ndarray) -> np.ndarray:
        """Return the points of `values`; NaN where unknown, or where nobody's is known."""
        if not self.values.size:
            return np.full(len(values), np.nan)
        order = np.argsort(values)  # neighbours are looked up together, in half of the time
        out = np.empty(len(values))
        out[order] = np.interp(values[order], self.values, self.points)
        return out


NO_RANKS = Ranks(np.empty(0), np.empty(0))


@dataclass(frozen=True)
class Linear:
    """Straight between two anchors, and no further: `worst` earns 0 points, `best` 100."""

    worst: float
    best: float

    def ranks(self, _among: np.ndarray) -> Ranks:
        """Return what `points` needs to know of all buyers: nothing."""
        return NO_RANKS

    def points(self, values: np.ndarray, _ranks: Ranks) -> np.ndarray:
        """Return the points of `values`, NaN where unknown."""
        return 100 * np.clip((values - self.worst) / (self.best - self.worst), 0, 1)

    @property
    def meaning(self) -> Finding:
        """The scale, for readers."""
        return Finding("scorecard.scale.linear", {"worst": Number(self.worst), "best": Number(self.best)})


@dataclass(frozen=True)
class Percentile:
    """The share of buyers who are worse, plus half of those who are equal; straight between two buyers' values."""

    def ranks(self, among: np.ndarray) -> Ranks:
        """Rank the values of all buyers."""
        return Ranks.of(among)

    def points(self, values: np.ndarray, ranks: Ranks) -> np.ndarray:
        """Return the points of `values` among those of all buyers; NaN where unknown, or where nobody's is known."""
        return ranks.at(values)

    @property
    def meaning(self) -> Finding:
        """The scale, for readers."""
        return Finding("scorecard.scale.percentile")


@dataclass(frozen=True)
class PercentileAboveZero:
    """0 for customers who have none; the others are ranked among each other, because most customers have none."""

    def ranks(self, among: np.ndarray) -> Ranks:
        """Rank the values above 0 of all buyers."""
        return Ranks.of(np.where(among > 0, among, np.nan))

    def points(self, values: np.ndarray, ranks: Ranks) -> np.ndarray:
        """Return the points of `values` among those of all buyers; NaN where unknown."""
        return np.where(np.isnan(values), np.nan, np.where(values > 0, ranks.at(values), 0.0))

    @property
    def meaning(self) -> Finding:
        """The scale, for readers."""
        return Finding("scorecard.scale.percentile_above_zero")


Scale = Linear | Percentile | PercentileAboveZero
