"""Lifecycles of hand-written tables."""

from datetime import date

import pandas as pd
import pyarrow as pa
from builders import canonical, customers_of
from project import PROJECT

from crmwb import engine, lifecycle, params
from crmwb.calendar import month_of
from crmwb.features.observation import observe
from crmwb.features.snapshots import month_ends
from crmwb.history.month_days import MonthDays
from crmwb.lifecycle.lifecycle import ORDERS

NOTHING = "customer_id order_id ordered_at revenue_cents quantity is_return"
PARAMS = params.load(PROJECT / "params.yaml")
FEATURES = PARAMS.features.model_copy(update={"min_customers": 2})


def orders(transactions: pd.DataFrame, ids: list[str], end: date) -> pd.DataFrame:
    """Count every customer's orders in the 90 days before `end` and the 90 before those, in plain pandas."""
    sales = transactions[(transactions["ordered_at"] < pd.Timestamp(end)) & ~transactions["is_return"]]
    ago = (pd.Timestamp(end) - sales["ordered_at"].dt.normalize()).dt.days
    days = PARAMS.features.recent_days
    first = sales[sales["revenue_cents"] > 0].groupby("customer_id")["ordered_at"].min()
    frame = pd.DataFrame(index=pd.Index(ids, name="customer_id"))
    for name, within in (("recent_orders", ago <= days), ("previous_orders", (ago > days) & (ago <= 2 * days))):
        frame[name] = sales[within].groupby("customer_id")["order_id"].nunique().reindex(ids).fillna(0)
    if not len(sales) or ago.max() < 2 * days:
        frame["previous_orders"] = float("nan")  # not watched in full
    frame["age_days"] = (pd.Timestamp(end) - first.reindex(ids).dt.normalize()).dt.days
    return frame.astype(float).reset_index()


def days_of(transactions: pd.DataFrame, ids: list[str], end: date) -> list[MonthDays]:
    """Sum every customer's lines before `end` by day, in plain pandas."""
    lines = transactions[transactions["ordered_at"] < pd.Timestamp(end)]
    lines = lines.assign(
        customer=lines["customer_id"].map({who: place for place, who in enumerate(ids)}),
        day=lines["ordered_at"].dt.normalize(),
        bought=~lines["is_return"] & (lines["revenue_cents"] > 0),
    )
    by = lines.groupby(["customer", "day"]).agg(cents=("revenue_cents", "sum"), bought=("bought", "any")).reset_index()
    by["gap"] = by.loc[by["bought"], "day"].groupby(by["customer"]).diff().dt.days
    by["day"] = (by["day"] - pd.Timestamp(0)).dt.days
    columns = by[["customer", "day", "cents", "bought", "gap"]].fillna({"gap": 0}).astype(int).astype({"bought": bool})
    months = pd.to_datetime(by["day"], unit="D").dt.to_period("M")
    return [
        MonthDays(month_of(month.start_time.date()), *(rows[name].to_numpy() for name in rows))
        for month, rows in columns.groupby(months)
    ]


def every(n_days: int, begin: str, end: str) -> list[str]:
    """Return every n-th day from `begin` to `end`, both included."""
    return [str(day.date()) for day in pd.date_range(begin, end, freq=f"{n_days}D")]


def log(**bought: list[str]) -> pa.Table:
    """Build transactions of 1.00 each: customers and their days."""
    rows = "\n".join(f"{who} {day} 1.00" for who, days in bought.items() for day in days)
    return canonical("transactions", f"customer_id ordered_at revenue\n{rows}")


def build(con, tables: dict[str, pa.Table], as_of: date | None = None, **chosen) -> lifecycle.Lifecycle:
    """Run the stage on tables in memory; `chosen` are keys of the lifecycle section."""
    if "customers" not in tables:
        tables = {"customers": customers_of(tables["transactions"]), **tables}
    opened = {name: engine.open_arrow(con, table, name) for name, table in tables.items()}
    seen = observe(opened, as_of, FEATURES, "USD")
    ids = sorted(tables["customers"]["customer_id"].to_pylist())
    lines = tables.get("transactions", canonical("transactions", NOTHING)).to_pandas()
    frame = orders(lines, ids, seen.as_of)
    parts = {end: orders(lines, ids, end).dropna(subset="age_days") for end in month_ends(seen)}
    schema = pa.schema([("customer_id", pa.string()), *((c, pa.float64()) for c in ORDERS)])
    snapshots = {
        end: pa.Table.from_pandas(part, schema=schema, preserve_index=False).to_batches() for end, part in parts.items()
    }
    p = PARAMS.model_copy(update={"features": FEATURES, "lifecycle": PARAMS.lifecycle.model_copy(update=chosen)})
    days = days_of(lines, ids, seen.as_of)
    return lifecycle.build(con, opened, days, snapshots.__getitem__, frame, observed=seen.content(), params=p)
