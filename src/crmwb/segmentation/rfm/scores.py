"""RFM scores and the segments they are named by. For ties see `cuts.py`."""

from typing import Any

import numpy as np
import pandas as pd

from crmwb.params import RfmParams
from crmwb.segmentation.rfm.cuts import Covers, fixed, quantiles, scores_of

SCORES = ("recency_score", "frequency_score", "monetary_score")
READ_FROM = {
    "recency_score": "days_since_last",
    "frequency_score": "n_purchase_days",
    "monetary_score": "revenue_cents",
}
LESS_IS_BETTER = {"recency_score"}


def fit(buyers: pd.DataFrame, params: RfmParams) -> dict[str, Any]:
    """Find where the scores of each of the three values are parted.

    Parameters
    ----------
    buyers : DataFrame of shape (n, >= 3)
        Customers who bought, with days_since_last (days), n_purchase_days and revenue_cents.
    params : RfmParams
        Method: `independent` quantiles of each value; `nested`, of purchases among customers of one recency score and
        of money among those of one recency and one frequency score; or `fixed` breaks. Number of scores, and the rules
        that name the segments.

    Returns
    -------
    dict
        `scores`: per score its column and, from 1 up, the values that it covers; of the nested ones also `within`, by
        the scores before it; `segments`: the rules.
    """
    scores: dict[str, dict[str, Any]] = {}
    given = pd.DataFrame(index=buyers.index)
    for name in SCORES:
        column, less = READ_FROM[name], name in LESS_IS_BETTER
        values = buyers[column].to_numpy().astype(np.int64)
        covers = (
            fixed(getattr(params.breaks, column), less_is_better=less)
            if params.method == "fixed"
            else quantiles(values, params.n_bins, less_is_better=less)
        )
        scores[name] = {"column": column, "better": "less" if less else "more", "covers": covers}
        if params.method == "nested" and len(given.columns):
            scores[name]["within"] = {
                key: quantiles(values[rows], params.n_bins, less_is_better=less) for key, rows in _groups(given).items()
            }
        given[name] = _scored(values, scores[name], given)
    return {
        "method": params.method,
        "n_bins": params.n_bins,
        "scores": scores,
        "segments": [segment.model_dump(mode="json") for segment in params.segments],
    }


def score(buyers: pd.DataFrame, model: dict[str, Any]) -> pd.DataFrame:
    """Score customers by a model and name their segment.

    A value that the model has not seen scores like the nearest worse value that it has; one worse than all scores as
    the worst.

    Parameters
    ----------
    buyers : DataFrame
        As for `fit`.
    model : dict
        What `fit` returned.

    Returns
    -------
    DataFrame
        On the index of `buyers`: recency_score, frequency_score, monetary_score, frequency_monetary_score (the mean
        of the last two, halves rounded up) and rfm_segment (the first rule that fits).
    """
    out = pd.DataFrame(index=buyers.index)
    for name in SCORES:
        learnt = model["scores"][name]
        out[name] = _scored(buyers[learnt["column"]].to_numpy().astype(np.int64), learnt, out)
    out["frequency_monetary_score"] = (out["frequency_score"] + out["monetary_score"] + 1) // 2
    rules = model["segments"]
    fits = [
        out["recency_score"].between(*rule["recency"])
        & out["frequency_monetary_score"].between(*rule["frequency_monetary"])
        for rule in rules
    ]
    out["rfm_segment"] = np.select(fits, [rule["name"] for rule in rules], default="")
    return out


def _scored(values: np.ndarray, learnt: dict[str, Any], given: pd.DataFrame) -> np.ndarray:
    less = learnt["better"] == "less"
    covers: Covers = learnt["covers"]
    out = scores_of(values, covers, less_is_better=less)
    if "within" in learnt:
        for key, rows in _groups(given).items():
            if key in learnt["within"]:
                out[rows] = scores_of(values[rows], learnt["within"][key], less_is_better=less)
    return out


def _groups(given: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the rows that have each combination of scores, keyed like "5" or "5,3"."""
    places = given.reset_index(drop=True).groupby(list(given.columns)).indices
    keys = (key if isinstance(key, tuple) else (key,) for key in places)
    return {",".join(map(str, key)): rows for key, rows in zip(keys, map(np.asarray, places.values()), strict=True)}
