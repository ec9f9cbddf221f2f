"""Clusters on a sheet of paper: the two directions that they lie furthest apart in, and what these mean in words."""

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from scipy.linalg import eigh
from threadpoolctl import threadpool_limits

from crmwb.findings import Finding, Listing
from crmwb.segmentation import views
from crmwb.segmentation.clusters.model import score
from crmwb.segmentation.clusters.nearest import means
from crmwb.segmentation.names import feature_value

N_POINTS = 1_500
RIDGE = 1e-6  # of the mean variance within clusters, so that columns that say the same thing can be inverted
GOES_ALONG = 0.4  # correlation with a direction from which a feature names it
N_NAMED = 3


class Projection(NamedTuple):
    """Some customers and all centres in two directions.

    Attributes
    ----------
    points : DataFrame
        across, up, cluster, cluster_name: one row per customer shown.
    centres : DataFrame
        The same for each cluster's mean.
    across, up : Finding
        What rises along each direction, and what falls.
    """

    points: pd.DataFrame
    centres: pd.DataFrame
    across: Finding
    up: Finding


def project(
    buyers: pd.DataFrame, model: dict[str, Any], *, interests: pd.DataFrame | None = None, seed: int = 0
) -> Projection:
    """Project customers on the two directions of Fisher's linear discriminants (Fisher 1936; Rao 1948).

    Parameters
    ----------
    buyers : DataFrame
        Customers who bought, with the model's columns.
    model : dict
        What `fit` returned, with at least one column.
    interests : DataFrame, optional
        As for `fit`.
    seed : int
        Picks the customers shown, where there are more than `N_POINTS`.

    Returns
    -------
    Projection
        Two clusters have one such direction; the other is then that of the largest variance within them.

    Examples
    --------
    The map of sixty customers of two kinds:

    >>> from pathlib import Path
    >>> import numpy as np
    >>> import pandas as pd
    >>> from crmwb import params
    >>> from crmwb.segmentation import clusters
    >>> rng, is_large = np.random.default_rng(0), np.arange(60) < 20
    >>> mean_order = np.where(is_large, 50_000, 2_000) * rng.uniform(0.8, 1.2, 60)
    >>> buyers = pd.DataFrame({"customer_id": [f"c{i:02d}" for i in range(60)], "mean_order_cents": mean_order})
    >>> buyers["lines_per_order"] = np.where(is_large, 8, 2) * rng.uniform(0.8, 1.2, 60)
    >>> buyers[["active_month_share", "discount_share", "top_channel", "n_purchase_days"]] = 0.5, 0.0, "web", 1
    >>> buyers["revenue_cents"] = mean_order.round()
    >>> choices = params.load(Path("params.yaml")).segmentation
    >>> quick = choices.clusters.model_copy(update={"methods": ("kmeans",), "k_max": 3, "n_bootstrap": 5})
    >>> model = clusters.fit(buyers, choices.model_copy(update={"clusters": quick}), seed=0)
    >>> projection = clusters.project(buyers, model)
    >>> projection.centres["cluster_name"].tolist(), len(projection.points)
    (['large_orders', 'small_orders'], 60)
    >>> bool(projection.centres["across"].max() > projection.points["across"].median())
    True
    """
    rows = np.sort(np.random.default_rng([seed, 4]).permutation(len(buyers))[:N_POINTS])
    some = buyers.iloc[rows]
    with threadpool_limits(1):
        x = views.apply(some, model, interests=interests)
        scored = score(some, model, interests=interests)
        labels = scored["cluster"].to_numpy(dtype=np.int64) - 1
        k = len(model["clusters"])
        own = means(x, labels, k)
        directions = _directions(x, labels, own)
        flat = (x - x.mean(axis=0)) @ directions
        middles = (own - x.mean(axis=0)) @ directions
    meanings = [_meaning(x, flat[:, axis], views.features(model)) for axis in (0, 1)]
    columns = {"cluster": labels + 1, "cluster_name": scored["cluster_name"].to_numpy()}
    clusters = {"cluster": range(1, k + 1), "cluster_name": [c["name"] for c in model["clusters"]]}
    return Projection(
        pd.DataFrame({"across": flat[:, 0], "up": flat[:, 1]} | columns),
        pd.DataFrame({"across": middles[:, 0], "up": middles[:, 1]} | clusters),
        *meanings,
    )


def _directions(x: np.ndarray, labels: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Return two directions of shape (n_columns, 2), each pointing where its strongest feature grows."""
    d = x.shape[1]
    sizes = np.bincount(labels, minlength=len(own))
    rest = x - own[labels]
    within = rest.T @ rest / len(x)
    within += np.eye(d) * max(RIDGE * float(np.trace(within)) / d, 1e-12)
    centred = own - x.mean(axis=0)
    between = (centred * sizes[:, None]).T @ centred / len(x)
    directions = eigh(between, within)[1][:, ::-1][:, :2]
    if (sizes > 0).sum() <= 2 and d > 1:
        first = directions[:, 0] / np.linalg.norm(directions[:, 0])
        left = rest - np.outer(rest @ first, first)
        directions[:, 1] = np.linalg.eigh(left.T @ left)[1][:, -1]
    if directions.shape[1] < 2:
        directions = np.column_stack([directions, np.zeros(d)])
    loads = directions[np.abs(directions).argmax(axis=0), [0, 1]]
    return np.asarray(directions * np.where(loads < 0, -1.0, 1.0))


def _meaning(x: np.ndarray, flat: np.ndarray, features: list[str]) -> Finding:
    """Return what a direction means: features that go along with it, strongest first."""
    spread = x.std(axis=0) * flat.std()
    shared = (x - x.mean(axis=0)).T @ (flat - flat.mean()) / len(x)
    along = np.divide(shared, spread, out=np.zeros(len(spread)), where=spread > 0)
    order = [c for c in np.argsort(-np.abs(along), kind="stable") if abs(along[c]) >= GOES_ALONG][:N_NAMED]
    more = Listing(tuple(feature_value(features[c]) for c in order if along[c] > 0))
    less = Listing(tuple(feature_value(features[c]) for c in order if along[c] < 0))
    if more.items and less.items:
        return Finding("clusters.direction.both", {"more": more, "less": less})
    if more.items:
        return Finding("clusters.direction.more", {"more": more})
    return Finding("clusters.direction.less", {"less": less}) if less.items else Finding("clusters.direction.none")
