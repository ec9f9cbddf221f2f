"""A self-organising map: a sheet of units that learns the shape of the customers; its units are then joined by Ward.

Kohonen (1982); two levels after Vesanto & Alhoniemi (2000), "Clustering of the self-organizing map". Each customer
belongs to the cluster of the nearest unit.
"""

from collections.abc import Sequence

import numpy as np

from crmwb.errors import CrmwbError
from crmwb.segmentation.clusters.methods.method import Model
from crmwb.segmentation.clusters.methods.ward import cuts
from crmwb.segmentation.clusters.nearest import nearest

SIDE = 8  # units along each side of the sheet
STEPS = 6_000  # customers shown to it, one by one


class SelfOrganisingMap:
    """Units of a map, and the cluster that each belongs to."""

    max_rows = 50_000
    takes_unknown = False

    def fit(self, x: np.ndarray, ks: Sequence[int], n_starts: int, rng: np.random.Generator) -> dict[int, Model]:  # noqa: ARG002 the map is unrolled along the data, and ends where it does
        """Learn one map, and cut its units into each k.

        Raises
        ------
        CrmwbError
            MiniSom is not installed.
        """
        try:
            from minisom import MiniSom
        except ImportError:
            raise CrmwbError(
                "params.yaml: segmentation.clusters.methods: som needs MiniSom, which is not installed; install "
                "crmwb with its extra `segments`, or leave som out."
            ) from None
        sheet = MiniSom(SIDE, SIDE, x.shape[1], sigma=SIDE / 4, random_seed=int(rng.integers(2**31)))
        sheet.train(x[rng.integers(len(x), size=STEPS)], STEPS)
        units = np.unique(sheet.get_weights().reshape(-1, x.shape[1]), axis=0)
        by_k = cuts(units, [k for k in ks if k < len(units)])
        return {k: {"units": units.tolist(), "clusters": labels.tolist()} for k, labels in by_k.items()}

    def predict(self, x: np.ndarray, model: Model) -> np.ndarray:
        """Return the cluster of each row's nearest unit."""
        clusters: np.ndarray = np.asarray(model["clusters"], dtype=np.int64)[nearest(x, np.asarray(model["units"]))]
        return clusters

    def probability(self, x: np.ndarray, model: Model) -> np.ndarray | None:  # noqa: ARG002 part of what a method is
        """Return None: a unit that is near says nothing about chance."""
        return None
