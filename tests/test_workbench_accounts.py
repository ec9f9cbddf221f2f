"""Accounts to look after, from a small mart and a list of actions."""

import pandas as pd
import pytest
from builders import set_down
from project import PROJECT

from crmwb import layout, params, storage
from crmwb.contract.actions import LIST
from crmwb.contract.marts import CUSTOMERS as MART
from crmwb.findings import Count, Interval, Money, Share, Term, Unavailable, language
from crmwb.findings.say import say
from crmwb.lifecycle.names import STAGES
from crmwb.marts import risk_explained
from crmwb.marts.regulars import Regulars
from crmwb.params.lifecycle import LEAVING
from crmwb.workbench.accounts import COLUMNS, Accounts
from crmwb.workbench.risk_finding import silent_though_recent

RFM = [segment.name for segment in params.load(PROJECT / layout.PARAMS).segmentation.rfm.segments]


@pytest.fixture
def accounts(tmp_path):
    """Build accounts on a mart with some columns known, and a list with some rows."""

    def build(**known) -> Accounts:
        n = 4
        frame = pd.DataFrame({name: known.get(name, [None] * n) for name in COLUMNS})
        frame = frame.assign(customer_id=[f"c{i}" for i in range(n)], n_purchase_days=[1, 2, 3, 0])
        set_down(frame, MART, tmp_path)
        rows = pd.DataFrame(
            {
                "customer_id": ["c0", "c1", "c2"], "owner": ["ann"] * 3,
                "action": ["win_back", "call_at_risk", "win_back"],
                "gain_cents": [500, 900, 9_999], "cost_cents": [400, 100, 0], "due_on": [None] * 3,
                "basis": ["assumed", "learned", "learned"],
                "is_held_out": [False, False, True],
            }
        )  # fmt: skip
        set_down(rows, LIST, tmp_path)
        storage.write_json({}, tmp_path / layout.VALUE_MODELS)  # sums are stated as one figure
        storage.write_json({"findings": [], "split": None, "is_comparable": True}, tmp_path / layout.CIRCUMSTANCES)
        return Accounts(tmp_path, "EUR")

    return build


def test_nobody_is_called_at_risk_where_numbers_were_replaced_and_no_money_where_the_range_holds_anything(
    accounts, tmp_path
):
    risk = {"risk_class": ["at_risk", "low", "low", None], "risk": [0.6, 0.1, 0.1, None]}
    shown = accounts(**risk, margin_at_stake_cents=[100, 0, 0, 0], tier=["vip"] * 4)
    wide = {"total_value": {"low": 0.1, "high": 10.0, "tested_days": 90}}
    storage.write_json(wide, tmp_path / layout.VALUE_MODELS)
    assert shown.risk_finding.code == "accounts.at_risk_counted"
    replaced = {"findings": [{"code": "circumstances.ids_replaced"}], "split": None, "is_comparable": True}
    storage.write_json(replaced, tmp_path / layout.CIRCUMSTANCES)
    assert isinstance(shown.risk_finding, Unavailable)
    for code, expected in (
        ("closes_now", "lifecycle.unavailable.closes_now"),
        ("numbers_per_order", "accounts.at_risk_of_numbers"),
    ):
        storage.write_json({"findings": [{"code": f"circumstances.{code}"}]}, tmp_path / layout.CIRCUMSTANCES)
        assert shown.risk_finding.code == expected


