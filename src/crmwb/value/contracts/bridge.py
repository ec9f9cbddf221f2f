"""Monthly recurring revenue and why it changed from month end to month end."""

from collections.abc import Sequence
from datetime import date

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from crmwb import engine
from crmwb.engine import Backend

CHANGES = ("new", "returned", "expansion", "contraction", "churn")


def bridge(con: Backend, contracts: ir.Table, days: Sequence[date]) -> pd.DataFrame:
    """Return what comes in every month at some days, and what the change from the day before is made of.

    A customer's recurring revenue is the sum of their contracts that run on a day. From nothing to something is new, or
    returned where they had a contract before; from something to nothing is churn; more is expansion and less is
    contraction. So start + new + returned + expansion - contraction - churn = end, to the cent.

    Parameters
    ----------
    con : Backend
        The engine.
    contracts : ir.Table
        As `terms` describes them.
    days : sequence of date
        Sorted; the first is only what the second is compared with.

    Returns
    -------
    DataFrame
        day, start_cents, one column of cents and one of customers (n_) per change, end_cents, n_customers.
    """
    table = pa.table({"nth": range(len(days)), "day": pa.array(days, pa.date32())})
    at = engine.open_arrow(con, table, "bridge_days")
    runs = [contracts.starts_on <= at.day, (contracts.ends_on > at.day).fill_null(True)]
    running = at.join(contracts, runs)
    had = running.group_by("customer_id", "nth").aggregate(cents=running.monthly_cents.sum().cast("int64"))
    first = contracts.group_by("customer_id").aggregate(since=contracts.starts_on.min())
    pairs = had.select("customer_id", "nth").union(had.select("customer_id", nth=had.nth + 1), distinct=True)
    now = had.rename(now_cents="cents")
    before = had.select("customer_id", nth=had.nth + 1, before_cents=had.cents)
    both = pairs.left_join(now, ["customer_id", "nth"]).drop("customer_id_right", "nth_right")
    both = both.left_join(before, ["customer_id", "nth"]).drop("customer_id_right", "nth_right")
    both = both.join(first, "customer_id").join(at, "nth")
    previous = at.select(nth=at.nth + 1, day_before=at.day)
    both = both.join(previous, "nth")
    now_, before_ = both.now_cents.fill_null(0), both.before_cents.fill_null(0)
    change = now_ - before_
    kinds = {
        "new": (before_ == 0) & (now_ > 0) & (both.since > both.day_before),
        "returned": (before_ == 0) & (now_ > 0) & (both.since <= both.day_before),
        "expansion": (before_ > 0) & (now_ > before_),
        "contraction": (now_ > 0) & (now_ < before_),
        "churn": (before_ > 0) & (now_ == 0),
    }
    sums = both.group_by("nth", "day").aggregate(
        start_cents=before_.sum().cast("int64"),
        **{f"{name}_cents": change.abs().sum(where=kind).fill_null(0).cast("int64") for name, kind in kinds.items()},
        **{f"n_{name}": kind.sum().fill_null(0).cast("int64") for name, kind in kinds.items()},
        end_cents=now_.sum().cast("int64"),
        n_customers=(now_ > 0).sum().cast("int64"),
    )
    frame: pd.DataFrame = engine.batches(con, sums.order_by("nth").drop("nth")).read_all().to_pandas()
    frame["day"] = pd.to_datetime(frame["day"])
    every = pd.DataFrame({"day": pd.to_datetime(list(days[1:]))})
    return every.merge(frame, on="day", how="left").fillna(0).astype({c: "int64" for c in frame.columns if c != "day"})
