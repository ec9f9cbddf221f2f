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
from crmwb.display import tables
from crmwb.display.picture import Picture, draw
from crmwb.errors import CrmwbError
from crmwb.findings import Count, Finding, Listing, Name, Share, Term, Value, from_json
from crmwb.plots import quality as plots

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
        """One row per table: table, filtered, ingested, clean, quarantined, quarantined_share, first, last.

        Clean and quarantined add up to ingested; filtered are the rows that the mapping's filter left out before.
        """
        counts = ["filtered", "ingested", "clean", "quarantined"]
        rows = [
            (
                *(name, *(t[count] for count in counts), t["quarantined"] / (t["ingested"] or 1)),
                *(None if t[end] is None else date.fromisoformat(t[end][:10]) for end in ("first", "last")),
            )
            for name, t in sorted(self.summary["tables"].items())
        ]
        return pd.DataFrame(rows, columns=["table", *counts, "quarantined_share", "first", "last"])

    @property
    def expectations(self) -> pd.DataFrame:
        """One row per rule: table, column, rule, meaning, severity, checked and failed (rows), passed, examples."""
        rows = [rule | {"meaning": from_json(rule["meaning"])} for rule in self.summary["expectations"]]
        return pd.DataFrame(rows, columns=EXPECTATION)

    @property
    def audits(self) -> pd.DataFrame:
        """One row per audit: table, audit, finding, rows, share, severity, advice (both are said by `say`; or None)."""
        columns = ["table", "audit", "finding", "rows", "share", "severity", "advice"]
        rows = [
            audit | {name: audit[name] and from_json(audit[name]) for name in ("finding", "advice")}
            for audit in self.summary["audits"]
        ]
        return pd.DataFrame(rows, columns=columns)

    @property
    def completeness(self) -> pd.DataFrame:
        """One row per column of the contract: table, column, known_share (of rows), revenue_share (of revenue).

        The revenue is that of the customers, lines or products of which the column is known; NaN for other tables.
        """
        weighed = self.summary["completeness"]["revenue_known"]
        rows = [
            (name, column, share, weighed.get(name, {}).get(column, float("nan")))
            for name, t in sorted(self.summary["tables"].items())
            for column, share in t["columns"].items()
        ]
        return pd.DataFrame(rows, columns=["table", "column", "known_share", "revenue_share"])

    @property
    def partly_known(self) -> pd.DataFrame:
        """The rows of `completeness` whose column is known in part, least first."""
        known = self.completeness
        partly = known[known["known_share"].between(0, 1, inclusive="neither")]
        return partly.sort_values("known_share", kind="stable", ignore_index=True)

    @property
    def departments(self) -> pd.DataFrame:
        """One row per need of a department: department, purpose, columns (any serves), known_share."""
        rows = [
            (
                Term("department", of["department"]),
                Finding(f"quality.purpose.{need['purpose']}"),
                Listing(tuple(Name(column) for column in need["columns"])),
                need["known_share"],
            )
            for of in self.summary["completeness"]["departments"]
            for need in of["needs"]
        ]
        return pd.DataFrame(rows, columns=["department", "purpose", "columns", "known_share"])

    @property
    def served(self) -> pd.DataFrame:
        """One row per department: department, known_share (the mean over its needs), n_needs, n_unmet (not at all)."""
        needs = self.departments.assign(n_unmet=lambda d: d["known_share"] == 0)
        each = needs.groupby("department", sort=False)
        by_department = each.agg(
            known_share=("known_share", "mean"), n_needs=("purpose", "size"), n_unmet=("n_unmet", "sum")
        )
        return by_department.reset_index()

    @property
    def analyses(self) -> pd.DataFrame:
        """One row per analysis: analysis, known_share (of its least known column), missing (columns)."""
        rows = [
            (
                Finding(f"quality.analysis.{of['analysis']}"),
                of["known_share"],
                Listing(tuple(Name(column) for column in of["missing"])),
            )
            for of in self.summary["completeness"]["analyses"]
        ]
        return pd.DataFrame(rows, columns=["analysis", "known_share", "missing"])

    @property
    def customers_known(self) -> pd.DataFrame:
        """One row per number of attributes known: n_known, of, n_customers, revenue_share; none where none can be."""
        columns = ["n_known", "of", "n_customers", "revenue_share"]
        return pd.DataFrame(self.summary["completeness"]["customers"], columns=columns).astype({"revenue_share": float})

    @property
    def rules(self) -> pd.DataFrame:
        """The rows of `expectations` about columns and rows: what the data contract says."""
        return self.expectations.drop(self.drift.index)

    @property
    def drift(self) -> pd.DataFrame:
        """The rows of `expectations` about the run as a whole: how fresh it is, and how like the accepted run."""
        rules = self.expectations["rule"]
        return self.expectations[rules.str.endswith("_accepted") | (rules == "is_up_to_date")]

    @property
    def was_accepted(self) -> bool:
        """Whether a run of this source was accepted (`crmwb accept`), so that this one is held against it."""
        return bool(self.expectations["rule"].str.endswith("_accepted").any())

    @property
    def revenue(self) -> dict[str, int]:
        """Revenue in cents: ingested, clean, quarantined; the last two add up to the first, the mart to clean.

        Empty where the source has no transactions.
        """
        sums: dict[str, int] = self.summary["tables"].get("transactions", {}).get("revenue_cents", {})
        return sums

    def revenue_before(self, as_of: date) -> int:
        """Return the revenue of the clean transactions before a day, in cents, added up from their lines."""
        lines = storage.table_in(self._root / layout.CLEAN, "transactions")
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
        return expectations.assign(
            examples=["; ".join(map(_written, examples)) for examples in expectations["examples"]]
        )

    def plot_quarantined(self) -> Picture:
        """Draw the share of each table's rows that was quarantined."""
        return draw(
            plots.quarantined, self.frame, alt=_alt("quarantined", rows=Count(self.frame["quarantined"].sum(), "row"))
        )

    def plot_checks(self) -> Picture:
        """Draw how many rules hold and how many are broken."""
        rules = self.rules
        broken = Count((~rules["passed"].astype(bool)).sum())
        return draw(plots.checks, rules, alt=_alt("checks", broken=broken, rules=Count(len(rules), "rule")))

    def plot_completeness(self) -> Picture:
        """Draw how much is known of each column that is known in part, of rows and of revenue; of all where none is."""
        known, title = self.partly_known, "completeness"
        if known.empty:
            known, title = self.completeness.query("known_share > 0"), "columns_known"
        known = known.sort_values(["table", "known_share"], kind="stable", ignore_index=True)
        known["table"] = known["table"].map(lambda name: Term("table", name))
        known["column"] = known["column"].map(Name)
        return draw(
            plots.completeness, known, alt=_alt("completeness", columns=Count(len(known), "column")), title=title
        )

    def plot_departments(self) -> Picture:
        """Draw how far the needs of each department are met."""
        needs = self.departments.rename(columns={"department": "table", "purpose": "column"})
        return draw(plots.completeness, needs, alt=_alt("departments", parts=self.served_parts), title="departments")

    @property
    def served_parts(self) -> Listing:
        """The departments with the share of their needs that is met."""
        served = self.served
        pairs = zip(served["department"], served["known_share"], strict=True)
        return Listing(tuple(Finding("quality.plot.part", {"what": of, "share": Share(part)}) for of, part in pairs))

    def plot_customers_known(self) -> Picture:
        """Draw of how many customers, and of how much revenue, how many attributes are known."""
        counts = self.customers_known
        if counts.empty:
            raise CrmwbError(f"{layout.QUALITY_SUMMARY}: the source knows no attribute of its customers to count.")
        return draw(
            plots.customers_known, counts, alt=_alt("customers", attributes=Count(int(counts["of"].max()), "attribute"))
        )

    def _repr_html_(self) -> str:
        return tables.html(self.frame, caption=Finding("data_quality.caption.rows"))


def _alt(key: str, **values: Value) -> Finding:
    return Finding(f"quality.plot.{key}_alt", values)


def _written(values: dict[str, Any]) -> str:
    """Write a row's known values for people, first where it stands."""
    ordered = {"row": None} | values
    return ", ".join(f"{name} {value}" for name, value in ordered.items() if value is not None and value != "")