def test_at_risk_are_buyers_with_the_most_at_stake_first_and_held_out_ones_are_said_to_be(accounts):
    risk = {"risk_class": ["at_risk", "low", "likely_lost", "at_risk"], "risk": [0.6, 0.1, 0.95, 0.7]}
    money = {"margin_at_stake_cents": [100, 5, 300, 9_999], "tier": ["vip", "vip", "small", "potential"]}
    shown = accounts(**risk, **money, owner=["ann", "ann", "bob", "bob"])
    assert shown.at_risk["customer_id"].tolist() == ["c2", "c0"]
    assert shown.at_risk["action"].fillna("").tolist() == ["held_out", "win_back"]  # of c2, nothing is done
    values = shown.risk_finding.values
    assert (values["n"], values["money"], values["part"]) == (
        Count(2, "customer"),
        Money(400, "EUR"),
        Money(100, "EUR"),
    )
    assert shown.worth_winning_back()["net_cents"].tolist() == [800, 100]
    assert say(shown.winning_back) == (
        "The list acts on 2 of them: EUR\u00a014 of margin for a cost of EUR\u00a05; 36% of the gain is assumed, "
        "not measured."
    )
    assert shown.first_owner(shown.at_risk, "margin_at_stake_cents").values["money"] == Money(300, "EUR")
    assert shown.unowned(shown.at_risk, "margin_at_stake_cents") is None
    some = accounts(**risk, **money, owner=["ann", "ann", None, "bob"])
    assert say(some.unowned(some.at_risk, "margin_at_stake_cents")) == "1 of them has no owner, with EUR\u00a03 of it."


def test_where_most_are_at_risk_money_and_regular_buyers_come_first_and_the_count_of_all_after_them(
    accounts, monkeypatch, tmp_path
):
    risk = {"risk": [0.6, 0.95, 0.7, None], "margin_at_stake_cents": [100, 200, 400, 9_999], "tier": ["vip"] * 4}
    shown = accounts(**risk, risk_class=["at_risk", "likely_lost", "at_risk", None])
    assert shown.risk_finding.code == "accounts.at_risk"  # too few regular buyers, and not most bought once
    assert shown.in_all is None
    monkeypatch.setattr("crmwb.marts.regulars.LEAST_REGULARS", 1)
    shown = accounts(**risk, risk_class=["at_risk", "likely_lost", "at_risk", None])
    assert shown.risk_finding.values == {
        "money": Money(700, "EUR"), "part": Money(400, "EUR"),
        "regulars": Count(1, "customer"), "n": Count(1), "n_lost": Count(0),
    }  # fmt: skip
    assert shown.in_all.values == {"n": Count(3, "customer"), "share": Share(1.0), "once": Count(1)}
    assert "1 of them has bought once" in say(shown.in_all)
    wide = {"total_value": {"low": 0.1, "high": 10.0, "tested_days": 90}}
    storage.write_json(wide, tmp_path / layout.VALUE_MODELS)
    assert Accounts(tmp_path, "EUR").risk_finding.code == "accounts.regulars_counted"
    half = accounts(**risk, risk_class=["at_risk", "low", "low", None])
    assert half.in_all is None
    assert half.risk_finding.code == "accounts.at_risk"


def test_one_customer_who_has_become_at_risk_is_named_and_told_by_what_was_brought_where_no_margin_is_left(
    accounts, tmp_path
):
    storage.write_json({"risk": {"before": "2024-05-01"}}, tmp_path / layout.LIFECYCLE_FACTS)
    known = {"risk_class": ["low", "likely_lost", "low", None], "risk": [0.1, 0.99, 0.1, None]}
    known |= {"was_at_risk": [False] * 3 + [None], "margin_at_stake_cents": [0] * 4, "clv_cents": [900_00] * 4}
    shown = accounts(**known, revenue_cents=[700_00, 300_00, 100_00, 0])
    assert say(next(shown.changes.findings)) == (
        "Since 1 May 2024, 1 customer who brought EUR\u00a0300 of revenue so far has become at risk or likely lost; "
        "the customer bought on 2 days. All who were at risk or likely lost then still are."
    )
    assert say(shown.changes.largest) == "It is c1."
    assert shown.changes.matters
    assert not accounts(**known, revenue_cents=[70_000_00, 300_00, 100_00, 0]).changes.matters
    calm = accounts(**known | {"risk_class": ["low"] * 3 + [None]}, revenue_cents=[1] * 4)
    assert next(calm.changes.findings).code == "accounts.newly.nobody"
    assert not calm.changes.matters


