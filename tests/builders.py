"""Small canonical tables written by hand: whitespace-separated rows in, Arrow tables of the contract's schema out."""

import io
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from crmwb import storage
from crmwb.contract import Artefact, Kind
from crmwb.contract.canonical import TABLES

DEFAULTS: dict[str, dict[str, Any]] = {
    "customers": {"kind": "person"},
    "transactions": {"quantity": 1.0, "is_return": False},
    "interactions": {"department": "marketing", "kind": "email"},
    "campaign_members": {"arm": "treatment"},
}


def canonical(name: str, text: str, **constants: Any) -> pa.Table:
    """Build the canonical table `name` from rows written as text ("-" is NULL); columns not named are NULL.

    Transactions may be written without order_id and line_no: every row is then an order of its own. `revenue` stands
    for revenue_cents in whole units ("12.50").
    """
    table = TABLES[name]
    frame = pd.read_csv(io.StringIO(text.strip()), sep=r"\s+", dtype=str, keep_default_na=False, na_values=["-"])
    if "revenue" in frame:
        frame["revenue_cents"] = (frame.pop("revenue").astype(float) * 100).round().astype("int64")
    for column, value in (DEFAULTS.get(name, {}) | constants).items():
        if column not in frame:
            frame[column] = value
    if name == "transactions":
        if "order_id" not in frame:
            frame["order_id"] = [f"o{i:06d}" for i in range(len(frame))]
        if "line_no" not in frame:
            frame["line_no"] = frame.groupby("order_id").cumcount() + 1
    unknown = set(frame.columns) - {c.name for c in table.columns}
    assert not unknown, f"{name} has no columns {unknown}"
    for column in table.columns:
        if column.name not in frame:
            frame[column.name] = None
        elif column.kind in {Kind.DATE, Kind.TIMESTAMP}:
            frame[column.name] = pd.to_datetime(frame[column.name])
        elif column.kind in {Kind.MONEY, Kind.INTEGER}:
            frame[column.name] = pd.to_numeric(frame[column.name]).astype("Int64")
        elif column.kind in {Kind.NUMBER, Kind.SHARE}:
            frame[column.name] = pd.to_numeric(frame[column.name])
        elif column.kind is Kind.BOOLEAN:
            frame[column.name] = frame[column.name].map(
                {"true": True, "false": False, True: True, False: False}, na_action="ignore"
            )
    return pa.Table.from_pandas(frame, schema=table.schema, preserve_index=False).replace_schema_metadata(None)


def customers_of(transactions: pa.Table) -> pa.Table:
    """Build the customers table that a transactions table implies."""
    ids = sorted(set(transactions["customer_id"].to_pylist()))
    return canonical("customers", "customer_id\n" + "\n".join(ids))


def set_down(frame: pd.DataFrame, artefact: Artefact, root: Path) -> None:
    """Write a frame to an artefact's place in the project at `root`; columns that it does not have are unknown."""
    path = root / artefact.path
    path.parent.mkdir(parents=True, exist_ok=True)
    whole = frame.reindex(columns=artefact.names)
    storage.write(whole.astype(dict.fromkeys(whole.columns[whole.isna().all()], object)), artefact, path)
