"""A canonical folder made of hand-written tables, and what validating it leaves behind."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from crmwb.contract.canonical import TABLES
from crmwb.params import QualityParams
from crmwb.quality.summary import summary
from crmwb.quality.validation import validate

UNREADABLE_SCHEMA = pa.schema(
    [
        ("source_file", pa.string()),
        ("source_row", pa.int64()),
        ("column", pa.string()),
        ("reason", pa.string()),
        ("values", pa.string()),
    ]
)

LENIENT = QualityParams(max_quarantined_share=1.0, n_examples=3, max_lag_days=31, max_row_change=0.5, max_drift=0.25)


@dataclass(frozen=True)
class Outcome:
    """What a validation left behind."""

    folder: Path
    validation: Any
    summary: dict[str, Any]

    def clean(self, table: str) -> pd.DataFrame:
        return pd.read_parquet(self.folder / "clean" / f"{table}.parquet")

    def clean_rows(self, table: str) -> list[dict[str, Any]]:
        return pq.read_table(self.folder / "clean" / f"{table}.parquet").to_pylist()

    def quarantine(self, table: str) -> pd.DataFrame:
        return pd.read_parquet(self.folder / "quarantine" / f"{table}.parquet")

    def reasons(self, table: str) -> list[tuple[str, str]]:
        frame = self.quarantine(table)
        return list(zip(frame["rule"], frame["reason"], strict=True))

    def expectation(self, table: str, rule: str) -> dict[str, Any]:
        return next(e for e in self.summary["expectations"] if e["table"] == table and e["rule"] == rule)


def write_canonical(folder: Path, tables: Mapping[str, pa.Table], lost: Mapping[str, pa.Table] | None = None) -> Path:
    """Write what ingest would: tables in the order given, unreadable rows and the manifest."""
    folder.mkdir(parents=True)
    lost = lost or {}
    for name, table in tables.items():
        pq.write_table(table, folder / f"{name}.parquet", row_group_size=1000)
    for name, table in lost.items():
        (folder / "unreadable").mkdir(exist_ok=True)
        pq.write_table(table, folder / "unreadable" / f"{name}.parquet")
    counts = {
        name: {
            "rows": t.num_rows,
            "unreadable": lost[name].num_rows if name in lost else 0,
            "first": None,
            "last": None,
        }
        for name, t in tables.items()
    }
    absent = [name for name in TABLES if name not in tables]
    (folder / "manifest.json").write_text(json.dumps({"tables": counts, "not_available": absent}))
    return folder


def unreadable(rows: Sequence[tuple[str, int, str | None, str, str]]) -> pa.Table:
    """Build what ingest tells of rows that it could not read: source_file, source_row, column, reason, values."""
    return pa.Table.from_pylist(
        [dict(zip(UNREADABLE_SCHEMA.names, row, strict=True)) for row in rows], schema=UNREADABLE_SCHEMA
    )


def run(
    con: Any,
    folder: Path,
    tables: Mapping[str, pa.Table],
    lost: Mapping[str, pa.Table] | None = None,
    *,
    max_quarantined_share: float = 1.0,
    accepted: dict[str, Any] | None = None,
) -> Outcome:
    canonical = write_canonical(folder / "canonical", tables, lost)
    for name in ("clean", "quarantine"):
        (folder / name).mkdir()
    params = LENIENT.model_copy(update={"max_quarantined_share": max_quarantined_share})
    validation = validate(con, canonical, folder / "clean", folder / "quarantine", params, accepted=accepted)
    return Outcome(folder, validation, summary(validation))