def test_the_part_of_an_owner_is_stated_with_the_range_of_the_whole(accounts, tmp_path):
    risk = {"risk_class": ["at_risk", "low", "likely_lost", None], "risk": [0.6, 0.1, 0.95, None]}
    shown = accounts(**risk, margin_at_stake_cents=[10_000, 0, 20_000, 0], owner=["ann", "ann", None, "bob"])
    storage.write_json({"total_value": {"low": 0.5, "high": 2.0, "tested_days": 90}}, tmp_path / layout.VALUE_MODELS)
    ends = Interval(Money(5_000, "EUR"), Money(20_000, "EUR"))
    assert shown.first_owner(shown.at_risk, "margin_at_stake_cents").values["money"] == ends
    assert isinstance(shown.unowned(shown.at_risk, "margin_at_stake_cents").values["money"], Interval)


def test_where_the_chance_of_most_is_not_known_those_at_risk_are_counted_of_the_others(accounts):
    shown = accounts(
        risk_class=["likely_lost", None, None, None], risk=[0.99, None, None, None], tier=["small"] * 4,
        margin_at_stake_cents=[100, None, None, None], clv_cents=[0, 900_00, 0, None],
    )  # fmt: skip
    assert say(shown.risk_finding) == (
        "Of the 1 customer whose chance of leaving is known, 1 is at risk or likely lost. The other 2 (67% of "
        "those who have bought) buy too seldom for this history to test, so how many of all have left is not known."
    )


def test_where_hardly_any_margin_is_left_with_them_it_is_told_what_they_brought(accounts):
    shown = accounts(
        risk_class=["likely_lost", "low", "likely_lost", None], risk=[0.99, 0.1, 0.99, None], tier=["small"] * 4,
        margin_at_stake_cents=[0, 0, 0, None], clv_cents=[0, 900_00, 0, None],
        revenue_cents=[700_00, 1000_00, 300_00, 0], owner=["ann", None, "bob", None],
    )  # fmt: skip
    assert "They brought EUR\u00a01k of revenue so far, 50% of all" in say(shown.risk_finding)
    assert shown.at_stake == "revenue_cents"
    assert shown.at_risk["customer_id"].tolist() == ["c0", "c2"]
    assert say(shown.first_owner(shown.at_risk, shown.at_stake)) == (
        "Of what they brought so far, the largest part, EUR\u00a0700, is from 1 customer of ann."
    )


def test_an_rfm_segment_of_recent_buyers_who_are_mostly_at_risk_is_reconciled():
    rfm = params.load(PROJECT / layout.PARAMS).segmentation.rfm
    groups = [Term("rfm_segment", "loyal_customers"), Term("rfm_segment", "lost"), Term("stage", "lapsed"), None]
    explained = pd.DataFrame({"group": groups, "leaving_share": [1.0, 1.0, 1.0, 0.6]})
    assert say(silent_though_recent(explained, rfm)).startswith(
        "RFM ranks customers by each other: those called “loyal customers” bought more recently than most, yet"
    )
    assert silent_though_recent(explained.assign(leaving_share=0.4), rfm) is None


def test_who_has_become_at_risk_is_told_with_the_margin_and_the_largest(accounts, tmp_path):
    storage.write_json({"risk": {"before": "2024-05-01"}}, tmp_path / layout.LIFECYCLE_FACTS)
    shown = accounts(
        risk_class=["at_risk", "low", "likely_lost", None], risk=[0.6, 0.1, 0.9, None],
        owner=["ann", None, "bob", None], was_at_risk=[False, True, False, None],
        margin_at_stake_cents=[100_00, 0, 400_00, None], clv_cents=[150_00, 900_00, 450_00, None],
        revenue_cents=[700_00, 100_00, 300_00, 0],
    )  # fmt: skip
    assert shown.changes.matters
    (newly,) = shown.changes.findings
    assert say(newly) == (
        "Since 1 May 2024, 2 customers have become at risk or likely lost, with EUR\u00a0500 of future margin at "
        "stake; 1 of them bought three times or more. 1 who was at risk or likely lost then no longer is."
    )
    assert say(shown.changes.largest) == "Of these, the most margin is at stake with c2 (bob) and c0 (ann)."
    replaced = {"findings": [{"code": "circumstances.ids_replaced"}], "split": None, "is_comparable": True}
    storage.write_json(replaced, tmp_path / layout.CIRCUMSTANCES)
    assert not list(Accounts(tmp_path, "EUR").changes.findings)


