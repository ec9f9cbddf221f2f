"""The quality: what came in, which rules hold, what was quarantined, what the audits found."""

import json
from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crmwb import layout, storage
from crmwb.plots import quality as plots
from crmwb.reporting import tables, words
from crmwb.reporting.picture import Picture, draw

EXPECTATION = ["table", "column", "rule", "meaning", "severity", "checked", "failed", "passed", "examples"]


class Quality:
    """How far the data can be trusted."""

    def __init__(self, root: Path, currency: str) -> None:
        self._root = root
        self.currency = currency

    @cached_property
    def summary(self) -> dict[str, Any]:
        """Everything that validation wrote down."""
        content: dict[str, Any] = storage.read_json(self._root / layout.QUALITY_SUMMARY)
        return content

    @property
    def frame(self) -> pd.DataFrame:
        """One row per table: table, ingested, clean, quarantined (the last two add up to the first), share, dates."""
        rows = [
            (
                *(name, t["ingested"], t["clean"], t["quarantined"], t["quarantined"] / (t["ingested"] or 1)),
                *(None if t[end] is None else t[end][:10] for end in ("first", "last")),
            )
            for name, t in sorted(self.summary["tables"].items())
        ]
        columns = ["table", "ingested", "clean", "quarantined", "quarantined_share", "first", "last"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def expectations(self) -> pd.DataFrame:
        """One row per rule: table, column, rule, meaning, severity, checked and failed (rows), passed, examples."""
        return pd.DataFrame(self.summary["expectations"], columns=EXPECTATION)

    @property
    def audits(self) -> pd.DataFrame:
        """One row per audit: table, audit, finding (a sentence), rows, share, severity, advice."""
        columns = ["table", "audit", "finding", "rows", "share", "severity", "advice"]
        return pd.DataFrame(self.summary["audits"], columns=columns)

    @property
    def completeness(self) -> pd.DataFrame:
        """One row per column of the contract: table, column, known_share."""
        rows = [
            (name, column, share)
            for name, t in sorted(self.summary["tables"].items())
            for column, share in t["columns"].items()
        ]
        return pd.DataFrame(rows, columns=["table", "column", "known_share"])

    @property
    def revenue(self) -> dict[str, int]:
        """Revenue in cents: ingested, clean, quarantined; the last two add up to the first, the mart to clean.

        Empty where the source has no transactions.
        """
        sums: dict[str, int] = self.summary["tables"].get("transactions", {}).get("revenue_cents", {})
        return sums

    def revenue_before(self, as_of: date) -> int:
        """Return the revenue of the clean transactions before a day, in cents, added up from their lines."""
        lines = self._root / layout.CLEAN / "transactions.parquet"
        storage.require(lines)
        before = pa.scalar(datetime.combine(as_of, time.min), pa.timestamp("us"))
        kept = pq.read_table(lines, columns=["revenue_cents"], filters=pc.field("ordered_at") < before)
        return int(pc.sum(kept["revenue_cents"]).as_py() or 0)

    def quarantine(self, table: str) -> pd.DataFrame:
        """Return the quarantined rows of a table: source_file, source_row, rule, reason, values (a dict each)."""
        rows = storage.read_frame(self._root / layout.QUARANTINE / f"{table}.parquet")
        return rows.assign(values=[json.loads(text) for text in rows["values"]])

    def reasons(self, table: str) -> pd.DataFrame:
        """Return why rows of a table were quarantined: reason, n_rows, example; the most frequent first."""
        rows = self.quarantine(table)
        groups = rows.groupby("reason", sort=True)
        counts = pd.DataFrame({"n_rows": groups.size(), "example": groups["values"].first().map(_written)})
        counts = counts.sort_values("n_rows", ascending=False, kind="stable").rename_axis("reason")
        return counts.reset_index()

    @staticmethod
    def with_examples(expectations: pd.DataFrame) -> pd.DataFrame:
        """Return expectations with their examples written as text, one after the other."""
        return expectations.assign(examples=["; ".join(map(_written, found)) for found in expectations["examples"]])

    def plot_quarantined(self) -> Picture:
        """Draw the share of each table's rows that was quarantined."""
        total = words.plural(self.frame["quarantined"].sum(), "row")
        return draw(plots.quarantined, self.frame, alt=f"Bars: rows quarantined by table; {total} in all.")

    def plot_checks(self) -> Picture:
        """Draw how many rules hold and how many are broken."""
        broken = int((~self.expectations["passed"].astype(bool)).sum())
        alt = f"Bars: rules by severity; {broken} of {len(self.expectations)} are broken."
        return draw(plots.checks, self.expectations, alt=alt)

    def plot_completeness(self) -> Picture:
        """Draw how much of each column is known, leaving out columns that the source does not bring at all."""
        known = self.completeness[self.completeness["known_share"] > 0].reset_index(drop=True)
        alt = f"Bars: share known of {words.plural(len(known), 'column')}."
        return draw(plots.completeness, known, alt=alt)

    def _repr_html_(self) -> str:
        return tables.html(self.frame, caption="What came in, and what was set aside")


def _written(values: dict[str, Any]) -> str:
    """Write a row's known values for people."""
    return ", ".join(f"{name} {value}" for name, value in values.items() if value not in {None, ""})
