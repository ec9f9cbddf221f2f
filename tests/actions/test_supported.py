"""What customers in the same condition brought at earlier moments, and how far that limits an assumed gain."""

import sys
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from planning import AS_OF, customers, listed, plan
from project import PROJECT

from crmwb import engine
from crmwb.actions import supported
from crmwb.actions.base_rates import LEAST, BaseRate, base_rate
from crmwb.actions.buyers import Buyers, buyers, purchase_days
from crmwb.actions.choice import Share, choose
from crmwb.findings.say import say

sys.path.append(str(PROJECT / "benchmarks"))
import win_back

N = 40
NOT_WORTH = 249.0  # twice of it is less than the 5.00 of a call


def a_group(silence, came, *, n_days=6, day_cents=1_000.0, brought=2_000.0):
    silence, came = np.asarray(silence, float), np.asarray(came, bool)
    ids = np.arange(len(silence))
    every = np.full(len(silence), day_cents)
    return Buyers(ids, np.full(len(silence), n_days), silence, every, came, np.where(came, brought, 0.0))


def a_rate(margin, n=N, share=0.01):
    chance = np.full(n, share)
    return BaseRate(60, np.full(n, 200), chance, chance, 2 * chance, np.full(n, margin / share))


def lines(rows):
    names = ("customer_id", "ordered_at", "revenue_cents", "is_return")
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    return pa.table(columns | {"revenue_cents": pa.array(columns["revenue_cents"], pa.int64())})


def test_buyers_at_a_moment_are_told_from_what_came_before_it_and_what_they_bought_next(con):
    day = [datetime.fromisoformat("2024-01-01") + timedelta(days=n) for n in (0, 10, 20, 60, 75, 200)]
    rows = [
        ("a", day[0], 100, False), ("a", day[1], 300, False), ("a", day[2], 300, False), ("a", day[2], -100, True),
        ("a", day[4], 500, False), ("a", day[5], 900, False), ("b", day[1], 400, False), ("c", day[4], 700, False),
    ]  # fmt: skip
    mart = engine.open_arrow(con, pa.table({"customer_id": ["c", "a", "b", "0"]}), "buyers")
    days = purchase_days(engine.open_arrow(con, lines(rows), "order_lines"), mart)
    known = buyers(con, days, day[3].date(), 30)
    assert known.customer.tolist() == [1, 2]
    assert known.n_days.tolist() == [3, 1]
    np.testing.assert_allclose(known.silence, [40 / ((20 + 10) / 3), 50 / 10])
    np.testing.assert_allclose(known.day_cents, [200, 400])
    assert (known.came.tolist(), known.next_cents.tolist()) == ([True, False], [500, 0])


def test_a_base_rate_is_that_of_those_nearest_in_silence_with_as_many_purchases():
    silence = np.arange(4_000) / 100
    past = a_group(silence, silence < 10)
    once = a_group([30.0], [False], n_days=1)
    rate = base_rate(a_group([1.0, 10.0, 39.0, 500.0], [False] * 4), [past, once], 60, 0.3)
    np.testing.assert_allclose(rate.share, [1, 0.4, 0, 0], atol=0.01)
    assert rate.n_like.tolist() == [84, 834, 1_400, 0]
    np.testing.assert_allclose(rate.expected, [84.5 / 85, 333.5 / 835, 0.5 / 1_401, 0.5 / 31], rtol=1e-3)
    np.testing.assert_allclose(rate.each_cents, 2_000 * 0.3)
    assert rate.expected[2] < rate.upper[2] < 0.002
    assert not base_rate(once, [past, once], 60, 0.3).is_known.any()


def test_nobody_is_expected_to_buy_more_often_than_by_their_risk():
    rate = a_rate(1_000.0, 3, share=0.1).no_more_than(np.array([0.01, 0.5, np.nan]))
    np.testing.assert_allclose(rate.at_most(2.0), [200, 2_000, 2_000])
    np.testing.assert_allclose(rate.at_most(2.0, upper=True), [4_000] * 3)


def test_too_few_earlier_customers_say_nothing_and_limit_nothing():
    rate = base_rate(a_group([5.0], [False]), [a_group(np.arange(LEAST - 1), [False] * (LEAST - 1))], 60, 0.3)
    assert rate.n_like.tolist() == [0]
    assert np.isinf(rate.at_most(2.0)).all()


def test_customers_without_a_purchase_have_no_base_rate():
    rate = a_rate(5.0, 2).of_all(np.array([0, 2]), 3)
    assert rate.n_like.tolist() == [200, 0, 200]
    assert np.isnan(rate.share[1])


def chosen_by(con, folder, rates, share=None, **choices):
    one = plan(folder, **choices)
    known = listed(con, customers(clv_cents=[100_000] * N), one)[1]
    shares = {a.name: Share(a.gain.share, a.gain.low, a.gain.high, "assumed") for a in one.actions}
    shares |= {} if share is None else {"call": share}
    by = {"call": rates}
    return (
        choose(known, one, shares, {}, as_of=AS_OF, seed=1, rates=by),
        supported.lowered(known, one, shares, by),
        one,
    )


