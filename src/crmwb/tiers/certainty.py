"""How certain a tier is: the probability that the score lies within its boundaries once chance is allowed for."""

import numpy as np
import pandas as pd
from scipy.special import ndtr


def probability(scores: pd.Series, error: pd.Series, level: pd.Series, bounds: np.ndarray) -> pd.Series:
    """Return the probability that each customer's score is truly within the boundaries of their level.

    The score is taken as normal around its value, and the boundaries as known.

    Parameters
    ----------
    scores, error : Series of shape (n,)
        Scores and their standard errors, in points, on the index customer_id.
    level : Series of shape (n,)
        Levels from 0, the best, as `levels.place` returns them.
    bounds : ndarray of shape (k + 1,)
        As `levels.boundaries` returns them.

    Returns
    -------
    Series of shape (n,)
        From 0 to 1, on the index of `scores`.

    Examples
    --------
    A score of 70 and one of 66, with the boundary at 65 and a standard error of 4 points:

    >>> import numpy as np
    >>> import pandas as pd
    >>> from crmwb.tiers import probability
    >>> scores, error = pd.Series({"a": 70.0, "b": 66.0}), pd.Series({"a": 4.0, "b": 4.0})
    >>> probability(scores, error, pd.Series({"a": 0, "b": 0}), np.array([np.inf, 65, -np.inf])).round(2).to_dict()
    {'a': 0.89, 'b': 0.6}
    """
    at = scores.to_numpy()
    width = np.maximum(error.to_numpy(), 1e-9)
    where = level.to_numpy()
    inside = ndtr((bounds[where] - at) / width) - ndtr((bounds[where + 1] - at) / width)
    return pd.Series(inside, index=scores.index)
