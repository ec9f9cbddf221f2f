"""Whether customers are sparse between clusters: the share of each cluster that is one dense region of its own.

A continuum can be cut into clusters that are stable and far apart on average (a banana, a sphere, a long cloud), but
the density of customers does not fall between them. Here the regions of high density are the components of the tree
that joins customers from dense to sparse: single linkage of the mutual reachability distance, the greatest of two
customers' distance and each one's distance to its m-th neighbour (Campello, Moulavi & Sander 2013; the cluster tree of
Hartigan 1975 and of Chaudhuri & Dasgupta 2010). It follows curves, and takes every cluster at its own density.

A cluster's separation is the largest share of it that such a component holds, less the largest share of any other
cluster in the same component once the density has fallen by `FALL`. The distance that this is, follows from the
dimension in which the number of neighbours grows (Levina & Bickel 2005). 1: the cluster is a region of its own;
0: it is part of a region that it shares. In many dimensions neighbours say little, so clusters are looked at along
their linear discriminants, and the two directions in which customers vary most besides: a curve stays a curve there.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.cluster.hierarchy import linkage
from scipy.spatial import KDTree
from scipy.spatial.distance import pdist

from crmwb.segmentation.clusters.nearest import means

ROWS = 1_000  # time and memory grow with the square
NEIGHBOURS = (5, 10)  # behind the density at a customer: the least, for few customers, and the most
ROWS_PER_NEIGHBOUR = 50
FALL = 1.5  # chance alone makes the density of a continuum, seen with so few neighbours, fall by nearly so much
RIDGE = 1e-3  # of the mean variance within clusters, for features that hardly vary there
BESIDES = 2  # directions beside those of the means
DECIMALS = 6
SAME = 1e-9  # relative: distances that differ by less are equal


@dataclass(frozen=True)
class Tree:
    """Components of customers, from dense to sparse.

    Attributes
    ----------
    n : int
        Customers; components are numbered from n, in the order of joining.
    left, right, parent : int ndarray of shape (n - 1,)
        What each component was joined from, and what it becomes part of (itself, for the last).
    whole : int ndarray
        Places of the components that nothing joins at the same distance.
    fallen : int ndarray, as `whole`
        The component that each has become part of once the density has fallen by `FALL`.
    """

    n: int
    left: np.ndarray
    right: np.ndarray
    parent: np.ndarray
    whole: np.ndarray
    fallen: np.ndarray


def tree(x: np.ndarray) -> Tree:
    """Join customers from dense to sparse.

    Parameters
    ----------
    x : ndarray of shape (n, n_columns)
        Prepared features of at least 3 customers.

    Returns
    -------
    Tree
        Its components.
    """
    n = len(x)
    least, most = NEIGHBOURS
    m = min(max(n // ROWS_PER_NEIGHBOUR, least), most, (n - 1) // 2)
    distances = pdist(x)
    near, far = np.asarray(KDTree(x).query(x, [m + 1, 2 * m + 1])[0]).T  # the first is oneself
    one, other = _pairs(n)
    joined = linkage(np.maximum(distances, np.maximum(near[one], near[other])), "single")
    height = joined[:, 2] * (1 + SAME)
    left, right = joined[:, 0].astype(np.int64), joined[:, 1].astype(np.int64)
    parent = np.arange(n - 1)
    for child in (left, right):
        inner = child >= n
        parent[child[inner] - n] = np.flatnonzero(inner)
    reach = FALL ** (1 / _dimension(near, far, x.shape[1]))
    whole = np.flatnonzero(_climb(parent, joined[:, 2], height) == np.arange(n - 1))
    return Tree(n, left, right, parent, whole, _climb(parent, joined[:, 2], height * reach)[whole])


@lru_cache(maxsize=1)
def _pairs(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return both customers of each distance, in the order of `pdist`."""
    one, other = np.triu_indices(n, 1)
    return one.astype(np.int32), other.astype(np.int32)


