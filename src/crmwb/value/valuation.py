"""The whole valuation of a source, from clean tables and features to everything that the value stage writes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from crmwb.calendar import day_number
from crmwb.engine import memory
from crmwb.features.purchase_days import read_days
from crmwb.findings import Unavailable, to_json
from crmwb.params import Params
from crmwb.processes import beside
from crmwb.progress import step
from crmwb.value import equity
from crmwb.value.apart import Apart, Tested, judged, judged_apart, tiers, tiers_apart
from crmwb.value.challenger import Past, Traits
from crmwb.value.challenger.stack import FIT_CUSTOMERS
from crmwb.value.customers import forecast_then, ids_of, placed, value_customers
from crmwb.value.equity import Equity
from crmwb.value.in_parts import KEY, Parts
from crmwb.value.opened import Open, Opened
from crmwb.value.potential.customers import FEATURES as BUYER_FEATURES
from crmwb.value.potential.customers import Fitted, active, buyers_of, fit, score, terms_of
from crmwb.value.potential.tiers import tier_ranges
from crmwb.value.proof.backtest import Backtest, step_of
from crmwb.value.realised.margin import Margin, margin
from crmwb.value.record import metrics_record, models_record, no_models_record
from crmwb.value.scorecard import Past as PastTiers
from crmwb.value.scorecard import Source
from crmwb.value.scorecard.memory import COLUMNS
from crmwb.value.stated import NO_PURCHASES, stated


@dataclass(frozen=True)
class Valuation:
    """What the value stage finds.

    Attributes
    ----------
    customers : Parts
        One row per customer, columns of `CUSTOMERS`.
    models, facts, metrics : dict
        The models and their proof; findings with their figures; and the few numbers that runs are compared by.
    tested : Backtest or None
        How forecasts came true; this and what follows is None where the source has no transactions, or too few
        customers who bought twice.
    equity : Equity or None
        Customer equity through time, and the months ahead.
    tier_months : Path or None
        A file with the tier of each buyer at past month ends.
    """

    customers: Parts
    models: dict[str, Any]
    facts: dict[str, Any]
    metrics: dict[str, Any]
    tested: Backtest | None = None
    equity: Equity | None = None
    tier_months: Path | None = None


def value_all(
    open_inputs: Open,
    *,
    contracts: pd.DataFrame,
    observed: dict[str, Any],
    circumstances: dict[str, Any],
    params: Params,
    scratch: Path,
) -> Valuation:
    """Value all customers of a source.

    Where too few bought twice there is no forecast: its columns are empty, `models` says what would be needed, and
    everything else is worked out. Where there are no purchases at all, tiers rest on what the source states of
    customers. Of many customers, a second process does what needs little of the rest.

    Parameters
    ----------
    open_inputs : callable
        Opens the clean tables, the snapshots and the features, in any process; see `opened.opened`.
    contracts : DataFrame
        What the contracts stage says of customers.
    observed : dict
        observation.json: as_of, first_event, currency.
    circumstances : dict
        circumstances.json: what forecasts and changes must not be stated for.
    params : Params
        All choices.
    scratch : Path
        A folder for files that are too large for memory.

    Raises
    ------
    CrmwbError
        Nobody bought before as_of.
    """
    as_of = date.fromisoformat(observed["as_of"][:10])
    with open_inputs() as inputs:
        if "transactions" not in inputs.tables:
            return _stated(inputs, contracts, as_of, params)
        n_buyers = len(buyers_of(inputs.features(BUYER_FEATURES)))
        with beside(params.engine.threads if n_buyers > FIT_CUSTOMERS else 1) as other:
            return _value(
                inputs, observed=observed, circumstances=circumstances, params=params,
                apart=None if other is None else Apart(other, open_inputs), file=scratch / "tier_months.parquet",
            )  # fmt: skip


def _stated(inputs: Opened, contracts: pd.DataFrame, as_of: date, params: Params) -> Valuation:
    """Value the customers of a source without purchases."""
    features = inputs.features(COLUMNS)
    known = stated(inputs.con, inputs.tables, features, contracts=contracts, as_of=as_of, params=params.value)
    models, numbers = {"not_available": to_json(NO_PURCHASES), "caveats": []}, {"n_customers": len(features)}
    ids = ids_of(inputs.features)
    customers = placed(known.customers, ids).sort_values(KEY, ignore_index=True)
    return Valuation(Parts(ids, (customers,)), models, known.facts, numbers)


@dataclass(frozen=True)
class _Ahead:
    """What is to come of all customers, without what it was learned from: of many of them, that takes much memory."""

    fitted: Fitted | Unavailable
    scored: pd.DataFrame | None
    margin: Margin
    proof: Callable[[], Tested]
    equity: Callable[[], Equity] | None = None


def _ahead(
    inputs: Opened, observed: dict[str, Any], circumstances: dict[str, Any], params: Params, apart: Apart | None
) -> _Ahead:
    """Fit models and value customers; arguments as for `_value`."""
    as_of, p = date.fromisoformat(observed["as_of"][:10]), params.value
    buyers = buyers_of(inputs.features(BUYER_FEATURES))
    days = read_days(inputs.con, inputs.tables["transactions"], as_of)
    past = Past(days, Traits.of(inputs.con, inputs.snapshots, days.ids))
    proof: Callable[[], Tested] = partial(judged, past.every(step_of(days.n_customers)), as_of, params, step=1)
    if apart is not None:
        proof = apart.start(judged_apart, days.every(step_of(days.n_customers)), as_of, params)
    of_margin = margin(buyers, p.assumed_margin_share)
    fitted = fit(buyers, p, past, as_of)
    if isinstance(fitted, Unavailable) or (moment := fitted.moment) is None:
        return _Ahead(fitted, None, of_margin, proof)
    scored, fitted = score(buyers, fitted, p)
    followed = partial(
        _equity, inputs, fitted, float(scored["p_purchase"].sum()),
        active(scored, fitted, moment, p.horizon_days, p.equity.lost_below),
        looks_new=equity.looks_new(days, day_number(as_of)), observed=observed, circumstances=circumstances,
        params=params,
    )  # fmt: skip
    return _Ahead(fitted, scored, of_margin, proof, followed)


def _value(
    inputs: Opened,
    *,
    observed: dict[str, Any],
    circumstances: dict[str, Any],
    params: Params,
    apart: Apart | None,
    file: Path,
) -> Valuation:
    """Value the customers of a source with purchases; other arguments as for `value_all`.

    `apart` is None where no other process works beside. Of fewer customers, tests and forecasts learn from the same,
    and nothing twice. `file` is where the tiers at month ends go.
    """
    first, as_of = (date.fromisoformat(observed[name][:10]) for name in ("first_event", "as_of"))
    with step("fitting models and valuing customers"):
        ahead = _ahead(inputs, observed, circumstances, params, apart)
    memory.give_back()
    fitted, scored, forecast = ahead.fitted, ahead.scored, forecast_then(ahead.fitted, params.value)
    source = Source.of(
        inputs.con, inputs.tables, first=first, margin=ahead.margin, params=params, ids=ids_of(inputs.features)
    )
    past_tiers: Callable[[], PastTiers] = partial(
        tiers, inputs, source, as_of, forecast=forecast, params=params, file=file
    )
    if apart is not None:
        past_tiers = apart.start_last(
            tiers_apart, first, as_of, margin=ahead.margin, forecast=forecast, params=params, file=file
        )
    followed = None if ahead.equity is None else ahead.equity()
    with step("what customers brought, and the score card"):
        whole = value_customers(inputs, source, scored=scored, as_of=as_of, params=params, past=past_tiers)
    buyers = buyers_of(inputs.features(BUYER_FEATURES))
    if isinstance(fitted, Unavailable):
        models = no_models_record(buyers, fitted, as_of=as_of, params=params)
        parts = dict.fromkeys(("equity", "bridge", "forecast", "proof", "check"))
        facts = whole.facts | {"equity": parts | {"caveats": [models["unavailable"]]}}
        numbers = {"n_customers": len(whole.customers), "tiers": facts["scorecard"]["stability"]}
        return Valuation(whole.customers, models, facts, numbers, tier_months=file)
    of_test, equity_facts = ahead.proof(), {} if followed is None else followed.facts
    names = [level.name for level in params.value.scorecard.levels]
    placed_in = pd.DataFrame({name: whole.customers.column(name) for name in ("tier", "clv_cents")})
    ranges = tier_ranges(fitted, placed_in, names, params.value.horizon_days)
    models = models_record(buyers, fitted, of_test, ranges, as_of=as_of, params=params)
    facts = whole.facts | {"equity": equity_facts}
    metrics = metrics_record(whole.customers, models, facts, of_test.backtest)
    return Valuation(whole.customers, models, facts, metrics, of_test.backtest, followed, file)


def _equity(
    inputs: Opened,
    fitted: Fitted,
    n_to_buy: float,
    counted: tuple[int, int],
    *,
    looks_new: Unavailable | None,
    observed: dict[str, Any],
    circumstances: dict[str, Any],
    params: Params,
) -> Equity:
    """Follow customer equity, and withhold of it what the history does not support.

    `n_to_buy` and `counted` are sums of chances to buy, and what `active` returns; `looks_new` says why newcomers may
    not be ones; other arguments as for `_value`.
    """
    as_of = date.fromisoformat(observed["as_of"][:10])
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
        n_to_buy=n_to_buy,
        holes=[(date.fromisoformat(begins), date.fromisoformat(ends)) for begins, ends in circumstances["holes"]],
        one_order=_day_of_one_order(circumstances),
    )
    followed = equity.supported(followed, circumstances)
    if looks_new is not None:
        followed = equity.without_new_share(followed, looks_new)
    if fitted.dropout.is_identified and not agree:
        followed = equity.without_active(followed, *counted)
    return followed


def _day_of_one_order(circumstances: Mapping[str, Any]) -> date | None:
    known = {finding["code"]: finding for finding in circumstances["findings"]}
    order = known.get("circumstances.one_order")
    return None if order is None else date.fromisoformat(order["values"]["day"]["value"])
