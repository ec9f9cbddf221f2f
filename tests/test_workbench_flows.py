"""What changed recurring revenue, and that of all customers, in words."""

import pandas as pd

from crmwb.findings import language
from crmwb.findings.say import say
from crmwb.workbench.contracts import FLOWS, Contracts
from crmwb.workbench.lifecycle import Lifecycle


def contracts(tmp_path, **cents) -> Contracts:
    known = Contracts(tmp_path, "USD")
    known.__dict__["bridge"] = pd.DataFrame({f"{name}_cents": [cents.get(name, 0)] * 3 for name in FLOWS})
    return known


def test_what_recurring_revenue_gained_and_lost_leaves_out_what_is_nothing(tmp_path):
    known = contracts(tmp_path, new=400_00, expansion=100_00, churn=200_00)
    assert say(known.flow_finding) == (
        "Over 3 months, monthly recurring revenue gained USD\u00a01.2k from new customers and USD\u00a0300 from larger "
        "contracts; it lost USD\u00a0600 through customers who left."
    )
    with language.using("zh"):
        assert "回流" not in say(known.flow_finding)


def test_a_side_without_any_is_said_in_words(tmp_path):
    assert say(contracts(tmp_path, new=400_00).flow_finding).endswith("; it lost nothing.")


def test_the_same_holds_of_the_revenue_of_all_customers(tmp_path):
    flows = {"new": 0, "won_back": 100_00, "grown": 0, "shrunk": -50_00, "lost": 0}
    life = Lifecycle(tmp_path, "USD")
    rates = {"money_flows_cents": flows, "n_money_months": 12}
    life.__dict__ |= {"facts": {"rates": rates, "window_months": 6}, "_ids_replaced": False}
    assert say(life.money_finding) == (
        "From month end to month end over 12 months, the revenue of the last 6 months gained USD\u00a0100 from "
        "customers won back; it lost USD\u00a050 through customers who bought less."
    )
