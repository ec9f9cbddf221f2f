"""The score card: what each customer is worth all in all, in which tier that puts them, and how certain that is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crmwb.calendar import is_month_end
from crmwb.contract.value import TIER_MONTHS
from crmwb.contract.value_customers import SCORECARD
from crmwb.params import POTENTIAL, ScorecardParams
from crmwb.tiers import probability
from crmwb.value.scorecard.certainty import errors, purchase_noise, score_error
from crmwb.value.scorecard.credit import payments
from crmwb.value.scorecard.indicators import DIMENSIONS, VARIABLES
from crmwb.value.scorecard.memory import Forecast, Source, clv_of, describe, past_indicators
from crmwb.value.scorecard.months import Definition, Past, Placed, follow
from crmwb.value.scorecard.points import dimensions, points, score
from crmwb.value.scorecard.sensitivity import sensitivity

POINTS = {dimension: f"{dimension}_points" for dimension in DIMENSIONS}
# scores, points of dimensions, levels and boundaries in; the probability of each tier out
Certainty = Callable[[pd.Series, pd.DataFrame, pd.Series, np.ndarray], pd.Series]
VARIABLE_POINTS = {name: f"{name}_points" for name in VARIABLES if name not in DIMENSIONS}


@dataclass(frozen=True)
class Card:
    """The score card of a source.

    Attributes
    ----------
    customers : DataFrame of shape (n, 16)
        Columns of SCORECARD, sorted by customer_id.
    months : DataFrame
        Columns of TIER_MONTHS: the tier of each buyer at month ends, the present included if it is one.
    sensitivity : DataFrame of shape (8, 6)
        As `sensitivity.sensitivity` returns it.
    history : DataFrame
        One row per month end followed and the present: as_of, n_customers, n_before (of them, with a tier a month
        earlier), n_up, n_down (of these), n_held (kept by hysteresis where their score alone would have moved them).
    levels : list of dict
        Per tier: name, share, at_least (the score from which on it is theirs without hysteresis; None for the last
        one, and where nobody is).
    known_share : dict
        Of each indicator, the share of scored customers of whom it is known.
    """

    customers: pd.DataFrame
    months: pd.DataFrame
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
    params: ScorecardParams,
    past: Callable[[], Past] | None = None,
) -> Card:
    """Score every customer who bought, and place them in tiers that follow those of the months before.

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
        CLV at earlier month ends, see `memory.past_indicators`.
    params : ScorecardParams
        Weights, tiers and hysteresis.
    past : callable, optional
        Returns what `followed` does, where that is worked out elsewhere.

    Returns
    -------
    Card
        In `customers`, those who never bought have the tier "potential" and no score.
    """
    weights = params.weights.model_dump()
    clv = potential.set_index("customer_id")["clv_cents"]
    now = describe(source, features, realised, clv, as_of=as_of, influences=influences, wallets=wallets)
    before = (followed(source, snapshots, as_of, forecast, params) if past is None else past()).named(source.ids)
    # against month ends, which one model values, today is placed by it too: or a change of model would be one of tiers
    alike = now
    if forecast is not None:
        alike = describe(source, features, realised, clv_of(features, forecast), as_of=as_of, wallets=wallets)

    def certainty(scores: pd.Series, scored: pd.DataFrame, level: pd.Series, bounds: np.ndarray) -> pd.Series:
        of_scored = now.loc[scores.index]
        point_errors = errors(
            of_scored, features, realised, potential, payments(source.con, source.tables, as_of),
            noise=purchase_noise(source.con, source.tables, as_of), even_share=len(source.off_season_months) / 12,
        )  # fmt: skip
        return probability(scores, score_error(point_errors, scored, of_scored, weights), level, bounds)

    moved = follow(as_of, alike, before.last, params)
    return _card(now, before, features["customer_id"], as_of, params, certainty=certainty, moved=moved)


def followed(
    source: Source, snapshots: ir.Table, as_of: date, forecast: Forecast | None, params: ScorecardParams
) -> Past:
    """Follow the tiers of the month ends before `as_of`, of customers by their places; arguments as for `card`."""
    past = Past()
    for end, indicators in past_indicators(source, snapshots, as_of, params.history_months, forecast):
        past = past.followed_by(follow(end, indicators, past.last, params), _names(params))
    return past


def card_of(now: pd.DataFrame, customer_ids: pd.Series, as_of: date, params: ScorecardParams) -> Card:
    """Score customers by indicators that are known at one moment only: no hysteresis, and no tier is sure.

    Parameters
    ----------
    now : DataFrame of shape (n, n_indicators)
        One column for each of INDICATORS, on the index customer_id.
    customer_ids : Series
        Of all customers; those who are not in `now` have the tier "potential" and no score.
    as_of : date
        Exclusive.
    params : ScorecardParams
        Weights and tiers.
    """
    return _card(now, Past(), customer_ids, as_of, params, certainty=None)


def _card(
    now: pd.DataFrame,
    past: Past,
    customer_ids: pd.Series,
    as_of: date,
    params: ScorecardParams,
    *,
    certainty: Certainty | None,
    moved: Placed | None = None,
) -> Card:
    """Place customers in tiers, given those of the months before, and say how certain that is.

    `moved` has today's tiers by the model of the months before, where it is another: what changed is counted by it.
    """
    weights = params.weights.model_dump()
    indicator_points = points(now)
    dimension_points = dimensions(indicator_points)
    present = follow(as_of, now, past.last, params)
    scores = score(dimension_points, weights).dropna()
    scored, of_scored = dimension_points.loc[scores.index], now.loc[scores.index]
    definition = Definition.learn(now, params) if present is None else present.definition
    level = pd.Series(dtype=np.int64) if present is None else present.level
    table, is_sensitive = sensitivity(scored, weights, definition.shares)
    names, moved = _names(params), moved or present
    ends = list(past.frames)
    if moved is not None and is_month_end(as_of):
        present_frame = moved.frame(names)
        if ends:  # as categories, which take less memory than texts
            present_frame["customer_id"] = present_frame["customer_id"].astype(ends[0]["customer_id"].dtype)
        ends.append(present_frame)
    shown = indicator_points.loc[scores.index, list(VARIABLE_POINTS)].round(4).rename(columns=VARIABLE_POINTS)
    out = scored.rename(columns=POINTS).join(shown).assign(
        n_dimensions_known=scored.notna().sum(axis=1),
        value_score=scores,
        tier=pd.Series(names[level.to_numpy()], index=scores.index, dtype=object),
        tier_probability=np.nan,
        is_tier_held=False if present is None else present.level != present.fresh,
        is_tier_by_income=False if present is None else present.by_income,
        is_tier_sensitive=is_sensitive,
    )  # fmt: skip
    if len(scores) and certainty is not None:
        probable = certainty(scores, scored, level, definition.bounds).round(3)
        out["tier_probability"] = probable.mask(out["is_tier_by_income"].astype(bool))
    all_ids = pd.Index(sorted(customer_ids), name="customer_id")
    out = out.reindex(all_ids).reset_index().reindex(columns=SCORECARD.names)
    out["tier"] = out["tier"].fillna(POTENTIAL)
    return Card(
        customers=out,
        months=pd.concat(ends, ignore_index=True) if ends else pd.DataFrame(columns=TIER_MONTHS.names),
        sensitivity=table,
        history=pd.DataFrame(
            [*past.counts, *([] if present is None or moved is None else [_counts(present, moved)])],
            columns=["as_of", "n_customers", "n_before", "n_up", "n_down", "n_held"],
        ),
        levels=[
            {"name": tier.name, "share": float(share), "at_least": float(at) if np.isfinite(at) else None}
            for tier, share, at in zip(params.levels, definition.shares, definition.bounds[1:], strict=True)
        ],
        known_share={str(name): float(share) for name, share in of_scored.notna().mean().fillna(0.0).items()},
    )


def _counts(present: Placed, moved: Placed) -> tuple[date, int, int, int, int, int]:
    """Return as_of, n_customers, n_before, n_up and n_down as `moved` has them, and n_held of today."""
    day, n, n_before, up, down, _ = moved.counts()
    return day, n, n_before, up, down, present.counts()[-1]


def _names(params: ScorecardParams) -> np.ndarray:
    return np.array([tier.name for tier in params.levels], dtype=object)
