"""The customer mart: complete, documented, safe to open in a spreadsheet, and equal to what it is made of."""

import csv

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from project import PROJECT

from crmwb import engine, layout, lifecycle, segmentation, storage, value
from crmwb.actions import dictionary, mart
from crmwb.actions.columns import LIFECYCLE, SEGMENTS, VALUE
from crmwb.features.catalogue import SCHEMA as FEATURES_SCHEMA
from crmwb.tables import ARROW_TYPES


def rows(schema: pa.Schema, *known: dict) -> pa.Table:
    return pa.Table.from_pylist([dict.fromkeys(schema.names) | row for row in known], schema=schema)


@pytest.fixture
def customers(con):
    parts = {
        "features": rows(
            FEATURES_SCHEMA,
            {"customer_id": "a", "region": "=cmd()", "revenue_cents": -500},
            {"customer_id": "-b", "region": "north, \"far\"", "revenue_cents": 10},
        ),
        "segments": rows(segmentation.CUSTOMERS_SCHEMA, {"customer_id": "a", "tier": "vip"}),
        "value": rows(value.CUSTOMERS_SCHEMA, {"customer_id": "a", "clv_cents": 7}),
        "lifecycle": rows(lifecycle.CUSTOMERS_SCHEMA, {"customer_id": "a", "stage": "growth"}),
    }  # fmt: skip
    return mart.customer_mart(**{name: engine.open_arrow(con, table, name) for name, table in parts.items()})


@pytest.mark.parametrize(
    ("columns", "schema"),
    [
        (SEGMENTS, segmentation.CUSTOMERS_SCHEMA),
        (VALUE, value.CUSTOMERS_SCHEMA),
        (LIFECYCLE, lifecycle.CUSTOMERS_SCHEMA),
    ],
)
def test_the_columns_are_those_of_the_artefacts(columns, schema):
    assert [(c.name, ARROW_TYPES[c.kind]) for c in columns] == [(f.name, f.type) for f in schema if f.name != mart.KEY]


def test_every_customer_is_there_known_to_the_later_rooms_or_not(customers):
    frame = customers.to_pyarrow().to_pandas().set_index("customer_id")
    assert sorted(frame.index) == ["-b", "a"]
    assert frame.loc["a", ["tier", "clv_cents", "stage"]].to_list() == ["vip", 7, "growth"]
    assert frame.loc["-b", ["tier", "clv_cents"]].isna().all()


def test_the_dictionary_names_every_column_once_in_order(customers):
    assert mart.dictionary()["column"].to_list() == list(customers.columns)
    assert mart.dictionary()["column"].is_unique
    assert mart.dictionary()["meaning"].str.len().min() > 3


def test_the_csv_disarms_formulas_and_leaves_numbers_alone(con, customers, tmp_path):
    storage.write_query_csv(con, customers, tmp_path / "mart.csv", order_by=[mart.KEY])
    with (tmp_path / "mart.csv").open(newline="", encoding="utf-8") as file:
        by_id = {row["customer_id"]: row for row in csv.DictReader(file)}
    assert by_id["a"]["region"] == "'=cmd()"
    assert by_id["a"]["revenue_cents"] == "-500"
    assert by_id["'-b"]["region"] == 'north, "far"'


def test_the_mart_of_a_built_project_agrees_with_its_clean_transactions_to_the_cent(built_project):
    made = pq.read_table(built_project / layout.CUSTOMER_MART).to_pandas()
    clean = pq.read_table(built_project / layout.CLEAN / "transactions.parquet").to_pandas()
    assert made["revenue_cents"].sum() == clean["revenue_cents"].sum()
    assert made["customer_id"].is_unique
    by_customer = clean.groupby("customer_id")["revenue_cents"].sum()
    assert (made.set_index("customer_id")["revenue_cents"] == by_customer).all()
    as_csv = (built_project / layout.CUSTOMER_MART_CSV).read_text(encoding="utf-8").splitlines()
    assert len(as_csv) == len(made) + 1


def test_the_data_dictionary_in_docs_is_up_to_date():
    written = (PROJECT / layout.DATA_DICTIONARY).read_text(encoding="utf-8")
    assert written == dictionary.text(), "run `crmwb dictionary`"
