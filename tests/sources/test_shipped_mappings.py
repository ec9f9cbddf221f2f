"""The shipped mappings on the real data, against published counts and the raw files read by pandas."""

import io
import json
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pandas as pd
import pytest
import yaml
from exporting import Ingested, project_params
from project import CDNOW_SAMPLE, PROJECT

from crmwb.sources import contract, ingest, mapping

MAPPINGS = sorted((PROJECT / "mappings").glob("*.yaml"))


@pytest.fixture
def ingested(tmp_path):
    def ingest_mapped(name, directory):
        source = {"kind": "files", "mapping": str(PROJECT / "mappings" / f"{name}.yaml"), "directory": str(directory)}
        ingest(project_params(**source), tmp_path / "canonical")
        return Ingested(tmp_path / "canonical")

    return ingest_mapped


@pytest.fixture
def truth(shared_data):
    return json.loads((shared_data.parent / "truth" / "segmentation.json").read_text(encoding="utf-8"))


def cents(*factors):
    """The exact product of numbers as text, in cents, half away from zero."""
    product = Decimal(1)
    for factor in factors:
        product *= Decimal(factor)
    return int((product * 100).to_integral_value(ROUND_HALF_UP))


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda p: p.stem)
def test_shipped_mappings_fit_the_contract(path):
    contract.check(*mapping.load(path))


def test_the_cdnow_sample(ingested):
    outcome = ingested("cdnow_sample", CDNOW_SAMPLE.parent)
    rows = outcome.table("transactions")
    raw = [line.split() for line in CDNOW_SAMPLE.read_text().splitlines()]
    assert len(rows) == len(raw) == 6919
    assert rows.revenue_cents.sum() == sum(cents(line[4]) for line in raw)
    assert len(outcome.table("customers")) == rows.customer_id.nunique() == 2357
    first = rows[rows.customer_id == "00004"].sort_values("ordered_at").iloc[0]
    assert (first.ordered_at, first.quantity, first.revenue_cents) == (pd.Timestamp(1997, 1, 1), 2.0, 2933)
    assert not (outcome.folder / "unreadable").exists()


def test_the_whole_of_cdnow(ingested, shared_data):
    outcome = ingested("cdnow", shared_data / "cdnow")
    rows = outcome.table("transactions")
    raw = [line.split() for line in (shared_data / "cdnow" / "CDNOW_master.txt").read_text().splitlines()[1:]]
    assert len(rows) == len(raw) == 69_659
    assert rows.revenue_cents.sum() == sum(cents(line[3]) for line in raw)
    assert len(outcome.table("customers")) == 23_570


