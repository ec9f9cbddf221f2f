"""The whole valuation of a source, from clean tables and features to everything that the value stage writes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

import pandas as pd

from crmwb.calendar import day_number
from crmwb.contract.value import CUSTOMERS
from crmwb.features.purchase_days import PurchaseDays, read_days
from crmwb.findings import Unavailable, to_json
from crmwb.params import Params
from crmwb.processes import beside
from crmwb.progress import step
from crmwb.value import equity
from crmwb.value.apart import Apart, Tested, judged, judged_apart, tiers_apart
from crmwb.value.challenger import Past, Traits
from crmwb.value.challenger.stack import FIT_CUSTOMERS
from crmwb.value.customers import forecast_then, ids_of, value_customers
from crmwb.value.equity import Equity
from crmwb.value.opened import Open, Opened
from crmwb.value.potential.customers import Fitted, active, buyers_of, fit, score, terms_of
from crmwb.value.potential.tiers import tier_ranges
from crmwb.value.proof.backtest import Backtest, step_of
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
    open_inputs: Open,
    features: pd.DataFrame,
    *,
    contracts: pd.DataFrame,
    observed: dict[str, Any],
    circumstances: dict[str, Any],
    params: Params,
) -> Valuation:
    """Value all customers of a source.

    Where too few bought twice there is no forecast: its columns are empty, `models` says what would be needed, and
    everything else is worked out. Where there are no purchases at all, tiers rest on what the source states of
    customers. Of many customers, a second process does what needs little of the rest.

    Parameters
    ----------
    open_inputs : callable
        Opens the clean tables and the snapshots, in any process; see `opened.opened`.
    features : DataFrame
        `FEATURES` of all customers.
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
    as_of = date.fromisoformat(observed["as_of"][:10])
    with open_inputs() as inputs:
        if "transactions" not in inputs.tables:
            known = stated(inputs.con, inputs.tables, features, contracts=contracts, as_of=as_of, params=params.value)
            models, numbers = {"not_available": to_json(NO_PURCHASES), "caveats": []}, {"n_customers": len(features)}
            return Valuation(known.customers.reindex(columns=CUSTOMERS.names), models, known.facts, numbers)
        buyers = buyers_of(features)
        days = read_days(inputs.con, inputs.tables["transactions"], as_of)
        with beside(params.engine.threads if days.n_customers > FIT_CUSTOMERS else 1) as other:
            return _value(
                inputs, features, buyers, days, observed=observed, circumstances=circumstances, params=params,
                apart=None if other is None else Apart(other, open_inputs),
            )  # fmt: skip


def _value(
    inputs: Opened,
    features: pd.DataFrame,
    buyers: pd.DataFrame,
    days: PurchaseDays,
    *,
    observed: dict[str, Any],
    circumstances: dict[str, Any],
    params: Params,
    apart: Apart | None,
) -> Valuation:
    """Value the customers of a source with purchases; arguments as for `value_all`.

    `apart` is None where no other process works beside. Of fewer customers, tests and forecasts learn from the same,
    and nothing twice.
    """
    first, as_of = (date.fromisoformat(observed[name][:10]) for name in ("first_event", "as_of"))
    past = Past(days, Traits.of(inputs.con, inputs.snapshots, days.ids))
    proof: Callable[[], Tested] = partial(judged, past, as_of, params)
    if apart is not None:
        proof = apart.start(judged_apart, days.every(step_of(days.n_customers)), as_of, params)
    with step("fitting models and valuing customers"):
        fitted: Fitted | Unavailable = fit(buyers, params.value, past, as_of)
        scored = None
        if isinstance(fitted, Fitted):
            scored, fitted = score(buyers, fitted, params.value)
    of_margin, tiers = margin(buyers, params.value.assumed_margin_share), None
    if apart is not None:
        tiers = apart.start_last(
            tiers_apart, ids_of(features), first, as_of,
            margin=of_margin, forecast=forecast_then(fitted, params.value), params=params,
        )  # fmt: skip
    if isinstance(fitted, Fitted) and scored is not None:
        followed = _equity(inputs, scored, fitted, days, observed=observed, circumstances=circumstances, params=params)
    with step("what customers brought, and the score card"):
        whole = value_customers(
            inputs.con, inputs.tables, features, inputs.snapshots,
            scored=scored, fitted=fitted, margin=of_margin, window=(first, as_of), params=params, past=tiers,
        )  # fmt: skip
    if isinstance(fitted, Unavailable):
        models = no_models_record(buyers, fitted, as_of=as_of, params=params)
        parts = dict.fromkeys(("equity", "bridge", "forecast", "proof", "check"))
        facts = whole.facts | {"equity": parts | {"caveats": [models["unavailable"]]}}
        numbers = {"n_customers": len(whole.customers), "tiers": facts["scorecard"]["stability"]}
        return Valuation(whole.customers, models, facts, numbers, tier_months=whole.tier_months)
    of_test = proof()
    names = [level.name for level in params.value.scorecard.levels]
    ranges = tier_ranges(fitted, whole.customers, names, params.value.horizon_days)
    models = models_record(buyers, fitted, of_test, ranges, as_of=as_of, params=params)
    facts = whole.facts | {"equity": followed.facts}
    metrics = metrics_record(whole.customers, models, facts, of_test.backtest)
    return Valuation(whole.customers, models, facts, metrics, of_test.backtest, followed, whole.tier_months)


def _equity(
    inputs: Opened,
    scored: pd.DataFrame,
    fitted: Fitted,
    days: PurchaseDays,
    *,
    observed: dict[str, Any],
    circumstances: dict[str, Any],
    params: Params,
) -> Equity:
    """Follow customer equity, and withhold of it what the history does not support; arguments as for `_value`."""
    as_of = date.fromisoformat(observed["as_of"][:10])
    counted = active(scored, fitted, params.value.horizon_days, params.value.equity.lost_below)
    agree = equity.active_agree(*counted)
    followed = equity.build(
        inputs.con,
        inputs.tables["transactions"],
        (fitted.purchases, fitted.spend),
        terms_of(fitted, params.value),
        time=fitted.time,
        correction=fitted.level,
        total=fitted.total_range(params.value.horizon_days),
        as_of=as_of,
        params=params.value.equity,
        currency=observed["currency"],
        counts_active=fitted.dropout.is_identified and agree,
        n_to_buy=float(scored["p_purchase"].sum()),
        holes=[(date.fromisoformat(begins), date.fromisoformat(ends)) for begins, ends in circumstances["holes"]],
        one_order=_day_of_one_order(circumstances),
    )
    followed = equity.supported(followed, circumstances)
    if why := equity.looks_new(days, day_number(as_of)):
        followed = equity.without_new_share(followed, why)
    if fitted.dropout.is_identified and not agree:
        followed = equity.without_active(followed, *counted)
    return followed


def _day_of_one_order(circumstances: Mapping[str, Any]) -> date | None:
    known = {finding["code"]: finding for finding in circumstances["findings"]}
    order = known.get("circumstances.one_order")
    return None if order is None else date.fromisoformat(order["values"]["day"]["value"])
