"""The lifecycle, put together: stages, conversions, the leaky bucket and cohorts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crmwb import engine
from crmwb.calendar import month_ends
from crmwb.engine import Backend
from crmwb.lifecycle import bucket, cohorts, facts, months
from crmwb.lifecycle.activity import Entries, numbered, read_contacts, read_purchases
from crmwb.lifecycle.contract_stages import with_contracts
from crmwb.lifecycle.conversions import conversions
from crmwb.lifecycle.customers import customers
from crmwb.lifecycle.history import moments
from crmwb.lifecycle.risk import Risk, without_paid_ahead
from crmwb.lifecycle.risk import build as build_risk
from crmwb.lifecycle.seasons import read_seasons
from crmwb.lifecycle.timeline import Timeline
from crmwb.lifecycle.trend import Orders
from crmwb.params import Params
from crmwb.progress import step

ORDERS = ("recent_orders", "previous_orders", "age_days")
FROM_CONTACTS = ("interactions", "campaign_members", "opportunities")


@dataclass(frozen=True)
class Lifecycle:
    """The results of the stage.

    Attributes
    ----------
    timeline : Timeline
        The stage of every customer at every month end and now.
    purchases : Entries
        What each bought in each month.
    risk : Risk
        Who is leaving.
    customers, stages, conversions, bucket, cohorts : DataFrame
        See the modules of these names; stages are `months.stages`.
    facts, metrics : dict
        For reports and for dvc metrics.
    """

    timeline: Timeline
    purchases: Entries
    risk: Risk
    customers: pd.DataFrame
    stages: pd.DataFrame
    conversions: pd.DataFrame
    bucket: pd.DataFrame
    cohorts: pd.DataFrame
    facts: dict[str, Any]
    metrics: dict[str, Any]


def build(
    con: Backend,
    tables: Mapping[str, ir.Table],
    snapshots: ir.Table,
    every_customer: pd.DataFrame,
    *,
    observed: Mapping[str, Any],
    params: Params,
) -> Lifecycle:
    """Find the stage of every customer now and at the last `params.features.n_snapshots` month ends.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables.
    tables : mapping of str to ir.Table
        Clean canonical tables by name. Without transactions, stages come from contracts; without these too,
        every customer is an account, a target or a prospect.
    snapshots : ir.Table
        data/snapshots.
    every_customer : DataFrame
        One row per clean customer, sorted by customer_id: the columns of features and, where known, of value.
    observed : mapping
        data/features/observation.json.
    params : Params
        All of them: `lifecycle`, and of `features` the length of the recent period.
    """
    as_of, first_event = (date.fromisoformat(observed[name]) for name in ("as_of", "first_event"))
    n = len(every_customer)
    from_contracts = "contracts" in tables and "transactions" not in tables
    all_ends = month_ends(first_event, as_of)
    n_kept = params.features.n_snapshots + (as_of.day > 1)
    ends, before = all_ends[-n_kept:], all_ends[:-n_kept]
    with step(f"reading the months of {n:,} customers"):
        purchases, contacts = read_purchases(con, tables, as_of), read_contacts(con, tables, as_of)
        ids = every_customer["customer_id"].to_numpy(object)
        seasons = read_seasons(con, tables, ids, (first_event, as_of))
    with step(f"stages at {len(ends)} month ends"):
        orders = _orders(con, tables, snapshots, every_customer, as_of)
        every_moment = moments(
            purchases, contacts, [*before, *ends], lambda end: orders(end) if end in ends else None,
            n_customers=n, params=params.lifecycle, period_days=params.features.recent_days, seasons=seasons,
        )  # fmt: skip
        kept = (moment for moment in every_moment if moment.as_of in ends)
        timeline = Timeline.of(kept, len(ends), n)
        if from_contracts:
            timeline = with_contracts(timeline, con, tables, params.lifecycle)
    with step("risk of losing customers"):
        risk = build_risk(
            purchases, [*before, *ends], every_customer, first_event, params.lifecycle.risk,
            seasons=seasons, value_days=params.value.horizon_days,
        )  # fmt: skip
        if "contracts" in tables and not from_contracts:
            risk = without_paid_ahead(risk, con, tables["contracts"], as_of)
    n_whole = timeline.n_whole - (first_event.day > 1 and not before)
    window = bucket.window_months(n_whole + len(before), params.lifecycle.money_months)
    flows = bucket.bucket(timeline, purchases, first_event, window)
    stages = months.stages(timeline, purchases, every_customer, first_is_whole=bool(before) or first_event.day == 1)
    by_cohort = cohorts.cohorts(purchases, first_event, as_of, n, _settled_after(timeline))
    missing = [name for name in ("transactions", *FROM_CONTACTS) if name not in tables]
    summed_up = _summed_up(every_customer) if not {"transactions", "contracts"} & tables.keys() else None
    known = facts.facts(stages, flows, by_cohort, params.lifecycle, window_months=window, not_available=missing)
    return Lifecycle(
        timeline,
        purchases,
        risk,
        customers=_without_stage(
            customers(timeline, every_customer["customer_id"], begins_before=bool(before)), summed_up
        ),
        stages=stages,
        conversions=conversions(timeline, begins_before=bool(before)),
        bucket=flows,
        cohorts=by_cohort,
        facts=known
        | {"risk": risk.facts, "from_contracts": from_contracts}
        | {"seasonal_pace": list(seasons.time_at(as_of).pace)}
        | {"n_summed_up": 0 if summed_up is None else int(summed_up.sum())},
        metrics=facts.metrics(stages, known, timeline.changes()) | {"risk": risk.facts},
    )


def _summed_up(every_customer: pd.DataFrame) -> pd.Series | None:
    """Whether customers have bought by a summary that dates no purchase, so that no stage can be told."""
    bought = every_customer.get("n_purchase_days")
    return None if bought is None else (bought.fillna(0) > 0).astype(bool)


def _without_stage(frame: pd.DataFrame, which: pd.Series | None) -> pd.DataFrame:
    """Return customers with unknown stages of some: an account is who never bought."""
    if which is not None:
        frame.loc[which.to_numpy(), [name for name in frame.columns if name != "customer_id"]] = None
    return frame


def _orders(
    con: Backend, tables: Mapping[str, ir.Table], snapshots: ir.Table, every_customer: pd.DataFrame, as_of: date
) -> Callable[[date], Orders | None]:
    """Return what reads the orders of all customers at a month end from its snapshot, and now from the features."""
    n = len(every_customer)

    def at(end: date) -> Orders | None:
        if end == as_of:
            return Orders(*(_floats(every_customer[name]) for name in ORDERS))
        then = snapshots.filter(snapshots.as_of == ibis.literal(end)).select("customer_id", *ORDERS)
        joined = then.inner_join(numbered(tables["customers"]), "customer_id").select("customer", *ORDERS)
        rows = engine.batches(con, joined.order_by("customer")).read_all()
        if not len(rows):
            return None
        at_customer = rows["customer"].to_numpy()
        columns = []
        for name in ORDERS:
            values = np.full(n, np.nan)
            values[at_customer] = rows[name].cast("float64").to_numpy()
            columns.append(values)
        return Orders(*columns)

    return at


def _floats(values: pd.Series) -> np.ndarray:
    return pd.to_numeric(values).to_numpy(dtype=np.float64, na_value=np.nan)


def _settled_after(timeline: Timeline) -> float:
    """Return the days within which most earlier customers would have bought: the median of the late bounds."""
    late = timeline.now.late_days
    known = late[np.isfinite(late)]
    return float(np.median(known)) if len(known) else 0.0