def test_online_retail(ingested, shared_data, truth):
    outcome, expected = ingested("online_retail", shared_data / "online_retail"), truth["online_retail"]
    tables = outcome.manifest["tables"]
    assert tables["transactions"]["unreadable"] == 0
    assert tables["transactions"]["rows"] + tables["transactions"]["filtered"] == expected["rows"]
    assert tables["transactions"]["filtered"] == expected["missing_customer_id_rows"]
    assert tables["customers"]["rows"] == expected["customers"]
    raw = pd.read_csv(shared_data / "online_retail" / "online_retail.csv.gz", dtype=str, keep_default_na=False)
    assert raw.InvoiceDate.str[:10].agg(["min", "max"]).tolist() == [expected["first"], expected["last"]]
    rows = outcome.table("transactions")
    with_customer, without = raw[raw.CustomerID != ""], raw[raw.CustomerID == ""]
    their_cents = [cents(*line) for line in zip(without.Quantity, without.UnitPrice, strict=True)]
    assert tables["transactions"]["without_customer"] == {"rows": len(without), "revenue_cents": sum(their_cents)}
    thousandths = with_customer.UnitPrice.map({price: cents(price, 10) for price in with_customer.UnitPrice.unique()})
    assert (thousandths == with_customer.UnitPrice.astype(float).mul(1000).round(6)).all()
    exact = with_customer.Quantity.astype("int64") * thousandths
    revenue = np.sign(exact) * ((exact.abs() + 5) // 10)  # half away from zero
    theirs = revenue.groupby(with_customer.CustomerID.str.removesuffix(".0")).sum()
    assert rows.groupby("customer_id").revenue_cents.sum().to_dict() == theirs.to_dict()
    assert rows.is_return.sum() == with_customer.InvoiceNo.str.startswith("C").sum()
    assert not rows.duplicated(["order_id", "line_no"]).any()
    countries = outcome.table("customers").set_index("customer_id").country
    assert (countries["12347"], countries["17850"]) == ("Iceland", "United Kingdom")


def test_superstore(ingested, shared_data, truth):
    outcome, expected = ingested("superstore", shared_data / "superstore"), truth["superstore"]
    rows = outcome.table("transactions")
    text = (shared_data / "superstore" / "superstore.csv").read_bytes().decode("cp1252")
    raw = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    assert len(rows) == len(raw) == expected["rows"]
    assert rows.order_id.nunique() == expected["orders"]
    assert len(outcome.table("customers")) == expected["customers"]
    assert rows.revenue_cents.sum() == raw.Sales.map(cents).sum()
    assert (rows.gross_cents - rows.discount_cents == rows.revenue_cents).all()
    first = rows[(rows.order_id == "US-2015-108966") & (rows.line_no == 1)].iloc[0]
    assert (first.gross_cents, first.discount_cents, first.revenue_cents) == (1741_05, 783_47, 957_58)
    profit = (rows.revenue_cents - rows.cost_cents).groupby(rows.customer_id).sum()
    assert profit.to_dict() == raw.Profit.map(cents).groupby(raw["Customer ID"]).sum().to_dict()
    assert (profit < 0).sum() == expected["customers_negative_in_total"]
    assert (rows.cost_cents > rows.revenue_cents).sum() == (raw.Profit.map(cents) < 0).sum()
    assert (raw.Profit.astype(float) < 0).sum() == expected["lines_with_negative_profit"]
    assert (rows.ordered_at.min(), rows.ordered_at.max()) == (pd.Timestamp(2014, 1, 3), pd.Timestamp(2017, 12, 30))
    customers = outcome.table("customers")
    kinds = raw.drop_duplicates("Customer ID").Segment.eq("Consumer").sum()
    assert customers.kind.value_counts().to_dict() == {"person": kinds, "company": expected["customers"] - kinds}


def test_names_of_people_do_not_enter(ingested, shared_data):
    folder = ingested("superstore", shared_data / "superstore").folder
    assert "Claire Gute" in (shared_data / "superstore" / "superstore.csv").read_bytes().decode("cp1252")
    for path in folder.glob("*.parquet"):
        assert "Claire Gute" not in pd.read_parquet(path).to_csv()


def test_the_mappings_are_short_enough_to_copy():
    assert all(len(path.read_text(encoding="utf-8").splitlines()) < 50 for path in MAPPINGS)
    assert {yaml.safe_load(path.read_text(encoding="utf-8"))["name"] for path in MAPPINGS}


def test_maven_crm(ingested, shared_data, truth):
    outcome, expected = ingested("maven_crm", shared_data / "maven_crm"), truth["maven_crm"]
    raw = pd.read_csv(shared_data / "maven_crm" / "sales_pipeline.csv", dtype=str, keep_default_na=False)
    deals, sales = outcome.table("opportunities"), outcome.table("transactions")
    assert len(deals) == expected["opportunities"] == len(raw)
    assert deals.customer_id.isna().sum() == expected["missing_account_rows"]
    assert len(outcome.table("customers")) == expected["accounts"]
    assert sales.revenue_cents.sum() == deals[deals.won.eq(True)].amount_cents.sum() == expected["won_value"] * 100
    won = raw[raw.deal_stage == "Won"].astype({"close_value": int})
    assert (sales.groupby("customer_id").revenue_cents.sum() / 100).to_dict() == won.groupby(
        "account"
    ).close_value.sum().to_dict()
    assert outcome.manifest["tables"]["transactions"]["filtered"] == len(raw) - len(won)
    assert "without_customer" not in outcome.manifest["tables"]["transactions"]  # what is not won is no sale
    assert (raw["product"] == "GTXPro").sum() == expected["unmatched_product_rows"]
    assert set(deals.product_id) == set(outcome.table("products").product_id)  # GTXPro is GTX Pro
    assert (deals.won.isna() == raw.set_index("opportunity_id").deal_stage[deals.opportunity_id].isin(
        ["Engaging", "Prospecting"]
    ).values).all()  # fmt: skip
    customers = outcome.table("customers").set_index("customer_id")
    assert (customers.industry == "technology").sum() == 12
    assert customers.parent_id["Bluth Company"] == "Acme Corporation"
    assert customers.company_size["Acme Corporation"] == "1,000 to 4,999"
    assert not (outcome.folder / "unreadable").exists()


def test_ibm_receivables(ingested, shared_data, truth):
    outcome, expected = ingested("ibm_receivables", shared_data / "ibm_receivables"), truth["receivables"]
    invoices = outcome.table("invoices")
    raw = pd.read_csv(shared_data / "ibm_receivables" / "accounts_receivable.csv", dtype=str)
    assert len(invoices) == expected["invoices"]
    assert len(outcome.table("customers")) == invoices.customer_id.nunique() == expected["customers"]
    assert invoices.disputed.sum() == expected["disputed"]
    assert round((invoices.paid_on > invoices.due_on).mean(), 3) == expected["late_share"]
    assert invoices.amount_cents.sum() == raw.InvoiceAmount.map(cents).sum()
    late = (pd.to_datetime(invoices.paid_on) - pd.to_datetime(invoices.due_on)).dt.days.clip(lower=0)
    assert late.sum() == raw.DaysLate.astype(int).sum()
    assert not (outcome.folder / "unreadable").exists()


def test_hillstrom(ingested, shared_data, truth):
    outcome, expected = ingested("hillstrom", shared_data / "hillstrom"), truth["hillstrom"]
    members = outcome.table("campaign_members")
    members["visited"] = members.responded_at.notna()
    arms = members.groupby(["campaign_id", "arm"])
    for campaign in ("mens", "womens"):
        contacted, control = (
            members[(members.campaign_id == campaign) & (members.arm == arm)] for arm in ("treatment", "control")
        )
        assert len(contacted) == expected["n"][campaign]
        assert len(control) == expected["n"]["control"]
        for rows, group in ((contacted, campaign), (control, "control")):
            assert (rows.outcome_cents > 0).sum() == expected["purchasers"][group]
            assert rows.outcome_cents.mean() / 100 == pytest.approx(expected["spend_per_customer"][group], abs=5e-7)
        lift = contacted.visited.mean() - control.visited.mean()
        assert lift == pytest.approx(expected["visit_lift"][campaign], abs=5e-7)
        assert contacted.contacted_at.notna().all()
        assert control.contacted_at.isna().all()
    assert arms.ngroups == 4
    customers = outcome.table("customers")
    assert len(customers) == sum(expected["n"].values()) == 64_000  # rows that look alike are customers all the same
    assert set(members.customer_id) == set(customers.customer_id)
    assert not (outcome.folder / "unreadable").exists()
