"""From `crmwb map` to the executive page: the export of a platform, contracts only, customers summed up."""

import random

import pandas as pd
import platform_exports
import pytest
from in_process import read_report, run_stages
from project import change_params, make_project
from typer.testing import CliRunner

from crmwb import layout, storage
from crmwb.cli import app
from crmwb.findings import numbers


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project, and the way to map files of data/raw into it."""
    monkeypatch.delenv("CRMWB_KEY", raising=False)
    folder = make_project(tmp_path / "project")
    for old in (*(folder / "data" / "raw").iterdir(), *(folder / "mappings").glob("*.yaml")):
        old.unlink()
    change_params(folder, smaller)
    monkeypatch.chdir(folder)
    return folder


def smaller(content):
    """Choose what takes less time; nothing here rests on how much is tried."""
    content["segmentation"]["clusters"] |= {"k_max": 3, "n_bootstrap": 2}
    content["features"]["n_snapshots"] = 3
    content["value"]["scorecard"]["history_months"] = 2


def draft(*files, **answers):
    given = [part for key, value in answers.items() for part in ("--answer", f"{key}={value}")]
    currency = [] if "currency" in answers else ["--answer", "currency=USD"]
    done = CliRunner().invoke(app, ["map", *(f"data/raw/{name}" for name in files), "--yes", *given, *currency])
    assert done.exit_code == 0, done.output


def mart():
    return storage.read_frame(layout.CUSTOMER_MART).set_index("customer_id")


def test_an_export_of_a_shop_reaches_the_executive_page(project):
    truth = platform_exports.shopify(project / "data" / "raw", 120, 40)
    draft(*truth.files, **truth.answers)
    run_stages(project)
    assert mart()["revenue_cents"].sum() == truth.revenue_cents
    assert "USD" in read_report(project, "executive_summary")


def contracts(raw):
    """Write accounts and their contracts; return the monthly revenue of those that run on 1 January 2024."""
    draw = random.Random(4)
    rows, accounts, running = [], [], 0
    for i in range(300):
        plan = draw.choice(["basic", "pro"])
        begins = pd.Timestamp(2021, 1, 1) + pd.DateOffset(months=draw.randrange(36), days=draw.randrange(28))
        leaves = 0.15 if plan == "basic" else 0.03
        months = next((m for m in range(1, 200) if draw.random() < leaves), 200)
        ends = begins + pd.DateOffset(months=months)
        amount = {"basic": 19_00, "pro": 49_00}[plan]
        has_ended = ends < pd.Timestamp(2024, 1, 1)
        running += 0 if has_ended else amount
        rows.append(
            f"K{i},A{i:03},{plan},{begins:%Y-%m-%d},{f'{ends:%Y-%m-%d}' if has_ended else ''},{amount / 100:.2f}"
        )
        accounts.append(f"A{i:03},{draw.choice(['retail', 'health'])},{draw.choice(['north', 'south'])}")
    head = "contract_id,customer_id,plan,start_date,end_date,monthly_amount\n"
    (raw / "contracts.csv").write_text(head + "\n".join(rows) + "\n")
    (raw / "accounts.csv").write_text("customer_id,industry,region\n" + "\n".join(accounts) + "\n")
    return running


def test_contracts_alone_fill_value_lifecycle_and_the_executive_page(project):
    running = contracts(project / "data" / "raw")
    draft("contracts.csv", "accounts.csv")
    change_params(project, lambda content: content.update(as_of="2024-01-01"))
    run_stages(project)
    known = mart()
    assert known["mrr_cents"].sum() == running
    assert (known["contract_status"].value_counts().to_dict().keys()) == {"running", "ended"}
    runs = known["n_contracts_running"] > 0
    assert (known.loc[runs, "clv_cents"] > 0).all()
    assert set(known.loc[~runs, "stage"]) == {"lapsed"}
    assert set(known.loc[runs, "stage"]) == {"introduction", "maturity"}
    assert known["tier"].notna().all()
    means = known.groupby("tier")["mrr_cents"].mean()
    assert means["vip"] == means.max() > means["small"]
    page = read_report(project, "executive_summary")
    assert numbers.money(running, "USD") in page
    assert "Renewals differ beyond chance by plan: in an average month" in page
    assert "not available" not in page
    value = read_report(project, "value")
    assert "Running contracts are expected to bring" in value
    lifecycle = read_report(project, "lifecycle_and_retention")
    assert "Kaplan" in lifecycle
    assert "Has bought" not in lifecycle


def summed_up(raw):
    """Write customers in the layout of a well-known file of marketing campaigns; return what they spent in all."""
    draw = random.Random(3)
    head = (
        "ID;Year_Birth;Education;Marital_Status;Income;Kidhome;Teenhome;Dt_Customer;Recency;MntWines;MntFruits;"
        "MntMeatProducts;NumDealsPurchases;NumWebPurchases;NumCatalogPurchases;NumStorePurchases;NumWebVisitsMonth;"
        "AcceptedCmp3;AcceptedCmp4;Complain;Z_CostContact;Z_Revenue;Response"
    )
    rows, total = [head], 0
    for i in range(200):
        spent = [round(draw.expovariate(1 / mean)) for mean in (300, 30, 160)]
        total += sum(spent)
        bought = [draw.randrange(5), draw.randrange(9), draw.randrange(6), 1 + draw.randrange(12), draw.randrange(9)]
        flags = [int(draw.random() < share) for share in (0.1, 0.1, 0.01)]
        born = [draw.randrange(1945, 1996), draw.choice(["PhD", "Basic"]), draw.choice(["Married", "Single"])]
        home = [draw.randrange(15_000, 95_000), draw.randrange(3), draw.randrange(2)]
        since = f"{1 + draw.randrange(28):02}-{1 + draw.randrange(12):02}-2013"
        row = [
            5_000 + i,
            *born,
            *home,
            since,
            draw.randrange(100),
            *spent,
            *bought,
            *flags,
            3,
            11,
            int(draw.random() < 0.2),
        ]
        rows.append(";".join(map(str, row)))
    (raw / "marketing_campaign.csv").write_text("\n".join(rows) + "\n")
    return 100 * total


def test_customers_summed_up_have_tiers_segments_and_a_page(project):
    spent = summed_up(project / "data" / "raw")
    draft("marketing_campaign.csv", summarised_on="2014-12-07")
    run_stages(project)
    known = mart()
    assert known["revenue_cents"].sum() == spent
    assert known["realised_revenue_cents"].sum() == spent
    assert known["tier"].notna().all()
    assert known.groupby("tier")["revenue_cents"].mean().idxmax() == "vip"
    assert known["rfm_segment"].notna().all()
    assert known["cluster"].notna().any() or known["cluster_name"].isna().all()
    assert known["response_share"].between(0, 1).all()
    interests = storage.read_frame(layout.INTERESTS)
    assert set(interests["category"]) == {"wines", "fruits", "meat products"}
    assert interests["revenue_cents"].sum() == spent
    page = read_report(project, "executive_summary")
    assert numbers.money(spent, "USD") in page
    for report in ("value", "segments", "lifecycle_and_retention", "campaigns", "data_quality", "model_card"):
        assert read_report(project, report)
