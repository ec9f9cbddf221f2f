"""RFM: how recently, how often and for how much a customer bought, each scored from 1 to n_bins (best).

The tie rule: equal values get equal scores, always. Scores are then cut so that they hold as equal numbers of
customers as whole groups of equal values allow, from the worst value up: each score takes values until it holds its
share of the customers still to be scored, and a heavy tie is followed by an even split of those who remain. Where 60%
bought once, those score 1 in frequency and the other 40% are split evenly over the scores above, so that the worst
value scores 1 and the best n_bins. Values that are fewer than the scores are spread over 1 … n_bins; one single value
tells nobody apart and gets the middle score.
"""

from typing import Any

import numpy as np
import pandas as pd

from crmwb.params import RfmParams

SCORES = ("recency_score", "frequency_score", "monetary_score")
READ_FROM = {
    "recency_score": "days_since_last",
    "frequency_score": "n_purchase_days",
    "monetary_score": "revenue_cents",
}
LESS_IS_BETTER = {"recency_score"}


def fit(buyers: pd.DataFrame, params: RfmParams) -> dict[str, Any]:
    """Cut each of the three values into scores.

    Parameters
    ----------
    buyers : DataFrame of shape (n, >= 3)
        Customers who bought, with days_since_last (days), n_purchase_days and revenue_cents.
    params : RfmParams
        Number of scores and the rules that name the segments.

    Returns
    -------
    dict
        `scores`: per score its column and, from 1 up, the values that it covers; `segments`: the rules.
    """
    return {
        "n_bins": params.n_bins,
        "scores": {
            name: {
                "column": READ_FROM[name],
                "better": "less" if name in LESS_IS_BETTER else "more",
                "covers": _covers(buyers[READ_FROM[name]], name in LESS_IS_BETTER, params.n_bins),
            }
            for name in SCORES
        },
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
        cut = model["scores"][name]
        values = buyers[cut["column"]].to_numpy()
        if cut["better"] == "less":
            values, worst = -values, [-c["to"] for c in cut["covers"]]
        else:
            worst = [c["from"] for c in cut["covers"]]
        place = np.searchsorted(worst, values, side="right") - 1
        out[name] = np.array([c["score"] for c in cut["covers"]], dtype=np.int64)[place.clip(0)]
    out["frequency_monetary_score"] = (out["frequency_score"] + out["monetary_score"] + 1) // 2
    rules = model["segments"]
    fits = [
        out["recency_score"].between(*rule["recency"])
        & out["frequency_monetary_score"].between(*rule["frequency_monetary"])
        for rule in rules
    ]
    out["rfm_segment"] = np.select(fits, [rule["name"] for rule in rules], default="")
    return out


def even_groups(counts: np.ndarray, n_groups: int) -> list[slice]:
    """Split a row of counts into at most `n_groups` runs of as equal sums as going from left to right can make them.

    Each run takes counts until its sum is nearest to what is left over the runs that are left; of two equally near
    sums it takes the smaller. Every run holds at least one count.

    Parameters
    ----------
    counts : int ndarray of shape (n_values,)
        How many customers have each distinct value, in the order of the values.
    n_groups : int
        How many runs.

    Returns
    -------
    list of slice
        The runs, in order; one for each count where there are fewer counts than runs.
    """
    n_groups = min(n_groups, len(counts))
    reached = np.cumsum(counts)
    runs, start, done = [], 0, 0
    for left in range(n_groups, 0, -1):
        last = len(counts) - left  # the last value that this run may take and leave one for each run after it
        goal = done * (left - 1) + int(reached[-1])  # `left` times the sum that the run should end at: whole numbers
        end = min(max(int(np.searchsorted(reached * left, goal)), start), last)
        if end > start and goal - int(reached[end - 1]) * left <= int(reached[end]) * left - goal:
            end -= 1
        runs.append(slice(start, end + 1))
        start, done = end + 1, int(reached[end])
    return runs


def _covers(values: pd.Series, less_is_better: bool, n_bins: int) -> list[dict[str, int]]:
    """Return the scores that are given, worst first, with the least and the greatest value that gets each."""
    distinct, counts = np.unique(values.to_numpy().astype(np.int64), return_counts=True)
    if less_is_better:
        distinct, counts = distinct[::-1], counts[::-1]
    groups = even_groups(counts, n_bins)
    return [
        {"score": given, "from": int(distinct[group].min()), "to": int(distinct[group].max())}
        for given, group in zip(_spread(len(groups), n_bins), groups, strict=True)
    ]


def _spread(n_groups: int, n_bins: int) -> list[int]:
    """Return `n_groups` scores evenly over 1 … n_bins, halves rounded up; the middle one for a single group."""
    if n_groups == 1:
        return [(n_bins + 1) // 2]
    steps = n_groups - 1
    return [1 + (2 * i * (n_bins - 1) + steps) // (2 * steps) for i in range(n_groups)]
