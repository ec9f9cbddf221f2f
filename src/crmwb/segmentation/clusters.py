"""Clusters: customers who are alike, found by K-means on prepared features; fitted small, scored big."""

from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from crmwb.params import ClusterParams
from crmwb.segmentation import evidence, kmeans, preparation
from crmwb.segmentation.names import names

EVERYBODY = "all customers"


def fit(buyers: pd.DataFrame, params: ClusterParams, seed: int) -> dict[str, Any]:
    """Find clusters on a sample, with the number of clusters chosen by evidence.

    Clusters are always given, for description; `kind` and `verdict` say whether they are real (see `evidence.py`).
    Where there is nothing to tell customers apart by, or fewer different customers than clusters, all are one.

    Parameters
    ----------
    buyers : DataFrame of shape (n, ...)
        Customers who bought, sorted by customer_id: chance picks by position.
    params : ClusterParams
        Features, range of k, sizes of samples and thresholds.
    seed : int
        Where all chance comes from.

    Returns
    -------
    dict
        `kind`, `verdict`; `n_fitted`; `columns` and `dropped` (see `preparation.fit`); `k`; `evidence`, one row per
        k; `clusters`, by descending revenue per customer: cluster (from 1), name, share (of the sample), jaccard and
        `centre`, per feature in standard deviations from the average customer.

    Raises
    ------
    CrmwbError
        A feature is missing or not numeric.
    """
    preparation.check(buyers, params.features)
    picked = np.sort(np.random.default_rng([seed, 0]).permutation(len(buyers))[: params.fit_rows])
    sample = buyers.iloc[picked]
    columns, dropped = preparation.fit(sample, params.features)
    x = preparation.apply(sample, columns)
    learnt = {"n_fitted": len(sample), "columns": columns, "dropped": dropped}
    n_distinct = len(np.unique(x, axis=0)) if columns else 1
    k_max = min(params.k_max, n_distinct - 1)
    if k_max < params.k_min:
        return learnt | _one_group(n_distinct, params.k_min, columns)
    with threadpool_limits(1):
        found = evidence.gather(x, k_max, params, seed)
        chosen, kind, verdict = evidence.choose(found)
        order = _by_revenue(chosen.centres, preparation.apply(buyers, columns), buyers["revenue_cents"].to_numpy())
        centres, jaccards = chosen.centres[order], chosen.jaccards[order]
        correlation = np.atleast_2d(np.corrcoef(x, rowvar=False))
    features = [column["feature"] for column in columns]
    shares = np.bincount(kmeans.nearest(x, centres), minlength=len(centres)) / len(x)
    return learnt | {
        "k": len(centres),
        "kind": kind,
        "verdict": verdict,
        "evidence": [candidate.row for candidate in found],
        "clusters": [
            {
                "cluster": number,
                "name": name,
                "share": round(float(share), 6),
                "jaccard": round(float(jaccard), 6),
                "centre": dict(zip(features, centre.tolist(), strict=True)),
            }
            for number, (name, share, jaccard, centre) in enumerate(
                zip(names(centres, features, correlation), shares, jaccards, centres, strict=True), start=1
            )
        ],
    }


def score(buyers: pd.DataFrame, model: dict[str, Any]) -> pd.DataFrame:
    """Give each customer the cluster with the nearest centre.

    Parameters
    ----------
    buyers : DataFrame of shape (n, ...)
        Customers who bought, with the model's features.
    model : dict
        What `fit` returned.

    Returns
    -------
    DataFrame
        On the index of `buyers`: cluster (from 1) and cluster_name.
    """
    features = [column["feature"] for column in model["columns"]]
    centres = np.array([[c["centre"][f] for f in features] for c in model["clusters"]])
    place = kmeans.nearest(preparation.apply(buyers, model["columns"]), centres)
    given = np.array([c["name"] for c in model["clusters"]])
    return pd.DataFrame({"cluster": place + 1, "cluster_name": given[place]}, index=buyers.index)


def none(why: str) -> dict[str, Any]:
    """Return the model of a source whose customers cannot be clustered."""
    return {"k": 0, "kind": "none", "verdict": f"No segments: {why}.", "evidence": [], "clusters": []}


def _by_revenue(centres: np.ndarray, x: np.ndarray, revenue_cents: np.ndarray) -> list[int]:
    """Return the centres' row numbers by descending revenue per customer, then size, then position."""
    labels = kmeans.nearest(x, centres)
    revenue = np.zeros(len(centres), dtype=np.int64)
    np.add.at(revenue, labels, revenue_cents.astype(np.int64))
    sizes = np.bincount(labels, minlength=len(centres))
    each = [int(money) / int(n) if n else float("-inf") for money, n in zip(revenue, sizes, strict=True)]
    return sorted(range(len(centres)), key=lambda c: (-each[c], -int(sizes[c]), tuple(centres[c])))


def _one_group(n_distinct: int, k_min: int, columns: list[dict[str, Any]]) -> dict[str, Any]:
    what = (
        f"only {n_distinct} kinds of customers differ, too few for {k_min} clusters"
        if columns
        else ("no feature tells customers apart")
    )
    centre = {column["feature"]: 0.0 for column in columns}
    return {
        "k": 1,
        "kind": "none",
        "verdict": f"No segments: {what}; all are one group.",
        "evidence": [],
        "clusters": [{"cluster": 1, "name": EVERYBODY, "share": 1.0, "jaccard": 1.0, "centre": centre}],
    }
