"""The feature table at every month end: what was known of each customer then."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow.parquet as pq

from crmwb import engine, layout, progress, storage
from crmwb.engine import Backend
from crmwb.features.catalogue import SNAPSHOT_SCHEMA
from crmwb.features.customers import customers
from crmwb.features.observation import Observation
from crmwb.history import History
from crmwb.params import FeatureParams


def month_ends(observation: Observation) -> list[date]:
    """Return the first day of every month with a past in the observed window, up to the observation's own `as_of`.

    They are exclusive, like every as_of: the first of February is January's end.
    """
    first, last = observation.first_event, observation.as_of
    months = range(first.year * 12 + first.month, last.year * 12 + last.month)
    return [date(month // 12, month % 12 + 1, 1) for month in months]


def snapshot(
    tables: Mapping[str, ir.Table], as_of: date, params: FeatureParams, past: History | None = None
) -> ir.Table:
    """Return the features of every customer with a purchase before `as_of`, and `as_of` itself in front."""
    bought = customers(tables, as_of, params, past).filter(lambda t: t.n_purchase_days > 0)
    return bought.select(as_of=ibis.literal(as_of), **{name: bought[name] for name in bought.columns})


def write_snapshots(
    con: Backend,
    tables: Mapping[str, ir.Table],
    observation: Observation,
    params: FeatureParams,
    path: Path = layout.SNAPSHOTS,
    *,
    past: History | None = None,
) -> int:
    """Write the snapshots of the last `params.n_snapshots` month ends, one by one, so that memory holds one at a time.

    `past` is the history before the observation's `as_of`, worked out for each month end where not given.

    Returns
    -------
    int
        Rows written: one per month end and customer, sorted by both.
    """
    ends = month_ends(observation)[-params.n_snapshots :]
    n_rows = 0
    with (
        engine.keeping(con) as keep,
        storage.replacing(path) as beside,
        pq.ParquetWriter(beside, SNAPSHOT_SCHEMA, compression=storage.COMPRESSION) as f,
    ):
        if past is not None:  # decoded once, not at every month end
            past = History(*(keep(name, getattr(past, name)) for name in ("days", "months", "spread_orders")))
        for as_of in progress.track(ends, "month-end snapshots", total=len(ends)):
            batches = engine.batches(con, snapshot(tables, as_of, params, past).order_by("customer_id"))
            for group in storage.regrouped(batches, SNAPSHOT_SCHEMA):
                f.write_table(group, row_group_size=storage.ROW_GROUP_ROWS)
                n_rows += group.num_rows
    return n_rows
