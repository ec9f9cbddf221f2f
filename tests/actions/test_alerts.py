"""Alerts: what is beyond its threshold, with the owner and the money."""

import pandas as pd

from crmwb.actions.alerts import alerts
from crmwb.findings import Change, Count, Money, Name
from crmwb.params.actions import AlertPlan

CHANGES = {"slipped": 1, "newly_overdue": 50.0, "segment_fall": 0.2, "forecast_miss": 0.1, "quality_fall": 0.01}
PLAN = AlertPlan(at_stake=10.0, overdue=50.0, revenue_fall=0.1, collisions=1, since_accepted=CHANGES)


def customers(**columns) -> pd.DataFrame:
    n = 3
    defaults = {
        "owner": ["ann", "bob", None], "tier": ["vip", "important", "small"], "risk_class": ["low"] * n,
        "margin_at_stake_cents": [5_000, 7_000, 90_000], "overdue_cents": [0] * n, "recent_revenue_cents": [100] * n,
        "year_ago_revenue_cents": [100] * n,
    }  # fmt: skip
    return pd.DataFrame(defaults | columns)


def test_nothing_beyond_its_threshold_is_no_alert():
    assert alerts(customers(overdue_cents=[4_999, 0, 0]), PLAN, "EUR") == []


def test_key_customers_at_risk_name_the_owner_with_most_at_stake():
    (alert,) = alerts(customers(risk_class=["at_risk"] * 3), PLAN, "EUR")
    assert alert.code == "actions.alert.key_customers_by_owner"  # the small customer is none
    assert (alert.values["n"], alert.values["money"]) == (Count(2, "customer"), Money(12_000, "EUR"))
    assert (alert.values["owner"], alert.values["part"]) == (Name("bob"), Money(7_000, "EUR"))


def test_without_owners_the_sum_stands_alone_and_the_most_money_comes_first():
    frame = customers(owner=[None] * 3, risk_class=["at_risk"] * 3, overdue_cents=[0, 0, 50_000])
    assert [a.code for a in alerts(frame, PLAN, "EUR")] == ["actions.alert.overdue", "actions.alert.key_customers"]


def test_a_fall_of_revenue_needs_a_year_before():
    fallen = customers(recent_revenue_cents=[80, 80, 80])
    (alert,) = alerts(fallen, PLAN, "EUR")
    assert alert.values["change"] == Change(-0.2)
    assert alerts(fallen.assign(year_ago_revenue_cents=[None] * 3), PLAN, "EUR") == []
