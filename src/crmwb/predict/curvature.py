"""Whether each further unit of money brings less than the one before: the curvature of what campaigns brought.

A straight line through the origin is set against a parabola, which is what any smooth curve of falling returns is like
within a range of doses. Only amounts that differ enough show a curve, and only within their range.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

MIN_CAMPAIGNS = 4
MIN_DOSES = 3
NEAR = 1.25  # amounts a head within this factor of the next smaller one are one dose
SPAN = 2.0  # times the smallest dose, that the largest must be
LEVEL = 0.95


@dataclass(frozen=True)
class Curvature:
    """What the amounts that campaigns spent a head say of the next unit.

    Attributes
    ----------
    shape : str
        `few_doses` (the amounts differ too little), `straight` (no curvature is shown), `falling` or `rising` returns.
    n_doses : int
        Amounts a head that differ.
    p_value : float
        Chance of so much curvature on a straight line; NaN of `few_doses`.
    next_unit, low, high : float
        Margin that the next unit brings at the amount asked for, with its interval; NaN unless returns are falling.
    """

    shape: Literal["few_doses", "straight", "falling", "rising"]
    n_doses: int
    p_value: float = float("nan")
    next_unit: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")


def doses(cost: np.ndarray) -> int:
    """Count the amounts that differ.

    Examples
    --------
    >>> import numpy as np
    >>> from crmwb.predict.curvature import doses
    >>> doses(np.array([100.0, 110.0, 300.0, 1200.0]))
    3
    """
    ordered = np.sort(cost[cost > 0])
    return int(len(ordered) > 0) + int((ordered[1:] > NEAR * ordered[:-1]).sum())


def curvature(cost: np.ndarray, margin: np.ndarray, error: np.ndarray, at: float, n_together: int = 1) -> Curvature:
    """Test whether returns fall, and say what the next unit brings where they do.

    Parameters
    ----------
    cost, margin, error : ndarray of shape (n_campaigns,)
        What each campaign spent a head contacted, the margin that it added, and the standard error of that. Campaigns
        may differ by more than their errors: the errors are then widened to fit.
    at : float
        The amount a head that the next unit is added to.
    n_together : int, default 1
        Statements that are to hold together (Bonferroni).

    Examples
    --------
    >>> import numpy as np
    >>> from crmwb.predict.curvature import curvature
    >>> cost = np.array([1.0, 2.0, 4.0, 8.0, 16.0])
    >>> result = curvature(cost, 10 * cost - 0.3 * cost**2, np.full(5, 0.5), at=8.0)
    >>> result.shape, round(result.next_unit, 1)
    ('falling', 5.2)
    >>> curvature(cost, 3 * cost, np.full(5, 0.5), at=8.0).shape
    'straight'
    >>> curvature(np.full(5, 4.0), 3 * cost, np.full(5, 0.5), at=4.0).shape
    'few_doses'
    """
    from scipy.stats import t  # slow to import

    n_doses = doses(cost)
    if len(cost) < MIN_CAMPAIGNS or n_doses < MIN_DOSES or cost.max() < SPAN * cost.min():
        return Curvature("few_doses", n_doses)
    unit = float(cost.max())  # keeps both columns of one size
    design = np.column_stack([cost / unit, (cost / unit) ** 2]) / error[:, None]
    inverse = np.linalg.inv(design.T @ design)
    slope = inverse @ (design.T @ (margin / error))
    freedom = len(cost) - 2
    spread = max(1.0, float(((margin / error - design @ slope) ** 2).sum()) / freedom)
    covariance = inverse * spread
    bend = float(slope[1] / np.sqrt(covariance[1, 1]))
    p_value = float(min(1.0, n_together * 2 * t.sf(abs(bend), freedom)))
    if p_value >= 1 - LEVEL:
        return Curvature("straight", n_doses, p_value)
    if bend > 0:
        return Curvature("rising", n_doses, p_value)
    tangent = np.array([1.0, 2 * at / unit]) / unit
    reach = float(t.ppf(1 - (1 - LEVEL) / 2 / n_together, freedom) * np.sqrt(tangent @ covariance @ tangent))
    value = float(tangent @ slope)
    return Curvature("falling", n_doses, p_value, value, value - reach, value + reach)
