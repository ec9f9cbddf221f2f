"""Who pays by the year is not at risk for buying nothing in a shorter time."""

from datetime import date

import pandas as pd
from builders import canonical

from crmwb import engine
from crmwb.contract.lifecycle import RISK
from crmwb.lifecycle.risk import without_paid_ahead
from crmwb.lifecycle.risk.build import Risk

CONTRACTS = """
    contract_id customer_id starts_on  ends_on    amount_cents period_months
    1           yearly      2024-03-01 -          1200         12
    2           monthly     2024-03-01 -          100          1
    3           gone        2023-03-01 2024-03-01 1200         12
    4           patient     2024-03-01 -          1200         12
"""


def test_who_pays_ahead_has_no_risk_stated(con):
    names = ["yearly", "monthly", "gone", "patient", "without"]
    frame = pd.DataFrame({"customer_id": names, "risk": 0.8, "risk_class": "at_risk", "margin_at_stake_cents": 100})
    frame["risk_horizon_days"] = pd.Series([60, 60, 60, 400, 60], dtype="Int64")
    risk = Risk(frame.reindex(columns=RISK.names), None)
    table = engine.open_arrow(con, canonical("contracts", CONTRACTS), "contracts")
    withheld = without_paid_ahead(risk, con, table, date(2024, 6, 10)).customers
    stated = withheld.set_index("customer_id")["risk"].notna().to_dict()
    assert stated == {"yearly": False, "monthly": True, "gone": True, "patient": True, "without": True}
    unknown = withheld.set_index("customer_id").loc["yearly"]
    assert unknown.isna().all()
    assert withheld["customer_id"].tolist() == names


def test_whose_yearly_contract_has_ended_since_was_not_at_risk_while_it_ran(con):
    names = ["gone", "without", "newcomer"]
    frame = pd.DataFrame({"customer_id": names, "risk": 0.8, "risk_class": "at_risk", "margin_at_stake_cents": 100})
    frame["risk_horizon_days"] = pd.Series([60, 60, 60], dtype="Int64")
    frame["was_at_risk"] = pd.Series([True, True, None], dtype="boolean")
    table = engine.open_arrow(con, canonical("contracts", CONTRACTS), "contracts")
    risk = Risk(frame.reindex(columns=RISK.names), None, before=date(2024, 2, 1))
    was = without_paid_ahead(risk, con, table, date(2024, 3, 10)).customers["was_at_risk"]
    assert was[:2].tolist() == [False, True]
    assert was.isna().tolist() == [False, False, True]
