"""The 80% range of what all customers bring together."""

import numpy as np
import pytest
from simulated_purchases import seasonal_company

from crmwb.value.challenger import Past
from crmwb.value.potential.past_forecasts import past_forecasts
from crmwb.value.potential.spend import SpendRule
from crmwb.value.potential.total import PastTotals, TotalRange


def learn(errors, days=90, horizon_days=365, n_apart=None):
    return TotalRange.learn(PastTotals(days, tuple(errors), n_apart or len(errors)), horizon_days)


def test_the_range_widens_with_the_square_root_of_time_beyond_what_was_tested():
    near, far = learn([-0.05, 0.05], horizon_days=90), learn([-0.05, 0.05], horizon_days=360)
    assert np.log(far.high) == pytest.approx(2 * np.log(near.high), abs=1e-3)
    assert np.log(near.low) == pytest.approx(-np.log(near.high), abs=1e-3)
    assert learn([-0.05, 0.05], horizon_days=30) == near  # and is never narrower than the tests


def test_forecasts_that_missed_give_a_wider_range_and_no_single_figure():
    good, bad = learn([0.01] * 6, horizon_days=90), learn([-0.35, 0.0, 0.34], horizon_days=90)
    assert good.is_narrow
    assert not bad.is_narrow
    assert bad.high > good.high


def test_errors_that_all_lie_on_one_side_count_in_full():
    same, both = learn([0.3, 0.3, 0.3], 365), learn([0.3, -0.3, 0.3], 365)
    assert same.high > both.high > 1.3  # off again as far, and by chance besides
    assert same.low == both.low  # and it may end
    down = learn([-0.3, -0.3, -0.3], 365)
    assert (down.low, down.high) == pytest.approx((1 / same.high, 1 / same.low), rel=1e-3)


def test_a_single_stretch_does_not_say_what_lasts():
    one, usual = learn([0.3, 0.3, 0.3], 365, n_apart=1.0), learn([0.3, -0.3, 0.3], 365, n_apart=1.0)
    assert one == usual


@pytest.mark.parametrize("yearly", [-0.25, 0.25])
def test_what_is_off_by_as_much_every_year_is_inside_the_next_time(yearly):
    rng = np.random.default_rng(5)
    inside, before = [], []
    for _ in range(200):
        off = yearly + rng.normal(0, 0.08, 3)
        learned = learn(np.repeat(off[:2], 3), 360, n_apart=2.25)
        inside.append(learned.low <= np.exp(off[2]) <= learned.high)
        before.append(1 / learned.high <= np.exp(off[2]) <= 1 / learned.low)
    assert np.mean(inside) > 0.9 > np.mean(before)


def test_tests_over_the_same_days_count_as_few():
    errors = [0.3, -0.3, 0.3, -0.3, 0.3, -0.3]
    assert learn(errors, 360, n_apart=2.0).high < learn(errors, 360, n_apart=5.0).high


def test_three_years_that_differ_by_nine_percent_give_a_single_figure():
    """Tested a year ahead, errors of a quarter, which are season, do not widen the range."""
    assert learn([0.09, 0.0, -0.09, 0.05, 0.04], 360, n_apart=2.0).is_narrow
    assert learn([0.3, -0.25, 0.2]).high > 1.5


def test_without_a_test_the_range_is_wide_and_says_so():
    untested = TotalRange.learn(PastTotals(), 365)
    assert untested.tested_days == 0
    assert untested.high > 2


def test_totals_a_year_ahead_lie_inside_it():
    rng = np.random.default_rng(1)
    inside = []
    for _ in range(300):
        drift = np.cumsum(rng.normal(0, 0.06, 16))  # of the level, by quarter; the last four are to be forecast
        ahead = [float(np.log(np.exp(drift[i + 1 : i + 5] - drift[i]).mean())) for i in range(12)]
        learned = learn(ahead[7:1:-1], 360, n_apart=2.25)  # what was over at the twelfth quarter, a quarter apart
        inside.append(learned.low <= np.exp(ahead[11]) <= learned.high)
    assert 0.8 <= np.mean(inside) <= 0.99


def test_a_range_that_holds_anything_is_no_answer():
    assert TotalRange(0.34, 2.9, 90).is_informative
    assert not TotalRange(0.03, 34.0, 90).is_informative


def test_of_three_years_forecasts_are_tested_a_year_ahead_by_what_was_known_at_each():
    days = seasonal_company(n=250, n_days=1_460, seed=3)
    origin = days.first_day + 1_095
    past = Past(days)
    totals = past_forecasts(past, origin, 90, 365, SpendRule.SHRUNKEN_MEAN).totals()
    assert (totals.days, len(totals.errors), totals.n_apart) == (360, 5, 2.0)
    assert past_forecasts(Past(days.until(origin)), origin, 90, 365, SpendRule.SHRUNKEN_MEAN).totals() == totals
    # the shop lives from its weeks before Christmas, which its forecasts know: its quarters are off by little
    by_quarter = past_forecasts(past, origin, 90, 90, SpendRule.SHRUNKEN_MEAN).totals()
    assert by_quarter.days == 90
    assert np.abs(by_quarter.errors).max() < 0.1
    assert np.abs(totals.errors).max() < 0.2
    # of 650 days, 260 at most, in whole holdouts: as much must be known before
    assert past_forecasts(past, days.first_day + 650, 90, 365, SpendRule.SHRUNKEN_MEAN).days == 180
