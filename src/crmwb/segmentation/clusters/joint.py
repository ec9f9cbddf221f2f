"""In how many features clusters differ: two humps of one feature part customers by themselves."""

from collections.abc import Sequence

import numpy as np

from crmwb.segmentation.clusters.nearest import means


def n_differing(x: np.ndarray, labels: np.ndarray, blocks: Sequence[Sequence[int]], least: float) -> int:
    """Return in how many features any two clusters differ by `least` standard deviations within clusters.

    Parameters
    ----------
    x : ndarray of shape (n, n_columns)
        Prepared features.
    labels : int ndarray of shape (n,)
        From 0.
    blocks : sequence of sequence of int
        Columns of each feature.
    least : float
        Of the means of two clusters.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> labels = np.repeat([0, 1], [450, 50])
    >>> x = rng.standard_normal((500, 3)) + labels[:, None] * [8, 3, 0]
    >>> n_differing(x, labels, [[0], [1], [2]], least=1.0)
    2
    """
    kept = np.unique(labels, return_inverse=True)[1]
    k = int(kept.max()) + 1
    own = means(x, kept, k)
    spread = np.maximum((x - own[kept]).std(axis=0), 1e-9)
    one, other = np.triu_indices(k, 1)
    if not len(one):
        return 0
    away = (np.abs(own[one] - own[other]) / spread).max(axis=0)
    return sum(bool(away[list(block)].max() >= least) for block in blocks)
