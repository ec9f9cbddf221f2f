"""How much closer customers are to their own cluster than to the next: many clusterings of the same ones at once."""

from collections.abc import Sequence

import numpy as np

BLOCK_ROWS = 1_000


def silhouettes(x: np.ndarray, labellings: Sequence[np.ndarray]) -> list[float]:
    """Return the mean silhouette of each clustering (Rousseeuw 1987).

    Distances are worked out once for all clusterings, block by block, which takes little longer than for one.

    Parameters
    ----------
    x : ndarray of shape (n, n_columns)
        Prepared features.
    labellings : sequence of int ndarray of shape (n,)
        Each from 0; clusters without customers do not count.

    Returns
    -------
    list of float
        From -1 to 1; 0 where there is one cluster only, or each customer is its own.
    """
    kept = [np.unique(labels, return_inverse=True)[1] for labels in labellings]
    sizes = [np.bincount(labels) for labels in kept]
    ends = np.cumsum([0, *(len(s) for s in sizes)])
    member = np.zeros((len(x), ends[-1]))
    for begin, labels in zip(ends[:-1], kept, strict=True):
        member[np.arange(len(x)), begin + labels] = 1
    lengths, totals = (x * x).sum(axis=1), np.zeros(len(kept))
    for start in range(0, len(x), BLOCK_ROWS):
        rows = np.arange(start, min(start + BLOCK_ROWS, len(x)))
        squared = lengths[rows, None] + lengths[None, :] - 2 * (x[rows] @ x.T)
        squared[np.arange(len(rows)), rows] = 0
        reached = np.sqrt(squared.clip(min=0)) @ member
        for place, labels in enumerate(kept):
            own = labels[rows]
            totals[place] += _sum(reached[:, ends[place] : ends[place + 1]], own, sizes[place])
    many = [1 < len(s) < len(x) for s in sizes]
    return [float(t / len(x)) if m else 0.0 for t, m in zip(totals, many, strict=True)]


def _sum(reached: np.ndarray, own: np.ndarray, sizes: np.ndarray) -> float:
    """Return the sum of silhouettes of rows whose summed distances to each cluster are `reached`."""
    if len(sizes) < 2:
        return 0.0
    places = np.arange(len(own))
    alone = sizes[own] == 1
    within = reached[places, own] / np.maximum(sizes[own] - 1, 1)
    others = reached / sizes
    others[places, own] = np.inf
    between = others.min(axis=1)
    largest = np.maximum(within, between)
    silhouettes = np.divide(between - within, largest, out=np.zeros(len(own)), where=(largest > 0) & ~alone)
    return float(silhouettes.sum())
