"""What each customer did by month, and what was known of them at each month's end."""

from datetime import date

import numpy as np
import pytest
from builders import canonical
from equity_logs import cdnow_lines

from crmwb import engine
from crmwb.calendar import day_number, edges_ahead, month_ends, month_of, start_of
from crmwb.features.purchase_days import read_days
from crmwb.value.challenger.known import known_at
from crmwb.value.equity.activity import histories_at, read_activity
from crmwb.value.equity.cohorts import Cohorts

LOG = """
    customer_id  ordered_at           revenue  is_return
    a            2024-01-05T10:00:00  10.00    false
    a            2024-01-05T12:00:00   5.00    false
    a            2024-01-20T12:00:00  30.00    false
    a            2024-01-25T12:00:00  -5.00    true
    a            2024-03-31T23:59:59  40.00    false
    b            2024-02-01T00:00:00  20.00    false
    b            2024-02-01T09:00:00  -8.00    true
    c            2024-01-10T12:00:00  -9.00    true
    c            2024-03-02T12:00:00   7.00    false
    c            2024-04-01T00:00:00   1.00    false
"""


@pytest.fixture
def read(con):
    def read_lines(lines, as_of):
        return read_activity(con, engine.open_arrow(con, lines, "transactions"), as_of)

    return read_lines


def test_months_are_counted():
    assert start_of(month_of(date(2024, 12, 31))) == date(2024, 12, 1)
    assert month_of(date(2025, 1, 1)) - month_of(date(2024, 12, 31)) == 1
    assert month_ends(date(2024, 1, 1), date(2024, 3, 10)) == [date(2024, 2, 1), date(2024, 3, 1), date(2024, 3, 10)]
    assert month_ends(date(2024, 1, 1), date(2024, 3, 1)) == [date(2024, 2, 1), date(2024, 3, 1)]
    assert edges_ahead(date(2024, 12, 1), 2) == [date(2024, 12, 1), date(2025, 1, 1), date(2025, 2, 1)]
    assert edges_ahead(date(2024, 12, 9), 1) == [date(2024, 12, 9), date(2025, 1, 1), date(2025, 2, 1)]


def test_a_month_by_hand(read):
    activity = read(canonical("transactions", LOG), date(2024, 4, 1))
    assert activity.n_customers == 3
    # by month, then customer: a and c in January, b in February, a and c in March; not c's order of 1 April
    assert activity.customer.tolist() == [0, 2, 1, 0, 2]
    assert (activity.month - month_of(date(2024, 1, 1))).tolist() == [0, 0, 1, 2, 2]
    assert activity.n_purchases.tolist() == [2, 0, 1, 1, 1]  # two lines on a day are one purchase, a return is none
    assert activity.purchase_cents.tolist() == [45_00, 0, 12_00, 40_00, 7_00]  # b's return is of the day itself
    assert activity.first_day_cents.tolist() == [15_00, 0, 12_00, 40_00, 7_00]
    assert activity.net_cents.tolist() == [40_00, -9_00, 12_00, 40_00, 7_00]


def test_histories_by_hand(read):
    activity = read(canonical("transactions", LOG), date(2024, 4, 1))
    january, march = histories_at(activity, [date(2024, 2, 1), date(2024, 4, 1)])
    assert january.customer.tolist() == [0]  # b buys on the first of February, c has only brought back
    assert (january.frequency[0], january.recency_days[0], january.age_days[0]) == (1, 15, 27)
    assert january.monetary_cents[0] == 30_00
    assert march.customer.tolist() == [0, 1, 2]
    assert march.frequency.tolist() == [2, 0, 0]
    assert march.age_days.tolist() == [87, 60, 30]
    assert march.monetary_cents[0] == 35_00
    assert np.isnan(march.monetary_cents[1:]).all()


def test_histories_are_those_of_the_backtest_at_every_month_end(con, read):
    lines = cdnow_lines()
    ends = month_ends(date(1997, 1, 1), date(1998, 6, 16))
    days = read_days(con, engine.open_arrow(con, lines, "lines"), ends[-1])
    for at, known in zip(ends, histories_at(read(lines, ends[-1]), ends), strict=True):
        rows = known_at(days, day_number(at), 30)
        for name in ("frequency", "recency_days", "age_days"):
            np.testing.assert_array_equal(getattr(known, name), getattr(rows, name))


def test_cohorts_by_hand(read):
    cohorts = Cohorts.of(read(canonical("transactions", LOG), date(2024, 4, 1)), date(2024, 4, 1))
    assert cohorts.newcomers.tolist() == [1, 1, 1]
    assert cohorts.by_month.tolist() == [[1, 2, 31_00], [1, 1, 12_00], [2, 2, 47_00]]
    existing, new = cohorts.actual(month_of(date(2024, 2, 1)), 2)
    assert existing.tolist() == [[0, 0, 0], [1, 1, 40_00]]  # a came in January
    assert new.tolist() == [[1, 1, 12_00], [1, 1, 7_00]]
    assert cohorts.before(month_of(date(2024, 3, 1))).by_month.tolist() == [[1, 2, 31_00], [1, 1, 12_00]]


def test_cohorts_reach_to_the_day_before_as_of(read):
    activity = read(canonical("transactions", LOG), date(2024, 5, 1))
    assert Cohorts.of(activity, date(2024, 5, 1)).by_month[-1].tolist() == [1, 1, 1_00]
    assert Cohorts.of(activity, date(2024, 6, 2)).by_month[-2:].tolist() == [[0, 0, 0], [0, 0, 0]]
