"""The whole valuation of a source, from clean tables and features to everything that the value stage writes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis.expr.types as ir
import pandas as pd

from crmwb.calendar import day_number
from crmwb.contract.value import CUSTOMERS
from crmwb.engine import Backend
from crmwb.features.purchase_days import read_days
from crmwb.findings import Unavailable, to_json
from crmwb.params import Params
from crmwb.progress import step
from crmwb.value import equity
from crmwb.value.challenger import Past, Traits
from crmwb.value.customers import value_customers
from crmwb.value.equity import Equity
from crmwb.value.potential.customers import Fitted, active, buyers_of, fit, score, terms_of
from crmwb.value.potential.tiers import tier_ranges
from crmwb.value.proof.backtest import Backtest, backtest
from crmwb.value.realised.margin import margin
from crmwb.value.record import metrics_record, models_record, no_models_record
from crmwb.value.scorecard.memory import COLUMNS
from crmwb.value.stated import NO_PURCHASES, stated

FEATURES = COLUMNS  # all that is read of the features


@dataclass(frozen=True)
class Valuation:
    """What the value stage finds.

    Attributes
    ----------
    customers : DataFrame
        One row per customer, columns of `CUSTOMERS`.
    models, facts, metrics : dict
        The models and their proof; findings with their figures; and the few numbers that runs are compared by.
    tested : Backtest or None
        How forecasts came true; this and what follows is None where the source has no transactions, or too few
        customers who bought twice.
    equity : Equity or None
        Customer equity through time, and the months ahead.
    tier_months : DataFrame or None
        The tier of each buyer at past month ends.
    """

    customers: pd.DataFrame
    models: dict[str, Any]
    facts: dict[str, Any]
    metrics: dict[str, Any]
    tested: Backtest | None = None
    equity: Equity | None = None
    tier_months: pd.DataFrame | None = None


def value_all(
    con: Backend,
    tables: Mapping[str, ir.Table],
    features: pd.DataFrame,
    snapshots: ir.Table,
    *,
    contracts: pd.DataFrame,
    observed: dict[str, Any],
    circumstances: dict[str, Any],
    params: Params,
) -> Valuation:
    """Value all customers of a source.

    Where too few bought twice there is no forecast: its columns are empty, `models` says what would be needed, and
    everything else is worked out. Where there are no purchases at all, tiers rest on what the source states of
    customers.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables.
    tables : mapping of str to ir.Table
        Clean canonical tables by name.
    features : DataFrame
        `FEATURES` of all customers.
    snapshots : ir.Table
        Features at month ends.
    contracts : DataFrame
        What the contracts stage says of customers.
    observed : dict
        observation.json: as_of, first_event, currency.
    circumstances : dict
        circumstances.json: what forecasts and changes must not be stated for.
    params : Params
        All choices.

    Raises
    ------
    CrmwbError
        Nobody bought before as_of.
    """
    window = date.fromisoformat(observed["first_event"][:10]), date.fromisoformat(observed["as_of"][:10])
    if "transactions" not in tables:
        known = stated(con, tables, features, contracts=contracts, as_of=window[1], params=params.value)
        models, numbers = {"not_available": to_json(NO_PURCHASES), "caveats": []}, {"n_customers": len(features)}
        return Valuation(known.customers.reindex(columns=CUSTOMERS.names), models, known.facts, numbers)
    as_of = window[1]
    buyers = buyers_of(features)
    days = read_days(con, tables["transactions"], as_of)
    past = Past(days, Traits.of(con, snapshots, days.ids))
    with step("fitting models and valuing customers"):
        fitted: Fitted | Unavailable = fit(buyers, params.value, past, as_of)
        scored = None
        if isinstance(fitted, Fitted):
            scored, fitted = score(buyers, fitted, params.value)
    with step("what customers brought, and the score card"):
        whole = value_customers(
            con, tables, features, snapshots,
            scored=scored, fitted=fitted, margin=margin(buyers, params.value.assumed_margin_share),
            window=window, params=params,
        )  # fmt: skip
    if isinstance(fitted, Unavailable):
        models = no_models_record(buyers, fitted, as_of=as_of, params=params)
        parts = dict.fromkeys(("equity", "bridge", "forecast", "proof", "check"))
        facts = whole.facts | {"equity": parts | {"caveats": [models["unavailable"]]}}
        numbers = {"n_customers": len(whole.customers), "tiers": facts["scorecard"]["stability"]}
        return Valuation(whole.customers, models, facts, numbers, tier_months=whole.tier_months)
    tested = backtest(past, as_of, params.value.backtest)
    counted = active(whole.customers, fitted, params.value.horizon_days, params.value.equity.lost_below)
    agree = equity.active_agree(*counted)
    followed = equity.build(
        con,
        tables["transactions"],
        (fitted.purchases, fitted.spend),
        terms_of(fitted, params.value),
        time=fitted.time,
        correction=fitted.level,
        total=fitted.total_range(params.value.horizon_days),
        as_of=as_of,
        params=params.value.equity,
        currency=observed["currency"],
        counts_active=fitted.dropout.is_identified and agree,
        n_to_buy=float(whole.customers["p_purchase"].sum()),
        holes=[(date.fromisoformat(begins), date.fromisoformat(ends)) for begins, ends in circumstances["holes"]],
        one_order=_day_of_one_order(circumstances),
    )
    followed = equity.supported(followed, circumstances)
    if why := equity.looks_new(days, day_number(as_of)):
        followed = equity.without_new_share(followed, why)
    if fitted.dropout.is_identified and not agree:
        followed = equity.without_active(followed, *counted)
    names = [level.name for level in params.value.scorecard.levels]
    tiers = tier_ranges(fitted, whole.customers, names, params.value.horizon_days)
    models = models_record(buyers, fitted, tested, tiers, as_of=as_of, params=params)
    facts = whole.facts | {"equity": followed.facts}
    metrics = metrics_record(whole.customers, models, facts, tested)
    return Valuation(whole.customers, models, facts, metrics, tested, followed, whole.tier_months)


def _day_of_one_order(circumstances: Mapping[str, Any]) -> date | None:
    known = {finding["code"]: finding for finding in circumstances["findings"]}
    order = known.get("circumstances.one_order")
    return None if order is None else date.fromisoformat(order["values"]["day"]["value"])
