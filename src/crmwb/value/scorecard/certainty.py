"""The standard error of a score, for the probability that its tier is right (see `crmwb.tiers.certainty`).

Every indicator has a standard error in its own unit, carried into points by looking at the scale one error above and
below. What comes from the same chance moves together, so the errors of its indicators are added; different chances are
independent, so their sums are added as squares.

    purchases   revenue, profit, places and share of wallet: the purchase days resampled with counts that are
                Poisson, under which revenue R = Σ r has the standard error √Σ r²
    forecast    CLV: its 80% interval, else the error of the purchases
    terms       the standard error of the mean
    overdue, disputes, off_season, response
                shares of n: √(p (1 - p) / n), with a success and a failure added (Agresti & Coull 1998)

Referrals, product lines, tenure and limit use are counted, not estimated. On simulated customers with 10 and 30
purchases on average the mean probability and the share of tiers that are right agree to two points (a test keeps them
so); with 3, tiers said to be 95% sure are right nine times in ten.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

import numpy as np
import pandas as pd
import pyarrow as pa
from scipy.special import ndtri

from crmwb.engine import Backend
from crmwb.features.purchases import days
from crmwb.tiers import probability
from crmwb.value.blocks import blocks
from crmwb.value.in_parts import KEY
from crmwb.value.realised.costs import Tables
from crmwb.value.rows import rows
from crmwb.value.scorecard.indicators import DIMENSIONS, INDICATORS
from crmwb.value.scorecard.points import ranks, weights_of
from crmwb.value.scorecard.scale import Percentile, Ranks, Scale

INTERVAL = ("clv_lower_80_cents", "clv_upper_80_cents")
ERRORS_IN_INTERVAL = 2 * float(ndtri(0.9))
CHANCES = {
    "purchases": ("revenue", "profit", "industry", "region", "wallet"),
    "forecast": ("clv",),
    "terms": ("terms",),
    "overdue": ("overdue",),
    "disputes": ("disputes",),
    "off_season": ("off_season",),
    "response": ("response",),
}


@dataclass(frozen=True)
class Chance:
    """What the errors of all indicators come from; frames and series on the index customer_id, or with that column.

    Attributes
    ----------
    features : DataFrame
        customer_id, n_invoices, n_purchase_days, off_season_share and n_campaigns_received.
    realised : DataFrame
        customer_id, realised_revenue_cents, realised_margin_cents and profit_cents.
    potential : DataFrame or None
        customer_id with the columns of INTERVAL, where there are any.
    payments : DataFrame
        As `credit.payments` returns it.
    noise : Series
        As `purchase_noise` returns it.
    even_share : float
        The off season's share of a year.
    """

    features: pd.DataFrame
    realised: pd.DataFrame
    potential: pd.DataFrame | None
    payments: pd.DataFrame
    noise: pd.Series
    even_share: float

    def of(self, customers: pd.Index) -> Self:
        """Return the same of some customers."""
        return replace(
            self,
            features=_some(self.features, customers),
            realised=_some(self.realised, customers),
            potential=None if self.potential is None else _some(self.potential, customers),
            payments=self.payments.reindex(customers),
            noise=self.noise.reindex(customers),
        )


def purchase_noise(con: Backend, tables: Tables, as_of: date, ids: pa.Array | None = None) -> pd.Series:
    """Return the standard error of each customer's revenue over the revenue, on the index customer_id.

    Squares are summed as whole numbers, so that the sum does not depend on its order. 1 for a single purchase day.
    """
    table = days(tables["transactions"], as_of)
    cents = table.revenue_cents.cast("decimal(19, 0)")
    squares = (cents * cents).cast("decimal(38, 0)").sum().cast("float64")
    by_customer = table.group_by("customer_id")
    sums = rows(con, by_customer.aggregate(squares=squares, cents=cents.sum().cast("float64")), ids)
    return pd.Series(np.sqrt(sums["squares"]) / sums["cents"].abs().where(sums["cents"] != 0), name="noise")


def errors(indicators: pd.DataFrame, chance: Chance, among: Mapping[str, Ranks] | None = None) -> pd.DataFrame:
    """Return the standard error of each indicator in points.

    Parameters
    ----------
    indicators : DataFrame of shape (n, 15)
        As `indicators.indicators` returns it.
    chance : Chance
        What errors come from; customers may be missing.
    among : mapping of str to Ranks, optional
        As `points.ranks` returns them, where these are some customers of many.

    Returns
    -------
    DataFrame of shape (n, 15)
        On the index of `indicators`; 0 where nothing is left to chance, or the indicator is unknown.
    """
    others = ranks(indicators) if among is None else among
    features, realised, payments, potential = chance.features, chance.realised, chance.payments, chance.potential
    table, brought = (frame.set_index(KEY).reindex(indicators.index) for frame in (features, realised))
    share = chance.noise.reindex(indicators.index).fillna(1.0).to_numpy()
    revenue = brought["realised_revenue_cents"].to_numpy(dtype=np.float64, na_value=np.nan)
    margin = brought["realised_margin_cents"].to_numpy(dtype=np.float64, na_value=np.nan)
    place = _in_points(Percentile(), revenue, np.abs(revenue) * share, others["revenue"])
    own = {indicator.name: (indicator.scale, indicators[indicator.name].to_numpy()) for indicator in INDICATORS}
    in_units = {
        "revenue": np.abs(revenue) * share,
        "profit": np.abs(margin) * share,
        "clv": _forecast_error(indicators["clv"], potential, share),
        "wallet": indicators["wallet"].to_numpy() * share,
        "terms": payments["days_beyond_terms_error"].reindex(indicators.index).to_numpy(dtype=np.float64),
        "overdue": _of_share(indicators["overdue"], table["n_invoices"]),
        "disputes": _of_share(indicators["disputes"], table["n_invoices"]),
        "response": _of_share(indicators["response"], table["n_campaigns_received"]),
        "off_season": _of_share(table["off_season_share"], table["n_purchase_days"]) / max(chance.even_share, 1e-9),
    }
    points = {name: _in_points(*own[name], error, others[name]) for name, error in in_units.items()}
    points |= {"industry": place, "region": place}
    zero = np.zeros(len(indicators))
    out = pd.DataFrame(
        {indicator.name: points.get(indicator.name, zero) for indicator in INDICATORS}, index=indicators.index
    )
    return out.where(indicators.notna(), 0.0).fillna(0.0)


def score_error(
    point_errors: pd.DataFrame, dimension_points: pd.DataFrame, indicators: pd.DataFrame, weights: Mapping[str, float]
) -> pd.Series:
    """Return the standard error of each score, in points: the errors of its indicators, weighted as in the score."""
    shares = weights_of(dimension_points, weights)
    weighed = {}
    for dimension in DIMENSIONS:
        names = [indicator.name for indicator in INDICATORS if indicator.dimension == dimension]
        n_known = indicators[names].notna().sum(axis=1).clip(lower=1)
        for name in names:
            weighed[name] = point_errors[name] * shares[dimension] / n_known
    squares = [sum(weighed[name] for name in names) ** 2 for names in CHANCES.values()]
    return pd.Series(np.sqrt(sum(squares)), index=indicators.index)


def probabilities(
    chance: Chance,
    indicators: pd.DataFrame,
    dimension_points: pd.DataFrame,
    *,
    scores: pd.Series,
    level: pd.Series,
    bounds: np.ndarray,
    weights: Mapping[str, float],
) -> pd.Series:
    """Return how certain each customer's tier is, see `tiers.probability`, some customers at a time.

    Parameters
    ----------
    chance, indicators
        As for `errors`.
    dimension_points, weights
        As for `score_error`.
    scores, level, bounds
        As for `tiers.probability`.
    """
    among, parts = ranks(indicators), []
    for part in blocks(len(indicators)):
        some, points = indicators.iloc[part], dimension_points.iloc[part]
        error = score_error(errors(some, chance.of(some.index), among), points, some, weights)
        parts.append(probability(scores.iloc[part], error, level.iloc[part], bounds))
    every: pd.Series = pd.concat(parts)
    return every


def _some(frame: pd.DataFrame, customers: pd.Index) -> pd.DataFrame:
    """Return the rows of a frame, in the order of customer_id, from the first to the last of some customers."""
    if not len(customers):
        return frame.head(0)
    first, last = frame[KEY].searchsorted([customers[0], customers[-1]]).tolist()
    return frame.iloc[first : last + 1]


def _in_points(scale: Scale, values: np.ndarray, error: np.ndarray, ranks: Ranks) -> np.ndarray:
    """Return half of what lies, on the scale, between one error above and one below."""
    up, down = (scale.points(values + direction * error, ranks) for direction in (1, -1))
    half: np.ndarray = np.abs(up - down) / 2
    return half


def _forecast_error(clv: pd.Series, potential: pd.DataFrame | None, share: np.ndarray) -> np.ndarray:
    """Return the standard error of CLV in cents: from its interval where there is one."""
    if potential is None or not set(INTERVAL) <= set(potential):
        return np.asarray(clv.to_numpy() * share)
    ends = potential.set_index("customer_id").reindex(clv.index)
    width = ends[INTERVAL[1]].to_numpy(dtype=np.float64) - ends[INTERVAL[0]].to_numpy(dtype=np.float64)
    return np.asarray(width / ERRORS_IN_INTERVAL)


def _of_share(share: pd.Series, n: pd.Series) -> np.ndarray:
    """Return the standard error of a share of n, with a success and a failure added."""
    of = n.fillna(0).to_numpy(dtype=np.float64)
    p = (share.to_numpy() * of + 1) / (of + 2)
    return np.asarray(np.sqrt(np.maximum(p * (1 - p), 0.0) / (of + 2)))
