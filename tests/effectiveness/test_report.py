"""The report's figures are those of the artefacts that other reports show."""

import pytest

from crmwb import layout, storage
from crmwb.workbench import Workbench


@pytest.fixture(scope="module")
def wb(built_project):
    return Workbench(built_project)


def test_customers_and_revenue_are_those_of_the_customer_table(wb):
    buyers = wb.customers.buyers
    how_many = wb.effectiveness.answers.set_index("question").loc["how_many", "answer"].values
    assert how_many["n"].value == len(buyers)
    rows = wb.effectiveness.analysis("persistency")
    assert rows["n_customers"].sum() == len(buyers)
    assert rows["amount_cents"].sum() == buyers["revenue_cents"].sum()


def test_risk_tiers_and_shares_are_those_of_their_reports(wb):
    findings = wb.effectiveness.findings
    assert findings["persistency"].values["n"].value == len(wb.accounts.at_risk)
    whale = storage.read_json(wb.root / layout.VALUE_FACTS)["realised"]["whale"]
    assert findings["profitability"].values["share"].value == pytest.approx(whale["top_20_share"]["value"], rel=1e-5)
    assert findings["prospecting"].values["value"] == wb.value.future(wb.value.buyers["clv_cents"].sum())
    tiers = wb.effectiveness.analysis("profitability")
    assert tiers["n_customers"].sum() == len(wb.customers.buyers)


def test_a_source_of_purchases_alone_says_what_it_cannot_measure(wb):
    crm = wb.effectiveness
    assert crm.frame.empty
    assert crm.findings["initiatives"].code == "effectiveness.initiatives.none"
    assert crm.findings["survey"].code == "effectiveness.survey.no_answers"
    assert crm.findings["service"].code == "effectiveness.business.no_contacts"
    states = crm.card("part").set_index("area")["state"]
    assert states["privacy"] == states["relationships"] == states["metrics"] == "not_measured"
    assert states["selection"] == "in_place"
