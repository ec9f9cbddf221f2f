"""How far one forecaster is ahead of another, on customers counted by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from crmwb.value.proof.accuracy import accuracy
from crmwb.value.proof.margins import margin, score_of

ACTUAL = np.array([4.0, 0, 1, 0, 2, 0])
GOOD, BAD = np.array([3.0, 0, 1, 0, 2, 0]), np.array([0.0, 2, 1, 0, 2, 0])
TRIED = SimpleNamespace(
    actual=ACTUAL, forecasts={"good": GOOD, "bad": BAD}, p_any={"good": np.full(6, 0.5), "bad": np.full(6, 0.9)}
)


def test_the_score_of_everybody_once_is_the_measure():
    once = np.ones(6)
    for name, forecast in (("good", GOOD), ("bad", BAD)):
        measures = accuracy(ACTUAL, forecast)
        for measure in ("normalised_gini", "rmse", "mae"):
            assert score_of(TRIED, name, measure)(once) == pytest.approx(measures[measure])
    assert score_of(TRIED, "good", "log_loss")(once) == pytest.approx(np.log(2))


def test_a_customer_drawn_twice_counts_twice():
    twice = np.array([2.0, 0, 0, 1, 0, 0])
    assert score_of(TRIED, "good", "mae")(twice) == pytest.approx((2 * 1 + 0) / 3)
    assert (
        score_of(TRIED, "bad", "normalised_gini")(twice)
        == accuracy(ACTUAL[[0, 0, 3]], BAD[[0, 0, 3]])["normalised_gini"]
    )


@pytest.mark.parametrize("measure", ["normalised_gini", "rmse", "mae", "log_loss"])
def test_better_is_above_nothing_whichever_way_a_measure_runs(measure):
    difference = margin([TRIED, TRIED], "good", "bad", measure, n_bootstrap=200, seed=1)
    turned = margin([TRIED, TRIED], "bad", "good", measure, n_bootstrap=200, seed=1)
    assert difference.difference > 0
    assert turned.difference == -difference.difference
    assert (turned.lower, turned.upper) == pytest.approx((-difference.upper, -difference.lower))
    assert difference.lower <= difference.difference <= difference.upper


def test_the_interval_narrows_with_customers():
    rng = np.random.default_rng(1)

    def width(n):
        actual = rng.poisson(1, n).astype(float)
        tried = SimpleNamespace(actual=actual, forecasts={"one": np.ones(n), "two": np.full(n, 1.2)}, p_any={})
        difference = margin([tried], "one", "two", "rmse", n_bootstrap=400, seed=1)
        return difference.upper - difference.lower

    assert width(10_000) == pytest.approx(width(100) / 10, rel=0.5)