def test_counts_of_regular_buyers_that_would_show_few_are_seen():
    buyers = pd.DataFrame({"risk_class": ["at_risk"] * 40 + ["low"] * 2, "n_purchase_days": [3] * 36 + [1] * 6})
    few = Regulars.where_most_leave(buyers)
    assert few.are_news
    assert (few.n_customers, len(few.at_risk), few.n_once) == (36, 36, 4)
    assert few.has_few(5)
    assert not few.has_few(4)


def test_stage_silence_and_rfm_count_the_same_customers_at_risk(accounts, tmp_path):
    people = pd.DataFrame(
        {
            "risk_class": ["at_risk", "at_risk", "low", "likely_lost", None],
            "stage": ["decline", "maturity", "maturity", "lapsed", "growth"],
            "rfm_segment": ["at_risk", "champions", "at_risk", "at_risk", None],
            "silence_ratio": [2.5, 0.5, 0.5, None, 0.5],
            "n_purchase_days": [5, 5, 5, 1, 2],
        }
    ).assign(revenue_cents=100, clv_cents=10, margin_at_stake_cents=1)
    shown = accounts(risk=[0.5] * 4)
    risk_explained.write(people, tmp_path / layout.RISK_EXPLAINED)
    table = shown.explained()
    assert table.iloc[0][["n_customers", "at_risk", "likely_lost"]].tolist() == [5, 2, 1]
    by = (
        table.iloc[1:].groupby(table["explained_by"].iloc[1:].map(say))[["n_customers", "at_risk", "likely_lost"]].sum()
    )
    assert by.to_numpy().tolist() == [[5, 2, 1]] * 3
    assert shown.is_explained


@pytest.mark.parametrize("code", language.LANGUAGES)
def test_no_class_of_another_scheme_is_called_as_a_class_of_risk(code):
    with language.using(code):
        risk = [say(Term("risk_class", name)) for name in LEAVING]
        others = [say(Term("rfm_segment", name)) for name in RFM] + [say(Term("stage", name)) for name in STAGES]
        assert not [(word, other) for word in risk for other in others if word in other]


def test_credit_counts_overdue_and_over_the_limit_apart(accounts):
    shown = accounts(n_invoices=[1, 2, 3, None], overdue_cents=[0, 700, 300, None], over_limit_cents=[50, 0, 20, None])
    assert shown.late["customer_id"].tolist() == ["c1", "c2", "c0"]
    values = shown.credit_finding.values
    assert (values["money"], values["over"]) == (Money(1_000, "EUR"), Money(70, "EUR"))
    assert (values["n"].value, values["n_over"].value) == (2, 2)
    assert shown.first_owner(shown.late, "overdue_cents").code == "accounts.no_owners"
    assert shown.overdue["customer_id"].tolist() == ["c1", "c2"]  # who is over the limit alone owes nothing overdue


@pytest.mark.parametrize(
    ("why", "code"),
    [("customers_buy_once", "lifecycle.no_risk.customers_buy_once"), (None, "accounts.no_risk")],  # None: of a part
)
def test_without_a_risk_it_says_why(accounts, tmp_path, why, code):
    storage.write_json({"risk": {"not_available": why}}, tmp_path / layout.LIFECYCLE_FACTS)
    assert accounts().risk_finding.code == code


def test_without_invoices_it_says_so(accounts):
    shown = accounts()
    assert isinstance(shown.credit_finding, Unavailable)
    assert accounts(n_invoices=[1] * 4).credit_finding.code == "accounts.nothing_overdue"
