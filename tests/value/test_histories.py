"""Histories as they were known at an origin."""

from datetime import date, timedelta

import pandas as pd
from builders import canonical
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crmwb import engine
from crmwb.value.proof.histories import histories

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


def known(con, transactions, origin=date(2024, 2, 1), days=30) -> pd.DataFrame:
    table = engine.open_arrow(con, transactions, "transactions")
    return engine.batches(con, histories(table, origin, days)).read_pandas().set_index("customer_id")


def test_by_hand(con):
    rows = known(con, canonical("transactions", LOG))
    assert rows.index.tolist() == ["a", "b"]  # c and d had not bought before February
    # a: two days before February (a return and a gift are no purchase), two in its first 30 days
    assert rows.loc["a"].to_dict() == {
        "frequency": 1, "recency_days": 7, "age_days": 31, "recent_purchases": 1, "later_purchases": 2,
    }  # fmt: skip
    assert rows.loc["b"].to_dict() == {
        "frequency": 0, "recency_days": 0, "age_days": 1, "recent_purchases": 1, "later_purchases": 0,
    }  # fmt: skip


def test_the_holdout_begins_at_the_origin_and_ends_before_its_last_day(con):
    rows = known(con, canonical("transactions", LOG), days=1)
    assert rows.loc["a", "later_purchases"] == 1  # 1 February, not the 2nd
    assert rows.loc["b", "recent_purchases"] == 1  # 31 January
    assert rows.loc["a", "recent_purchases"] == 0


DAYS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 59)), min_size=1, max_size=30)
AFTER = st.lists(st.tuples(st.sampled_from("abcde"), st.integers(40, 90)), max_size=10)


def log(rows):
    lines = [f"{who} {date(2024, 1, 1) + timedelta(days=day)} 10.00" for who, day in rows]
    return canonical("transactions", "customer_id ordered_at revenue\n" + "\n".join(lines))


@given(DAYS, AFTER)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
def test_nothing_from_the_origin_on_changes_what_was_known(con, before, after):
    before = [(who, min(day, 39)) for who, day in before]
    origin = date(2024, 1, 1) + timedelta(days=40)
    columns = ["frequency", "recency_days", "age_days", "recent_purchases"]
    without, with_later = known(con, log(before), origin), known(con, log(before + after), origin)
    pd.testing.assert_frame_equal(without[columns], with_later[columns])
    assert (without["later_purchases"] == 0).all()
