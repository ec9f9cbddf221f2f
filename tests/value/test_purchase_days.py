"""Purchase days as they are read, and what was known of customers at an origin."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
from builders import canonical
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmwb import engine
from crmwb.calendar import day_number
from crmwb.features.purchase_days import read_days
from crmwb.value.challenger.known import Known, known_at

LOG = """
    customer_id  ordered_at           revenue  is_return
    a            2024-01-01T00:00:00  10.00    false
    a            2024-01-08T09:00:00  10.00    false
    a            2024-01-08T23:59:59   5.00    false
    a            2024-01-09T12:00:00  -5.00    true
    a            2024-01-20T12:00:00   0.00    false
    a            2024-02-01T00:00:00  10.00    false
    a            2024-02-02T12:00:00  10.00    false
    b            2024-01-31T23:59:59  10.00    false
    c            2024-02-01T00:00:00  10.00    false
    d            2024-01-02T12:00:00  -9.00    true
    d            2024-02-29T12:00:00  10.00    false
    d            2024-03-02T12:00:00  10.00    false
"""
FEBRUARY = day_number(date(2024, 2, 1))


def read(con, transactions, as_of=date(2025, 1, 1)):
    return read_days(con, engine.open_arrow(con, transactions, "transactions"), as_of)


def table(known: Known) -> pd.DataFrame:
    names = ("frequency", "recency_days", "age_days", "cents", "repeat_cents", "later", "later_cents")
    frame = pd.DataFrame({name: getattr(known, name) for name in names})
    return frame.set_axis(known.days.ids[known.customer], axis=0)


def test_by_hand(con):
    known = known_at(read(con, canonical("transactions", LOG)), FEBRUARY, 30)
    rows = table(known)
    assert rows.index.tolist() == ["a", "b"]  # c and d had not bought before February
    # a: two days before February (a return and a gift are no purchase), two in its first 30 days
    assert rows.loc["a"].to_dict() == {
        "frequency": 1, "recency_days": 7, "age_days": 31, "cents": 2500, "repeat_cents": 1500, "later": 2,
        "later_cents": 2000,
    }  # fmt: skip
    assert rows.loc["b"].tolist() == [0, 0, 1, 1000, 0, 0, 0]
    assert known.mean_spend[0] == 1500
    assert np.isnan(known.mean_spend[1])


def test_the_holdout_begins_at_the_origin_and_ends_before_its_last_day(con):
    days = read(con, canonical("transactions", LOG))
    assert table(known_at(days, FEBRUARY, 1)).loc["a", "later"] == 1  # 1 February, not the 2nd
    assert known_at(days, FEBRUARY, 30).count(1).tolist() == [0, 1]  # on 31 January only b
    assert known_at(days, FEBRUARY, 30).count(31, 24).tolist() == [1, 0]  # 1 to 7 January: a's first day


def test_newcomers_are_counted_apart(con):
    known = known_at(read(con, canonical("transactions", LOG)), FEBRUARY, 30)
    assert (known.n_newcomers, known.newcomers) == (2, 2)  # c on 1 February, d on the 29th; 2 March is later


def test_nothing_from_as_of_on_is_read(con):
    days = read(con, canonical("transactions", LOG), as_of=date(2024, 2, 1))
    assert days.ids.tolist() == ["a", "b"]
    assert days.day.max() < FEBRUARY


def test_every_second_customer_keeps_their_days(con):
    days = read(con, canonical("transactions", LOG))
    half = days.every(2)
    assert half.ids.tolist() == ["a", "c"]
    assert [len(half.day[half.customer == i]) for i in (0, 1)] == [4, 1]


DAYS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 59)), min_size=1, max_size=30)
AFTER = st.lists(st.tuples(st.sampled_from("abcde"), st.integers(40, 90)), max_size=10)


def log(rows):
    lines = [f"{who} {date(2024, 1, 1) + timedelta(days=day)} 10.00" for who, day in rows]
    return canonical("transactions", "customer_id ordered_at revenue\n" + "\n".join(lines))


@given(DAYS, AFTER)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_nothing_from_the_origin_on_changes_what_was_known(con, before, after):
    before = [(who, min(day, 39)) for who, day in before]
    origin = day_number(date(2024, 1, 1)) + 40
    without, with_later = (table(known_at(read(con, log(rows)), origin, 30)) for rows in (before, before + after))
    known = ["frequency", "recency_days", "age_days", "cents", "repeat_cents"]
    pd.testing.assert_frame_equal(without[known], with_later[known])
    assert (without["later"] == 0).all()
