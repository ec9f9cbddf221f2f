"""The cluster model: fitted small, scored big."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from crmwb.findings import Count, Finding, Interval, to_json
from crmwb.params import SegmentationParams
from crmwb.segmentation import views
from crmwb.segmentation.clusters import choice, evidence, outliers, sample
from crmwb.segmentation.clusters.evidence import Candidate
from crmwb.segmentation.clusters.methods import METHODS
from crmwb.segmentation.clusters.nearest import means
from crmwb.segmentation.names import names

ALL_CUSTOMERS = "all_customers"
DECIMALS = 6
SCORED_ROWS = 524_288  # customers prepared and scored at a time


def fit(
    buyers: pd.DataFrame,
    params: SegmentationParams,
    seed: int,
    *,
    passes: Callable[[pd.Series], bool] | None = None,
    interests: pd.DataFrame | None = None,
    n_at_once: int | None = 1,
) -> dict[str, Any]:
    """Find clusters on a sample, with method and number chosen by evidence.

    Clusters are always given, for description; `kind` and `verdict` say whether they are real (see `choice.py`).
    Where there is nothing to tell customers apart by, or fewer different customers than clusters, all are one.

    Parameters
    ----------
    buyers : DataFrame of shape (n, ...)
        Customers who bought, sorted by customer_id: chance picks by position.
    params : SegmentationParams
        Views; methods, range of k, sizes of samples and thresholds.
    seed : int
        Where all chance comes from.
    passes : callable, optional
        Says whether clusters pass the acceptance tests, given the cluster number of each fitted customer (a Series on
        the index of `buyers`).
    interests : DataFrame, optional
        Purchases by category, where a chosen view asks for them.
    n_at_once : int, optional
        As for `evidence.gather`.

    Returns
    -------
    dict
        What `views.fit` returned (`columns`, `dropped` …); `kind`, `verdict` and, where anything was tried, `grounds`
        (findings as JSON), `method`, `k`; `n_fitted`, `sample` (one row per stratum); `evidence`, one row per method
        and k; `fitted`, the method's own model; `outlier_share` of the sample; `clusters`, by descending revenue per
        customer: cluster (from 1), id, name, share and n_fitted (of the sample), jaccard, slsw, slsa (None where
        unknown), reach, `centre` (per feature, in standard deviations from the average customer), `place` (the same
        times weights) and fitted_as (its number in `fitted`, from 0).

    Raises
    ------
    CrmwbError
        A view or a column of one is missing or does not suit; a method needs what is not installed.

    Examples
    --------
    Sixty customers of two kinds, told apart by their orders. In a project's folder, with the choices of its
    params.yaml, but for fewer ways to cluster:

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
    >>> [(cluster["name"], cluster["n_fitted"]) for cluster in model["clusters"]]
    [('large_orders', 20), ('small_orders', 40)]
    >>> clusters.score(buyers.iloc[[0, 59]], model)["cluster"].tolist()
    [1, 2]
    """
    chosen_views = params.clusters.views
    views.check(buyers, params.views, chosen_views)
    rows, strata = sample.draw(buyers, params.clusters.fit_rows, np.random.default_rng([seed, 0]))
    some = buyers.iloc[rows]
    learnt = views.fit(some, params.views, chosen_views, interests=interests)
    learnt |= {"n_fitted": len(some), "sample": strata}
    if not learnt["columns"]:
        return learnt | _one_group(Finding("clusters.no_feature"), learnt)
    x = views.apply(some, learnt, interests=interests)
    n_distinct = len(np.unique(x, axis=0))
    k_max = min(params.clusters.k_max, n_distinct - 1)
    if k_max < params.clusters.k_min:
        few = Finding("clusters.too_few", {"n": Count(n_distinct), "groups": Count(params.clusters.k_min, "group")})
        return learnt | _one_group(few, learnt)
    takes_unknown = any(METHODS[name].takes_unknown for name in params.clusters.methods)
    given = views.apply(some, learnt, interests=interests, keep_missing=True) if takes_unknown else x
    accepted = None if passes is None else lambda labels: passes(pd.Series(labels + 1, index=some.index))
    with threadpool_limits(1):
        candidates = evidence.gather(
            x, given, _blocks(learnt), k_max=k_max, params=params.clusters, seed=seed, n_at_once=n_at_once
        )
        if not candidates:
            tried = Interval(Count(params.clusters.k_min), Count(k_max))
            return learnt | _one_group(Finding("clusters.no_method", {"tried": tried}), learnt)
        chosen, kind, verdict = choice.choose(candidates, accepted)
        described = _clusters(x, chosen, some["revenue_cents"].to_numpy(dtype=float), learnt)
    for candidate in candidates:
        candidate.row["is_chosen"] = candidate is chosen
    places = np.array([cluster["place"] for cluster in described])
    beyond = outliers.far_out(x, places, np.array([cluster["reach"] for cluster in described]))
    return learnt | {
        "k": len(described),
        "method": chosen.method,
        "kind": kind,
        "verdict": to_json(verdict),
        "grounds": to_json(choice.grounds(chosen)),
        "evidence": [candidate.row for candidate in candidates],
        "fitted": chosen.model,
        "outlier_share": round(float(beyond.mean()), DECIMALS),
        "clusters": described,
    }


def score(buyers: pd.DataFrame, model: dict[str, Any], *, interests: pd.DataFrame | None = None) -> pd.DataFrame:
    """Give each customer a cluster, in batches that change nothing.

    Parameters
    ----------
    buyers : DataFrame of shape (n, ...)
        Customers who bought, with the model's columns.
    model : dict
        What `fit` returned.
    interests : DataFrame, optional
        As for `fit`.

    Returns
    -------
    DataFrame
        On the index of `buyers`: cluster (Int64), cluster_name, cluster_probability (NULL where the method
        cannot say) and is_outlier (far beyond every cluster).
    """
    parts = [
        _score(buyers.iloc[start : start + SCORED_ROWS], model, interests)
        for start in range(0, max(len(buyers), 1), SCORED_ROWS)
    ]
    ids = np.array([cluster["cluster"] for cluster in model["clusters"]])  # once settled, an id may be above k
    given = pd.Index([cluster["name"] for cluster in model["clusters"]])
    place, chance, beyond = (np.concatenate(column) for column in zip(*parts, strict=True))
    return pd.DataFrame(
        {
            "cluster": pd.array(ids[place], dtype="Int64"),
            "cluster_name": given.take(place),
            "cluster_probability": pd.Series(chance).astype("Float64").array,
            "is_outlier": beyond,
        },
        index=buyers.index,
    )


def none(why: Finding) -> dict[str, Any]:
    """Return the model of a source whose customers cannot be clustered.

    Examples
    --------
    >>> from crmwb.findings import Finding
    >>> from crmwb.segmentation import clusters
    >>> model = clusters.none(Finding("clusters.no_purchases"))
    >>> model["kind"], model["clusters"]
    ('none', [])
    """
    return {
        "k": 0,
        "kind": "none",
        "method": None,
        "verdict": to_json(Finding("clusters.none", {"why": why})),
        "evidence": [],
        "clusters": [],
        "columns": [],
    }


Scored = tuple[np.ndarray, np.ndarray, np.ndarray]


def _score(buyers: pd.DataFrame, model: dict[str, Any], interests: pd.DataFrame | None) -> Scored:
    """Return place (from 0), probability (NaN where unknown) and whether each customer is far out."""
    n = len(buyers)
    if model["method"] is None:
        return np.zeros(n, dtype=np.int8), np.full(n, np.nan), np.zeros(n, dtype=bool)
    method = METHODS[model["method"]]
    x = views.apply(buyers, model, interests=interests)
    unfilled = method.takes_unknown
    given = views.apply(buyers, model, interests=interests, keep_missing=True) if unfilled else x
    order = np.array([cluster["fitted_as"] for cluster in model["clusters"]])
    place = np.argsort(order)[method.predict(given, model["fitted"])].astype(np.int8)
    chance = method.probability(given, model["fitted"])
    places = np.array([cluster["place"] for cluster in model["clusters"]])
    beyond = outliers.far_out(x, places, np.array([cluster["reach"] for cluster in model["clusters"]]))
    return place, np.full(n, np.nan) if chance is None else chance, beyond


def _blocks(learnt: dict[str, Any]) -> list[list[int]]:
    """Return the columns of each feature: one, but for a one-hot feature all of its levels."""
    blocks: dict[str, list[int]] = {}
    for place, column in enumerate(learnt["columns"]):
        whole = column["column"] if column["transform"] == "one_hot" else column["feature"]
        blocks.setdefault(f"{column['view']}/{whole}", []).append(place)
    return list(blocks.values())


def _clusters(
    x: np.ndarray, chosen: Candidate, revenue_cents: np.ndarray, learnt: dict[str, Any]
) -> list[dict[str, Any]]:
    """Describe the chosen clusters, by descending revenue per customer, then size, then centre."""
    k = chosen.row["k"]
    sizes = np.bincount(chosen.labels, minlength=k)
    revenue = np.array([int(revenue_cents[chosen.labels == c].astype(np.int64).sum()) for c in range(k)])
    places = means(x, chosen.labels, k)
    each = [int(money) / int(n) if n else float("-inf") for money, n in zip(revenue, sizes, strict=True)]
    order = sorted(range(k), key=lambda c: (-each[c], -int(sizes[c]), tuple(places[c])))
    features = views.features(learnt)
    centres = views.in_deviations(places, learnt)
    correlation = np.atleast_2d(np.corrcoef(x, rowvar=False))
    given = names(centres[order], features, correlation)
    reach = outliers.reaches(x, chosen.labels, places)
    return [
        {
            "cluster": number,
            "id": number,
            "name": name,
            "share": round(float(sizes[c] / len(x)), DECIMALS),
            "n_fitted": int(sizes[c]),
            "jaccard": round(float(chosen.jaccard[c]), DECIMALS),
            "slsw": round(float(chosen.slsw[c]), DECIMALS),
            "slsa": None if np.isnan(chosen.slsa[c]) else round(float(chosen.slsa[c]), DECIMALS),
            "centre": dict(zip(features, centres[c].tolist(), strict=True)),
            "place": places[c].tolist(),
            "reach": float(reach[c]),
            "fitted_as": c,
        }
        for number, (name, c) in enumerate(zip(given, order, strict=True), start=1)
    ]


def _one_group(why: Finding, learnt: dict[str, Any]) -> dict[str, Any]:
    centre = dict.fromkeys(views.features(learnt), 0.0)
    everybody = {
        "cluster": 1,
        "id": 1,
        "name": ALL_CUSTOMERS,
        "share": 1.0,
        "n_fitted": learnt["n_fitted"],
        "jaccard": 1.0,
        "slsw": 1.0,
        "slsa": None,
        "centre": centre,
    }
    return {
        "k": 1,
        "kind": "none",
        "method": None,
        "verdict": to_json(Finding("clusters.one_group", {"why": why})),
        "evidence": [],
        "outlier_share": 0.0,
        "clusters": [everybody],
    }
