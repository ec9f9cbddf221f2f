"""How an indicator becomes points from 0 to 100."""

from dataclasses import dataclass

import numpy as np

from crmwb.findings import Finding, Number


@dataclass(frozen=True)
class Linear:
    """Straight between two anchors, and no further: `worst` earns 0 points, `best` 100."""

    worst: float
    best: float

    def points(self, values: np.ndarray, among: np.ndarray) -> np.ndarray:  # noqa: ARG002 - the anchors are fixed
        """Return the points of `values`, NaN where unknown; whoever they are `among`."""
        return 100 * np.clip((values - self.worst) / (self.best - self.worst), 0, 1)

    @property
    def meaning(self) -> Finding:
        """The scale, for readers."""
        return Finding("scorecard.scale.linear", {"worst": Number(self.worst), "best": Number(self.best)})


@dataclass(frozen=True)
class Percentile:
    """The share of buyers who are worse, plus half of those who are equal; straight between two buyers' values."""

    def points(self, values: np.ndarray, among: np.ndarray) -> np.ndarray:
        """Return the points of `values` among those of all buyers; NaN where unknown, or where nobody's is known."""
        known, counts = np.unique(among[np.isfinite(among)], return_counts=True)
        if not known.size:
            return np.full(len(values), np.nan)
        ranks: np.ndarray = np.interp(values, known, 50 * (2 * np.cumsum(counts) - counts) / counts.sum())
        return ranks

    @property
    def meaning(self) -> Finding:
        """The scale, for readers."""
        return Finding("scorecard.scale.percentile")


@dataclass(frozen=True)
class PercentileAboveZero:
    """0 for customers who have none; the others are ranked among each other, because most customers have none."""

    def points(self, values: np.ndarray, among: np.ndarray) -> np.ndarray:
        """Return the points of `values` among those of all buyers; NaN where unknown."""
        ranked = Percentile().points(values, np.where(among > 0, among, np.nan))
        return np.where(np.isnan(values), np.nan, np.where(values > 0, ranked, 0.0))

    @property
    def meaning(self) -> Finding:
        """The scale, for readers."""
        return Finding("scorecard.scale.percentile_above_zero")


Scale = Linear | Percentile | PercentileAboveZero
