"""The segment of each customer in every scheme, or why a scheme has none."""

from typing import Any

import pandas as pd

from crmwb.errors import CrmwbError
from crmwb.findings import Listing, Term, Unavailable
from crmwb.params import INTERESTS
from crmwb.segmentation import clusters, rfm

SCHEMES = {"rfm_segment": "rfm", "cluster_name": "clusters"}  # and the part of the model that defines it
NO_SEGMENTS = Unavailable("refit.unavailable.no_segments")
Labels = pd.Series | Unavailable


def labels(buyers: pd.DataFrame, model: dict[str, Any], interests: pd.DataFrame | None = None) -> dict[str, Labels]:
    """Score customers in every scheme.

    Parameters
    ----------
    buyers : DataFrame
        Customers who bought, of now or of a past month end.
    model : dict
        A segment model.
    interests : DataFrame, optional
        What a view of interests needs; known of now only.

    Returns
    -------
    dict of str to Series or Unavailable
        By scheme, the segments on the index of `buyers`, or why there are none.
    """
    return {scheme: _of_scheme(scheme, buyers, model.get(part), interests) for scheme, part in SCHEMES.items()}


def of_clusters(
    buyers: pd.DataFrame, model: dict[str, Any], interests: pd.DataFrame | None = None, column: str = "cluster_name"
) -> Labels:
    """Return what a cluster model gives each customer, in `column` of its scores, or why it cannot."""
    if not model.get("clusters"):
        return NO_SEGMENTS
    read = {step.get("column", step["feature"]) for step in model.get("columns", [])}
    known = set(buyers.columns) | ({INTERESTS} if interests is not None else set())
    return _scored(lambda: clusters.score(buyers, model, interests=interests)[column], sorted(read - known))


def _of_scheme(
    scheme: str, buyers: pd.DataFrame, part: dict[str, Any] | None, interests: pd.DataFrame | None
) -> Labels:
    if not part:
        return NO_SEGMENTS
    if scheme == "cluster_name":
        return of_clusters(buyers, part, interests)
    read = {score["column"] for score in part["scores"].values()}
    return _scored(lambda: rfm.score(buyers, part)[scheme], sorted(read - set(buyers.columns)))


def _scored(score: Any, missing: list[str]) -> Labels:
    if missing:
        columns = Listing(tuple(Term("column", name) for name in missing))
        return Unavailable("refit.unavailable.columns", values={"columns": columns})
    try:
        scored: pd.Series = score()
    except (CrmwbError, KeyError):  # a definition of older data, which these customers do not suit
        return Unavailable("refit.unavailable.not_scored")
    return scored
