"""Levels by score, with hysteresis: a customer near a boundary keeps the level of the month before.

Levels hold shares of the customers, best first. The boundary between two levels lies half way between the worst score
above it and the best below; equal scores always share a tier, where the middle of their group falls. A customer leaves
the tier they had only when their score is beyond its boundary by more than a margin; then they go where the score is.
Scores rise slowly and end at 100, so more customers would wait below the best level than stay in it: the boundaries are
those by which the levels hold their shares with the margin.
"""

import numpy as np
import pandas as pd

DECIMALS = 6  # of scores with the margin: sums of floats differ in the last place


def boundaries(scores: np.ndarray, shares: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Find the scores that part the levels.

    Parameters
    ----------
    scores : ndarray of shape (n,)
        Of all customers.
    shares : ndarray of shape (k,)
        Of customers, best level first, adding up to 1.
    weights : ndarray of shape (n,), optional
        What each customer counts for in the shares, such as their revenue; 1 each where not given.

    Returns
    -------
    ndarray of shape (k + 1,)
        Falling: level i holds scores from bounds[i + 1] up to, but not with, bounds[i]; the ends are infinite. Two
        equal ones hold nobody between them.

    Examples
    --------
    The best third in one level, the rest in the other:

    >>> import numpy as np
    >>> from crmwb.tiers import boundaries
    >>> boundaries(np.array([90.0, 80, 50, 40, 30, 10]), np.array([1 / 3, 2 / 3])).tolist()
    [inf, 65.0, -inf]
    """
    if weights is None:  # no need to know whose score is which: a third of the time
        distinct, counts = np.unique(-scores, return_counts=True)
    else:
        distinct, group = np.unique(-scores, return_inverse=True)
        counts = np.bincount(group, weights, minlength=len(distinct))
    middle = (2 * np.cumsum(counts) - counts) / max(2 * counts.sum(), 1)
    ends = np.cumsum(shares)[:-1]
    above = np.searchsorted(middle, ends + 1e-9)  # how many distinct scores lie above each boundary
    between = -(distinct[:-1] + distinct[1:]) / 2
    edges = np.concatenate([[np.inf], between, [-np.inf]])
    return np.concatenate([[np.inf], edges[above], [-np.inf]])


def held_boundaries(
    scores: pd.Series,
    shares: np.ndarray,
    before: pd.Series | None,
    margin: float,
    weights: np.ndarray | None = None,
) -> np.ndarray:
    """Find the scores by which `place` parts the customers into levels of these shares.

    Parameters
    ----------
    scores : Series of shape (n,)
        On the index customer_id.
    shares : ndarray of shape (k,)
        Of customers, best level first, adding up to 1.
    before : Series or None
        The level of each customer a month earlier, on the index customer_id; customers may be missing.
    margin : float
        As for `place`.
    weights : ndarray of shape (n,), optional
        As for `boundaries`.

    Returns
    -------
    ndarray of shape (k + 1,)
        As `boundaries` returns them, and the same ones where these already do.

    Examples
    --------
    Half of six customers in the best level. By a boundary half way, at 64, c would wait below it for two points more:

    >>> import numpy as np
    >>> import pandas as pd
    >>> from crmwb.tiers import held_boundaries, place
    >>> scores = pd.Series({"a": 90.0, "b": 80, "c": 65, "d": 63, "e": 30, "f": 10})
    >>> before = pd.Series({"a": 0, "b": 0, "c": 1, "d": 1, "e": 1, "f": 1})
    >>> bounds = held_boundaries(scores, np.array([0.5, 0.5]), before, margin=3)
    >>> bounds.tolist(), place(scores, bounds, before, margin=3).tolist()
    ([inf, 61.0, -inf], [0, 0, 0, 1, 1, 1])
    """
    values = scores.to_numpy()
    bounds = boundaries(values, shares, weights)
    if before is None or not len(values):
        return bounds
    was = before.reindex(scores.index).to_numpy(dtype=np.float64, na_value=np.nan)
    for i, share in enumerate(np.cumsum(shares)[:-1], start=1):
        ahead = np.where(np.isnan(was), 0.0, np.where(was < i, margin, -margin))  # of the boundary, for who is in it
        counted = (values + ahead).round(DECIMALS)
        bound = boundaries(counted, np.array([share, 1 - share]), weights)[1]
        above = counted >= bound
        nearest = counted[~above].max(initial=-np.inf) < bounds[i] <= counted[above].min(initial=np.inf)
        bounds[i] = bounds[i] if nearest else bound
    return np.minimum.accumulate(bounds)


def levels_of(scores: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """Return the level of each score, from 0, the best; shape (n,).

    Examples
    --------
    >>> import numpy as np
    >>> from crmwb.tiers import levels_of
    >>> levels_of(np.array([90.0, 65, 30]), np.array([np.inf, 65, 40, -np.inf])).tolist()
    [0, 0, 2]
    """
    return np.searchsorted(-bounds[1:-1], -scores, side="left")


def place(scores: pd.Series, bounds: np.ndarray, before: pd.Series | None, margin: float) -> pd.Series:
    """Put customers into levels; who is near the boundary of the former level stays in it.

    Parameters
    ----------
    scores : Series of shape (n,)
        On the index customer_id.
    bounds : ndarray of shape (k + 1,)
        As `boundaries` finds them.
    before : Series or None
        The level of each customer a month earlier, on the index customer_id; customers may be missing.
    margin : float
        Points beyond a boundary up to which a customer stays.

    Returns
    -------
    Series of shape (n,)
        Levels from 0, the best, on the index of `scores`.

    Examples
    --------
    Customer a stays in the best level at 63, being within 5 points of its boundary; b never was in it.

    >>> import numpy as np
    >>> import pandas as pd
    >>> from crmwb.tiers import place
    >>> scores, before = pd.Series({"a": 63.0, "b": 63.0}), pd.Series({"a": 0, "b": 1})
    >>> place(scores, np.array([np.inf, 65, -np.inf]), before, margin=5).to_dict()
    {'a': 0, 'b': 1}
    """
    fresh = levels_of(scores.to_numpy(), bounds)
    if before is None:
        return pd.Series(fresh, index=scores.index)
    held = before.reindex(scores.index)
    was = held.fillna(0).to_numpy(dtype=np.int64).clip(0, len(bounds) - 2)
    stays = (scores.to_numpy() < bounds[was] + margin) & (scores.to_numpy() >= bounds[was + 1] - margin)
    return pd.Series(np.where(held.notna() & stays, was, fresh), index=scores.index)
