"""Figures on the pages of a built project, worked out anew from the clean tables and the mart by code of their own."""

import json
import math
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
from bs4 import BeautifulSoup

from crmwb import storage
from crmwb.findings import Term
from crmwb.findings.say import say

LEAST = 60
TOLERANCE = 2e-5  # pages hold six digits, and money to the cent


def shown(page: Path) -> dict[str, set[float]]:
    """Return the numbers of a page's tables by the first cell of their row."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    numbers: dict[str, set[float]] = {}
    for row in soup.select("table.numbers tbody tr"):
        first, *rest = row.find_all("td")
        known = [cell["data-v"] for cell in rest if cell.get("data-v")]
        numbers.setdefault(first.get_text(), set()).update(float(v) for v in known if not v.count("-") > 1)
    return numbers


def figures(project: Path) -> Iterator[tuple[str, str, str, float]]:
    """Yield figures worked out anew: report, first cell of the row, what it is, value (money in whole units)."""
    as_of = datetime.fromisoformat(json.loads((project / "data/features/observation.json").read_text())["as_of"])
    lines = pd.read_parquet(project / "data/quality/clean/transactions")
    lines = lines[lines["ordered_at"] < as_of]
    mart = pd.read_parquet(project / "data/marts/customers.parquet").set_index("customer_id")
    revenue = (lines.groupby("customer_id")["revenue_cents"].sum() / 100).reindex(mart.index, fill_value=0)
    last = lines[~lines["is_return"]].groupby("customer_id")["ordered_at"].max()
    silent = (as_of - last).dt.days.reindex(mart.index)
    clv = mart["clv_cents"] / 100
    for report, kind, column in (
        ("value", "tier", "tier"),
        ("segments", "rfm_segment", "rfm_segment"),
        ("lifecycle_and_retention", "stage", "stage"),
    ):
        for name, ids in mart.groupby(column).groups.items():
            if name in {"potential", "never_bought"}:
                continue  # without a purchase that counts they have no row in every table
            at = (report, say(Term(kind, str(name))))
            yield *at, "customers", len(ids)
            if report != "value":
                yield *at, "share of customers", len(ids) / len(mart)
            if report != "lifecycle_and_retention":
                yield *at, "revenue", revenue[ids].sum()
                yield *at, "share of revenue", revenue[ids].sum() / revenue.sum()
            if report == "value":
                yield *at, "value to come", clv[ids].sum()
                yield *at, "share of value to come", clv[ids].sum() / clv.sum()
                yield *at, "value to come of each", clv[ids].mean()
            if report == "segments":
                yield *at, "value to come of each", clv[ids].mean()
                yield *at, "median days since the last purchase", silent[ids].median()
    for table in ("customers", "transactions"):
        n = len(pd.read_parquet(storage.table_in(project / "data/quality/clean", table)))
        aside = len(pd.read_parquet(project / f"data/quality/quarantine/{table}.parquet"))
        at = ("data_quality", say(Term("table", table)))
        yield *at, "clean rows", n
        yield *at, "rows that came in", n + aside


def is_shown(value: float, on_page: float, to: float) -> bool:
    """Return whether a page shows a value: to six digits, money to the cent too."""
    return math.isclose(value, on_page, rel_tol=TOLERANCE, abs_tol=to)


@pytest.fixture(scope="module")
def expected(built_project):
    return pd.DataFrame(figures(built_project), columns=["report", "row", "what", "value"])


def test_there_are_many_figures(expected):
    assert len(expected) >= LEAST


@pytest.mark.parametrize("report", ["value", "segments", "lifecycle_and_retention", "data_quality"])
def test_figures_of_a_report_are_those_of_the_tables(report, expected, built_project):
    on_page = shown(built_project / "reports" / f"{report}.html")
    wrong = [
        (row.row, row.what, row.value)
        for row in expected[expected["report"] == report].itertuples()
        if not any(is_shown(row.value, v, 1e-6 if "share" in row.what else 0.006) for v in on_page.get(row.row, ()))
    ]
    assert wrong == []
