"""The simulated company that the tests of b2b_demo look at: its tables, its truth, and what was planted in it."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crmwb import params, storage
from crmwb.contract.canonical import TABLES
from crmwb.sources import ingest

PROJECT = Path(__file__).parents[2]
END = pd.Timestamp("2026-01-01")
START = pd.Timestamp("2023-01-01")


@dataclass(frozen=True)
class Company:
    folder: Path

    def table(self, name: str) -> pd.DataFrame:
        rows = pd.read_parquet(storage.table_in(self.folder, name))
        return rows.sort_values(list(TABLES[name].key), kind="stable", ignore_index=True)

    @cached_property
    def planted(self) -> dict[str, Any]:
        return json.loads((self.folder / "truth" / "truth.json").read_text())

    @cached_property
    def truth(self) -> pd.DataFrame:
        """The truth of customers (not of prospects), by customer_id."""
        truth = pd.read_parquet(self.folder / "truth" / "customers.parquet").set_index("customer_id")
        return truth[truth["is_customer"]]

    @cached_property
    def customers(self) -> pd.DataFrame:
        """The customers' table (without prospects), with its truth, by customer_id."""
        return self.table("customers").set_index("customer_id").join(self.truth, how="inner")

    @cached_property
    def lines(self) -> pd.DataFrame:
        lines = self.table("transactions").join(self.truth[["segment", "loss_reason"]], on="customer_id")
        return lines.assign(day=lines["ordered_at"].dt.normalize())

    @cached_property
    def sales(self) -> pd.DataFrame:
        return self.lines[~self.lines["is_return"]]

    @cached_property
    def orders(self) -> pd.DataFrame:
        """One row per order, by customer and time."""
        by = ["customer_id", "segment", "order_id", "ordered_at", "day"]
        return self.sales.groupby(by, as_index=False)["revenue_cents"].sum()


def company_params(**choices: int) -> params.Params:
    """The project's params with the simulated company as their source."""
    p = params.load(PROJECT / "params.yaml")
    chosen = p.source.b2b_demo.model_copy(update=choices)
    return p.model_copy(update={"source": p.source.model_copy(update={"kind": "b2b_demo", "b2b_demo": chosen})})


def make_company(folder: Path, *, threads: int | None = None, **choices: int) -> Company:
    p = company_params(**choices)
    ingest(p.model_copy(update={"engine": p.engine.model_copy(update={"threads": threads})}), folder)
    return Company(folder)


def within(observed: float, expected: float, error: float, n_errors: float = 3.0) -> bool:
    return abs(observed - expected) <= n_errors * error


def share_is(flags: np.ndarray | pd.Series, expected: float, n_errors: float = 4.0) -> bool:
    """Whether the share of true flags agrees with what was planted."""
    values = np.asarray(flags, dtype=bool)
    return within(values.mean(), expected, np.sqrt(expected * (1 - expected) / len(values)), n_errors)
