"""RFM scores and the segments they are named by. For ties see `cuts.py`."""

from typing import Any

import numpy as np
import pandas as pd

from crmwb.params import RfmParams
from crmwb.segmentation.rfm.classes import classes
from crmwb.segmentation.rfm.cuts import Covers, fixed, kept, quantiles, scores_of, with_hysteresis

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
        `scores`: per score its column and, from 1 up, the values that it covers and those that keep it (see
        `cuts.with_hysteresis`); of the nested ones also `within`, by the scores before it; `segments`: the rules.

    Examples
    --------
    In a project's folder, with the choices of its params.yaml: which values have which score of recency.

    >>> from pathlib import Path
    >>> import pandas as pd
    >>> from crmwb import params
    >>> from crmwb.segmentation import rfm
    >>> buyers = pd.DataFrame({"days_since_last": [5, 40, 100, 200, 400], "n_purchase_days": [9, 6, 3, 2, 1]})
    >>> buyers["revenue_cents"] = [90_000, 50_000, 20_000, 8_000, 3_000]
    >>> model = rfm.fit(buyers, params.load(Path("params.yaml")).segmentation.rfm)
    >>> [(part["from"], part["to"]) for part in model["scores"]["recency_score"]["covers"]]
    [(390, 419), (180, 209), (90, 119), (30, 59), (0, 29)]
    """
    scores: dict[str, dict[str, Any]] = {}
    given = pd.DataFrame(index=buyers.index)
    for name in SCORES:
        column, less = READ_FROM[name], name in LESS_IS_BETTER
        values = buyers[column].to_numpy().astype(np.int64)
        scores[name] = {"column": column, "better": "less" if less else "more", "covers": _cut(values, name, params)}
        if params.method == "nested" and len(given.columns):
            scores[name]["within"] = {key: _cut(values[rows], name, params) for key, rows in _groups(given).items()}
        given[name] = _scored(values, scores[name], given)
    return {
        "method": params.method,
        "n_bins": params.n_bins,
        "scores": scores,
        "segments": [segment.model_dump(mode="json") for segment in params.segments],
    }


def score(buyers: pd.DataFrame, model: dict[str, Any], *, before: pd.DataFrame | None = None) -> pd.DataFrame:
    """Score customers by a model and name their segment.

    A value that the model has not seen scores like the nearest worse value that it has; one worse than all scores as
    the worst.

    Parameters
    ----------
    buyers : DataFrame
        As for `fit`.
    model : dict
        What `fit` returned.
    before : DataFrame, optional
        The scores of a month earlier, a row for each of `buyers` in their order, 0 or NULL where there was none: a
        score is kept near its boundaries (hysteresis).

    Returns
    -------
    DataFrame
        On the index of `buyers`: recency_score, frequency_score, monetary_score, frequency_monetary_score (the mean
        of the last two, halves rounded up), rfm_segment (the first rule that fits) and rfm_class (see `classes`).

    Examples
    --------
    >>> from pathlib import Path
    >>> import pandas as pd
    >>> from crmwb import params
    >>> from crmwb.segmentation import rfm
    >>> buyers = pd.DataFrame({"days_since_last": [5, 40, 100, 200, 400], "n_purchase_days": [9, 6, 3, 2, 1]})
    >>> buyers["revenue_cents"] = [90_000, 50_000, 20_000, 8_000, 3_000]
    >>> model = rfm.fit(buyers, params.load(Path("params.yaml")).segmentation.rfm)
    >>> rfm.score(buyers, model)[["recency_score", "frequency_monetary_score", "rfm_segment"]]
       recency_score  frequency_monetary_score      rfm_segment
    0              5                         5        champions
    1              4                         4  loyal_customers
    2              3                         3   need_attention
    3              2                         2      hibernating
    4              1                         1             lost
    """
    out = scores(buyers, model, before=before)
    names = np.array(["", *(rule["name"] for rule in model["segments"])])
    out["rfm_segment"] = names[rules(out, model) + 1]
    out["rfm_class"] = classes(out, model["n_bins"])
    return out


def scores(buyers: pd.DataFrame, model: dict[str, Any], *, before: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the numbers alone of what `score` returns."""
    out = pd.DataFrame(index=buyers.index)
    for name in SCORES:
        learnt = model["scores"][name]
        was = None
        if before is not None:
            was = before[name].fillna(0).to_numpy().astype(np.int8)
        out[name] = _scored(buyers[learnt["column"]].to_numpy().astype(np.int64), learnt, out, was)
    out["frequency_monetary_score"] = (out["frequency_score"] + out["monetary_score"] + 1) // 2
    return out


def rules(scored: pd.DataFrame, model: dict[str, Any]) -> np.ndarray:
    """Return which rule of `model`, from 0, is the first that fits the scores; -1 where none does; shape (n,)."""
    recency, both = scored["recency_score"].to_numpy(), scored["frequency_monetary_score"].to_numpy()
    out = np.full(len(scored), -1)
    for i, rule in reversed(list(enumerate(model["segments"]))):
        (least, most), (low, high) = rule["recency"], rule["frequency_monetary"]
        out[(recency >= least) & (recency <= most) & (both >= low) & (both <= high)] = i
    return out


def _cut(values: np.ndarray, name: str, params: RfmParams) -> Covers:
    column, less = READ_FROM[name], name in LESS_IS_BETTER
    if params.method == "fixed":
        covers = fixed(getattr(params.breaks, column), less_is_better=less)
    elif name == "recency_score" and params.recency_step_days > 1:
        step = params.recency_step_days
        covers = quantiles(values // step, params.n_bins, less_is_better=less)
        covers = [c | {"from": c["from"] * step, "to": c["to"] * step + step - 1} for c in covers]
    else:
        covers = quantiles(values, params.n_bins, less_is_better=less)
    return with_hysteresis(covers, values, params.hysteresis_points, less_is_better=less)


def _scored(
    values: np.ndarray, learnt: dict[str, Any], given: pd.DataFrame, before: np.ndarray | None = None
) -> np.ndarray:
    out = _one(values, learnt["covers"], learnt["better"], before)
    for key, rows in _groups(given).items() if "within" in learnt else ():
        if key in learnt["within"]:
            was = None if before is None else before[rows]
            out[rows] = _one(values[rows], learnt["within"][key], learnt["better"], was)
    return out


def _one(values: np.ndarray, covers: Covers, better: str, before: np.ndarray | None) -> np.ndarray:
    fresh = scores_of(values, covers, less_is_better=better == "less")
    return fresh if before is None else kept(values, fresh, before, covers)


def _groups(given: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the rows that have each combination of scores, keyed like "5" or "5,3"."""
    places = given.reset_index(drop=True).groupby(list(given.columns)).indices
    keys = (key if isinstance(key, tuple) else (key,) for key in places)
    return {",".join(map(str, key)): rows for key, rows in zip(keys, map(np.asarray, places.values()), strict=True)}
