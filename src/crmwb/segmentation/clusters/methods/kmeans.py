"""K-means: round clusters of like width around their centres (Lloyd 1982; starts of Arthur & Vassilvitskii 2007)."""

import warnings
from collections.abc import Sequence

import numpy as np

from crmwb.segmentation.clusters.methods.method import Model
from crmwb.segmentation.clusters.nearest import nearest

MAX_ITERATIONS = 300


def centres(x: np.ndarray, k: int, n_starts: int, rng: np.random.Generator) -> np.ndarray:
    """Return the centres of the best of `n_starts` fits; some coincide where `x` has fewer than k distinct rows."""
    from sklearn.cluster import KMeans as Lloyd  # slow to import
    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        # A resample may hold fewer than k distinct customers; clusters that are not found then count as unstable.
        warnings.simplefilter("ignore", ConvergenceWarning)
        fitted = Lloyd(k, n_init=n_starts, max_iter=MAX_ITERATIONS, tol=0, random_state=int(rng.integers(2**31)))
        fitted.fit(x)  # until nobody moves (tol=0): where it stops must not depend on last bits
    return np.asarray(fitted.cluster_centers_)


class Centred:
    """What methods share whose model is `centres`: each customer belongs to the nearest."""

    takes_unknown = False

    def predict(self, x: np.ndarray, model: Model) -> np.ndarray:
        """Return the number of each row's nearest centre."""
        return nearest(x, np.asarray(model["centres"]))

    def probability(self, x: np.ndarray, model: Model) -> np.ndarray | None:  # noqa: ARG002 part of what a method is
        """Return None: a centre that is near says nothing about chance."""
        return None


class KMeans(Centred):
    """K-means, the best of several starts."""

    max_rows = 1_000_000

    def fit(self, x: np.ndarray, ks: Sequence[int], n_starts: int, rng: np.random.Generator) -> dict[int, Model]:
        """Learn the centres for each k."""
        return {k: {"centres": centres(x, k, n_starts, rng).tolist()} for k in ks}
