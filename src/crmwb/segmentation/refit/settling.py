"""A new model's clusters under the ids and names of the accepted ones."""

from typing import Any

import pandas as pd

from crmwb.findings import Count, Day, Finding, Listing, Share, Unavailable, to_json
from crmwb.params import RefitParams
from crmwb.segmentation import clusters
from crmwb.segmentation.names import feature_value, numbered
from crmwb.segmentation.refit.labels import of_clusters
from crmwb.segmentation.refit.matching import kept_share, match


def settle(
    model: dict[str, Any],
    accepted: dict[str, Any] | None,
    customers: pd.DataFrame,
    params: RefitParams,
    interests: pd.DataFrame | None = None,
) -> dict[str, Any]:
    """Give clusters the ids and names of the accepted clusters that they match.

    Both models score the same customers, so no list of customers is kept with the accepted one.

    Parameters
    ----------
    model : dict
        What `segmentation.fit` returned.
    accepted : dict, optional
        The accepted model, of the same source; None where there is none.
    customers : DataFrame
        One row per customer, of now; those who bought count.
    params : RefitParams
        How great an overlap must be.
    interests : DataFrame, optional
        As for `clusters.fit`.

    Returns
    -------
    dict
        The model with `cluster`, `id` and `name` of its clusters settled, and `matching`: is_matched, finding,
        kept_share (of customers, under both models), next_id, and `clusters`: new, id, name, overlap and is_new.
    """
    clustering = model["clusters"]
    if accepted is None:
        return model | {"matching": _refused(Finding("refit.first"), clustering)}
    before = accepted["model"]["clusters"]
    why = _not_comparable(clustering, before)
    if why is not None:
        return model | {"matching": _refused(Finding("refit.no_ids", {"why": why}), clustering)}
    buyers = customers[customers["n_purchase_days"] > 0]
    old = of_clusters(buyers, before, interests, "cluster")
    if isinstance(old, Unavailable):
        return model | {"matching": _refused(Finding("refit.no_ids", {"why": old}), clustering)}
    new = clusters.score(buyers, clustering, interests=interests)["cluster"]
    groups = [cluster["cluster"] for cluster in clustering["clusters"]]
    matches = match(old, new, groups, accepted["next_id"], params.min_overlap)
    names = _names(matches, clustering["clusters"], before["clusters"])
    settled = [
        cluster | {"cluster": m.id, "id": m.id, "name": names[m.new]}
        for cluster, m in zip(clustering["clusters"], matches, strict=True)
    ]
    share = kept_share(old, new, {m.new: m.id for m in matches})
    n_kept = sum(not m.is_new for m in matches)
    matched = {
        "kept": Count(n_kept),
        "groups": Count(len(matches), "group"),
        "day": Day(accepted["as_of"]),
        "share": Share(share),
    }
    return model | {
        "clusters": clustering | {"clusters": settled},
        "matching": {
            "is_matched": True,
            "finding": to_json(Finding("refit.matched", matched)),
            "kept_share": round(share, 6),
            "next_id": max([accepted["next_id"], *(m.id + 1 for m in matches)]),
            "clusters": [
                {"new": m.new, "id": m.id, "name": names[m.new], "overlap": m.overlap, "is_new": m.is_new}
                for m in matches
            ],
        },
    }


def _not_comparable(clustering: dict[str, Any], before: dict[str, Any]) -> Finding | None:
    """Return why the groups of two models cannot be held against each other, as a clause."""
    if not clustering["clusters"] or not before["clusters"]:
        return Finding("refit.why.no_groups")
    now, then = ([column["feature"] for column in model.get("columns", [])] for model in (clustering, before))
    if now == then:
        return None
    changes = {"added": sorted(set(now) - set(then)), "removed": sorted(set(then) - set(now))}
    listed = {name: Listing(tuple(feature_value(f) for f in features)) for name, features in changes.items()}
    if changes["added"] and changes["removed"]:
        return Finding("refit.why.both", listed)
    if changes["added"] or changes["removed"]:
        return Finding(f"refit.why.{'added' if changes['added'] else 'removed'}", listed)
    return Finding("refit.why.order")


def _refused(why: Finding, clustering: dict[str, Any]) -> dict[str, Any]:
    ids = [cluster["cluster"] for cluster in clustering["clusters"]]
    next_id = max(ids, default=0) + 1
    return {"is_matched": False, "finding": to_json(why), "kept_share": None, "next_id": next_id, "clusters": []}


def _names(matches: list[Any], settled: list[dict[str, Any]], before: list[dict[str, Any]]) -> dict[int, str]:
    """Return each new number's name: the accepted one where the id is kept; never one name twice."""
    accepted_name = {cluster["cluster"]: str(cluster["name"]) for cluster in before}
    names = {m.new: accepted_name[m.id] for m in matches if not m.is_new}
    own = {cluster["cluster"]: str(cluster["name"]) for cluster in settled}
    for m in matches:
        if m.is_new:
            taken = own[m.new] in {*names.values(), *accepted_name.values()}
            names[m.new] = numbered(own[m.new], m.id) if taken else own[m.new]
    return names
