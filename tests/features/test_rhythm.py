"""Gaps between purchase days, by hand."""

from datetime import date
from math import sqrt

import pytest
from builders import canonical

LOG = """
    customer_id  ordered_at        revenue
    a            2024-01-01T00:00    10.00
    a            2024-01-03T00:00    10.00
    a            2024-01-03T20:00    10.00
    a            2024-01-09T00:00    10.00
    b            2024-01-01T00:00    10.00
    b            2024-01-06T00:00    10.00
    c            2024-01-01T00:00    10.00
"""


@pytest.fixture
def described(describe):
    return describe("2024-01-21", transactions=canonical("transactions", LOG))


def test_gaps_run_between_purchase_days(described):
    row = described["a"]  # gaps of 2 and 6 days, then 12 days of silence
    assert row.mean_gap_days == 4
    assert row.std_gap_days == pytest.approx(sqrt(8))
    assert row.gap_variation == pytest.approx(sqrt(8) / 4)
    assert row.longest_gap_days == 6
    assert row.silence_ratio == 3
    assert row.next_expected_on == date(2024, 1, 13)


def test_one_gap_has_a_mean_but_no_spread(described):
    row = described["b"]
    assert (row.mean_gap_days, row.std_gap_days, row.gap_variation) == (5, None, None)
    assert row.silence_ratio == 3


def test_one_purchase_has_no_rhythm(described):
    row = described["c"]
    assert {row.mean_gap_days, row.longest_gap_days, row.silence_ratio, row.next_expected_on} == {None}