def _dimension(near: np.ndarray, far: np.ndarray, n_columns: int) -> float:
    """Return the dimension in which twice as many neighbours lie as much further off as they do here."""
    apart = near > 0
    growth = float(np.log(far[apart] / near[apart]).mean()) if apart.any() else 0.0
    return min(np.log(2) / growth, float(n_columns)) if growth > 0 else float(n_columns)


def _climb(parent: np.ndarray, height: np.ndarray, most: np.ndarray) -> np.ndarray:
    """Return the last component above each one that is joined at `most` (of its own) or below."""
    at = np.arange(len(parent))
    while True:
        above = parent[at]
        goes = (above != at) & (height[above] <= most)
        if not goes.any():
            return at
        at = np.where(goes, above, at)


def least_separation(x: np.ndarray, labels: np.ndarray) -> float:
    """Return the least separation of any cluster.

    Parameters
    ----------
    x : ndarray of shape (n, n_columns)
        Prepared features.
    labels : int ndarray of shape (n,)
        From 0.

    Returns
    -------
    float
        0 to 1; 0 where there are fewer than two clusters with customers.
    """
    kept = np.unique(labels, return_inverse=True)[1]
    if len(x) < 3 or kept.max() == 0:
        return 0.0
    return float(separations(tree(_in_view(x, kept)), kept).min())


def separations(joined: Tree, labels: np.ndarray) -> np.ndarray:
    """Return each cluster's separation, of shape (k,), each from 0 to 1.

    Parameters
    ----------
    joined : Tree
        Of the customers.
    labels : int ndarray of shape (n,)
        From 0 to k - 1, each with a customer.
    """
    sizes = np.bincount(labels)
    held = np.zeros((2 * joined.n - 1, len(sizes)), dtype=np.int32)
    held[np.arange(joined.n), labels] = 1
    for place, (one, other) in enumerate(zip(joined.left.tolist(), joined.right.tolist(), strict=True), joined.n):
        np.add(held[one], held[other], out=held[place])
    return _of_shares(held[joined.n + joined.whole] / sizes, held[joined.n + joined.fallen] / sizes)


def _in_view(x: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Return customers along the discriminants of the clusters, and in the two directions they vary most besides.

    Directions are scaled by the geometric mean of their spread over all and within clusters: by the one alone, features
    that say nothing hide clusters; by the other, a curve is stretched until it seems to tear.
    """
    k = int(labels.max()) + 1
    if x.shape[1] <= k - 1 + BESIDES:
        return x
    centred = x - x.mean(axis=0)
    own = means(centred, labels, k)
    within = np.cov((centred - own[labels]).T, bias=True)
    within += np.eye(len(within)) * max(RIDGE * float(np.trace(within)) / len(within), 1e-12)
    spread, axes = np.linalg.eigh(within)
    rounded = axes / np.sqrt(spread)  # x @ rounded has the identity as covariance within clusters
    between = np.linalg.svd((own - own.mean(axis=0)) @ rounded, full_matrices=False)[2][: k - 1]
    along = centred @ rounded @ between.T
    rest = centred - along @ np.linalg.lstsq(along, centred)[0]
    besides = rest @ np.linalg.eigh(rest.T @ rest)[1][:, ::-1][:, :BESIDES]
    seen = np.hstack([along, besides])
    inner = (seen - means(seen, labels, k)[labels]).std(axis=0)
    scaled: np.ndarray = np.round(seen / np.maximum(np.sqrt(inner * seen.std(axis=0)), 1e-9), DECIMALS)
    return scaled


def _of_shares(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return the largest own share less the largest share of another cluster, over all components."""
    order = np.argsort(after, axis=1, kind="stable")
    rows = np.arange(len(after))
    others = np.repeat(after[rows, order[:, -1]][:, None], after.shape[1], axis=1)
    others[rows, order[:, -1]] = after[rows, order[:, -2]]
    best: np.ndarray = (before - others).max(axis=0, initial=0.0)
    return best
