"""Whether clusters differ in several ways at once: in a second feature besides the one that parts them most.

Two humps of one feature part customers by themselves, and a small group's humps do so in each of its features. Where
only features' own shapes and correlation tie customers together, these humps meet in other customers each: clusters
that one feature parts differ little in all others.
"""

from collections.abc import Sequence

import numpy as np

from crmwb.segmentation.clusters.nearest import means


def second_difference(x: np.ndarray, labels: np.ndarray, blocks: Sequence[Sequence[int]]) -> float:
    """Return by how much any two clusters differ in the feature that tells them apart second best, at the least.

    Parameters
    ----------
    x : ndarray of shape (n, n_columns)
        Prepared features.
    labels : int ndarray of shape (n,)
        From 0.
    blocks : sequence of sequence of int
        Columns of each feature, two features or more.

    Returns
    -------
    float
        Of means, in standard deviations within clusters; 0 where there are fewer than two clusters.

    Examples
    --------
    >>> import numpy as np
    >>> from crmwb.segmentation.clusters.joint import second_difference
    >>> rng = np.random.default_rng(1)
    >>> labels = np.repeat([0, 1], [450, 50])
    >>> plain = rng.standard_normal((500, 3))
    >>> both, one = plain + 8 * labels[:, None] * [1, 1, 0], plain + 8 * labels[:, None] * [1, 0, 0]
    >>> [second_difference(x, labels, [[0], [1], [2]]) > 1 for x in (both, one)]
    [True, False]
    """
    away = _away(x, labels, blocks)
    return float(np.sort(away, axis=1)[:, -2].min()) if len(away) else 0.0


def n_differing(x: np.ndarray, labels: np.ndarray, blocks: Sequence[Sequence[int]], least: float) -> int:
    """Return in how many features any two clusters differ by `least` standard deviations within clusters."""
    away = _away(x, labels, blocks)
    return int((away.max(axis=0) >= least).sum()) if len(away) else 0


def _away(x: np.ndarray, labels: np.ndarray, blocks: Sequence[Sequence[int]]) -> np.ndarray:
    """Return how far the means of each two clusters are apart in each feature, of shape (pairs, features)."""
    kept = np.unique(labels, return_inverse=True)[1]
    k = int(kept.max()) + 1
    own = means(x, kept, k)
    spread = np.maximum((x - own[kept]).std(axis=0), 1e-9)
    one, other = np.triu_indices(k, 1)
    away = np.abs(own[one] - own[other]) / spread
    return np.column_stack([away[:, list(block)].max(axis=1) for block in blocks])
