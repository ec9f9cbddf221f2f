"""Stages where contracts are known and no purchases: whether a contract runs says who stays and who left."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crmwb import engine
from crmwb.engine import Backend
from crmwb.history.places import Places
from crmwb.lifecycle.names import INTRODUCTION, LAPSED, MATURITY, WON_BACK
from crmwb.lifecycle.timeline import Timeline
from crmwb.params import LifecycleParams
from crmwb.value.contracts.histories import histories, unbroken


def with_contracts(
    timeline: Timeline, con: Backend, tables: Mapping[str, ir.Table], params: LifecycleParams, places: Places
) -> Timeline:
    """Return the timeline with the stages of customers with contracts, each moment as it was known then.

    Who has no contract that runs has lapsed; who has one after a time without any is won back for
    `won_back_months`; whose contracts began less than `introduction_days` ago is in introduction; others are in
    maturity. Customers who never had a contract keep their stage.

    Parameters
    ----------
    timeline : Timeline
        Of a source without transactions.
    con : Backend
        The engine that holds the tables.
    tables : mapping of str to ir.Table
        Clean canonical tables; customers and contracts among them.
    params : LifecycleParams
        Lengths.
    places : Places
        All customers, by their numbers.
    """
    stages = timeline.stages.copy()
    for i, end in enumerate(timeline.ends):
        customer, stage = _at(con, tables, end, params, places)
        stages[i, customer] = stage
    now = replace(timeline.now, stage=stages[-1], fresh_stage=stages[-1])
    return replace(timeline, stages=stages, now=now, n_held=(0,) * len(timeline.ends))


def _at(
    con: Backend, tables: Mapping[str, ir.Table], end: date, params: LifecycleParams, places: Places
) -> tuple[np.ndarray, np.ndarray]:
    """Return the numbers and stages of customers with a contract at one moment."""
    spans = unbroken(histories(tables["contracts"], end), end).semi_join(tables["customers"], "customer_id")
    columns: Sequence[str] = ("customer_id", "contract_status", "contract_since")
    table = engine.batches(con, spans.select(columns)).read_all()
    rows = table.drop_columns("customer_id").to_pandas()
    since, status = pd.to_datetime(rows["contract_since"]), rows["contract_status"]
    is_new = since > pd.Timestamp(end) - pd.Timedelta(days=params.introduction_days)
    is_back = (status == "returned") & (since > pd.Timestamp(end) - pd.DateOffset(months=params.won_back_months))
    conditions = [status == "ended", is_back, is_new]
    stage = np.select(conditions, [LAPSED, WON_BACK, INTRODUCTION], default=MATURITY)
    return places.of(table["customer_id"].combine_chunks()), stage.astype(np.int8)
