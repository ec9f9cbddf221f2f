"""Ward's hierarchy: customers joined two by two, so that clusters widen least (Ward 1963); then the nearest mean."""

from collections.abc import Sequence

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage

from crmwb.segmentation.clusters.methods.kmeans import Centred
from crmwb.segmentation.clusters.methods.method import Model
from crmwb.segmentation.clusters.nearest import means


def cuts(x: np.ndarray, ks: Sequence[int]) -> dict[int, np.ndarray]:
    """Return each row's cluster (from 0) where Ward's hierarchy of `x` has k of them, for each k that it has."""
    tree = linkage(x, "ward")
    by_k = {k: fcluster(tree, k, "maxclust").astype(np.int64) - 1 for k in ks}
    return {k: labels for k, labels in by_k.items() if labels.max() + 1 == k}


class Ward(Centred):
    """Ward's hierarchy of a sample, cut into k; every customer then belongs to the cluster with the nearest mean."""

    max_rows = 2_000  # its time and memory grow with the square

    def fit(self, x: np.ndarray, ks: Sequence[int], n_starts: int, rng: np.random.Generator) -> dict[int, Model]:  # noqa: ARG002 a hierarchy has no chance in it
        """Learn the clusters' means for each k, from one hierarchy."""
        return {k: {"centres": means(x, labels, k).tolist()} for k, labels in cuts(x, ks).items()}
