"""What each customer is worth: what they brought, what is to come, and the score card, side by side."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from crmwb import storage
from crmwb.contract.value import CUSTOMERS
from crmwb.contract.value_customers import POTENTIAL
from crmwb.engine import Backend
from crmwb.findings import Unavailable
from crmwb.params import Params, ValueParams
from crmwb.value import influence, realised, scorecard
from crmwb.value.potential import customers as potential
from crmwb.value.potential import wallet
from crmwb.value.realised.margin import Margin

KEY = "customer_id"


@dataclass(frozen=True)
class CustomerValue:
    """What all customers are worth.

    Attributes
    ----------
    customers : DataFrame
        One row per customer, columns of CUSTOMERS; who never bought has no potential and no score.
    facts : dict
        realised, influence, wallet and scorecard, as their packages make them.
    tier_months : DataFrame
        The tier of each buyer at past month ends, columns of `contract.value.TIER_MONTHS`.
    """

    customers: pd.DataFrame
    tier_months: pd.DataFrame
    facts: dict[str, Any]


def value_customers(
    con: Backend,
    tables: Mapping[str, ir.Table],
    features: pd.DataFrame,
    snapshots: ir.Table,
    *,
    scored: pd.DataFrame | None,
    fitted: potential.Fitted | Unavailable,
    margin: Margin,
    window: tuple[date, date],
    params: Params,
    past: Callable[[], scorecard.Past] | None = None,
) -> CustomerValue:
    """Put together what all customers are worth.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables.
    tables : mapping of str to ir.Table
        Clean canonical tables by name.
    features : DataFrame
        Of all customers.
    snapshots : ir.Table
        Features at month ends, for the tiers at month ends.
    scored : DataFrame or None
        Of buyers, as `potential.customers.score` returns it; None without a forecast.
    fitted : Fitted or Unavailable
        The models behind it.
    margin : Margin
        What is left of revenue.
    window : (date, date)
        The first event's day, and as_of (exclusive).
    params : Params
        All choices: the off season stands in another section than value.
    past : callable, optional
        Returns the tiers at month ends, where these are worked out elsewhere; see `scorecard.followed`.
    """
    first, as_of = window
    p = params.value
    if scored is None:
        scored = pd.DataFrame(columns=POTENTIAL.names)
    clv = scored.set_index(KEY)["clv_cents"]
    brought = realised.customers(con, tables, features, as_of, margin)
    influences = influence.customers(features, brought, clv, p.referral_type_1_share)
    wallets = wallet.customers(con, tables, features, as_of, first)
    card = scorecard.card(
        scorecard.Source.of(con, tables, first=first, margin=margin, params=params, ids=ids_of(features)),
        features,
        snapshots,
        as_of,
        realised=brought,
        potential=scored,
        influences=influences,
        wallets=wallets,
        forecast=forecast_then(fitted, p),
        params=p.scorecard,
        past=past,
    )
    customers = features[[KEY]].sort_values(KEY, ignore_index=True)
    for part in (scored, brought, influences, wallets, card.customers):
        customers = storage.joined_on(KEY, customers, part)
    spent = realised.spent_on(con, tables, as_of)
    of_realised = realised.facts(features, brought, margin, spent, n_bootstrap=p.n_bootstrap, seed=params.seed)
    facts = {
        "realised": of_realised,
        "influence": influence.facts(features, influences, p.referral_type_1_share),
        "wallet": wallet.facts(wallets),
        "scorecard": scorecard.facts(card, brought, clv, of_realised["basis"], p.scorecard),
    }
    return CustomerValue(customers.reindex(columns=CUSTOMERS.names), card.months, facts)


def ids_of(features: pd.DataFrame) -> pa.Array:
    """Return the ids of all customers, in order."""
    return pa.array(features[KEY].sort_values(), type=pa.string())


def forecast_then(fitted: potential.Fitted | Unavailable, p: ValueParams) -> scorecard.Forecast | None:
    """Return what values customers at earlier month ends; None without a forecast."""
    return None if isinstance(fitted, Unavailable) else partial(_clv_then, valuing=fitted.valuing, params=p)


def _clv_then(then: pd.DataFrame, *, valuing: potential.Valuing, params: ValueParams) -> pd.DataFrame:
    return potential.clv_then(potential.buyers_of(then), valuing, params)
