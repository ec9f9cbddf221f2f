"""The purchase summary, by hand."""

from datetime import date

from builders import canonical

WEEKLY = """
    customer_id  ordered_at        revenue
    a            2024-01-01T09:00    10.00
    a            2024-01-01T17:00     5.00
    a            2024-01-08T23:59    20.00
    a            2024-01-15T00:00    40.00
    b            2024-01-20T12:00     7.00
"""


def test_the_purchase_summary_in_days(describe):
    row = describe("2024-02-01", transactions=canonical("transactions", WEEKLY))["a"]
    assert (row.first_purchase_on, row.last_purchase_on) == (date(2024, 1, 1), date(2024, 1, 15))
    assert row.n_purchase_days == 3
    assert row.frequency == 2
    assert row.recency_days == 14
    assert row.age_days == 31
    assert row.days_since_last == 17
    assert row.first_day_revenue_cents == 15_00
    assert row.monetary_cents == 30_00  # 20 and 40; the first day is left out


def test_who_bought_once_has_no_repeat(describe):
    row = describe("2024-02-01", transactions=canonical("transactions", WEEKLY))["b"]
    assert (row.n_purchase_days, row.frequency, row.recency_days) == (1, 0, 0)
    assert row.monetary_cents is None


def test_as_of_is_exclusive_to_the_instant(describe):
    row = describe("2024-01-15", transactions=canonical("transactions", WEEKLY))["a"]
    assert row.last_purchase_on == date(2024, 1, 8)  # one minute before the 9th
    assert row.days_since_last == 7


def test_a_return_lowers_revenue_but_is_no_purchase_occasion(describe):
    log = canonical(
        "transactions",
        """
        customer_id  ordered_at  revenue  is_return
        a            2024-01-01   100.00  false
        a            2024-01-08    50.00  false
        a            2024-01-09   -50.00  true
        """,
    )
    row = describe("2024-02-01", transactions=log)["a"]
    assert row.frequency == 1
    assert row.revenue_cents == 100_00
    assert row.monetary_cents == 50_00  # the return's day is no purchase day


def test_a_return_on_a_purchase_day_is_deducted_from_that_day(describe):
    log = canonical(
        "transactions",
        """
        customer_id  ordered_at  revenue  is_return
        a            2024-01-01   100.00  false
        a            2024-01-08    50.00  false
        a            2024-01-08   -80.00  true
        """,
    )
    row = describe("2024-02-01", transactions=log)["a"]
    assert row.frequency == 1
    assert row.monetary_cents == -30_00


def test_a_free_line_is_an_order_but_no_purchase_occasion(describe):
    log = canonical("transactions", "customer_id ordered_at revenue\na 2024-01-01 0.00")
    row = describe("2024-02-01", transactions=log)["a"]
    assert (row.n_orders, row.n_purchase_days) == (1, 0)
    assert row.frequency is None


def test_who_never_bought_has_counts_of_zero_and_nothing_else(describe):
    customers = canonical("customers", "customer_id\na\nb\nnever")
    row = describe("2024-02-01", transactions=canonical("transactions", WEEKLY), customers=customers)["never"]
    assert (row.n_purchase_days, row.n_orders, row.n_lines, row.n_returns, row.revenue_cents) == (0, 0, 0, 0, 0)
    assert (row.n_channels, row.n_stores, row.n_products) == (0, 0, 0)
    assert {row.first_purchase_on, row.last_purchase_on, row.frequency, row.recency_days, row.age_days} == {None}
    assert {row.mean_order_cents, row.discount_share, row.off_season_share, row.silence_ratio} == {None}
