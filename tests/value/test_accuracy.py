"""Measures on four customers, worked out by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmwb.value.proof.accuracy import accuracy, calibration

ACTUAL = np.array([4, 0, 1, 0])
PAIRS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), min_size=2, max_size=40)


def test_errors_and_bias():
    measures = accuracy(ACTUAL, np.array([2.0, 0, 1, 1]))
    assert measures["mae"] == (2 + 0 + 0 + 1) / 4
    assert measures["rmse"] == np.sqrt((4 + 1) / 4)
    assert measures["bias_share"] == (4 - 5) / 5


def test_gini_of_the_right_order_is_one_and_of_the_reverse_minus_one():
    assert accuracy(ACTUAL, ACTUAL)["normalised_gini"] == 1
    assert accuracy(ACTUAL, -ACTUAL)["normalised_gini"] == pytest.approx(-1)


def test_gini_by_hand():
    # ranked by purchases, the gains are 4/5, 1, 1, 1: area 0.1 + 0.225 + 0.25 + 0.25, Gini 2 × 0.825 - 1 = 0.65
    # ranked 1, 4, 0, 0 they are 1/5, 1, 1, 1: area 0.025 + 0.15 + 0.25 + 0.25, Gini 2 × 0.675 - 1 = 0.35
    assert accuracy(ACTUAL, np.array([3, 0, 5, 0]))["normalised_gini"] == pytest.approx(0.35 / 0.65)


def test_equal_forecasts_tell_nothing():
    measures = accuracy(ACTUAL, np.ones(4))
    assert measures["normalised_gini"] == 0
    assert measures["spearman"] is None
    assert measures["top_decile_share"] == pytest.approx(0.1)


def test_spearman_by_hand():
    # ranks 4, 1.5, 3, 1.5 against 3, 1, 4, 2
    assert accuracy(ACTUAL, np.array([3, 1, 4, 2]))["spearman"] == pytest.approx(
        np.corrcoef([4, 1.5, 3, 1.5], [3, 1, 4, 2])[0, 1]
    )


def test_top_decile_is_a_tenth_of_customers():
    actual = np.array([6] + [1] * 19)  # the first two of 20 made 7 of 25
    assert accuracy(actual, np.arange(20)[::-1])["top_decile_share"] == pytest.approx(7 / 25)


def test_where_nobody_bought_there_is_nothing_to_rank():
    measures = accuracy(np.zeros(4), np.arange(4))
    assert measures["mae"] == 1.5
    assert [measures[m] for m in ("bias_share", "normalised_gini", "spearman", "top_decile_share")] == [None] * 4


@given(PAIRS)
def test_measures_stay_in_bounds_and_do_not_depend_on_the_order_of_rows(pairs):
    actual, forecast = np.array(pairs, dtype=float).T
    measures = accuracy(actual, forecast)
    assert measures == pytest.approx(accuracy(actual[::-1], forecast[::-1]))
    for measure in ("normalised_gini", "spearman"):
        if measures[measure] is not None:
            assert -1 - 1e-9 <= measures[measure] <= 1 + 1e-9


def test_calibration_by_hand():
    actual, forecast = np.arange(20)[::-1], np.arange(20)[::-1] * 2
    groups = calibration(actual, forecast)
    assert groups["group"].tolist() == list(range(1, 11))
    assert groups["mean_actual"].tolist() == [18.5 - 2 * i for i in range(10)]
    assert groups["mean_forecast"].tolist() == [37 - 4 * i for i in range(10)]


def test_calibration_shares_out_ties():
    groups = calibration(np.array([10] + [0] * 9), np.ones(10))
    assert groups["mean_actual"].tolist() == pytest.approx([1.0] * 10)


@given(PAIRS)
def test_calibration_keeps_the_totals(pairs):
    actual, forecast = np.array(pairs, dtype=float).T
    groups = calibration(actual, forecast)
    assert groups["mean_actual"].mean() == pytest.approx(actual.mean())
    assert groups["mean_forecast"].mean() == pytest.approx(forecast.mean())
