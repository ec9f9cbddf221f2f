"""Histories of rounds: counted, merged, and refused where they cannot be."""

import numpy as np
import pytest

from crmwb.value.models import RoundsSummary


def as_rows(summary):
    return list(zip(summary.frequency, summary.last_round, summary.n_rounds, summary.n_customers, strict=True))


def test_customers_with_the_same_history_are_counted_together():
    summary, row_of = RoundsSummary.compress([1, 0, 1], [2, 0, 2], [3, 3, 3])
    assert as_rows(summary) == [(0, 0, 3, 1), (1, 2, 3, 2)]
    assert row_of.tolist() == [1, 0, 1]
    assert (summary.total_customers, summary.total_repeaters, len(summary)) == (3, 2, 2)


def test_counts_may_be_given():
    assert as_rows(RoundsSummary.of([1, 1], [2, 2], [3, 3], [10, 5])) == [(1, 2, 3, 15)]


def test_answers_are_counted():
    answers = np.array([[True, False, True], [False, False, False], [True, False, True]])
    assert as_rows(RoundsSummary.of_answers(answers)) == [(0, 0, 3, 1), (2, 3, 3, 2)]


def test_merged_partitions_are_the_whole():
    some, others = RoundsSummary.of([1, 0], [2, 0], [3, 3]), RoundsSummary.of([1, 2], [2, 2], [3, 4], [4, 1])
    assert as_rows(some.merge(others)) == [(0, 0, 3, 1), (1, 2, 3, 5), (2, 2, 4, 1)]
    assert as_rows(others.merge(some)) == as_rows(some.merge(others))


@pytest.mark.parametrize(
    "history",
    [
        (-1, 0, 5), (0.5, 3, 5), (1, 6, 5), (3, 2, 5), (1, 0, 5), (0, 2, 5), (1, 1.5, 5), (1, 1, 5.5), (np.nan, 0, 5),
        (0, 0, np.inf), (1, 1, 2e6),
    ],
)  # fmt: skip
def test_an_impossible_history_is_refused_with_its_row(history):
    with pytest.raises(ValueError, match="row 1"):
        RoundsSummary.of(*np.array([(0, 0, 1), history]).T)


def test_unlike_columns_and_counts_of_nobody_are_refused():
    with pytest.raises(ValueError, match="alike"):
        RoundsSummary.of([1, 2], [1], [1])
    with pytest.raises(ValueError, match="of 0 customers"):
        RoundsSummary.of([1], [1], [1], [0])
