"""A company's project in a folder of its own: its files and mapping, written by hand, and what ingest makes of them."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from project import PROJECT

from crmwb import params, storage
from crmwb.contract.canonical import TABLES
from crmwb.sources import ingest

PEOPLE = {"derived_from": "transactions", "columns": {"kind": {"constant": "person"}}}
COLUMNS = {
    "customer_id": "customer",
    "order_id": "order",
    "ordered_at": "day",
    "quantity": "units",
    "revenue_cents": "amount",
    "is_return": {"expression": "units < 0"},
}
HEADER = "customer,order,day,units,amount\n"


@dataclass
class Ingested:
    """What lies in a canonical folder."""

    folder: Path

    @property
    def manifest(self) -> dict[str, Any]:
        return json.loads((self.folder / "manifest.json").read_text(encoding="utf-8"))

    def table(self, name: str) -> pd.DataFrame:
        rows = pd.read_parquet(storage.table_in(self.folder, name))
        return rows.sort_values(list(TABLES[name].key), kind="stable", ignore_index=True)

    def unreadable(self, name: str) -> pd.DataFrame:
        return pd.read_parquet(self.folder / "unreadable" / f"{name}.parquet")


def project_params(threads: int = 2, **source: Any) -> params.Params:
    p = params.load(PROJECT / "params.yaml")
    return p.model_copy(
        update={
            "source": p.source.model_copy(update=source),
            "engine": params.EngineParams(threads=threads, memory_limit_gb=2),
        }
    )


@dataclass
class Exports:
    """The files that a company brings, in a project of their own."""

    root: Path

    @property
    def raw(self) -> Path:
        return self.root / "data" / "raw"

    def write(self, content: str | bytes, name: str = "sales.csv") -> Path:
        path = self.raw / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def map(
        self,
        columns: dict[str, Any] | None = None,
        tables: dict[str, Any] | None = None,
        rates: dict[str, Any] | None = None,
        **options: Any,
    ) -> None:
        """Write a mapping of sales.csv: `columns` change the usual ones (... leaves one out), `options` the rest."""
        changed = {k: v for k, v in (COLUMNS | (columns or {})).items() if v is not ...}
        sales = {"file": "sales.csv", "columns": changed} | options
        content = {
            "name": "Sales",
            **({"rates": rates} if rates else {}),
            "tables": {"transactions": sales, "customers": PEOPLE} | (tables or {}),
        }
        (self.root / "mappings" / "sales.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    @property
    def mapping(self) -> dict[str, Any]:
        """What `map` wrote."""
        return yaml.safe_load((self.root / "mappings" / "sales.yaml").read_text(encoding="utf-8"))

    def ingest(self, threads: int = 2, directory: str = "data/raw", mapping: str = "mappings/sales.yaml") -> Ingested:
        if not any((self.root / "mappings").iterdir()):
            self.map()
        source = {"kind": "files", "mapping": mapping, "directory": directory}
        ingest(project_params(threads, **source), Path("data/canonical"))
        return Ingested(self.root / "data" / "canonical")
