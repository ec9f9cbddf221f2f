"""How many climbs a maximum takes, and that it is the best of them."""

import numpy as np
import pytest

from crmwb.value.models.likelihood import LIMIT, maximise

STARTS = [np.array(start) for start in ([0.0, 0.0], [1.0, -1.0], [-2.0, 0.5], [0.5, 2.0])]


class Counted:
    """A function with its slopes, and how often it begins at a start."""

    def __init__(self, function):
        self.function = function
        self.begun = 0

    def __call__(self, theta):
        self.begun += any(np.array_equal(theta, start) for start in STARTS)
        return self.function(theta)


def summit(theta):
    off = theta - np.array([0.3, -0.4])
    return -float(off @ off), -2 * off


def ridge(theta):
    """Rise in the second parameter to the edge, ever more slowly."""
    off = theta[0] - 0.3
    return -(off**2) - float(np.exp(-theta[1])), np.array([-2 * off, np.exp(-theta[1])])


def two_summits(theta):
    """Have a lower one near the best start and a higher one at (4, 4)."""
    parts = [(1.0, np.array([0.0, 0.0])), (3.0, np.array([4.0, 4.0]))]
    heights = [h * np.exp(-((theta - at) @ (theta - at)) / 4) for h, at in parts]
    slopes = [-h * (theta - at) / 2 for h, (_, at) in zip(heights, parts, strict=True)]
    return float(sum(heights)), np.sum(slopes, axis=0)


def test_a_summit_takes_one_climb():
    function = Counted(summit)
    optimum = maximise(function, STARTS, 1e-9)
    assert optimum.theta == pytest.approx([0.3, -0.4])
    assert optimum.is_peak
    assert function.begun == len(STARTS) + 1  # each once to put them in order


def test_a_ridge_takes_two_climbs_that_end_at_the_same_height():
    function = Counted(ridge)
    optimum = maximise(function, STARTS, 1e-9)
    assert optimum.theta[0] == pytest.approx(0.3, abs=1e-5)
    assert optimum.ran_away.tolist() == [False, True]
    assert function.begun == len(STARTS) + 2
    assert optimum.mean_log_likelihood == pytest.approx(-np.exp(-LIMIT), abs=1e-9)


def test_of_many_customers_one_climb_from_where_that_of_a_part_ended_is_enough():
    function = Counted(ridge)
    optimum = maximise(function, STARTS, 1e-9, rough=Counted(ridge))
    assert function.begun == len(STARTS)
    assert optimum.mean_log_likelihood == pytest.approx(-np.exp(-LIMIT), abs=1e-9)


def test_a_summit_that_a_climb_reaches_is_taken_though_another_is_higher_elsewhere():
    optimum = maximise(two_summits, [np.array([3.0, 3.5]), np.array([0.1, 0.1])], 1e-9)
    assert optimum.theta == pytest.approx([4, 4], abs=1e-2)
    assert optimum.gradient <= 1e-9
