"""The whale curve and the 20/80/30 law."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmwb.findings import from_json
from crmwb.findings.say import say
from crmwb.value.realised import whale

# the law read literally: 100 customers, the top 20 earn 80% of the final profit, the bottom 30 halve the peak
LAW = np.round(np.r_[np.full(20, 0.04), np.full(50, 0.024), np.full(30, -1 / 30)] * 3e9).astype(np.int64)


def test_the_law_read_literally():
    law = whale.facts(LAW, 50, seed=1)
    assert law["top_20_share"]["value"] == pytest.approx(0.8)
    assert law["peak_share"]["value"] == pytest.approx(2.0)
    assert law["peak_at_share"]["value"] == pytest.approx(0.7)
    assert law["bottom_30_share"]["value"] == pytest.approx(-1.0)
    assert law["lost_share"]["value"] == pytest.approx(0.5)
    assert law["n_losing"] == 30
    assert law["law_holds"] is True
    assert say(from_json(law["verdict"])).startswith("The 20/80/30 law holds: the best 20% of customers earn 80%")


TRUTH = Path(__file__).parents[2].parent / "shared" / "truth" / "segmentation.json"
PUBLISHED = json.loads(TRUTH.read_text(encoding="utf-8"))["whale_curve_20_80_30"] if TRUTH.is_file() else {}


@pytest.mark.parametrize(("customers", "share"), sorted(PUBLISHED.get("cumulative", {}).items()))
def test_the_published_law_and_its_peak(customers, share):
    """100 customers with the published profit each, in cents fine enough for its thirds."""
    each = PUBLISHED["profit_per_customer"]
    values = np.repeat([each["top_20"], each["middle_50"], each["bottom_30"]], [20, 50, 30]) * 1e12
    curve = whale.curve(np.rint(values))
    at = float(customers.rstrip("%")) / 100
    reached = np.interp(at, curve["customer_share"], curve["cumulative_share"])
    assert reached == pytest.approx(share, abs=1e-5)  # the file rounds a third
    law = whale.facts(np.rint(values), 20, seed=1)
    assert law["peak_share"]["value"] == pytest.approx(PUBLISHED["peak"], abs=1e-5)


def test_its_curve():
    curve = whale.curve(LAW).set_index("customer_share")["cumulative_share"]
    assert len(curve) == 101
    assert np.interp([0, 0.2, 0.7, 1], curve.index, curve) == pytest.approx([0, 0.8, 2.0, 1.0])


def test_equal_customers_do_not_obey_the_law():
    law = whale.facts(np.full(50, 100), 50, seed=1)
    assert law["top_20_share"] == {"value": pytest.approx(0.2), "low": pytest.approx(0.2), "high": pytest.approx(0.2)}
    assert law["bottom_30_share"]["value"] == pytest.approx(0.3)
    assert law["law_holds"] is False
    assert say(from_json(law["verdict"])).endswith(
        "the worst 30% earn 30% (95% interval 30% to 30%) of it, and nothing is lost after the peak."
    )


def test_a_cut_between_two_customers_is_shared_out():
    # 20% of three customers is 0.6 of the best, who has 6 of 10
    assert whale.facts(np.array([6, 3, 1]), 20, seed=1)["top_20_share"]["value"] == pytest.approx(0.36)


def test_intervals_shrink_with_customers_and_hold_the_value():
    rng = np.random.default_rng(4)
    few, many = (np.round(rng.gamma(0.5, 10_000, n)) for n in (100, 10_000))
    widths = []
    for values in (few, many):
        share = whale.facts(values, 200, seed=3)["top_20_share"]
        assert share["low"] < share["value"] < share["high"]
        widths.append(share["high"] - share["low"])
    assert widths[1] < widths[0] / 5


def test_a_total_that_is_not_positive_has_no_shares():
    law = whale.facts(np.array([5, -3, -2]), 20, seed=1)
    assert law["top_20_share"] == {"value": None, "low": None, "high": None}
    assert law["law_holds"] is None
    assert law["verdict"]["code"] == "realised.law.nothing_brought"
    assert whale.curve(np.array([5, -3, -2]))["cumulative_share"].isna().all()


def test_where_a_resample_is_not_positive_there_is_no_interval():
    law = whale.facts(np.array([10, -4, -5]), 200, seed=1)
    assert law["top_20_share"]["value"] == pytest.approx(6.0)  # 0.6 of 10, over a total of 1
    assert law["top_20_share"]["low"] is None
    assert "600% of profit" in say(from_json(law["verdict"]))


def test_same_seed_same_figures_whatever_the_order():
    values = np.round(np.random.default_rng(0).normal(100, 300, 500))
    assert whale.facts(values, 30, seed=7) == whale.facts(values[::-1], 30, seed=7)
    assert whale.facts(values, 30, seed=7) != whale.facts(values, 30, seed=8)


@given(st.lists(st.integers(-1000, 1000), min_size=1, max_size=60))
def test_the_curve_rises_then_falls_and_ends_at_the_total(values):
    curve = whale.curve(np.array(values))
    assert curve["cumulative_cents"].iloc[0] == 0
    assert curve["cumulative_cents"].iloc[-1] == sum(values)
    assert curve["cumulative_cents"].max() == sum(v for v in values if v > 0)
    assert (np.diff(curve["cumulative_cents"], 2) <= 1e-6).all()


def test_by_revenue_only_the_first_half_of_the_law_is_judged():
    revenue = np.r_[np.full(20, 400), np.full(80, 25)]  # the best 20% earn 80%
    law = whale.facts(revenue, 100, seed=1, basis="revenue")
    assert law["law_holds"] is True
    assert law["verdict"]["code"] == "realised.law.revenue_holds"
    assert "the best 20% of customers bring 80%" in say(from_json(law["verdict"]))
    assert whale.facts(revenue, 100, seed=1, basis="margin")["law_holds"] is False


def test_blocks_of_neighbours_stand_for_single_customers(monkeypatch):
    values = np.rint(np.random.default_rng(0).lognormal(8, 1.5, 60_000) - 4000)
    blocks = whale.facts(values, 200, seed=1)
    monkeypatch.setattr(whale, "N_ALONE", len(values))
    alone = whale.facts(values, 200, seed=1)
    for name in ("top_20_share", "bottom_30_share", "peak_share", "lost_share", "peak_at_share"):
        one, other = blocks[name], alone[name]
        assert one["value"] == other["value"]
        assert one["high"] - one["low"] == pytest.approx(other["high"] - other["low"], rel=0.2)


def test_many_customers_are_thinned():
    assert len(whale.curve(np.arange(5000))) == 1001
