"""The reports of a source that knows costs, invoices, referrals and wallets say what those bring."""

import json

import pandas as pd
import pytest
from in_process import run_stages
from project import change_params, make_project

from crmwb.findings import from_json
from crmwb.findings.say import say


def use_small_company(content):
    content["source"] |= {"kind": "b2b_demo", "b2b_demo": {"n_customers": 1_000, "years": 2, "seed": 1}}
    content["features"]["n_snapshots"] = 4
    content["segmentation"]["clusters"] |= {"k_max": 3, "n_bootstrap": 2}
    content["value"]["n_bootstrap"] = 50
    content["value"]["backtest"]["n_origins"] = 1
    content["value"]["equity"] |= {"n_origins": 2, "n_months": 14}
    content["value"]["scorecard"]["history_months"] = 2


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """Return a project on a small simulated company, with both of the leadership's reports made."""
    folder = make_project(tmp_path_factory.mktemp("company") / "project")
    change_params(folder, use_small_company)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        run_stages(folder, "value", "executive_summary")
    return folder


@pytest.fixture(scope="module")
def lost(company):
    return json.loads((company / "data/value/facts.json").read_text())["realised"]["unprofitable"]


def test_leadership_decides_on_unprofitable_customers(company, lost):
    headlines = json.loads((company / "data/reports/executive_summary.json").read_text())["headlines"]
    (title,) = [line for line in headlines if line["code"] == "decisions.losses.title"]
    assert title["values"]["money"]["cents"] == sum(reason["loss_cents"] for reason in lost["before_unpaid"])
    assert title["values"]["n"]["value"] == lost["n_losing_before_unpaid"]  # what is overdue is a decision of its own


def test_unprofitable_customers_are_a_headline(company, lost):
    headlines = json.loads((company / "data/reports/value.json").read_text())["headlines"]
    (line,) = [line for line in headlines if line["code"].startswith("realised.unprofitable.")]
    sentence = say(from_json(line))
    assert f"{lost['n_customers']:,} customers" in sentence
    assert "cost USD" in sentence
    assert sentence.endswith("in the VIP tier.")


def test_what_the_source_knows_is_drawn_and_nothing_is_said_to_be_missing(company):
    page = (company / "reports/value.html").read_text()
    for title in ("Where profit is lost", "Value tiers", "Customer equity", "The months ahead"):
        assert f">{title}</h2>" in page
    assert page.count("<figure") == 12
    assert "Required data" not in page


def test_customers_are_not_named(company):
    ids = pd.read_parquet(company / "data/value/customers.parquet", columns=["customer_id"])["customer_id"]
    page = (company / "reports/value.html").read_text()
    cells = set(pd.Series(page.split("<td")).str.extract(r">([^<]*)</td>")[0].dropna())
    assert len(cells) > 100
    assert not cells & set(ids)
