"""Costs and assumed gains of actions.yaml against what orders and customers bring."""

import numpy as np
import pyarrow as pa
import pytest
from planning import customers, listed, plan

from crmwb import engine
from crmwb.actions import follow_up, proportion
from crmwb.actions import plan as plans
from crmwb.actions.choice import Share
from crmwb.actions.proportion import Usual, findings, usual
from crmwb.errors import CrmwbError
from crmwb.findings.say import say

N = 40


def doubts(
    con, folder, *, order_cents=10_000.0, margin_share=0.3, year_cents=500_000.0, shares=None, source="EUR", **choices
):
    chosen = plan(folder, **choices)
    known = listed(con, customers(clv_cents=[100_000] * N), chosen)[1]
    of = follow_up.shares(chosen, [], {}) | (shares or {})
    typical = Usual(order_cents, np.full(N, year_cents), margin_share)
    return {finding.code: say(finding) for finding in findings(chosen, known, of, typical, source)}


def test_what_is_in_proportion_is_not_mentioned(con, tmp_path):
    assert doubts(con, tmp_path) == {}


def test_a_cost_above_the_margin_of_a_typical_order_is_stated(con, tmp_path):
    text = doubts(con, tmp_path, call_cost="31.0 per customer")["actions.cost_above_margin"]
    assert "which is EUR\u00a030 (half of all orders bring less): call (EUR\u00a031)." in text
    assert doubts(con, tmp_path, call_cost="30.0 per customer") == {}


def test_where_margins_are_unknown_only_a_cost_above_the_whole_order_is_stated(con, tmp_path):
    assert doubts(con, tmp_path, margin_share=None, call_cost="99.0 per customer") == {}
    stated = doubts(con, tmp_path, margin_share=None, call_cost="101.0 per customer")
    assert list(stated) == ["actions.cost_above_order"]
    assert doubts(con, tmp_path, order_cents=None, call_cost="101.0 per customer") == {}


def test_a_cost_too_small_to_decide_anything_is_stated_unless_the_gain_was_measured(con, tmp_path):
    text = doubts(con, tmp_path, call_cost="0.5 per customer")["actions.cost_too_small"]
    assert "call (EUR\u00a0100 for EUR\u00a00.50)" in text
    measured = {"call": Share(0.1, 0.05, 0.15, "measured")}
    assert doubts(con, tmp_path, call_cost="0.5 per customer", shares=measured) == {}
    assert doubts(con, tmp_path, call_cost="0.0 per customer") == {}


def test_costs_that_cannot_be_in_the_currency_of_the_source_are_stated(con, tmp_path):
    text = doubts(con, tmp_path, source="KRW")["actions.costs_of_another_currency"]
    assert text.startswith("The costs in actions.yaml cannot be in KRW: the dearest of all actions (call) costs KRW")
    assert "actions.costs_of_another_currency" not in doubts(con, tmp_path, source="KRW", call_cost="4000 per customer")
    assert "actions.costs_of_another_currency" not in doubts(con, tmp_path, source="CHF")
    assert "actions.costs_of_another_currency" not in doubts(con, tmp_path, source="KRW", currency="KRW")


def test_an_assumed_gain_above_a_year_of_such_a_customer_is_stated(con, tmp_path):
    text = doubts(con, tmp_path, year_cents=30_000.0)["actions.gain_above_year"]
    assert "call (EUR\u00a0100, and EUR\u00a090 in a year)" in text
    assert doubts(con, tmp_path, year_cents=30_000.0, margin_share=None) == {}
    assert doubts(con, tmp_path, year_cents=np.nan) == {}


def test_a_typical_order_is_the_median_of_all_and_needs_enough_of_them(con):
    def typical(n):
        lines = pa.table({
            "order_id": [f"o{i}" for i in range(n)] * 2, "is_return": [False] * (2 * n),
            "revenue_cents": [100 * i + 50 for i in range(n)] * 2,
        })  # fmt: skip
        mart = pa.table({"customer_id": ["b", "a"], "yearly_revenue_cents": pa.array([7, None], pa.int64())})
        tables = (engine.open_arrow(con, table, name) for table, name in ((mart, "m"), (lines, "t")))
        return usual(con, *tables, 0.3)

    assert typical(31).order_cents == 2 * (100 * 15 + 50)
    assert typical(29).order_cents is None
    np.testing.assert_array_equal(typical(31).yearly_cents, [np.nan, 7.0])


def test_a_plan_in_another_currency_than_the_source_is_refused_with_its_line(tmp_path):
    plan(tmp_path, currency="JPY")
    chosen, place = plans.load(tmp_path / "actions.yaml")
    proportion.require_currency(chosen, "JPY", place)
    with pytest.raises(
        CrmwbError, match=r"actions\.yaml:2: currency: amounts there are in JPY, and those of the source in EUR"
    ):
        proportion.require_currency(chosen, "EUR", place)
    proportion.require_currency(plan(tmp_path), "EUR", place)
