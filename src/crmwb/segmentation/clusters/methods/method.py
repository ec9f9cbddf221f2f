"""What every way to cluster can do."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

Model = dict[str, Any]


class Method(Protocol):
    """A way to cluster: learns models that are plain JSON, and gives any customer a cluster from a model alone.

    Attributes
    ----------
    max_rows : int
        Rows beyond which fitting takes too long; a sample of so many is fitted on then.
    takes_unknown : bool
        Whether NaN stands for what is not known of a customer; other methods get it filled.
    """

    max_rows: int
    takes_unknown: bool

    def fit(self, x: np.ndarray, ks: Sequence[int], n_starts: int, rng: np.random.Generator) -> dict[int, Model]:
        """Learn a model for each number of clusters.

        Parameters
        ----------
        x : ndarray of shape (n, n_columns)
            Prepared features, at most `max_rows`.
        ks : sequence of int
            Rising numbers of clusters, fewer than `x` has distinct rows.
        n_starts : int
            How often to start, where chance decides where a fit ends.
        rng : Generator
            Where chance comes from.

        Returns
        -------
        dict of int to Model
            By number of clusters, without those that the method does not find.
        """

    def predict(self, x: np.ndarray, model: Model) -> np.ndarray:
        """Return each row's cluster (int64, from 0), whatever other rows stand beside it."""

    def probability(self, x: np.ndarray, model: Model) -> np.ndarray | None:
        """Return how sure each row's cluster is (0–1); None where the method cannot say."""
