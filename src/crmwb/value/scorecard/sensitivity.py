"""What the weights decide: who would be in another tier had a weight been a quarter more or less.

Tiers are compared without memory and with their own boundaries, so that nothing hides the change.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from crmwb.tiers import boundaries, levels_of
from crmwb.value.scorecard.points import score

FACTORS = (0.75, 1.25)


def sensitivity(
    dimension_points: pd.DataFrame, weights: Mapping[str, float], shares: np.ndarray
) -> tuple[pd.DataFrame, pd.Series]:
    """Move each weight by a quarter, one at a time.

    Parameters
    ----------
    dimension_points : DataFrame of shape (n, 4)
        Of customers with a score.
    weights : mapping of str to float
        By dimension.
    shares : ndarray of shape (k,)
        Of customers, best level first.

    Returns
    -------
    table : DataFrame of shape (8, 6)
        dimension, change (-0.25 or 0.25), n_up, n_down, n_customers, changed_share; nothing changes where the
        dimension has no weight or is unknown of all.
    is_sensitive : Series of shape (n,)
        Whether any of these moves changes the customer's tier.
    """
    usual = _levels(dimension_points, weights, shares)
    rows, moved = [], np.zeros(len(dimension_points), dtype=bool)
    for dimension in weights:
        for factor in FACTORS:
            level = _levels(dimension_points, {**weights, dimension: weights[dimension] * factor}, shares)
            up, down = int((level < usual).sum()), int((level > usual).sum())
            rows.append((dimension, factor - 1, up, down, len(level), (up + down) / max(len(level), 1)))
            moved |= level != usual
    columns = ["dimension", "change", "n_up", "n_down", "n_customers", "changed_share"]
    return pd.DataFrame(rows, columns=columns), pd.Series(moved, index=dimension_points.index)


def _levels(dimension_points: pd.DataFrame, weights: Mapping[str, float], shares: np.ndarray) -> np.ndarray:
    scores = score(dimension_points, weights).to_numpy()
    return levels_of(scores, boundaries(scores, shares))
