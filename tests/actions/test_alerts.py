"""Alerts: what is beyond its threshold, and what changed since the accepted run, with owner and money."""

from datetime import date

import pandas as pd
import pytest
from builders import set_down

from crmwb import layout, storage
from crmwb.actions import accepted, changes
from crmwb.actions.accepted import Accepted
from crmwb.actions.alerts import alerts
from crmwb.contract.value import FORECAST
from crmwb.errors import CrmwbError
from crmwb.findings import Change, Count, Interval, Money, Name
from crmwb.findings.say import say
from crmwb.params.actions import AlertPlan
from crmwb.value.potential.total import TotalRange

CHANGES = {"slipped": 1, "newly_overdue": 50.0, "segment_fall": 0.2, "forecast_miss": 0.1, "quality_fall": 0.01}
PLAN = AlertPlan(at_stake=10.0, overdue=50.0, revenue_fall=0.1, collisions=1, since_accepted=CHANGES)
NO_DEALS = pd.DataFrame(columns=["customer_id", "owner", "amount_cents"])
DAY, LATER = date(2024, 6, 1), date(2024, 7, 1)
STATED = {"currency": "EUR", "total": TotalRange(1.0, 1.0, tested_days=365)}
NO_FORECAST = pd.DataFrame(columns=list(accepted.FORECAST))


def customers(**columns) -> pd.DataFrame:
    n = len(next(iter(columns.values()))) if columns else 3
    defaults = {
        "customer_id": [f"c{i}" for i in range(n)], "owner": (["ann", "bob", None] * n)[:n],
        "tier": (["vip", "important", "small"] * n)[:n], "rfm_segment": ["champions"] * n, "risk_class": ["low"] * n,
        "clv_cents": [10_000] * n, "margin_at_stake_cents": ([5_000, 7_000, 90_000] * n)[:n], "overdue_cents": [0] * n,
        "recent_revenue_cents": [100] * n, "year_ago_revenue_cents": [100] * n,
        "age_days": ([700, 650, 30] * n)[:n], "was_at_risk": [None] * n, "n_purchase_days": [5] * n,
    }  # fmt: skip
    return pd.DataFrame(defaults | columns)


def codes(*given) -> list[str]:
    return [alert.finding.code for alert in alerts(*given, PLAN, **STATED)]


def changed(now, *, segments=None, overdue=None, run=None, as_of=LATER, forecast=None, set_aside=None):
    known = {scheme: pd.Series(series) for scheme, series in (segments or {}).items()}
    then = changes.Then(known, pd.Series(overdue or {}, dtype="int64"))
    was = run or Accepted(DAY, NO_FORECAST, {})
    came = pd.DataFrame(columns=["measure", "month", "actual"]) if forecast is None else forecast
    return list(
        changes.changes(
            now, then, was, PLAN.since_accepted, as_of=as_of, best_tier="vip", forecast=came, set_aside=set_aside or {},
            **STATED,
        )
    )  # fmt: skip


def test_nothing_beyond_its_threshold_is_no_alert():
    assert codes(customers(overdue_cents=[4_999, 0, 0]), NO_DEALS) == []


def test_regular_customers_who_have_become_at_risk_are_told_with_their_owner():
    now = customers(
        risk_class=["at_risk", "likely_lost", "at_risk"], was_at_risk=[False, True, False], n_purchase_days=[5, 5, 1],
        tier=["small"] * 3,
    )  # fmt: skip
    (alert,) = alerts(now, NO_DEALS, PLAN, **STATED, since="2024-05-01")
    assert (alert.kind, alert.owner, alert.cents) == ("newly_at_risk", "ann", 5_000)  # not who bought once
    assert say(alert.finding) == (
        "1 customer with three purchases or more has become at risk or likely lost since 1 May 2024, with "
        "EUR\u00a050 of expected margin at stake; the most, EUR\u00a050, with customers of ann."
    )
    assert not list(alerts(now, NO_DEALS, PLAN, **STATED))


def test_key_customers_at_risk_name_the_owner_with_most_at_stake():
    (alert,) = alerts(customers(risk_class=["at_risk"] * 3), NO_DEALS, PLAN, **STATED)
    assert alert.finding.code == "actions.alert.key_customers_by_owner"  # the small customer is none
    values = alert.finding.values
    assert (values["n"], values["money"]) == (Count(2, "customer"), Money(12_000, "EUR"))
    assert (values["owner"], values["part"]) == (Name("bob"), Money(7_000, "EUR"))
    assert (alert.owner, alert.cents) == ("bob", 12_000)


def test_margin_to_come_is_stated_as_a_range_where_the_history_supports_no_figure():
    wide = STATED | {"total": TotalRange(0.5, 2.0, tested_days=90)}
    at_risk, overdue = alerts(
        customers(risk_class=["at_risk"] * 3, overdue_cents=[9_000, 0, 0]), NO_DEALS, PLAN, **wide
    )
    assert at_risk.finding.values["money"] == Interval(Money(6_000, "EUR"), Money(24_000, "EUR"))
    assert overdue.finding.values["money"] == Money(9_000, "EUR")  # counted, not expected


def test_without_owners_the_sum_stands_alone():
    frame = customers(owner=[None] * 3, risk_class=["at_risk"] * 3, overdue_cents=[0, 0, 50_000])
    assert codes(frame, NO_DEALS) == ["actions.alert.key_customers", "actions.alert.overdue"]


