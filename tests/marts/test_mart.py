"""The customer mart: complete, documented, safe to open in a spreadsheet, and equal to what it is made of."""

import csv

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crmwb import engine, layout, storage
from crmwb.contract import contracts, features, lifecycle, schema_of, segments, value
from crmwb.contract.marts import OPEN, PARTS, UPGRADE
from crmwb.marts import mart, risk_explained


def rows(schema: pa.Schema, *known: dict) -> pa.Table:
    return pa.Table.from_pylist([dict.fromkeys(schema.names) | row for row in known], schema=schema)


@pytest.fixture
def customers(con):
    parts = {
        "features": rows(
            features.CUSTOMERS.schema,
            {"customer_id": "a", "region": "=cmd()", "revenue_cents": -500},
            {"customer_id": "-b", "region": "north, \"far\"", "revenue_cents": 10},
        ),
        "segments": rows(segments.CUSTOMERS.schema, {"customer_id": "a", "rfm_segment": "champions"}),
        "value": rows(value.CUSTOMERS.schema, {"customer_id": "a", "clv_cents": 7, "tier": "vip"}),
        "risk": rows(lifecycle.RISK.schema, {"customer_id": "a", "risk": 0.25}),
        "lifecycle": rows(lifecycle.CUSTOMERS.schema, {"customer_id": "a", "stage": "growth"}),
        "predict": rows(schema_of((OPEN.columns[0], *PARTS["predict"]))),
        "contract_status": rows(contracts.CUSTOMERS.schema, {"customer_id": "a", "mrr_cents": 1900}),
        "open": rows(OPEN.schema),
        "upgrade": rows(UPGRADE.schema, {"customer_id": "a", "next_tier": "vip"}),
    }  # fmt: skip
    return mart.customer_mart(**{name: engine.open_arrow(con, table, name) for name, table in parts.items()})


def test_every_customer_is_there_known_to_the_later_rooms_or_not(customers):
    frame = customers.to_pyarrow().to_pandas().set_index("customer_id")
    assert sorted(frame.index) == ["-b", "a"]
    assert frame.loc["a", ["tier", "clv_cents", "stage", "risk"]].to_list() == ["vip", 7, "growth", 0.25]
    assert frame.loc["-b", ["tier", "clv_cents"]].isna().all()


def test_the_dictionary_names_every_column_once_in_order(customers):
    assert mart.dictionary()["column"].to_list() == list(customers.columns)
    assert mart.dictionary()["column"].is_unique
    assert mart.dictionary()["meaning"].str.len().min() > 3


def test_stage_silence_and_rfm_each_count_every_buyer_at_risk_once():
    people = pd.DataFrame(
        {
            "risk_class": ["at_risk", "at_risk", "low", None, None],
            "stage": ["lapsed", "decline", "maturity", "introduction", "account"],
            "rfm_segment": ["lost", "at_risk", "champions", "new_customers", "never_bought"],
            "silence_ratio": [4.0, 2.0, 0.5, None, None],
            "n_purchase_days": [5, 5, 5, 1, 0],
            "revenue_cents": [100, 200, 300, 400, 0],
            "clv_cents": [10, 20, 30, None, None],
            "margin_at_stake_cents": [6, 11, 1, None, None],
        }
    )
    table = risk_explained.explained(people)
    at_risk = table[table["risk_class"] == "at_risk"].groupby("scheme")[["n_customers", "margin_at_stake_cents"]].sum()
    assert at_risk.to_numpy().tolist() == [[2, 17]] * 3
    assert table.groupby("scheme")[["n_customers", "revenue_cents"]].sum().to_numpy().tolist() == [[4, 1000]] * 3
    silence = table[table["scheme"] == "silence"].set_index("segment")["n_customers"].to_dict()
    assert silence == {
        "over_3_gaps": 1, "up_to_2_gaps": 1, "up_to_1_gap": 1, "bought_once": 1,
    }  # fmt: skip


def test_the_csv_disarms_formulas_and_leaves_numbers_alone(con, customers, tmp_path):
    storage.write_query_csv(con, customers, tmp_path / "mart.csv", order_by=[mart.KEY])
    with (tmp_path / "mart.csv").open(newline="", encoding="utf-8") as file:
        by_id = {row["customer_id"]: row for row in csv.DictReader(file)}
    assert by_id["a"]["region"] == "'=cmd()"
    assert by_id["a"]["revenue_cents"] == "-500"
    assert by_id["'-b"]["region"] == 'north, "far"'


def test_the_mart_of_a_built_project_agrees_with_its_clean_transactions_to_the_cent(built_project):
    mart = pq.read_table(built_project / layout.CUSTOMER_MART).to_pandas()
    clean = pq.read_table(built_project / layout.CLEAN / "transactions").to_pandas()
    assert mart["revenue_cents"].sum() == clean["revenue_cents"].sum()
    assert mart["customer_id"].is_unique
    by_customer = clean.groupby("customer_id")["revenue_cents"].sum()
    assert (mart.set_index("customer_id")["revenue_cents"] == by_customer).all()
    as_csv = (built_project / layout.CUSTOMER_MART_CSV).read_text(encoding="utf-8").splitlines()
    assert len(as_csv) == len(mart) + 1
