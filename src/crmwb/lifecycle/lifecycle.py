"""The lifecycle, put together: stages, conversions, the leaky bucket and cohorts."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb.calendar import month_ends
from crmwb.engine import Backend, memory
from crmwb.history.month_days import MonthDays
from crmwb.history.places import Places
from crmwb.lifecycle import bucket, cohorts, facts, months
from crmwb.lifecycle.activity import Entries, read_contacts
from crmwb.lifecycle.contract_stages import with_contracts
from crmwb.lifecycle.conversions import conversions
from crmwb.lifecycle.customers import customers
from crmwb.lifecycle.history import moments
from crmwb.lifecycle.risk import Risk, without_paid_ahead
from crmwb.lifecycle.risk import build as build_risk
from crmwb.lifecycle.seasons import follow
from crmwb.lifecycle.timeline import Timeline
from crmwb.lifecycle.trend import Orders
from crmwb.params import Params
from crmwb.processes import how_many
from crmwb.progress import step

ORDERS = ("recent_orders", "previous_orders", "age_days")
COLUMNS = ("customer_id", *ORDERS, "n_purchase_days", *months.NOW_ONLY, "p_purchase")  # of every customer
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
    ids : StringArray
        The customers, by their numbers.
    risk : Risk
        Who is leaving.
    customers, stages, conversions, bucket, cohorts : DataFrame
        See the modules of these names; stages are `months.stages`.
    facts, metrics : dict
        For reports and for dvc metrics.
    """

    timeline: Timeline
    purchases: Entries
    ids: pa.Array
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
    days: Iterable[MonthDays],
    month_end_rows: Callable[[date], Iterable[pa.RecordBatch]],
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
    days : iterable of MonthDays
        What customers bought by day; may be gone through several times.
    month_end_rows : callable
        Returns customer_id and ORDERS of those known at a month end: data/snapshots.
    every_customer : DataFrame
        One row per clean customer, sorted by customer_id: COLUMNS, of features and, where known, of value.
    observed : mapping
        data/features/observation.json.
    params : Params
        All of them: `lifecycle`, and of `features` the length of the recent period.
    """
    as_of, first_event = (date.fromisoformat(observed[name]) for name in ("as_of", "first_event"))
    n, places = len(every_customer), Places.among(every_customer["customer_id"])
    from_contracts = "contracts" in tables and "transactions" not in tables
    all_ends = month_ends(first_event, as_of)
    n_kept = params.features.n_snapshots + (as_of.day > 1)
    ends, before = all_ends[-n_kept:], all_ends[:-n_kept]
    with step(f"reading the months of {n:,} customers"):
        bought, seasons = follow(days, n)
        contacts = read_contacts(con, tables, as_of, places)
    memory.give_back()  # what files were read with
    with step(f"stages at {len(ends)} month ends"):
        orders = _orders(month_end_rows, every_customer, places, as_of)
        every_moment = moments(
            bought, contacts, [*before, *ends], lambda end: orders(end) if end in ends else None,
            n_customers=n, params=params.lifecycle, period_days=params.features.recent_days, seasons=seasons,
            n_threads=how_many(params.engine.threads),
        )  # fmt: skip
        kept = (moment for moment in every_moment if moment.as_of in ends)
        timeline = Timeline.of(kept, len(ends), n)
        if from_contracts:
            timeline = with_contracts(timeline, con, tables, params.lifecycle, places)
    purchases = bought.entries
    del bought, contacts
    memory.give_back()
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
        places.ids,
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
    month_end_rows: Callable[[date], Iterable[pa.RecordBatch]],
    every_customer: pd.DataFrame,
    places: Places,
    as_of: date,
) -> Callable[[date], Orders | None]:
    """Return what reads the orders of all customers at a month end from its snapshot, and now from the features."""

    def at(end: date) -> Orders | None:
        if end == as_of:
            return Orders(*(_floats(every_customer[name]) for name in ORDERS))
        # counts and days are whole numbers, which single precision holds
        columns = [np.full(len(places.ids), np.nan, dtype=np.float32) for _ in ORDERS]
        there = False
        for rows in month_end_rows(end):
            place = places.of(rows["customer_id"])
            for name, values in zip(ORDERS, columns, strict=True):
                values[place[place >= 0]] = rows[name].to_numpy(zero_copy_only=False)[place >= 0]
            there |= bool((place >= 0).any())
        return Orders(*columns) if there else None

    return at


def _floats(values: pd.Series) -> np.ndarray:
    return pd.to_numeric(values).to_numpy(dtype=np.float64, na_value=np.nan)


def _settled_after(timeline: Timeline) -> float:
    """Return the days within which most earlier customers would have bought: the median of the late bounds."""
    late = timeline.now.late_days
    known = late[np.isfinite(late)]
    return float(np.median(known)) if len(known) else 0.0
