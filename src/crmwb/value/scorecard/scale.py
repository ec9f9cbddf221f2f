"""How a sign of worth becomes points from 0 to 100."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Linear:
    """Straight between two anchors, and no further: `worst` earns 0 points, `best` 100."""

    worst: float
    best: float

    def points(self, values: np.ndarray, among: np.ndarray) -> np.ndarray:  # noqa: ARG002 - the anchors are fixed
        """Return the points of `values`, NaN where unknown; whoever they are `among`."""
        return 100 * np.clip((values - self.worst) / (self.best - self.worst), 0, 1)

    @property
    def words(self) -> str:
        """The scale as a reader may check it."""
        return f"{self.worst:g} earns 0 points, {self.best:g} earns 100, straight between them"


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
    def words(self) -> str:
        """The scale as a reader may check it."""
        return "the share of buyers who have less, plus half of those who have the same, in percent"


@dataclass(frozen=True)
class PercentileAboveZero:
    """0 for who has none; the others are ranked among each other, for most customers have none."""

    def points(self, values: np.ndarray, among: np.ndarray) -> np.ndarray:
        """Return the points of `values` among those of all buyers; NaN where unknown."""
        ranked = Percentile().points(values, np.where(among > 0, among, np.nan))
        return np.where(np.isnan(values), np.nan, np.where(values > 0, ranked, 0.0))

    @property
    def words(self) -> str:
        """The scale as a reader may check it."""
        return (
            "none earns 0 points; of those who have some, the share who have less, plus half of the equal, in percent"
        )


Scale = Linear | Percentile | PercentileAboveZero
