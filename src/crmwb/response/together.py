"""P-values that hold for all comparisons together (Holm 1979, Scandinavian Journal of Statistics 6(2))."""

from collections.abc import Sequence

import numpy as np


def together(p_values: Sequence[float] | np.ndarray) -> np.ndarray:
    """Return p-values by Holm's correction for all that are known; NaN stays NaN.

    Parameters
    ----------
    p_values : sequence or ndarray of float, length n
        Each of one comparison.

    Returns
    -------
    float ndarray of shape (n,)

    Examples
    --------
    >>> from crmwb.response.together import together
    >>> together([0.04, float("nan"), 0.01, 0.9]).round(2).tolist()
    [0.08, nan, 0.03, 0.9]
    """
    result = np.array(p_values, dtype=np.float64)
    known = np.isfinite(result)
    if known.any():
        from statsmodels.stats.multitest import multipletests  # takes a second to import

        result[known] = multipletests(result[known], method="holm")[1]
    return result
