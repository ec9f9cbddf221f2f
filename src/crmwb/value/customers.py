"""What each customer is worth: what they brought, what is to come, and the score card, side by side."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import pyarrow as pa

from crmwb import storage
from crmwb.contract.value_customers import POTENTIAL
from crmwb.findings import Unavailable
from crmwb.params import Params, ValueParams
from crmwb.value import influence, realised, scorecard
from crmwb.value.in_parts import KEY, Parts
from crmwb.value.opened import Features, Opened
from crmwb.value.potential import customers as potential
from crmwb.value.potential import wallet
from crmwb.value.rows import in_order


@dataclass(frozen=True)
class CustomerValue:
    """What all customers are worth.

    Attributes
    ----------
    customers : Parts
        One row per customer, columns of CUSTOMERS; who never bought has no potential and no score.
    facts : dict
        realised, influence, wallet and scorecard, as their packages make them.
    """

    customers: Parts
    facts: dict[str, Any]


def value_customers(
    inputs: Opened,
    source: scorecard.Source,
    *,
    scored: pd.DataFrame | None,
    as_of: date,
    params: Params,
    past: Callable[[], scorecard.Past],
) -> CustomerValue:
    """Put together what all customers are worth: each part with those features alone that it looks at.

    Parameters
    ----------
    inputs : Opened
        Tables and features.
    source : Source
        Where the score card comes from, with all customers in the order of their ids.
    scored : DataFrame or None
        Of buyers, as `potential.customers.score` returns it; None without a forecast.
    as_of : date
        Exclusive.
    params : Params
        All choices.
    past : callable
        Returns the tiers at month ends; see `scorecard.followed`.
    """
    con, tables, ids, p = inputs.con, inputs.tables, source.ids, params.value
    features = scorecard.features_placed(inputs.features, ids)
    valued = pd.DataFrame(columns=POTENTIAL.names) if scored is None else placed(scored, ids)
    clv = valued.set_index(KEY)["clv_cents"]
    brought = realised.customers(con, tables, features(realised.FEATURES), as_of, source.margin, ids=ids)
    influences = influence.customers(features(influence.FEATURES), brought, clv, p.referral_type_1_share)
    wallets = wallet.customers(con, tables, features(wallet.FEATURES), as_of, source.first_event, ids=ids)
    facts = {
        "realised": realised.facts(
            features(realised.FEATURES), brought, source.margin, realised.spent_on(con, tables, as_of, ids),
            n_bootstrap=p.n_bootstrap, seed=params.seed,
        ),
        "influence": influence.facts(features(influence.FEATURES), influences, p.referral_type_1_share),
        "wallet": wallet.facts(wallets),
    }  # fmt: skip
    card = scorecard.card(
        source, features, as_of, realised=brought, potential=valued, influences=influences, wallets=wallets,
        params=p.scorecard, past=past,
    )  # fmt: skip
    facts["scorecard"] = scorecard.facts(card, brought, clv, facts["realised"]["basis"], p.scorecard)
    return CustomerValue(Parts(ids, (valued, brought, influences, wallets, card.customers)), facts)


def placed(frame: pd.DataFrame, ids: pa.Array) -> pd.DataFrame:
    """Return a frame with customers by their places in `ids` instead of their ids."""
    return frame.assign(**{KEY: storage.places(pa.array(frame[KEY], type=ids.type), ids)})


def ids_of(features: Features) -> pa.Array:
    """Return the ids of all customers, in order."""
    return pa.array(in_order(features([KEY]))[KEY], type=pa.string())


def forecast_then(fitted: potential.Fitted | Unavailable, p: ValueParams) -> scorecard.Forecast | None:
    """Return what values customers at earlier month ends; None without a forecast."""
    return None if isinstance(fitted, Unavailable) else partial(_clv_then, valuing=fitted.valuing, params=p)


def _clv_then(then: pd.DataFrame, *, valuing: potential.Valuing, params: ValueParams) -> pd.DataFrame:
    return potential.clv_then(potential.buyers_of(then), valuing, params)
