"""One score from 0 to 100 per customer from several signs of worth, cut into tiers.

Each sign becomes a percentile rank among those who bought (50 where all are equal), and the score is the weighted mean
of the ranks that are known of a customer: what is unknown (a response rate of someone never contacted) counts neither
for nor against. A sign that the source does not have is weighted away for all.

Tiers are cut by shares of customers, or of the revenue that customers brought, best score first. Equal scores always
share a tier: a group of equals goes where its middle falls. A customer leaves the tier of a month before only when the
score is beyond its boundary by more than a margin.
"""

from typing import Any

import numpy as np
import pandas as pd

from crmwb.errors import CrmwbError
from crmwb.params import TierParams
from crmwb.segmentation.tiers import signs
from crmwb.segmentation.tiers.ranks import percentile_ranks
from crmwb.value.scorecard.certainty import probability
from crmwb.value.scorecard.tiers import boundaries, levels_of, place

DECIMALS = 4  # of the score: equal customers must not differ by the last bit of a float
NOTHING_KNOWN = 50.0
BEYOND = 1_000.0  # stands for infinity, which JSON does not know; scores end at 100


def fit(buyers: pd.DataFrame, params: TierParams) -> dict[str, Any]:
    """Learn the percentile ranks of each sign of worth, and the scores at which the tiers are cut.

    Parameters
    ----------
    buyers : DataFrame
        Customers who bought, with the columns of `signs.SIGNS` that the source has.
    params : TierParams
        Weights of the signs; the tiers' shares, best first, and what they are shares of.

    Returns
    -------
    dict
        `signs`: per column of a sign its weight over the sum of weights used, known share, and its percentile ranks as
        `values` and `ranks`; `not_available`: the weighted signs that the source does not have; `levels`: per tier the
        share asked for and the least score in it (null where nobody is); `bounds` and `hysteresis_points`.

    Raises
    ------
    CrmwbError
        None of the signs with a weight is known of any customer.
    """
    wanted = {sign: weight for sign, weight in params.weights.items() if weight > 0}
    parts = [
        (sign, part, known)
        for sign in sorted(wanted)
        for part in signs.SIGNS[sign]
        if (known := _known(buyers, part.column)).size
    ]
    there = {sign for sign, _, _ in parts}
    if not there:
        raise CrmwbError(
            f"params.yaml: segmentation.tiers.weights: this source knows nothing of {', '.join(sorted(wanted))}; "
            "give revenue or loyalty a weight above 0."
        )
    total = sum(wanted[sign] for sign in sorted(there))
    learnt = []
    for sign, part, known in parts:
        values, ranks = percentile_ranks(known)
        n_parts = sum(other == sign for other, _, _ in parts)
        learnt.append(
            {
                "sign": sign,
                "column": part.column,
                "weight": wanted[sign] / total / n_parts,
                "known_share": round(known.size / len(buyers), 6),
                "values": values.tolist(),
                "ranks": ranks.tolist(),
            }
        )
    scores = _scores(buyers, learnt)
    revenue = signs.values(buyers, "revenue_cents").clip(min=0)
    by_revenue = params.cut == "revenue" and revenue.any()  # there is none where all was given back
    shares = [level.revenue_share if by_revenue else level.share for level in params.levels]
    bounds = boundaries(scores, np.array(shares), revenue if by_revenue else None)
    placed = levels_of(scores, bounds)
    return {
        "signs": learnt,
        "not_available": sorted(wanted.keys() - there),
        "cut": params.cut,
        "levels": [
            {
                "name": level.name,
                "share": shares[i],
                "at_least": float(scores[placed == i].min()) if (placed == i).any() else None,
            }
            for i, level in enumerate(params.levels)
        ],
        "bounds": np.clip(bounds[1:-1], -BEYOND, BEYOND).tolist(),
        "hysteresis_points": params.hysteresis_points,
    }


def score(
    buyers: pd.DataFrame, model: dict[str, Any], *, before: pd.Series | None = None, noise: pd.Series | None = None
) -> pd.DataFrame:
    """Give each customer a score from 0 to 100, a tier, and the probability that the tier is right.

    Parameters
    ----------
    buyers : DataFrame
        As for `fit`, with customer_id.
    model : dict
        What `fit` returned.
    before : Series, optional
        The tier of each customer a month earlier, by customer_id; see `memory.remembered`.
    noise : Series, optional
        The standard error of each customer's revenue over the revenue, by customer_id; see
        `crmwb.value.scorecard.certainty`, which has the formulas.

    Returns
    -------
    DataFrame
        On the index of `buyers`: tier, tier_score, tier_probability (NaN without `noise`), and tier_is_held, whether
        memory alone keeps the customer in the tier.
    """
    names = [level["name"] for level in model["levels"]]
    bounds = np.array([np.inf, *model["bounds"], -np.inf])
    ids = pd.Index(buyers["customer_id"])
    scores = pd.Series(_scores(buyers, model["signs"]), index=ids)
    was = None if before is None else before.map({name: place for place, name in enumerate(names)})
    level = place(scores, bounds, was, model["hysteresis_points"])
    chance = np.full(len(buyers), np.nan)
    if noise is not None:
        error = pd.Series(_errors(buyers, model["signs"], noise.reindex(ids).fillna(1.0).to_numpy()), index=ids)
        chance = probability(scores, error, level, bounds).to_numpy()
    return pd.DataFrame(
        {
            "tier": np.array(names, dtype=object)[level.to_numpy()],
            "tier_score": scores.to_numpy(),
            "tier_probability": chance,
            "tier_is_held": level.to_numpy() != levels_of(scores.to_numpy(), bounds),
        },
        index=buyers.index,
    )


def _known(buyers: pd.DataFrame, column: str) -> np.ndarray:
    found = signs.values(buyers, column)
    known: np.ndarray = found[np.isfinite(found)]
    return known


def _scores(buyers: pd.DataFrame, learnt: list[dict[str, Any]]) -> np.ndarray:
    """Return each customer's weighted mean of the ranks that are known."""
    total, weight = np.zeros(len(buyers)), np.zeros(len(buyers))
    for sign in learnt:
        values = signs.values(buyers, sign["column"])
        known = np.isfinite(values)
        total += np.where(known, sign["weight"] * np.interp(values, sign["values"], sign["ranks"]), 0)
        weight += np.where(known, sign["weight"], 0)
    means: np.ndarray = np.divide(total, weight, out=np.full(len(buyers), NOTHING_KNOWN), where=weight > 0)
    return means.round(DECIMALS)


def _errors(buyers: pd.DataFrame, learnt: list[dict[str, Any]], noise: np.ndarray) -> np.ndarray:
    """Return the standard error of each score in points: what one chance moves is added, chances as squares."""
    weight = np.zeros(len(buyers))
    moved = {chance: np.zeros(len(buyers)) for chance in signs.CHANCES}
    for sign in learnt:
        part = next(p for p in signs.SIGNS[sign["sign"]] if p.column == sign["column"])
        values = signs.values(buyers, sign["column"])
        known = np.isfinite(values)
        error = part.error(buyers, values, noise)
        above, below = (np.interp(values + way * error, sign["values"], sign["ranks"]) for way in (1, -1))
        half = np.abs(above - below) / 2
        chance = next(group for group in signs.CHANCES if sign["sign"] in group)
        moved[chance] += np.where(known, sign["weight"] * half, 0)
        weight += np.where(known, sign["weight"], 0)
    squares = sum(part**2 for part in moved.values())
    return np.asarray(np.sqrt(squares) / np.where(weight > 0, weight, 1))
