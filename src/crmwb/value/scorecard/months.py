"""The tiers at month ends, each from what was known then, in the order of time and by the rule of today's tiers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Self

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb.calendar import day_column
from crmwb.files.parquet import ROW_GROUP_ROWS
from crmwb.params import ScorecardParams
from crmwb.tiers import held_boundaries, levels_of, place
from crmwb.value.scorecard.points import dimensions, points, ranks, score_blocks
from crmwb.value.scorecard.scale import Ranks

Counts = tuple[date, int, int, int, int, int]


@dataclass(frozen=True)
class Definition:
    """What makes a tier at one moment: the customers that points are ranked among, and the boundaries of scores.

    Attributes
    ----------
    ranks : mapping of str to Ranks
        Of each indicator, among all buyers.
    shares : ndarray of shape (k,)
        Of customers, or of revenue, best tier first.
    bounds : ndarray of shape (k + 1,)
        See `crmwb.tiers.held_boundaries`.
    """

    ranks: Mapping[str, Ranks]
    shares: np.ndarray
    bounds: np.ndarray

    @classmethod
    def learn(cls, indicators: pd.DataFrame, params: ScorecardParams, before: pd.Series | None = None) -> Self:
        """Cut the scores of these buyers into tiers, by shares of customers or of their revenue.

        `before` has the levels of the month before: the tiers hold their shares once who is near a boundary has stayed.
        """
        return cls.of(ranks(indicators), scores_of(indicators, params).dropna(), indicators, params, before)

    @classmethod
    def of(
        cls,
        among: Mapping[str, Ranks],
        scores: pd.Series,
        indicators: pd.DataFrame,
        params: ScorecardParams,
        before: pd.Series | None,
    ) -> Self:
        """Do the same with known ranks and scores, none of them NaN."""
        return cls(among, *_cut(scores, indicators, params, before))


@dataclass(frozen=True)
class Placed:
    """Who was in which tier at one moment.

    Attributes
    ----------
    as_of : date
        Exclusive.
    definition : Definition
        Of this moment.
    level, fresh, unchanged : Series of int of shape (n,)
        Levels from 0, the best, on the index customer_id: with hysteresis, without it, and with hysteresis by the
        definition of the month before, which tells a customer who changed from a definition that did.
    by_income : Series of bool of shape (n,)
        Who is in a better level than the score gives, for income alone (see `_of_income`).
    before : Series or None
        The levels of the month before.
    """

    as_of: date
    definition: Definition
    level: pd.Series
    fresh: pd.Series
    unchanged: pd.Series
    by_income: pd.Series
    before: pd.Series | None

    def frames(self, names: np.ndarray, ids: pa.Array) -> Iterator[pd.DataFrame]:
        """Yield some customers at a time, known by their places in `ids`: columns of TIER_MONTHS."""
        tiers: pd.Index[str] = pd.Index(names.tolist())  # their texts, once for each customer, take much memory
        for begins in range(0, len(self.level), ROW_GROUP_ROWS):
            rows = slice(begins, begins + ROW_GROUP_ROWS)
            level, unchanged = self.level.iloc[rows], self.unchanged.iloc[rows]
            yield pd.DataFrame(
                {
                    "as_of": day_column(self.as_of, len(level)),
                    "customer_id": ids.take(pa.array(level.index)).to_pandas(),
                    "tier": pd.Categorical.from_codes(level.to_numpy(), tiers),
                    "tier_by_former_definition": pd.Categorical.from_codes(unchanged.to_numpy(), tiers),
                }
            )

    def counts(self) -> Counts:
        """Return as_of, n_customers, n_before, n_up, n_down, n_held."""
        was = (
            pd.Series(np.nan, index=self.level.index) if self.before is None else self.before.reindex(self.level.index)
        )
        up, down = int((self.level < was).sum()), int((self.level > was).sum())
        return self.as_of, len(self.level), int(was.notna().sum()), up, down, int((self.level != self.fresh).sum())


@dataclass(frozen=True)
class Past:
    """What is left of the month ends followed, once their tiers are written.

    Attributes
    ----------
    counts : tuple of tuple
        Of each, as `Placed.counts` returns it.
    level : Series or None
        The levels of the last one; None where there is none.
    today : tuple or None
        The counts of today by the model of the month ends; None where nobody has a score.
    """

    counts: tuple[Counts, ...] = ()
    level: pd.Series | None = None
    today: Counts | None = None


def follow(
    as_of: date, indicators: pd.DataFrame, before: Placed | pd.Series | None, params: ScorecardParams
) -> Placed | None:
    """Place the buyers of one moment, given those of the month before; None where nobody has a score.

    Parameters
    ----------
    as_of : date
        The moment, exclusive.
    indicators : DataFrame of shape (n, n_indicators)
        As `indicators.indicators` returns it.
    before : Placed, Series or None
        The month end before; or its levels alone, and then it is not asked who would be where by its definition.
    params : ScorecardParams
        Weights, tiers and hysteresis.
    """
    among = ranks(indicators)
    scores = scores_of(indicators, params, among).dropna()
    if scores.empty:
        return None
    was = before.level if isinstance(before, Placed) else before
    definition = Definition.of(among, scores, indicators, params, was)
    margin = params.hysteresis_points
    of_income = _of_income(indicators, params).reindex(scores.index)
    by_score = pd.Series(levels_of(scores.to_numpy(), definition.bounds), index=scores.index)
    fresh = _better(by_score, of_income)
    if was is None:
        return Placed(as_of, definition, fresh, fresh, fresh, of_income < by_score, None)
    by_score = place(scores, definition.bounds, was, margin)
    level = unchanged = _better(by_score, of_income)
    if isinstance(before, Placed):
        by_former = scores_of(indicators, params, before.definition.ranks).reindex(scores.index).fillna(scores)
        unchanged = _better(place(by_former, before.definition.bounds, was, margin), of_income)
    return Placed(as_of, definition, level, fresh, unchanged, of_income < by_score, was)


def _cut(
    scores: pd.Series, indicators: pd.DataFrame, params: ScorecardParams, before: pd.Series | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares of the levels and the boundaries of scores, none of them unknown."""
    revenue = indicators["revenue"].reindex(scores.index).fillna(0).clip(lower=0).to_numpy()
    by_revenue = params.cut == "revenue" and bool(revenue.any())  # there is none where all was given back
    shares = np.array([level.revenue_share if by_revenue else level.share for level in params.levels])
    return shares, held_boundaries(scores, shares, before, params.hysteresis_points, revenue if by_revenue else None)


