"""The 80% range of what all customers bring together."""

import numpy as np
import pytest

from crmwb.value.potential.total import TotalRange


def learn(forecast, came, tested_days=90, horizon_days=365):
    return TotalRange.learn(forecast, came, tested_days=tested_days, history_days=1_000, horizon_days=horizon_days)


def test_the_range_widens_with_the_square_root_of_time_beyond_what_was_tested():
    near, far = learn([100, 100], [95, 105], horizon_days=90), learn([100, 100], [95, 105], horizon_days=360)
    assert np.log(far.high) == pytest.approx(2 * np.log(near.high), abs=1e-3)
    assert np.log(near.low) == pytest.approx(-np.log(near.high), abs=1e-3)
    assert learn([100, 100], [95, 105], horizon_days=30) == near  # and is never narrower than the tests


def test_forecasts_that_missed_give_a_wider_range_and_no_single_figure():
    good, bad = (
        learn([100] * 6, [99, 101] * 3, horizon_days=90),
        learn([100, 100, 100], [70, 100, 140], horizon_days=90),
    )
    assert good.is_narrow
    assert not bad.is_narrow
    assert bad.high > good.high


def test_without_a_test_the_range_is_wide_and_says_so():
    untested = learn([], [], tested_days=0)
    assert untested.tested_days == 0
    assert untested.high > 2


def test_totals_a_year_ahead_lie_inside_it():
    rng = np.random.default_rng(1)
    inside = []
    for _ in range(300):
        drift = np.cumsum(rng.normal(0, 0.06, 8))  # of the level, by quarter; the last four are to be forecast
        came = 100 * np.exp(drift[1:4] - drift[:3])
        ahead = learn([100] * 3, list(came))
        truth = float(np.mean(np.exp(drift[4:] - drift[3])))
        inside.append(ahead.low <= truth <= ahead.high)
    assert np.mean(inside) >= 0.8


def test_a_range_that_holds_anything_is_no_answer():
    assert TotalRange(0.34, 2.9, 90).is_informative
    assert not TotalRange(0.03, 34.0, 90).is_informative