def test_an_assumed_gain_is_no_more_than_most_lift_times_what_such_customers_brought(con, tmp_path):
    result, lowered, _ = chosen_by(con, tmp_path, a_rate(1_000))
    assert set(result.rows["gain_cents"]) == {2_000}
    assert set(result.rows["gain_high_cents"]) == {4_000}
    assert (lowered["call"].n_lowered, lowered["call"].n_dropped) == (N, 0)
    assert set(chosen_by(con, tmp_path, a_rate(50_000))[0].rows["gain_cents"]) == {10_000}


def test_who_is_not_worth_the_cost_by_the_history_is_not_listed_and_this_is_said(con, tmp_path):
    result, lowered, one = chosen_by(con, tmp_path, a_rate(NOT_WORTH))
    assert result.rows.empty
    assert (lowered["call"].n_lowered, lowered["call"].n_dropped) == (N, N)
    [finding] = supported.findings(lowered, one.most_lift)
    assert "2.0× what customers in the same condition brought" in say(finding)
    text = "call (for 40 of 40 customers; by the history, 1% of such customers buy within 60 days; for 40 of them"
    assert text in say(finding)
    assert supported.findings(chosen_by(con, tmp_path, a_rate(50_000))[1], 2.0) == []


def test_a_gain_that_was_measured_and_is_surely_there_is_not_limited(con, tmp_path):
    proven = chosen_by(con, tmp_path, a_rate(NOT_WORTH), Share(0.1, 0.05, 0.15, "learned"))[0]
    assert len(proven.rows) == N
    assert chosen_by(con, tmp_path, a_rate(NOT_WORTH), Share(0.1, 0.0, 0.2, "learned"))[0].rows.empty


def test_the_caution_and_the_limit_count_together(con, tmp_path):
    assert len(chosen_by(con, tmp_path, a_rate(300), caution=0.0)[0].rows) == N
    assert chosen_by(con, tmp_path, a_rate(300), caution=0.5)[0].rows.empty


def test_the_reason_states_how_many_like_the_customer_bought(con, tmp_path):
    result, _, _ = chosen_by(con, tmp_path, a_rate(1_000))
    known = listed(con, customers(clv_cents=[100_000] * N), plan(tmp_path))[1]
    said = supported.returns(result.rows, known, {"call": a_rate(1_000)})
    text = "of 200 cases of customers in the same condition at earlier moments, 1% bought within 60 days"
    assert {say(one) for one in said} == {text}
    assert supported.returns(result.rows, known, {}) == [None] * N


@pytest.fixture(scope="module")
def judged():
    return {
        name: win_back.judged(win_back.WORLDS[name], seed=1).iloc[0] for name in ("nobody comes back", "win-back works")
    }


def test_letters_to_those_who_never_come_back_are_not_sent_and_working_ones_stay(judged):
    nobody, works = judged["nobody comes back"], judged["win-back works"]
    assert nobody["letters after"] < 0.25 * nobody["letters before"]
    assert nobody["after"] > max(nobody["before"], 0.75 * nobody["most"])
    assert works["after"] >= 0.97 * works["before"]


def test_without_history_nothing_is_looked_up(con, tmp_path):
    one = plan(tmp_path)
    known = listed(con, customers(clv_cents=[1]), one)[1]
    shares = {a.name: Share(0.1, 0.0, 0.2, "assumed") for a in one.actions}
    dates = {"as_of": AS_OF, "first_day": date(2024, 1, 1), "margin_share": 0.3}
    risks = {"customer_id": ["c0000"], "risk": [0.75], "risk_horizon_days": [30]}
    mart = engine.open_arrow(con, pa.table(risks), "risks")
    assert supported.base_rates(con, mart, None, known, one, shares=shares, **dates) == {}
    no_limit = one.model_copy(update={"most_lift": None})
    assert supported.base_rates(con, mart, None, known, no_limit, shares=shares, **dates) == {}
    table = engine.open_arrow(con, lines([("c0000", datetime.fromisoformat("2024-02-01"), 100, False)]), "order_lines")
    rate = supported.base_rates(con, mart, table, known, one, shares=shares, **dates)
    assert set(rate) == {"call"}  # what purchases do not show is not looked up
    assert rate["call"].n_like.tolist() == [0]


def test_the_chance_by_the_risk_goes_on_beyond_its_horizon_and_holds_within_it(con):
    risks = {"customer_id": ["a", "b", "c"], "risk": [0.5, 0.5, None], "risk_horizon_days": [30, 120, None]}
    chances = supported._chances(con, engine.open_arrow(con, pa.table(risks), "risks"), 60)
    np.testing.assert_allclose(chances, [0.75, 0.5, np.nan])
