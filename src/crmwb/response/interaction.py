"""Whether the effect of a campaign differs between groups of customers at all."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Interaction:
    """The test that all groups gain the same.

    Attributes
    ----------
    n_groups : int
        Groups with an effect.
    statistic : float
        Spread of the effects, in units of what chance brings: about 1 where all gain the same.
    p_value : float
        Chance of effects so far apart if all gain the same; NaN of fewer than two groups.
    """

    n_groups: int
    statistic: float
    p_value: float


def interaction(
    difference: np.ndarray, standard_error: np.ndarray, n_treated: np.ndarray, n_control: np.ndarray
) -> Interaction:
    """Test whether effects differ between groups that share no customer.

    Welch's test of several means (1951, Biometrika 38(3/4)) on the effects: the spread around their weighted mean, with
    the smaller arm of each group standing for how well its error is known.

    Parameters
    ----------
    difference, standard_error : ndarray of shape (n_groups,)
        Of each group's effect.
    n_treated, n_control : ndarray of shape (n_groups,)
        Customers in each arm.

    Examples
    --------
    >>> import numpy as np
    >>> from crmwb.response.interaction import interaction
    >>> n = np.full(3, 200)
    >>> round(interaction(np.array([2.0, 2.5, 1.5]), np.full(3, 1.0), n, n).p_value, 2)
    0.78
    >>> round(interaction(np.array([2.0, 7.5, 1.5]), np.full(3, 1.0), n, n).p_value, 5)
    2e-05
    """
    from scipy.stats import f  # slow to import

    known = np.isfinite(difference) & np.isfinite(standard_error) & (standard_error > 0)
    k = int(known.sum())
    if k < 2:
        return Interaction(k, float("nan"), float("nan"))
    weight = standard_error[known] ** -2.0
    mean = float(weight @ difference[known] / weight.sum())
    freedom = np.minimum(n_treated, n_control)[known] - 1.0
    part = float(((1 - weight / weight.sum()) ** 2 / freedom).sum())
    between = float(weight @ (difference[known] - mean) ** 2) / (k - 1)
    statistic = between / (1 + 2 * (k - 2) / (k**2 - 1) * part)
    return Interaction(k, statistic, float(f.sf(statistic, k - 1, (k**2 - 1) / (3 * part))))