def _better(level: pd.Series, other: pd.Series) -> pd.Series:
    """Return the better of two levels of each customer, in little memory."""
    return level.where(level <= other, other).astype(np.int8)


def _of_income(indicators: pd.DataFrame, params: ScorecardParams) -> pd.Series:
    """Return the level that income alone gives to who brought more than a share of all revenue; of others, the last.

    Points are ranks, which know no sizes: without this, a customer who brings a tenth of all revenue could be in a low
    tier for want of loyalty.
    """
    last = pd.Series(len(params.levels) - 1, index=indicators.index)
    revenue = indicators["revenue"].fillna(0).clip(lower=0)
    is_large = revenue > params.income_alone_from * revenue.sum()
    if not is_large.any():
        return last
    income = dimensions(points(indicators))["income"].dropna()
    large = income.index[is_large.reindex(income.index)]
    _, bounds = _cut(income, indicators, params)
    last.loc[large] = levels_of(income.loc[large].to_numpy(), bounds)
    return last


def scores_of(indicators: pd.DataFrame, params: ScorecardParams, among: Mapping[str, Ranks] | None = None) -> pd.Series:
    """Return the score of each buyer, ranked among the buyers of `among`, or these; NaN where nothing is known."""
    return score_blocks(indicators, params.weights.model_dump(), among)
