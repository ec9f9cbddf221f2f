"""Who is near the next tier, and what it would take: points of the score, and revenue that would bring them."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb.contract.marts import UPGRADE

DIMENSIONS = ("income", "influence", "credit", "loyalty")
INCOME_SIGNS = ("realised_revenue_cents", "profit_cents", "clv_cents")  # of the income dimension
READ = ("customer_id", "tier", "value_score", "revenue_points", *(f"{d}_points" for d in DIMENSIONS), *INCOME_SIGNS)
DECIMALS = 4


def upgrade(customers: pd.DataFrame, card: Mapping[str, Any]) -> pd.DataFrame:
    """Return of each customer with a score the tier above theirs, and what is missing.

    Parameters
    ----------
    customers : DataFrame
        Columns of READ, one row per customer.
    card : mapping
        The facts of the score card: levels (the tiers, best first: name, and at_least, the score from which on it is
        theirs, None where nobody is), weights of the dimensions, and memory, with the points beyond a boundary that it
        takes to leave a tier.

    Returns
    -------
    DataFrame
        Columns of UPGRADE. next_tier_points: what the score lacks; next_tier_revenue_cents: the additional revenue
        that would bring them if nothing else changed, so an upper end of what it takes; unknown where no revenue could,
        and for those in the best tier.
    """
    scored = customers[customers["value_score"].notna()].sort_values("customer_id", ignore_index=True)
    levels = card["levels"]
    held = float((card.get("memory") or {}).get("hysteresis_points", 0))
    names = [str(level["name"]) for level in levels]
    above = {name: (names[i - 1], levels[i - 1]["at_least"]) for i, name in enumerate(names) if i}
    next_tier = pd.Series([above.get(tier, (None, None))[0] for tier in scored["tier"]], dtype=object)
    bound = np.array([above.get(tier, (None, None))[1] or np.nan for tier in scored["tier"]], dtype=float)
    lacking = np.maximum(np.round(bound + held - scored["value_score"].to_numpy(float), DECIMALS), 0.0)
    return pd.DataFrame(
        {
            "customer_id": scored["customer_id"],
            "next_tier": next_tier.where(np.isfinite(lacking), None),
            "next_tier_points": lacking,
            "next_tier_revenue_cents": _revenue(scored, lacking, card["weights"]),
        }
    )


def _revenue(scored: pd.DataFrame, lacking: np.ndarray, weights: Mapping[str, float]) -> pd.Series:
    """Return the revenue that lifts the points for revenue so far that the score reaches the boundary."""
    if scored.empty:
        return pd.Series(dtype="Int64")
    known = scored[[f"{d}_points" for d in DIMENSIONS]].notna().to_numpy() * np.array([weights[d] for d in DIMENSIONS])
    weight = np.divide(known[:, 0], known.sum(axis=1), out=np.zeros(len(scored)), where=known.sum(axis=1) > 0)
    n_signs = scored[list(INCOME_SIGNS)].notna().sum(axis=1).to_numpy()
    points = scored["revenue_points"].to_numpy(float)
    aim = points + np.divide(lacking * n_signs, weight, out=np.full(len(scored), np.nan), where=weight > 0)
    revenue = scored["realised_revenue_cents"].to_numpy(float)
    order = np.argsort(points, kind="stable")
    order = order[np.isfinite(points[order]) & np.isfinite(revenue[order])]
    if not len(order):
        return pd.Series(np.full(len(scored), np.nan)).astype("Int64")
    reached = np.interp(aim, points[order], revenue[order], right=np.nan)
    more = np.where(aim > points[order][-1], np.nan, np.maximum(reached - revenue, 0.0))
    return pd.Series(np.ceil(np.round(more, 2))).astype("Int64")


def to_arrow(near: pd.DataFrame) -> pa.Table:
    """Return what `upgrade` returns as the mart joins it."""
    return pa.Table.from_pandas(near, schema=UPGRADE.schema, preserve_index=False).replace_schema_metadata(None)