def test_a_fall_of_revenue_needs_a_year_before():
    fallen = customers(recent_revenue_cents=[80, 80, 80])
    (alert,) = alerts(fallen, NO_DEALS, PLAN, **STATED)
    assert (alert.finding.values["change"], alert.cents) == (Change(-0.2), 60)
    assert codes(fallen.assign(year_ago_revenue_cents=[None] * 3), NO_DEALS) == []
    assert codes(fallen.assign(age_days=[700, 690, 680]), NO_DEALS) == []  # a cohort is no company


def test_a_collision_is_an_open_deal_of_another_than_the_owner():
    deals = pd.DataFrame(
        {"customer_id": ["c0", "c0", "c1", "c2"], "owner": ["ann", "bob", None, "bob"], "amount_cents": [9, 700, 9, 9]}
    )
    (alert,) = alerts(customers(), deals, PLAN, **STATED)  # c1's deal and c2 have no owner
    assert (alert.kind, alert.owner, alert.cents) == ("collision", "ann", 700)


def test_who_slipped_and_who_is_newly_overdue():
    now = customers(tier=["vip", "small", "small"], overdue_cents=[9_000, 9_000, 4_000])
    slipped, overdue = changed(
        now, segments={"tier": {"c0": "vip", "c1": "vip", "gone": "vip"}}, overdue={"c0": 8_000, "c1": 100}
    )
    assert (slipped.kind, slipped.owner, slipped.cents) == ("slipped", "bob", 10_000)
    assert (overdue.kind, overdue.owner, overdue.cents) == ("newly_overdue", "bob", 9_000)  # c0 was overdue already


def test_a_segment_that_shrank_is_named_where_its_customers_are_worth_more():
    n = 100
    now = customers(rfm_segment=["champions"] * 30 + ["lost"] * 70, clv_cents=[10_000] * 30 + [10] * 70)
    were = {f"c{i}": "champions" if i < 60 else "lost" for i in range(n)}
    (alert,) = changed(now, segments={"rfm_segment": were})
    assert alert.finding.values["change"] == Change(-0.5)
    assert alert.cents == 30 * 10  # what those who left are worth now
    assert changed(now, segments={"rfm_segment": {f"c{i}": "champions" if i < 35 else "lost" for i in range(n)}}) == []
    assert changed(now, segments={"rfm_segment": were}, as_of=DAY) == []  # the accepted run itself


@pytest.mark.parametrize(("actual", "code"), [(70, "below"), (140, "above"), (92, None), (130, "above")])
def test_a_forecast_is_missed_outside_its_range_and_by_the_threshold(actual, code):
    month = pd.Timestamp(2024, 6, 1)
    run = Accepted(DAY, pd.DataFrame([(month, 100.0, 80.0, 125.0)], columns=list(accepted.FORECAST)), {})
    came = pd.DataFrame({"measure": ["revenue_cents"], "month": [month], "actual": [float(actual)]})
    alerts = changed(customers(), run=run, forecast=came)
    assert [alert.finding.code for alert in alerts] == ([f"actions.alert.forecast_{code}"] if code else [])


def test_quality_fell_where_more_rows_are_set_aside():
    run = Accepted(DAY, NO_FORECAST, {"invoices": 0.01})
    (alert,) = changed(customers(), run=run, set_aside={"invoices": 0.03, "customers": 0.005})
    assert (alert.kind, alert.owner, alert.cents) == ("quality", "data owners", None)


def test_an_accepted_run_is_read_back_and_one_of_another_source_is_none(tmp_path):
    source = {"kind": "files", "name": "shop"}
    month = pd.Timestamp(2024, 7, 1)
    rows = {"measure": ["revenue_cents"] * 2, "month": [DAY, month], "actual": [5.0, None], "expected": [5.0, 9.4]}
    frame = pd.DataFrame(rows).assign(low_80=1.0, high_80=None, month=pd.to_datetime([DAY, month]))
    set_down(frame, FORECAST, tmp_path)
    storage.write_json({"as_of": "2024-06-01"}, tmp_path / layout.OBSERVATION)
    storage.write_json({"profile": {"source": source}}, tmp_path / layout.QUALITY_SUMMARY)
    storage.write_json({"tables": {"invoices": {"quarantined_share": 0.25}}}, tmp_path / layout.QUALITY_METRICS)
    accepted.accept(tmp_path)
    path = tmp_path / layout.ACCEPTED_ACTIONS
    run = accepted.accepted(path, source)
    assert (run.as_of, run.set_aside) == (DAY, {"invoices": 0.25})
    assert run.forecast[["month", "expected", "low_80"]].to_numpy().tolist() == [[month, 9, 1]]
    assert accepted.accepted(path, source | {"name": "other"}) is None
    assert accepted.accepted(tmp_path / "none.json", source) is None
    path.write_text("[]")
    with pytest.raises(CrmwbError, match="not what `crmwb accept` writes"):
        accepted.accepted(path, source)


def test_tiers_of_a_day_are_those_of_the_month_end_before():
    months = pd.DataFrame(
        {"as_of": [date(2024, 5, 1), DAY, LATER], "customer_id": ["a", "a", "a"], "tier": ["small", "vip", "ordinary"]}
    )
    assert changes.at(months, "tier", date(2024, 6, 15)).to_dict() == {"a": "vip"}
    assert changes.at(months, "tier", date(2024, 1, 1)).empty
