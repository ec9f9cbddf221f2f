"""HDBSCAN: clusters are where customers are dense, whatever their shape; what lies between them is in none.

Campello, Moulavi & Sander (2013). It has no k of its own: the least size of a cluster is lowered until k are found.
A model keeps some members of each cluster; every customer belongs to the cluster of the nearest one.
"""

from collections.abc import Sequence

import numpy as np

from crmwb.segmentation.clusters.methods.method import Model
from crmwb.segmentation.clusters.nearest import nearest

LEAST_SHARES = (0.2, 0.15, 0.1, 0.07, 0.05, 0.035, 0.025, 0.015, 0.01)
N_NEIGHBOURS = 10  # behind the density at a customer
KEPT = 800  # members kept in a model, of all clusters together


class Density:
    """Members of dense clusters, and the cluster of each."""

    max_rows = 3_000  # its time and memory grow with the square in more than a few dimensions
    takes_unknown = False

    def fit(self, x: np.ndarray, ks: Sequence[int], n_starts: int, rng: np.random.Generator) -> dict[int, Model]:  # noqa: ARG002 density has no starts
        """Find the clusters of each least size, and keep the first that are k."""
        from sklearn.cluster import HDBSCAN  # slow to import

        models: dict[int, Model] = {}
        for share in LEAST_SHARES:
            least = max(5, round(share * len(x)))
            if len(x) < 2 * least:
                continue
            labels = HDBSCAN(
                min_cluster_size=least, min_samples=min(N_NEIGHBOURS, least), algorithm="brute", copy=True
            ).fit_predict(x)
            k = int(labels.max()) + 1
            if k not in ks or k in models:
                continue
            members = np.flatnonzero(labels >= 0)
            kept = np.sort(rng.permutation(members)[:KEPT])
            if len(np.unique(labels[kept])) == k:
                models[k] = {
                    "members": x[kept].tolist(),
                    "clusters": labels[kept].tolist(),
                    "noise_share": round(float((labels < 0).mean()), 6),
                }
        return models

    def predict(self, x: np.ndarray, model: Model) -> np.ndarray:
        """Return the cluster of each row's nearest member."""
        clusters = np.asarray(model["clusters"], dtype=np.int64)
        labels: np.ndarray = clusters[nearest(x, np.asarray(model["members"]))]
        return labels

    def probability(self, x: np.ndarray, model: Model) -> np.ndarray | None:  # noqa: ARG002 part of what a method is
        """Return None: a member that is near says nothing about chance."""
        return None
