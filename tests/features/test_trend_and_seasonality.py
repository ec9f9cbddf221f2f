"""Recent against previous, months and weekdays, by hand."""

import pytest
from builders import canonical

LOG = """
    customer_id  order_id  ordered_at  revenue  is_return
    early        o0        2023-01-01     1.00  false
    a            o1        2024-01-02    10.00  false
    a            o2        2024-01-31    10.00  false
    a            o3        2024-02-01    30.00  false
    a            o3        2024-02-01    30.00  false
    a            o4        2024-02-10   -20.00  true
    b            o5        2024-02-24    50.00  false
    c            o6        2024-01-10    50.00  false
"""


@pytest.fixture
def described(describe, features):
    customers = canonical("customers", "customer_id\nearly\na\nb\nc\nnever")
    params = features.model_copy(update={"recent_days": 30})
    return describe("2024-03-02", params, transactions=canonical("transactions", LOG), customers=customers)


def test_two_periods_of_the_same_length(described):
    row = described["a"]  # 1 February to 1 March against 2 to 31 January
    assert (row.recent_revenue_cents, row.previous_revenue_cents) == (40_00, 20_00)
    assert (row.recent_orders, row.previous_orders) == (1, 2)
    assert row.revenue_trend == pytest.approx(1 / 3)
    assert row.order_trend == pytest.approx(-1 / 3)


def test_new_gone_and_silent(described):
    assert described["b"].revenue_trend == 1
    assert described["c"].revenue_trend == -1
    assert (described["early"].recent_orders, described["early"].order_trend) == (0, None)
    assert (described["never"].recent_revenue_cents, described["never"].revenue_trend) == (0, None)


def test_a_period_that_began_before_the_data_is_unknown(describe):
    log = canonical("transactions", "customer_id ordered_at revenue\na 2024-01-01 10.00\na 2024-04-15 30.00")
    row = describe("2024-05-01", transactions=log)["a"]  # 90 days back is 1 February, 180 is 3 November
    assert (row.recent_revenue_cents, row.recent_orders) == (30_00, 1)
    assert {row.previous_revenue_cents, row.previous_orders, row.revenue_trend, row.order_trend} == {None}


def test_the_same_days_a_year_before_are_the_same_weekdays(describe, features):
    log = canonical(
        "transactions",
        """
        customer_id  ordered_at  revenue
        a            2023-03-01     1.00
        a            2023-04-03    10.00
        a            2023-05-01   100.00
        a            2023-05-02  1000.00
        b            2024-04-30     5.00
        """,
    )
    params = features.model_copy(update={"recent_days": 30})
    described = describe("2024-04-30", params, transactions=log)  # 30 days, 52 weeks before: 2 April to 1 May 2023
    assert described["a"].year_ago_revenue_cents == 110_00
    assert described["b"].year_ago_revenue_cents == 0
    too_early = describe("2024-02-20", params, transactions=log)["a"]  # 22 January 2023, before the first line of all
    assert too_early.year_ago_revenue_cents is None


def test_seasons_and_weekdays(describe):
    log = canonical(
        "transactions",
        """
        customer_id  ordered_at  revenue  is_return
        a            2023-01-06    10.00  false
        a            2024-01-06    20.00  false
        a            2024-03-04    70.00  false
        a            2024-03-04   -70.00  true
        """,
    )
    row = describe("2024-04-01", transactions=log)["a"]
    assert row.off_season_share == pytest.approx(0.3)  # January is off season; returns do not count
    assert row.n_active_months == 3
    assert row.active_month_share == pytest.approx(3 / 15)  # January 2023 to March 2024
    assert row.weekend_share == pytest.approx(1 / 3)  # 6 January 2024 was a Saturday
    assert (row.n_calendar_months, row.strongest_month) == (2, 3)
    assert row.strongest_month_share == pytest.approx(0.7)
    assert (row.n_weekdays, row.strongest_weekday) == (3, 1)  # 4 March 2024 was a Monday
    assert row.strongest_weekday_share == pytest.approx(0.7)


def test_sunday_is_the_seventh_day(describe):
    log = canonical("transactions", "customer_id ordered_at revenue\na 2024-01-07T23:59 10.00")
    row = describe("2024-04-01", transactions=log)["a"]
    assert (row.strongest_weekday, row.weekend_share) == (7, 1)
