"""Looking through the quarantine: groups, examples, and a file that is safe to open."""

import csv
import json

import pytest
from builders import canonical
from typer.testing import CliRunner
from validating import unreadable

from crmwb.cli import app
from crmwb.errors import CrmwbError
from crmwb.quality import review

PEOPLE = canonical("customers", "customer_id\na\nb")
SALES = """
    customer_id  order_id  ordered_at  revenue  channel
    a            o1        2024-01-01  1.00     web
    a            o2        2024-01-01  -1.00    web
    x            o3        2024-01-01  1.00     =cmd()
    x            o4        2024-01-01  -1.00    web
    y            o5        2024-01-01  1.00     web
"""
LOST = unreadable([("orders.csv", 812, "ordered_at", "no date", '{"OrderDate": "31-02-16", "reason": "-5.00"}')])


@pytest.fixture
def folder(validated):
    tables = {"customers": PEOPLE, "transactions": canonical("transactions", SALES)}
    return validated(tables, {"transactions": LOST}).folder / "quarantine"


def test_rows_are_grouped_by_what_is_wrong_the_commonest_first(folder):
    listed = [(g.table, g.n_rows, g.rule) for g in review.groups(folder)]
    assert listed == [
        ("transactions", 2, "customer_id_is_in_customers"),
        ("transactions", 1, "customer_id_is_in_customers; sale_is_not_negative"),
        ("transactions", 1, "is_readable"),
        ("transactions", 1, "sale_is_not_negative"),
    ]


def test_examples_show_place_and_values(folder):
    text = review.in_words(review.groups(folder))
    assert "transactions: 5 rows quarantined" in text
    assert "e.g. orders.csv row 812: OrderDate 31-02-16" in text
    assert "e.g. customer_id y, order_id o5" in text
    assert "and run “dvc repro”" in text


def test_one_rule_of_several_is_found(folder):
    assert sum(g.n_rows for g in review.groups(folder, rule="sale_is_not_negative")) == 2
    with pytest.raises(CrmwbError, match="broken were: customer_id_is_in_customers, is_readable, sale_is_not_neg"):
        review.groups(folder, rule="nonsense")


def test_a_table_that_was_not_validated_is_refused(folder):
    assert review.groups(folder, "customers") == []
    with pytest.raises(CrmwbError, match="validated were: customers, transactions"):
        review.groups(folder, "orders")


def test_what_changed_since_the_accepted_run_is_told(folder):
    before = {"transactions": {"is_readable": 1, "sale_is_not_negative": 7}}
    text = review.in_words(review.groups(folder), before)
    assert "1 × is_readable (as many as in the accepted run)" in text
    assert "1 × sale_is_not_negative (7 in the accepted run)" in text
    assert "2 × customer_id_is_in_customers (none in the accepted run)" in text


def test_an_empty_quarantine_says_so(validated):
    tables = {
        "customers": PEOPLE,
        "transactions": canonical("transactions", "customer_id ordered_at revenue\na 2024-01-01 1"),
    }
    folder = validated(tables).folder / "quarantine"
    assert "No rows are quarantined" in review.in_words(review.groups(folder))
    with pytest.raises(CrmwbError, match="nothing to export"):
        review.export(folder, folder / "x.csv")


def test_the_export_has_every_row_and_no_formula(folder, tmp_path):
    assert review.export(folder, tmp_path / "for_you.csv") == 5
    with (tmp_path / "for_you.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 5
    assert {row["channel"] for row in rows} == {"web", "'=cmd()", ""}
    assert {row["revenue_cents"] for row in rows} == {"100", "-100", ""}
    lost = next(row for row in rows if row["source_row"] == "812")
    assert (lost["OrderDate"], lost["reason"], lost["reason (original)"]) == (
        "31-02-16",
        "ordered_at: no date",
        "-5.00",
    )


def test_an_export_can_be_of_one_rule(folder, tmp_path):
    assert review.export(folder, tmp_path / "x.csv", "transactions", "sale_is_not_negative") == 2


def test_several_tables_are_not_thrown_together(folder, tmp_path):
    (folder / "customers.parquet").write_bytes((folder / "transactions.parquet").read_bytes())
    with pytest.raises(CrmwbError, match="customers, transactions have quarantined rows; name one"):
        review.export(folder, tmp_path / "x.csv")


def test_what_the_command_says_is_of_the_project(folder, tmp_path, monkeypatch):
    root = tmp_path / "project"
    (root / "data/quality").mkdir(parents=True)
    folder.rename(root / "data/quality/quarantine")
    profile = {"source": {"name": "shop"}, "tables": {}}
    (root / "data/quality/summary.json").write_text(json.dumps({"profile": profile}))
    assert "accepted run" not in review.shown(root)
    (root / "metrics").mkdir()
    tables = {"transactions": {"quarantined": {"is_readable": 1}}}
    (root / "data/accepted.json").write_text(json.dumps(profile | {"tables": tables}))
    assert "is_readable (as many as in the accepted run)" in review.shown(root, "transactions")
    assert "x.csv: 1 row for the data owner" in review.shown(root, rule="is_readable", path=tmp_path / "x.csv")
    for name in ("params.yaml", "dvc.yaml"):
        (root / name).touch()
    monkeypatch.chdir(root)
    result = CliRunner().invoke(app, ["quarantine", "transactions", "--rule", "is_readable"])
    assert (result.exit_code, "1 × is_readable (as many as in the accepted run)" in result.output) == (0, True)
    assert CliRunner().invoke(app, ["quarantine", "nonsense"]).exit_code == 1
    assert "Accepted: shop, 0 rows in 0 tables" in CliRunner().invoke(app, ["accept"]).output
    assert json.loads((root / "data/accepted.json").read_text()) == profile
