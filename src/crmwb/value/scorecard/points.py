"""From indicators to points: four dimensions from 0 to 100, and one weighted score.

Within a dimension the indicators known of a customer count equally; the score is the weighted mean of the dimensions
known of them. What is unknown counts neither for nor against, and `n_dimensions_known` says how much a score rests on.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crmwb.value.blocks import blocks
from crmwb.value.scorecard.indicators import DIMENSIONS, INDICATORS
from crmwb.value.scorecard.scale import Ranks

DECIMALS = 4  # equal customers must not differ by the last bit of a float


def ranks(indicators: pd.DataFrame) -> dict[str, Ranks]:
    """Rank the values of each indicator."""
    return {s.name: s.scale.ranks(indicators[s.name].to_numpy()) for s in INDICATORS}


def points(indicators: pd.DataFrame, among: Mapping[str, Ranks] | None = None) -> pd.DataFrame:
    """Return the points of each indicator, of the shape of `indicators`, among the buyers of `among`, or these."""
    others = ranks(indicators) if among is None else among
    of_each = {s.name: s.scale.points(indicators[s.name].to_numpy(), others[s.name]) for s in INDICATORS}
    return pd.DataFrame(of_each, index=indicators.index)


def dimensions(indicator_points: pd.DataFrame) -> pd.DataFrame:
    """Return the mean of the known points of each dimension, shape (n, 4); NaN where no indicator is known."""
    return pd.DataFrame(
        {d: indicator_points[[s.name for s in INDICATORS if s.dimension == d]].mean(axis=1) for d in DIMENSIONS}
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


def score_blocks(
    indicators: pd.DataFrame, weights: Mapping[str, float], among: Mapping[str, Ranks] | None = None
) -> pd.Series:
    """Return the score of each customer, ranked among the buyers of `among`, or these; NaN where nothing is known."""
    others = ranks(indicators) if among is None else among
    some = (indicators.iloc[rows] for rows in blocks(len(indicators)))
    scores: pd.Series = pd.concat([score(dimensions(points(each, others)), weights) for each in some])
    return scores
