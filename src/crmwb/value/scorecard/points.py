"""From signs to points: four dimensions from 0 to 100, and one weighted score.

Within a dimension the signs known of a customer count equally; the score is the weighted mean of the dimensions known
of them. What is unknown counts neither for nor against, and `n_dimensions_known` says how much stands behind a score.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crmwb.value.scorecard.signs import DIMENSIONS, SIGNS

DECIMALS = 4  # equal customers must not differ by the last bit of a float


def points(signs: pd.DataFrame, among: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return each sign's points, of the shape of `signs`, among the customers of `among` (those of `signs` if None)."""
    others = signs if among is None else among
    values = {s.name: (signs[s.name].to_numpy(), others[s.name].to_numpy()) for s in SIGNS}
    return pd.DataFrame({s.name: s.scale.points(*values[s.name]) for s in SIGNS}, index=signs.index)


def dimensions(sign_points: pd.DataFrame) -> pd.DataFrame:
    """Return the mean of the known points of each dimension, shape (n, 4); NaN where no sign is known."""
    return pd.DataFrame(
        {d: sign_points[[s.name for s in SIGNS if s.dimension == d]].mean(axis=1) for d in DIMENSIONS}
    ).round(DECIMALS)


def weights_of(dimension_points: pd.DataFrame, weights: Mapping[str, float]) -> pd.DataFrame:
    """Return what each dimension weighs in each customer's score, shape (n, 4): rows add up to 1, or 0 of nothing."""
    known = dimension_points[list(DIMENSIONS)].notna() * np.array([float(weights[d]) for d in DIMENSIONS])
    total = known.sum(axis=1)
    return known.div(total.where(total > 0, 1.0), axis=0)


def score(dimension_points: pd.DataFrame, weights: Mapping[str, float]) -> pd.Series:
    """Return the weighted mean of each customer's known dimensions; NaN where none with a weight is known."""
    shares = weights_of(dimension_points, weights)
    total = (shares * dimension_points.fillna(0.0)).sum(axis=1)
    return total.where(shares.sum(axis=1) > 0).round(DECIMALS)
