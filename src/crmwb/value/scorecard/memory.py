"""The score card's inputs at earlier month ends, described the same way as today's."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb import storage
from crmwb.contract.value_customers import WALLET
from crmwb.engine import Backend
from crmwb.params import Params
from crmwb.value import influence, realised
from crmwb.value.in_parts import KEY
from crmwb.value.opened import Features
from crmwb.value.potential import customers as potential
from crmwb.value.potential import wallet
from crmwb.value.realised.margin import Margin
from crmwb.value.realised.profit import profits
from crmwb.value.rows import rows
from crmwb.value.scorecard.credit import payments
from crmwb.value.scorecard.indicators import FEATURES, indicators

Forecast = Callable[[pd.DataFrame], pd.DataFrame]

BROUGHT = ("realised_revenue_cents", "realised_margin_cents", "serve_cost_cents", "profit_cents")
LATER = sorted({*influence.FEATURES, *wallet.FEATURES, *FEATURES})
COLUMNS = sorted({*realised.FEATURES, *influence.FEATURES, *potential.FEATURES, *wallet.FEATURES, *FEATURES})


@dataclass(frozen=True)
class Source:
    """What a moment is described from: fixed while time goes by.

    Attributes
    ----------
    con : Backend
        The engine that holds the tables.
    tables : mapping of str to ir.Table
        Clean canonical tables by name.
    first_event : date
        Where the data begin.
    margin : Margin
        For those whose costs of goods are unknown.
    type_1_share : float
        Of referrals, see `influence.referrals`.
    off_season_months : tuple of int
        Months of the year.
    ids : Array
        All customers, in the order of their ids: at earlier month ends they are known by their places in it.
    """

    con: Backend
    tables: Mapping[str, ir.Table]
    first_event: date
    margin: Margin
    type_1_share: float
    off_season_months: tuple[int, ...]
    ids: pa.Array

    @classmethod
    def of(
        cls,
        con: Backend,
        tables: Mapping[str, ir.Table],
        *,
        first: date,
        margin: Margin,
        params: Params,
        ids: pa.Array,
    ) -> Self:
        """Return the source with what `params` say of it."""
        return cls(
            con, tables, first, margin, params.value.referral_type_1_share, params.features.off_season_months, ids
        )


def past_indicators(
    source: Source, snapshots: ir.Table, as_of: date, n_months: int, forecast: Forecast | None
) -> Iterator[tuple[date, pd.DataFrame]]:
    """Describe the buyers of the last month ends before `as_of`, one at a time, the earliest first.

    Nothing that was not known at a month end counts in it, but for the parameters of `forecast`, which are today's.

    Parameters
    ----------
    source : Source
        Where from.
    snapshots : ir.Table
        data/snapshots.
    as_of : date
        Month ends before it count.
    n_months : int
        How many at most.
    forecast : callable or None
        Features of buyers in, customer_id and clv_cents out; CLV stays unknown where not given.

    Yields
    ------
    date, DataFrame
        The day before which everything was known, and the frame of indicators, on places in the source's ids.
    """
    ends = snapshots.filter(snapshots.as_of < ibis.literal(as_of)).select("as_of").distinct()
    spent = realised.spent_then(source.con, source.tables, source.ids)
    month_ends = sorted(end.date() for end in pd.to_datetime(ends.to_pyarrow()["as_of"].to_pandas()))
    for end in month_ends[len(month_ends) - n_months :] if n_months < len(month_ends) else month_ends:
        at_end = snapshots.filter(snapshots.as_of == ibis.literal(end)).select(COLUMNS)
        then = _referrers_placed(rows(source.con, at_end, source.ids), source.ids).reset_index()
        yield end, _described_by(source, then, end, spent(end), forecast)


def indicators_today(source: Source, features: Features, as_of: date, forecast: Forecast | None) -> pd.DataFrame:
    """Describe today's buyers as `past_indicators` does those of month ends; `features` as for `features_placed`."""
    spent = realised.spent_on(source.con, source.tables, as_of, source.ids)
    return _described_by(source, features(COLUMNS), as_of, spent, forecast)


def _described_by(
    source: Source, then: pd.DataFrame, as_of: date, spent: pd.DataFrame, forecast: Forecast | None
) -> pd.DataFrame:
    clv = clv_of(then, forecast)
    brought = profits(then, spent, source.margin)[list(BROUGHT)].reset_index()
    then = then[LATER]  # what is not looked at any more takes memory
    wallets = None if wallet.is_known(then) else pd.DataFrame(columns=WALLET.names)
    return describe(source, then, brought, clv, as_of=as_of, wallets=wallets)


def features_placed(read: Features, ids: pa.Array) -> Features:
    """Return what reads columns of the features, with customers by their places in `ids`, in their order."""

    def placed(columns: Sequence[str]) -> pd.DataFrame:
        features = read(columns)
        place = storage.places(pa.array(features[KEY], type=ids.type), ids)
        features[KEY] = place
        features = features if (np.diff(place) > 0).all() else features.sort_values(KEY, ignore_index=True)
        return _referrers_placed(features, ids) if "referred_by" in features else features

    return placed


def _referrers_placed(features: pd.DataFrame, ids: pa.Array) -> pd.DataFrame:
    """Return the features with the place of the referrer in `ids`, NaN where there is none."""
    referrers = features["referred_by"]
    if not referrers.notna().any():
        return features
    place = storage.places(pa.array(referrers, type=ids.type), ids)
    return features.assign(referred_by=np.where(place >= 0, place, np.nan))


def describe(
    source: Source,
    features: pd.DataFrame,
    brought: pd.DataFrame,
    clv: pd.Series,
    *,
    as_of: date,
    influences: pd.DataFrame | None = None,
    wallets: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Gather the indicators of a moment, working out those parts that are not given; customers are known by places.

    Parameters
    ----------
    source : Source
        Where from.
    features, brought : DataFrame
        Of this moment; `brought` as realised.customers returns it, or at least its first columns.
    clv : Series
        clv_cents on the index customer_id.
    as_of : date
        The moment.
    influences, wallets : DataFrame, optional
        As influence.customers and wallet.customers return them.
    """
    if influences is None:
        influences = influence.customers(features, brought, clv, source.type_1_share)
    if wallets is None:
        wallets = wallet.customers(source.con, source.tables, features, as_of, source.first_event, ids=source.ids)
    return indicators(
        features, brought, clv, influences, wallets,
        payments=payments(source.con, source.tables, as_of, source.ids),
        as_of=as_of, off_season_months=source.off_season_months,
    )  # fmt: skip


def clv_of(features: pd.DataFrame, forecast: Forecast | None) -> pd.Series:
    """Return clv_cents on the index customer_id, by the model that month ends are valued by; empty without one."""
    if forecast is None:
        return pd.Series(np.nan, index=pd.Index([], dtype=object), dtype=np.float64)
    return forecast(features).set_index("customer_id")["clv_cents"]
