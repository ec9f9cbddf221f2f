"""The score card: what each customer is worth all in all, in which tier that puts them, and how certain that is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crmwb.calendar import is_month_end
from crmwb.contract.value import TIER_MONTHS
from crmwb.contract.value_customers import SCORECARD
from crmwb.params import POTENTIAL, ScorecardParams
from crmwb.value.blocks import blocks
from crmwb.value.in_parts import KEY, write_in_parts
from crmwb.value.opened import Features
from crmwb.value.scorecard.certainty import Chance, probabilities, purchase_noise
from crmwb.value.scorecard.credit import payments
from crmwb.value.scorecard.indicators import DIMENSIONS, VARIABLES
from crmwb.value.scorecard.indicators import FEATURES as INDICATOR_FEATURES
from crmwb.value.scorecard.memory import Forecast, Source, describe, indicators_today, past_indicators
from crmwb.value.scorecard.months import Counts, Definition, Past, Placed, follow
from crmwb.value.scorecard.points import DECIMALS, dimensions, points, ranks, score
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
    sensitivity: pd.DataFrame
    history: pd.DataFrame
    levels: list[dict[str, Any]]
    known_share: dict[str, float]


def card(
    source: Source,
    features: Features,
    as_of: date,
    *,
    realised: pd.DataFrame,
    potential: pd.DataFrame,
    influences: pd.DataFrame,
    wallets: pd.DataFrame,
    params: ScorecardParams,
    past: Callable[[], Past],
) -> Card:
    """Score every customer who bought, and place them in tiers that follow those of the months before.

    Customers are known by their places in the source's ids.

    Parameters
    ----------
    source : Source
        Where the engine's part comes from.
    features : callable
        Columns of the features of all customers, as of `as_of`; see `memory.features_placed`.
    as_of : date
        Exclusive.
    realised, influences, wallets : DataFrame
        As realised.customers, influence.customers and wallet.customers return them.
    potential : DataFrame
        customer_id and clv_cents of buyers, with clv_lower_80_cents and clv_upper_80_cents where there are any.
    params : ScorecardParams
        Weights, tiers and hysteresis.
    past : callable
        Returns what `followed` does, which may be worked out elsewhere.

    Returns
    -------
    Card
        In `customers`, those who never bought have the tier "potential" and no score.
    """
    weights = params.weights.model_dump()
    clv = potential.set_index(KEY)["clv_cents"]
    needed = features(INDICATOR_FEATURES)
    now = describe(source, needed, realised, clv, as_of=as_of, influences=influences, wallets=wallets)

    def certainty(scores: pd.Series, scored: pd.DataFrame, level: pd.Series, bounds: np.ndarray) -> pd.Series:
        of_scored = now.loc[scores.index]
        chance = Chance(
            needed, realised, potential, payments(source.con, source.tables, as_of, source.ids),
            noise=purchase_noise(source.con, source.tables, as_of, source.ids),
            even_share=len(source.off_season_months) / 12,
        )  # fmt: skip
        return probabilities(chance, of_scored, scored, scores=scores, level=level, bounds=bounds, weights=weights)

    return _card(now, past(), features([KEY])[KEY], as_of, params, certainty=certainty)


def followed(
    source: Source,
    snapshots: ir.Table,
    features: Features,
    as_of: date,
    *,
    forecast: Forecast | None,
    params: ScorecardParams,
    file: Path,
) -> Past:
    """Follow the tiers of the month ends before `as_of`, and of today by the same model, and write them.

    Today is placed by the model that values month ends, or a change of model would be one of tiers.

    Parameters
    ----------
    source, features, as_of, params
        As for `card`.
    snapshots : ir.Table
        Features at month ends.
    forecast : callable or None
        CLV at earlier month ends, see `memory.past_indicators`.
    file : Path
        Where TIER_MONTHS goes: of the month ends, and of today if it is one.
    """
    counts: list[Counts] = []
    last: list[Placed] = []
    names = _names(params)

    def months() -> Iterator[pd.DataFrame]:
        for end, indicators in past_indicators(source, snapshots, as_of, params.history_months, forecast):
            if (placed := follow(end, indicators, last[-1] if last else None, params)) is not None:
                counts.append(placed.counts())
                last[:] = [placed]  # of all others, what is written of them is all that is left
                yield from placed.frames(names, source.ids)
        before = last[0].level if last else None
        today = follow(as_of, indicators_today(source, features, as_of, forecast), last[-1] if last else None, params)
        if today is not None and is_month_end(as_of):
            yield from today.frames(names, source.ids)
        result.append(Past(tuple(counts), before, None if today is None else today.counts()))

    result: list[Past] = []
    write_in_parts(months(), TIER_MONTHS, file)
    return result[0]


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
) -> Card:
    """Place customers in tiers, given those of the months before, and say how certain that is."""
    weights = params.weights.model_dump()
    shown = _points_shown(now)
    dimension_points = shown[list(DIMENSIONS)]
    present = follow(as_of, now, past.level, params)
    scores = score(dimension_points, weights).dropna()
    scored, of_scored = dimension_points.loc[scores.index], now.loc[scores.index]
    definition = Definition.learn(now, params) if present is None else present.definition
    level = pd.Series(dtype=np.int64) if present is None else present.level
    table, is_sensitive = sensitivity(scored, weights, definition.shares)
    names = _names(params)
    shown = shown.loc[scores.index, list(VARIABLE_POINTS)].rename(columns=VARIABLE_POINTS)
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
    all_ids = pd.Index(customer_ids.sort_values(), name=KEY)
    out = out.reindex(all_ids).reset_index().reindex(columns=SCORECARD.names)
    out["tier"] = out["tier"].fillna(POTENTIAL)
    return Card(
        customers=out,
        sensitivity=table,
        history=pd.DataFrame(
            [*past.counts, *([] if present is None else [_counts(present, past.today)])],
            columns=["as_of", "n_customers", "n_before", "n_up", "n_down", "n_held"],
        ),
        levels=[
            {"name": tier.name, "share": float(share), "at_least": float(at) if np.isfinite(at) else None}
            for tier, share, at in zip(params.levels, definition.shares, definition.bounds[1:], strict=True)
        ],
        known_share={str(name): float(share) for name, share in of_scored.notna().mean().fillna(0.0).items()},
    )


def _points_shown(now: pd.DataFrame) -> pd.DataFrame:
    """Return the points of each customer that the card shows: of the dimensions, and of the five variables."""
    among, parts = ranks(now), []
    for rows in blocks(len(now)):
        of_each = points(now.iloc[rows], among)
        parts.append(dimensions(of_each).join(of_each[list(VARIABLE_POINTS)].round(DECIMALS)))
    return pd.concat(parts)


def _counts(present: Placed, today: Counts | None) -> Counts:
    """Return the counts of today by the model of the month ends, where it is another, and who is held by today's."""
    own = present.counts()
    day, n, n_before, up, down, _ = today or own
    return day, n, n_before, up, down, own[-1]


def _names(params: ScorecardParams) -> np.ndarray:
    return np.array([tier.name for tier in params.levels], dtype=object)
