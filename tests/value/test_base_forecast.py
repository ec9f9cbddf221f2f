"""Weights of the classic models, the level of their total, and whether dropout is identified."""

import math

import numpy as np
import pytest

from crmwb.features.purchase_days import PurchaseDays
from crmwb.value.challenger import Past
from crmwb.value.challenger.base import Base
from crmwb.value.challenger.identified import Reason
from crmwb.value.challenger.level import LIMITED, MOST, Level
from crmwb.value.challenger.weights import weights_of


def chances(n=4000, seed=1):
    """What two models said of n customers of whom each is right for one half, and one that is a little worse."""
    rng = np.random.default_rng(seed)
    half = rng.random(n) < 0.5
    return np.array([np.where(half, 0.9, 0.3), np.where(half, 0.3, 0.9), np.where(half, 0.5, 0.3)])


def test_one_model_has_all_the_weight_unless_a_mixture_is_better():
    assert weights_of(("a", "b"), [np.array([[0.5] * 100, [0.4] * 100])]) == {"a": 1.0}
    mixed = weights_of(("a", "b", "c"), [chances(), chances(seed=2)])
    assert mixed == pytest.approx({"a": 0.5, "b": 0.5}, abs=0.06)
    assert weights_of(("a", "b"), []) == {"a": 0.5, "b": 0.5}


def test_a_mixture_must_hold_on_a_holdout_that_it_has_not_seen():
    spring, autumn = chances()[:2], chances()[:2][:, :2000]
    spring = np.array([spring[0], np.full(4000, 0.2)])  # of no use in spring
    assert weights_of(("a", "b"), [spring, spring]) == {"a": 1.0}
    assert set(weights_of(("a", "b"), [autumn, autumn])) == {"a", "b"}


def test_a_level_seen_once_is_half_believed_and_one_seen_often_almost_wholly():
    once = Level.learn([100], [110], 1000)
    assert math.log(once.scale) == pytest.approx(math.log(1.1) / 2, abs=1e-4)
    often = Level.learn([100] * 6, [110] * 6, 1000)
    assert math.log(once.scale) < math.log(often.scale) < math.log(1.1)
    assert often.spread < once.spread


def test_a_season_is_not_taken_for_a_level():
    assert Level.learn([100, 100], [150, 67], 1000).scale == pytest.approx(1.0, abs=0.01)
    assert Level.learn([100] * 4, [150, 67, 150, 67], 1000).scale == pytest.approx(1.0, abs=0.01)
    assert Level.learn([100, 100], [150, 67], 1000).spread > 0.3  # and the total is not sure


def test_this_time_of_the_year_is_heeded_by_half_and_by_more_where_it_was_seen_twice():
    again = Level.learn([100] * 4, [150, 67, 150, 67], 1000, years_ago=[math.log(0.67)])
    assert math.log(0.67) / 2 < math.log(again.scale) < -0.1
    twice = Level.learn([100] * 4, [150, 67, 150, 67], 1000, years_ago=[math.log(0.67)] * 2)
    assert math.log(twice.scale) == pytest.approx(math.log(again.scale) * 4 / 3, abs=0.01)
    assert twice.spread < again.spread
    steady = Level.learn([100] * 4, [104, 98, 101, 97], 1000, years_ago=[math.log(0.97)])
    assert steady.scale == pytest.approx(1.0, abs=0.01)


@pytest.mark.parametrize(("history", "most"), [(365, LIMITED), (800, MOST)])
def test_a_level_is_limited_and_more_so_while_no_season_was_seen_twice(history, most):
    assert Level.learn([100] * 4, [400] * 4, history).scale == pytest.approx(math.exp(most), rel=1e-3)


def test_without_holdouts_nothing_is_believed_and_the_interval_is_wide():
    low, high = Level.learn([], [], 100).interval_80
    assert Level.learn([], [], 100).scale == 1.0
    assert low < 0.75
    assert high > 1.3


def panel(*, stops: bool, n=450, end=700, seed=3, season=0.0) -> PurchaseDays:
    rng = np.random.default_rng(seed)
    begins = rng.integers(0, end - 60, n)
    rates = rng.gamma(1.5, 1 / 40, n)
    lives = rng.exponential(150, n) if stops else np.full(n, np.inf)
    day = np.arange(end)
    swing = 1 + season * np.cos(2 * np.pi * day / 365)
    bought = rng.random((n, end)) < rates[:, None] * swing
    bought &= (day > begins[:, None]) & (day < (begins + lives)[:, None])
    bought[np.arange(n), begins] = True
    customer, days = np.nonzero(bought)
    ids = np.array([f"c{i:05d}" for i in range(n)], dtype=object)
    return PurchaseDays(ids, customer.astype(np.int32), days.astype(np.int32), np.full(len(days), 1000))


def test_dropout_is_identified_where_customers_stop():
    base = Base.learn(Past(panel(stops=True)), 700, 90)
    assert base.dropout.is_identified
    assert base.dropout.gain > 0
    assert "nbd" not in base.weights or base.weights["nbd"] < 0.3


@pytest.mark.parametrize("seed", [3, 4])
def test_dropout_is_not_identified_where_nobody_stops_and_then_nobody_is_said_to(seed):
    base = Base.learn(Past(panel(stops=False, seed=seed)), 700, 90)
    assert not base.dropout.is_identified
    assert base.weights == {"nbd": 1.0}


def test_the_end_of_a_season_is_not_taken_for_leaving():
    """Cut in the low after the peak, silence looks like leaving: on earlier holdouts it was not."""
    base = Base.learn(Past(panel(stops=False, season=0.9, end=560)), 560, 90)
    assert not base.dropout.is_identified
    assert base.dropout.reason in set(Reason) - {Reason.IDENTIFIED}
