"""The simulated company keeps the data contract, is the same bytes each time, and keeps its truth apart."""

import json

import pandas as pd
import pyarrow.parquet as pq
import pytest
from b2b_company import make_company
from project import change_params, make_project, run_stage

from crmwb import params, storage
from crmwb.contract.canonical import TABLES
from crmwb.errors import CrmwbError
from crmwb.findings import from_json
from crmwb.findings.say import say

NOT_THERE = {"payments", "contracts", "customer_summaries", "category_summaries"}
FILLED = [table for table in TABLES.values() if table.name not in NOT_THERE]
OF_PERSONS = {"age_band", "income_band", "gender", "marital_status", "household_size", "children"}


@pytest.mark.parametrize("table", FILLED, ids=lambda table: table.name)
def test_every_table_is_filled_in_every_column_that_a_company_has(b2b_demo, table):
    written = pq.read_table(b2b_demo / table.path.name)
    assert written.schema.equals(table.schema)
    empty = {name for name in written.column_names if written[name].null_count == written.num_rows}
    expected = {"customers": OF_PERSONS, "transactions": {"store_id"}, "initiatives": {"judged_on"}}
    assert empty == expected.get(table.name, set())


@pytest.mark.parametrize("table", FILLED, ids=lambda table: table.name)
def test_tables_are_sorted_by_a_key_that_is_unique(b2b_demo, table):
    keys = pd.read_parquet(b2b_demo / table.path.name, columns=list(table.key))
    assert not keys.duplicated().any()
    for part in storage.parts(b2b_demo / table.path.name):
        keys = pd.read_parquet(part, columns=list(table.key))
        assert keys.equals(keys.sort_values(list(table.key)))


def test_order_lines_are_in_a_file_for_each_month(b2b_demo):
    for part in storage.parts(b2b_demo / "transactions"):
        assert set(pd.read_parquet(part).ordered_at.dt.strftime("%Y-%m")) == {part.stem}


def test_no_row_breaks_a_rule(tmp_path):
    project = make_project(tmp_path / "project")
    change_params(project, lambda content: content["source"].update(kind="b2b_demo"))
    change_params(project, lambda content: content["source"]["b2b_demo"].update(n_customers=1_000))
    for stage in ("ingest", "validate"):
        done = run_stage(project, stage)
        assert done.returncode == 0, done.stderr
    summary = json.loads((project / "data" / "quality" / "summary.json").read_text())
    assert {name: sentence["quarantined"] for name, sentence in summary["tables"].items()} == {
        t.name: 0 for t in FILLED
    }
    assert [each for each in summary["expectations"] if not each["passed"]] == []


def test_the_manifest_says_that_it_is_simulated(b2b_demo):
    manifest = json.loads((b2b_demo / "manifest.json").read_text())
    assert manifest["source"]["kind"] == "b2b_demo"
    assert say(from_json(manifest["source"]["caveat"])).startswith("Simulated data: 25,000 accounts")
    assert set(manifest["not_available"]) == NOT_THERE


def test_the_truth_stands_where_no_later_stage_looks(b2b_demo, con):
    assert set(storage.open_tables(con, b2b_demo)) == {table.name for table in FILLED}
    in_tables = {column.name for table in TABLES.values() for column in table.columns}
    truth = set(pq.read_schema(b2b_demo / "truth" / "customers.parquet").names) - {"customer_id"}
    assert not truth & in_tables


def test_same_bytes_at_one_and_two_threads(tmp_path):
    one, two = (make_company(tmp_path / str(n), threads=n, n_customers=1_000) for n in (1, 2))
    files = sorted(file for file in one.folder.rglob("*") if file.is_file())
    others = [file for file in files if file.parent.name != "transactions"]
    assert len(others) == len(FILLED) - 1 + len(["manifest", "customers", "campaign_members", "truth"])
    assert len(files) - len(others) == 36
    for file in files:
        assert file.read_bytes() == (two.folder / file.relative_to(one.folder)).read_bytes(), file


def test_another_seed_is_another_company(tmp_path):
    one, two = (make_company(tmp_path / str(seed), seed=seed, n_customers=1_000, years=2) for seed in (1, 2))
    assert not one.table("transactions").equals(two.table("transactions"))


def test_ten_years_begin_ten_years_before_the_end(tmp_path):
    company = make_company(tmp_path / "long", n_customers=1_000, years=10)
    assert company.table("customers")["acquired_on"].min().year == 2016
    assert company.table("transactions")["ordered_at"].max() < pd.Timestamp("2026-01-01")


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("n_customers", 999, "source.b2b_demo.n_customers: 999 is not allowed: must be greater than or equal to 1000"),
        ("n_customers", 10_000_001, "less than or equal to 10000000"),
        ("n_customers", 1e4, "10000.0 is not allowed"),
        ("years", 1, "source.b2b_demo.years: 1 is not allowed"),
        ("seed", -1, "source.b2b_demo.seed: -1 is not allowed"),
    ],
)
def test_impossible_companies_are_refused_in_one_sentence(tmp_path, key, value, says):
    project = make_project(tmp_path / "project")
    change_params(project, lambda content: content["source"]["b2b_demo"].update({key: value}))
    with pytest.raises(CrmwbError, match=says) as sentence:
        params.load(project / "params.yaml")
    assert len(str(sentence.value).splitlines()) == 1
