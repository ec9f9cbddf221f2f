"""The segment of each customer in every scheme, or why a scheme cannot tell."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from crmwb.errors import CrmwbError
from crmwb.segmentation import clusters, rfm

SCHEMES = {"rfm_segment": "rfm", "cluster_name": "clusters"}  # and the part of the model that tells
Told = pd.Series | str


def labels(buyers: pd.DataFrame, model: dict[str, Any], interests: pd.DataFrame | None = None) -> dict[str, Told]:
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
    dict of str to Series or str
        By scheme, the segments on the index of `buyers`; or a sentence that says what is missing.
    """
    return {scheme: told(partial(_score, scheme, buyers, model, interests)) for scheme in SCHEMES}


def told(score: Callable[[], pd.Series]) -> Told:
    """Return what `score` returns, or the sentence that says which column it lacks."""
    try:
        return score()
    except CrmwbError as error:
        return str(error)
    except KeyError as error:
        return f"the definition reads {error.args[0]}, which is not known of these customers"


def _score(scheme: str, buyers: pd.DataFrame, model: dict[str, Any], interests: pd.DataFrame | None) -> pd.Series:
    part = model.get(SCHEMES[scheme])
    if not part or not part.get("clusters", True):
        raise CrmwbError("the model has no such segments")
    if scheme == "rfm_segment":
        return rfm.score(buyers, part)[scheme]
    return clusters.score(buyers, part, interests=interests)[scheme]
