"""The accepted segment model: kept in git, small, without any customer, for later models to be held against."""

from pathlib import Path
from typing import Any

import pandas as pd

from crmwb import layout, storage
from crmwb.contract.features import CUSTOMERS as FEATURES
from crmwb.contract.segments import CUSTOMERS as SEGMENTS
from crmwb.errors import CrmwbError
from crmwb.findings import Count, Day, Finding, Name
from crmwb.segmentation.refit import bins
from crmwb.segmentation.refit.labels import SCHEMES

NEEDED = {"source", "as_of", "next_id", "model", "features", "segments"}
LEFT_OUT = ("evidence", "report", "alternatives", "sample")  # of the clusters: what scoring does not need


def record(
    model: dict[str, Any], customers: pd.DataFrame, segments: pd.DataFrame, source: dict[str, Any]
) -> dict[str, Any]:
    """Return what is kept of a model: definitions, and the distributions at its time over bins frozen then.

    Parameters
    ----------
    model : dict
        A segment model, settled or not.
    customers, segments : DataFrame
        One row per customer: features, and the segments that the model gave.
    source : dict
        What the data is, by which models of other data are told from this one.

    Returns
    -------
    dict
        source, as_of, n_buyers, next_id (of clusters), model, `features` (column → bins and shares) and `segments`
        (scheme → shares).
    """
    clusters = {key: value for key, value in model["clusters"].items() if key not in LEFT_OUT}
    kept = {"rfm": model["rfm"], "value_classes": model["value_classes"], "clusters": clusters}
    bought = segments["rfm_segment"].notna() & segments["cluster"].notna()
    ids = set(segments.loc[bought, "customer_id"])
    buyers = customers[customers["customer_id"].isin(ids)]
    columns = [column for column in bins.columns_of(kept) if column in buyers]
    own_next = max((cluster["cluster"] for cluster in clusters["clusters"]), default=0) + 1
    return {
        "source": source,
        "as_of": model["as_of"],
        "n_buyers": model["n_buyers"],
        "next_id": model.get("matching", {}).get("next_id", own_next),
        "model": kept,
        "features": {column: bins.freeze(buyers[column]) for column in columns},
        "segments": {scheme: bins.segment_shares(segments.loc[bought, scheme]) for scheme in SCHEMES},
    }


def columns(accepted: dict[str, Any]) -> list[str]:
    """Return the columns of customers that the accepted model and its bins read."""
    of_clusters = (c.get("column", c["feature"]) for c in accepted["model"]["clusters"].get("columns", ()))
    return list(dict.fromkeys([*bins.columns_of(accepted["model"]), *of_clusters, *accepted["features"]]))


def accept(root: Path = Path()) -> Finding:
    """Make the last segment model the accepted one, and return what was accepted.

    Raises
    ------
    CrmwbError
        Nothing was segmented yet, or the source has no purchases.
    """
    model = storage.read_json(root / layout.SEGMENT_MODEL)
    if model["rfm"] is None:
        raise CrmwbError(f"{layout.SEGMENT_MODEL}: this source has no purchases, so there are no segments to accept.")
    source = storage.read_json(root / layout.QUALITY_SUMMARY)["profile"]["source"]
    customers = storage.read(FEATURES, root=root)
    segments = storage.read(SEGMENTS, root=root)
    kept = record(model, customers, segments, source)
    storage.write_json(kept, root / layout.ACCEPTED_SEGMENTS, lasting=True)
    values = {
        "day": Day(kept["as_of"]),
        "groups": Count(len(kept["model"]["clusters"]["clusters"]), "group"),
        "customers": Count(kept["n_buyers"], "customer"),
        "file": Name(str(layout.ACCEPTED_SEGMENTS)),
    }
    return Finding("refit.accepted", values)


def accepted(path: Path, source: dict[str, Any]) -> dict[str, Any] | None:
    """Return the accepted model; None where none was accepted, or only one of another source.

    Parameters
    ----------
    path : Path
        `layout.ACCEPTED_SEGMENTS`.
    source : dict
        What the data of this run is: `source` of the profile in `layout.QUALITY_SUMMARY`.

    Raises
    ------
    CrmwbError
        The file is no accepted model.
    """
    if not path.is_file():
        return None
    try:
        kept: dict[str, Any] = storage.read_json(path)
        if kept.keys() >= NEEDED:
            return kept if kept["source"] == source else None
    except (ValueError, AttributeError):
        pass
    raise CrmwbError(f"{path}: no accepted segment model; run `crmwb accept` after a run to write it anew.")
