"""A new model's clusters under the ids and names of the accepted ones."""

from typing import Any

import pandas as pd

from crmwb.params import RefitParams
from crmwb.segmentation import clusters
from crmwb.segmentation.names import numbered
from crmwb.segmentation.refit.labels import told
from crmwb.segmentation.refit.matching import kept_share, match


def settle(
    model: dict[str, Any],
    accepted: dict[str, Any] | None,
    buyers: pd.DataFrame,
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
    buyers : DataFrame
        The customers who bought, of now.
    params : RefitParams
        How great an overlap must be.
    interests : DataFrame, optional
        As for `clusters.fit`.

    Returns
    -------
    dict
        The model with `cluster`, `id` and `name` of its clusters settled, and `matching`: is_matched, says (a
        sentence), kept_share (of customers, under both models), next_id, and `clusters`: new, id, name, overlap and
        is_new.
    """
    found = model["clusters"]
    if accepted is None:
        return model | {"matching": _refused("No model was accepted yet: clusters are numbered by revenue.", found)}
    before = accepted["model"]["clusters"]
    why = _not_comparable(found, before)
    if why:
        return model | {"matching": _refused(f"Clusters keep no ids of the accepted model: {why}.", found)}
    old = told(lambda: clusters.score(buyers, before, interests=interests)["cluster"])
    if isinstance(old, str):
        return model | {"matching": _refused(f"Clusters keep no ids of the accepted model: {old.rstrip('.')}.", found)}
    new = clusters.score(buyers, found, interests=interests)["cluster"]
    groups = [cluster["cluster"] for cluster in found["clusters"]]
    matches = match(old, new, groups, accepted["next_id"], params.min_overlap)
    names = _names(matches, found["clusters"], before["clusters"])
    settled = [
        cluster | {"cluster": m.id, "id": m.id, "name": names[m.new]}
        for cluster, m in zip(found["clusters"], matches, strict=True)
    ]
    share = kept_share(old, new, {m.new: m.id for m in matches})
    n_kept = sum(not m.is_new for m in matches)
    says = (
        f"{n_kept} of {len(matches)} clusters are clusters of the accepted model ({accepted['as_of']}) and keep their "
        "ids; "
        f"both models put {share:.0%} of customers into the same cluster."
    )
    return model | {
        "clusters": found | {"clusters": settled},
        "matching": {
            "is_matched": True,
            "says": says,
            "kept_share": round(share, 6),
            "next_id": max([accepted["next_id"], *(m.id + 1 for m in matches)]),
            "clusters": [
                {"new": m.new, "id": m.id, "name": names[m.new], "overlap": m.overlap, "is_new": m.is_new}
                for m in matches
            ],
        },
    }


def _not_comparable(found: dict[str, Any], before: dict[str, Any]) -> str | None:
    if not found["clusters"] or not before["clusters"]:
        return "one of the two has no clusters"
    now, then = ([column["feature"] for column in model.get("columns", [])] for model in (found, before))
    if now == then:
        return None
    parts = [
        f"{word} {', '.join(sorted(names))}"
        for word, names in (("now with", set(now) - set(then)), ("no longer with", set(then) - set(now)))
        if names
    ]
    return f"it told customers apart by other columns ({'; '.join(parts) or 'in another order'})"


def _refused(says: str, found: dict[str, Any]) -> dict[str, Any]:
    ids = [cluster["cluster"] for cluster in found["clusters"]]
    return {"is_matched": False, "says": says, "kept_share": None, "next_id": max(ids, default=0) + 1, "clusters": []}


def _names(matches: list[Any], found: list[dict[str, Any]], before: list[dict[str, Any]]) -> dict[int, str]:
    """Return each new number's name: the accepted one where the id is kept; never one name twice."""
    accepted_name = {cluster["cluster"]: str(cluster["name"]) for cluster in before}
    names = {m.new: accepted_name[m.id] for m in matches if not m.is_new}
    own = {cluster["cluster"]: str(cluster["name"]) for cluster in found}
    for m in matches:
        if m.is_new:
            taken = own[m.new] in {*names.values(), *accepted_name.values()}
            names[m.new] = numbered(own[m.new], m.id) if taken else own[m.new]
    return names
