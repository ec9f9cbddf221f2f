"""Lifecycles of hand-written tables."""

from datetime import date

import pandas as pd
import pyarrow as pa
from builders import canonical, customers_of
from project import PROJECT

from crmwb import engine, lifecycle, params
from crmwb.features.observation import observe
from crmwb.features.snapshots import month_ends
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
    parts = [orders(lines, ids, end).dropna(subset="age_days").assign(as_of=end) for end in month_ends(seen)]
    schema = pa.schema([("as_of", pa.date32()), ("customer_id", pa.string()), *((c, pa.float64()) for c in ORDERS)])
    tabled = [pa.Table.from_pandas(part, schema=schema, preserve_index=False) for part in parts]
    snapshots = engine.open_arrow(con, pa.concat_tables([schema.empty_table(), *tabled]), "snapshots")
    p = PARAMS.model_copy(update={"features": FEATURES, "lifecycle": PARAMS.lifecycle.model_copy(update=chosen)})
    return lifecycle.build(con, opened, snapshots, frame, observed=seen.content(), params=p)
