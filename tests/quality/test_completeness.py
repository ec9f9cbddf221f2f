"""What is known: shares that can be counted by hand."""

import math

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import canonical

from crmwb import engine
from crmwb.contract.canonical import CUSTOMERS, TABLES, TRANSACTIONS
from crmwb.quality.completeness import completeness, needs
from crmwb.quality.completeness.columns import known_shares, revenue_known
from crmwb.quality.completeness.customers import customers_by_known

PEOPLE = """
    customer_id  region  age_band  parent_id
    a            north   20-29     -
    b            -       30-39     a
    c            -       -         -
"""
LOG = """
    customer_id  ordered_at  revenue  product_id  is_return
    a            2024-01-01  60.00    p1          false
    b            2024-01-01  30.00    p2          false
    c            2024-01-01  10.00    -           false
    a            2024-01-02  -50.00   p1          true
"""


@pytest.fixture
def tables(opened):
    return {
        "customers": opened("customers", PEOPLE),
        "transactions": opened("transactions", LOG),
        "products": opened("products", "product_id category\np1 tea\np2 -"),
    }


def test_a_column_is_known_in_a_share_of_rows(tables):
    known = known_shares(tables["customers"], CUSTOMERS)
    assert (known["customer_id"], known["region"], known["wallet_cents"]) == (1, 1 / 3, 0)
    assert list(known) == [c.name for c in CUSTOMERS.columns]


def test_statistics_of_files_say_what_counting_says(con, tmp_path):
    lines = canonical("transactions", LOG)
    more = lines.set_column(lines.schema.names.index("quantity"), "quantity", pa.array([math.nan, 1.0, None, 2.0]))
    files = [tmp_path / "2024-01.parquet", tmp_path / "2024-02.parquet"]
    pq.write_table(lines, files[0], row_group_size=2)
    pq.write_table(more, files[1])
    rows = engine.open_files(con, files, "rows")
    known = known_shares(rows, TRANSACTIONS)
    assert (known["product_id"], known["quantity"]) == (0.75, 0.75)
    assert known_shares(rows, TRANSACTIONS, files) == known


def test_of_no_rows_nothing_can_be_said(opened):
    assert set(known_shares(opened("customers", PEOPLE, n_rows=0), CUSTOMERS).values()) == {None}


def test_what_is_known_is_weighed_by_the_revenue_of_sales(tables):
    known = revenue_known(tables)
    assert known["customers"]["region"] == 0.6
    assert known["customers"]["age_band"] == 0.9
    assert known["transactions"]["product_id"] == 0.9
    assert known["products"]["category"] == 0.6  # p2 has none, and c's sale no product


def test_without_revenue_nothing_is_weighed(tables):
    assert revenue_known({"customers": tables["customers"]}) == {}
    assert revenue_known(tables | {"transactions": tables["transactions"].filter(False)}) == {}


def test_customers_are_counted_by_what_is_known_of_them(tables):
    counts = customers_by_known(tables)
    assert [(row["n_known"], row["n_customers"], row["revenue_share"]) for row in counts] == [
        (0, 1, 0.1),
        (1, 1, 0.3),
        (2, 1, 0.6),
    ]
    assert {row["of"] for row in counts} == {2}  # nobody need have a parent company


def test_a_source_that_knows_nothing_of_customers_has_no_attributes_to_count(opened):
    assert customers_by_known({"customers": opened("customers", "customer_id\na")}) == []


def test_without_transactions_customers_still_are_counted(tables):
    counts = customers_by_known({"customers": tables["customers"]})
    assert [row["n_customers"] for row in counts] == [1, 1, 1]
    assert {row["revenue_share"] for row in counts} == {None}


def test_a_need_is_met_by_the_best_of_its_columns():
    need = needs.Need("customers", ("country", "region"))
    assert needs.met(need, {"customers": {"country": 0.2, "region": 0.7}}) == 0.7
    assert needs.met(need, {"transactions": {}}) == 0
    assert needs.met(need, {"customers": {"country": None, "region": None}}) == 0


def test_what_only_happens_to_some_counts_as_known_where_any_is():
    need = needs.Need("invoices", ("paid_on",))
    assert needs.met(need, {"invoices": {"paid_on": 0.1}}) == 1
    assert needs.met(need, {"invoices": {"paid_on": 0.0}}) == 0


def test_needs_name_columns_of_the_contract():
    every = [need for group in (*needs.DEPARTMENTS.values(), *needs.ANALYSES.values()) for need in group]
    pairs = {(need.table, column) for need in every for column in need.columns} | needs.EVENTUAL
    assert all(TABLES[table].column(column) for table, column in pairs)
    assert set(needs.DEPARTMENTS) == {"marketing", "sales", "service"}


def test_analyses_say_what_they_wait_for(tables):
    counts = completeness(tables, {name: known_shares(rows, TABLES[name]) for name, rows in tables.items()})
    by_name = {analysis["analysis"]: analysis for analysis in counts.analyses}
    assert by_name["categories"] == {"analysis": "categories", "known_share": 0.5, "missing": []}
    assert by_name["profit"]["missing"] == ["transactions.cost_cents"]
    assert by_name["late_payers"]["missing"] == ["invoices.due_on", "invoices.paid_on / invoices.paid_cents"]
    marketing = next(of for of in counts.departments if of["department"] == "marketing")
    assert marketing["known_share"] == pytest.approx((1 / 3 + 2 / 3 + 0.5) / len(needs.DEPARTMENTS["marketing"]))
