"""The score card: what each customer is worth all in all, in which tier that puts them, and how sure that is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb.params import POTENTIAL, ScorecardParams, Tier
from crmwb.value.scorecard.certainty import errors, probability, purchase_noise, score_error
from crmwb.value.scorecard.credit import payments
from crmwb.value.scorecard.memory import Forecast, Source, describe, past_signs
from crmwb.value.scorecard.points import dimensions, points, score
from crmwb.value.scorecard.sensitivity import sensitivity
from crmwb.value.scorecard.signs import DIMENSIONS
from crmwb.value.scorecard.tiers import boundaries, levels_of, place

POINTS = {dimension: f"{dimension}_points" for dimension in DIMENSIONS}

SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        *((name, pa.float64()) for name in POINTS.values()),
        ("n_dimensions_known", pa.int64()),
        ("value_score", pa.float64()),
        ("value_tier", pa.string()),
        ("value_tier_probability", pa.float64()),
        ("is_tier_held", pa.bool_()),
        ("is_tier_sensitive", pa.bool_()),
    ]
)


@dataclass(frozen=True)
class Card:
    """The score card of a source.

    Attributes
    ----------
    customers : DataFrame of shape (n, 11)
        Columns of SCHEMA, sorted by customer_id.
    sensitivity : DataFrame of shape (8, 6)
        As `sensitivity.sensitivity` returns it.
    history : DataFrame
        One row per month end remembered and the present: as_of, n_customers, n_up, n_down (of those who had a tier
        a month earlier), n_held (kept by memory where their score alone would have moved them).
    levels : list of dict
        Per tier: name, share, at_least (the score from which on it is theirs without memory; None for the last one,
        and where nobody is).
    known_share : dict
        Of each sign, the share of scored customers of whom it is known.
    """

    customers: pd.DataFrame
    sensitivity: pd.DataFrame
    history: pd.DataFrame
    levels: list[dict[str, Any]]
    known_share: dict[str, float]


def card(
    source: Source,
    features: pd.DataFrame,
    snapshots: ir.Table,
    as_of: date,
    *,
    realised: pd.DataFrame,
    potential: pd.DataFrame,
    influences: pd.DataFrame,
    wallets: pd.DataFrame,
    forecast: Forecast | None,
    levels: tuple[Tier, ...],
    params: ScorecardParams,
) -> Card:
    """Score every customer who bought, and place them in tiers with a memory of the months before.

    Parameters
    ----------
    source : Source
        Where the engine's part comes from, now and at earlier month ends.
    features : DataFrame
        Of all customers, as of `as_of`.
    snapshots : ir.Table
        Features at month ends.
    as_of : date
        Exclusive.
    realised, influences, wallets : DataFrame
        As realised.customers, influence.customers and wallet.customers return them.
    potential : DataFrame
        customer_id and clv_cents of buyers, with clv_lower_80_cents and clv_upper_80_cents where there are any.
    forecast : callable or None
        CLV at earlier month ends, see `memory.past_signs`.
    levels : tuple of Tier
        Names and shares, best first.
    params : ScorecardParams
        Weights, margin and memory.

    Returns
    -------
    Card
        In `customers`, those who never bought have the tier "potential" and no score.
    """
    shares, weights = np.array([level.share for level in levels]), params.weights.model_dump()
    clv = potential.set_index("customer_id")["clv_cents"]
    now = describe(source, features, realised, clv, as_of=as_of, influences=influences, wallets=wallets)
    dimension_points = dimensions(points(now))
    scores = score(dimension_points, weights).dropna()
    scored, of_scored = dimension_points.loc[scores.index], now.loc[scores.index]
    bounds = boundaries(scores.to_numpy(), shares)
    history, before = _remember(past_signs(source, snapshots, as_of, params.memory_months, forecast), shares, params)
    level = place(scores, bounds, before, params.hysteresis_points)
    history.append(_month(as_of, scores, bounds, level, before))
    table, is_sensitive = sensitivity(scored, weights, shares)
    names = np.array([tier.name for tier in levels], dtype=object)
    out = scored.rename(columns=POINTS).assign(
        n_dimensions_known=scored.notna().sum(axis=1),
        value_score=scores,
        value_tier=pd.Series(names[level], index=scores.index, dtype=object),
        value_tier_probability=np.nan,
        is_tier_held=level.to_numpy() != levels_of(scores.to_numpy(), bounds),
        is_tier_sensitive=is_sensitive,
    )
    if len(scores):
        point_errors = errors(
            of_scored, features, realised, potential, payments(source.con, source.tables, as_of),
            noise=purchase_noise(source.con, source.tables, as_of), even_share=len(source.off_season_months) / 12,
        )  # fmt: skip
        error = score_error(point_errors, scored, of_scored, weights)
        out["value_tier_probability"] = probability(scores, error, level, bounds)
    everyone = pd.Index(sorted(features["customer_id"]), name="customer_id")
    out = out.reindex(everyone).reset_index().reindex(columns=SCHEMA.names)
    out["value_tier"] = out["value_tier"].fillna(POTENTIAL)
    return Card(
        customers=out,
        sensitivity=table,
        history=pd.DataFrame(history, columns=["as_of", "n_customers", "n_up", "n_down", "n_held"]),
        levels=[
            {"name": tier.name, "share": tier.share, "at_least": float(at) if np.isfinite(at) else None}
            for tier, at in zip(levels, bounds[1:], strict=True)
        ],
        known_share={str(name): float(share) for name, share in of_scored.notna().mean().fillna(0.0).items()},
    )


def _remember(
    months: Iterable[tuple[date, pd.DataFrame]], shares: np.ndarray, params: ScorecardParams
) -> tuple[list[tuple[date, int, int, int, int]], pd.Series | None]:
    """Place customers month by month; return what moved, and the last month's levels."""
    history: list[tuple[date, int, int, int, int]] = []
    before = None
    for end, signs in months:
        scores = score(dimensions(points(signs)), params.weights.model_dump()).dropna()
        if scores.empty:
            continue
        bounds = boundaries(scores.to_numpy(), shares)
        level = place(scores, bounds, before, params.hysteresis_points)
        history.append(_month(end, scores, bounds, level, before))
        before = level
    return history, before


def _month(
    end: date, scores: pd.Series, bounds: np.ndarray, level: pd.Series, before: pd.Series | None
) -> tuple[date, int, int, int, int]:
    was = level if before is None else before.reindex(level.index)
    held = int((level.to_numpy() != levels_of(scores.to_numpy(), bounds)).sum())
    return end, len(level), int((level < was).sum()), int((level > was).sum()), held
