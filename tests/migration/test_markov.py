"""Transition probabilities, long-run shares and the test of the halves, by hand."""

import numpy as np
import pytest

from crmwb.migration import markov

SUNNY = np.array([[90, 10], [50, 50]])  # the textbook's weather: stationary at 5/6 and 1/6


def test_probabilities_are_shares_of_rows_and_an_empty_segment_keeps_its_customers():
    assert markov.transition_probabilities(np.array([[3, 1], [0, 0]])).tolist() == [[0.75, 0.25], [0.0, 1.0]]


def test_the_stationary_distribution_of_the_textbook():
    p = markov.transition_probabilities(SUNNY)
    assert markov.long_run(p, np.array([0.0, 1.0])) == pytest.approx([5 / 6, 1 / 6])


def test_a_chain_that_only_alternates_has_a_stationary_distribution_too():
    assert markov.long_run(np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([1.0, 0.0])) == pytest.approx([0.5, 0.5])


def test_of_several_stationary_distributions_it_is_the_one_that_this_base_converges_to():
    assert markov.long_run(np.eye(2), np.array([0.3, 0.7])) == pytest.approx([0.3, 0.7])


def test_new_customers_keep_a_segment_alive_that_all_leave():
    p = np.array([[0.5, 0.5], [0.0, 1.0]])  # half leave the first a month, none come back
    assert markov.long_run(p, np.array([1.0, 0.0])) == pytest.approx([0, 1])
    # s = (s P + r e) / (1 + r), r = 1/2, e = (1, 0): s1 = (s1/2 + 1/2) / 1.5, so s1 = 1/2
    assert markov.long_run_with_new(p, np.array([1.0, 0.0]), 0.5, np.array([1.0, 0.0])) == pytest.approx([0.5, 0.5])


def test_the_halves_test_is_pearsons_row_by_row():
    first, second = np.array([[30, 10], [5, 5]]), np.array([[20, 20], [5, 5]])
    result = markov.halves(first, second)
    # row 1: expected 25, 15 in both: 25/25 + 25/15 + 25/25 + 25/15; row 2: the same in both
    assert result.statistic == pytest.approx(2 + 50 / 15)
    assert result.n_freedom == 2
    assert result.mean_change == pytest.approx(0.25 * 80 / 100)
    same = markov.halves(first, 3 * first)
    assert (same.statistic, same.p_value, same.mean_change) == (pytest.approx(0), pytest.approx(1), 0)


def test_a_segment_that_only_one_half_knows_is_not_tested():
    assert markov.halves(np.array([[0, 0], [1, 1]]), np.array([[2, 2], [0, 0]])).n_freedom == 0
