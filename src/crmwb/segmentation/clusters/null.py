"""Customers without segments: what the same features would look like if nothing but pairwise correlation tied them.

A Gaussian copula: draws have each feature's own distribution (its skew, its humps, its ties) and the features' rank
correlation, and no other structure. A method cuts such data too, sometimes into pieces that come back in every resample
(a long cloud is cut across its length); segments are real where they can be told apart better than here. What a single
feature shows by itself, two humps in a discount share, is therefore no segment: a segment is customers who are alike in
several ways at once. The columns that a one-hot feature became are drawn together, as the one feature that they are:
its levels, in the order of what else goes with them. After Hennig & Lin (2015), "Flexible parametric bootstrap for
testing homogeneity against clustering and assessing the number of clusters", Statistics and Computing 25.
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtr, ndtri


def draw(x: np.ndarray, blocks: Sequence[Sequence[int]], n_rows: int, rng: np.random.Generator) -> np.ndarray:
    """Draw customers without segments.

    Parameters
    ----------
    x : ndarray of shape (n, n_columns)
        Prepared features.
    blocks : sequence of sequence of int
        Columns of each feature: one, or several for a one-hot feature; every column once.
    n_rows : int
        How many to draw.
    rng : Generator
        Where chance comes from.

    Returns
    -------
    ndarray of shape (n_rows, n_columns)
        The values of every block occur together in a row of `x`.
    """
    from scipy.stats import rankdata  # slow to import

    scores = np.column_stack([_score(x, list(block)) for block in blocks])
    normal = ndtri((rankdata(scores, axis=0) - 0.5) / len(x))
    spread, axes = np.linalg.eigh(np.atleast_2d(np.corrcoef(normal, rowvar=False)))
    correlated = rng.standard_normal((n_rows, len(blocks))) @ (axes * np.sqrt(spread.clip(min=0))).T
    places = np.floor(ndtr(correlated) * len(x)).astype(np.int64).clip(0, len(x) - 1)
    out = np.empty((n_rows, x.shape[1]))
    for place, block in enumerate(blocks):
        order = np.argsort(scores[:, place], kind="stable")
        out[:, block] = x[np.ix_(order[places[:, place]], block)]
    return out


def _score(x: np.ndarray, block: list[int]) -> np.ndarray:
    """Return one number per row for a block: its column's value, or its level's mean of what else varies most."""
    if len(block) == 1:
        score: np.ndarray = x[:, block[0]]
        return score
    others = np.delete(x, block, axis=1)
    if others.shape[1] == 0:
        level_number: np.ndarray = x[:, block] @ np.arange(1.0, len(block) + 1)
        return level_number
    others = others - others.mean(axis=0)
    axis = np.linalg.eigh(others.T @ others)[1][:, -1]
    along = others @ (axis * np.sign(axis[np.abs(axis).argmax()]))
    level = np.unique(x[:, block], axis=0, return_inverse=True)[1].reshape(-1)
    mean: np.ndarray = (np.bincount(level, along) / np.bincount(level))[level]
    return mean
