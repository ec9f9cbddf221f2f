"""Value tiers: one score from 0 to 100 per customer from several signs of worth, cut by shares of customers.

Each sign becomes a percentile rank (the share of buyers who are worse, plus half of those who are equal, so 50 where
all are equal), and the score is the weighted mean of the ranks that are known of a customer: what is unknown (a
response rate of someone never contacted) counts neither for nor against. A sign that the source does not have is
weighted away for all.

Equal scores always share a tier: a group of equals goes where its middle falls, so a tie moves a tier's share by no
more than half the tie.
"""

from typing import Any

import numpy as np
import pandas as pd

from crmwb.errors import CrmwbError
from crmwb.params import TierParams

READ_FROM = {
    "revenue": "revenue_cents",
    "margin": "margin_cents",
    "frequency": "n_purchase_days",
    "recency": "days_since_last",
    "response": "response_share",
}
LESS_IS_BETTER = {"recency"}
N_KNOTS = 101  # percentile ranks are kept at whole percentiles; between them they are interpolated
DECIMALS = 4  # of the score: equal customers must not differ by the last bit of a float
NOTHING_KNOWN = 50.0


def fit(buyers: pd.DataFrame, params: TierParams) -> dict[str, Any]:
    """Learn the percentile ranks of each sign of worth, and the scores at which the tiers are cut.

    Parameters
    ----------
    buyers : DataFrame
        Customers who bought, with the columns of `READ_FROM` that the source has.
    params : TierParams
        Weights of the signs and the tiers' shares, best first.

    Returns
    -------
    dict
        `signs`: per sign its column, weight over the sum of weights used, known share, and its percentile ranks as
        `values` and `ranks`; `not_available`: the weighted signs that the source does not have; `levels`: per tier
        the share asked for and the least score in it (null where nobody is).

    Raises
    ------
    CrmwbError
        None of the signs with a weight is known of any customer.
    """
    wanted = {sign: weight for sign, weight in params.weights.items() if weight > 0}
    known = {sign: weight for sign, weight in wanted.items() if _values(buyers, sign).size}
    if not known:
        raise CrmwbError(
            f"params.yaml: segmentation.tiers.weights: this source knows nothing of {', '.join(sorted(wanted))}; "
            "give revenue, frequency or recency a weight above 0."
        )
    signs = []
    for sign in sorted(known):
        values, ranks = percentile_ranks(_values(buyers, sign))
        signs.append(
            {
                "sign": sign,
                "column": READ_FROM[sign],
                "better": "less" if sign in LESS_IS_BETTER else "more",
                "weight": known[sign] / sum(known[s] for s in sorted(known)),
                "known_share": round(_values(buyers, sign).size / len(buyers), 6),
                "values": values.tolist(),
                "ranks": ranks.tolist(),
            }
        )
    model = {"signs": signs, "not_available": sorted(wanted.keys() - known.keys())}
    return model | {"levels": _levels(_scores(buyers, signs), params)}


def score(buyers: pd.DataFrame, model: dict[str, Any]) -> pd.DataFrame:
    """Give each customer a score from 0 to 100 and the first tier whose least score it reaches.

    Parameters
    ----------
    buyers : DataFrame
        As for `fit`.
    model : dict
        What `fit` returned.

    Returns
    -------
    DataFrame
        On the index of `buyers`: tier and tier_score; below the least score of every tier it is the last tier.
    """
    scores = _scores(buyers, model["signs"])
    cuts = [level for level in model["levels"] if level["at_least"] is not None]
    reached = [scores >= level["at_least"] for level in cuts]
    tier = np.select(reached, [level["name"] for level in cuts], default=model["levels"][-1]["name"])
    return pd.DataFrame({"tier": tier, "tier_score": scores}, index=buyers.index)


def percentile_ranks(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return distinct values and their percentile ranks, thinned to `N_KNOTS` where there are more.

    Parameters
    ----------
    values : ndarray of shape (n,)
        Known values, in any order.

    Returns
    -------
    values, ranks : ndarray of shape (m,)
        Both rising, m <= N_KNOTS; a rank is 100 × (share below + half the share equal).
    """
    distinct, counts = np.unique(values, return_counts=True)
    ranks = 100 * (2 * np.cumsum(counts) - counts) / (2 * len(values))
    if len(distinct) > N_KNOTS:
        nearest = np.searchsorted(ranks, np.linspace(ranks[0], ranks[-1], N_KNOTS))
        kept = np.unique(nearest.clip(0, len(distinct) - 1))
        distinct, ranks = distinct[kept], ranks[kept]
    return distinct, ranks


def _values(buyers: pd.DataFrame, sign: str) -> np.ndarray:
    """Return the known values of a sign; none where the source does not have it."""
    if READ_FROM[sign] not in buyers:
        return np.array([])
    values = _numbers(buyers[READ_FROM[sign]])
    known: np.ndarray = values[np.isfinite(values)]
    return known


def _numbers(column: pd.Series) -> np.ndarray:
    return np.asarray(column.to_numpy(dtype=float, na_value=np.nan))


def _scores(buyers: pd.DataFrame, signs: list[dict[str, Any]]) -> np.ndarray:
    """Return each customer's weighted mean of the ranks that are known."""
    total, weight = np.zeros(len(buyers)), np.zeros(len(buyers))
    for sign in signs:
        values = _numbers(buyers[sign["column"]])
        known = np.isfinite(values)
        ranks = np.interp(values, sign["values"], sign["ranks"])
        if sign["better"] == "less":
            ranks = 100 - ranks
        total += np.where(known, sign["weight"] * ranks, 0)
        weight += np.where(known, sign["weight"], 0)
    means: np.ndarray = np.divide(total, weight, out=np.full(len(buyers), NOTHING_KNOWN), where=weight > 0)
    return means.round(DECIMALS)


def _levels(scores: np.ndarray, params: TierParams) -> list[dict[str, Any]]:
    """Cut scores into tiers: a group of equal scores goes to the tier in which the middle of the group falls."""
    distinct, counts = np.unique(-scores, return_counts=True)
    middle = (2 * np.cumsum(counts) - counts) / (2 * len(scores))
    ends = np.cumsum([level.share for level in params.levels])
    place = np.searchsorted(ends + 1e-9, middle).clip(max=len(ends) - 1)
    return [
        {
            "name": level.name,
            "share": level.share,
            "at_least": float(-distinct[place == i].max()) if i in place else None,
        }
        for i, level in enumerate(params.levels)
    ]
