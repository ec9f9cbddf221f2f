"""Invoices and opportunities, by hand."""

import pytest
from builders import canonical


def test_how_customers_pay(describe):
    invoices = canonical(
        "invoices",
        """
        invoice_id  customer_id  issued_on   due_on      paid_on     amount_cents  paid_cents  disputed
        i1          a            2024-01-01  2024-01-15  2024-01-11  10000         10000       false
        i2          a            2024-01-02  2024-01-16  2024-01-22  10000         10000       true
        i3          a            2024-01-03  2024-01-17  2024-02-01  30000         30000       -
        i4          a            2024-01-30  2024-02-13  -           50000         20000       -
        i5          a            2024-02-01  2024-02-15  -           70000         -           true
        i6          b            2024-01-18  2024-02-01  -            9000         -           -
        """,
    )
    customers = canonical("customers", "customer_id\na\nb\nc")
    rows = describe("2024-02-01", invoices=invoices, customers=customers)
    row = rows["a"]
    assert (row.n_invoices, row.invoiced_cents) == (4, 1_000_00)
    assert row.days_to_pay == 15  # 10 and 20; i3 is paid on the day itself, which is not known yet
    assert row.late_payment_share == 0.5
    assert (row.n_overdue, row.overdue_cents) == (1, 300_00)
    assert row.overdue_share == pytest.approx(0.3)
    assert row.disputed_share == 0.5
    assert (rows["b"].n_overdue, rows["b"].overdue_cents, rows["b"].days_to_pay) == (0, 0, None)  # due today
    assert (rows["c"].n_invoices, rows["c"].invoiced_cents, rows["c"].overdue_share) == (0, 0, None)


def test_deals_open_won_and_lost(describe):
    opportunities = canonical(
        "opportunities",
        """
        opportunity_id  customer_id  opened_on   closed_on   stage    won
        d1              a            2024-01-01  2024-01-11  closed   true
        d2              a            2024-01-02  2024-01-22  closed   false
        d3              a            2024-01-03  2024-02-01  closed   true
        d4              a            2024-01-04  -           quoting  -
        d5              a            2024-02-01  -           quoting  -
        d6              -            2024-01-04  -           quoting  -
        """,
    )
    rows = describe("2024-02-01", opportunities=opportunities, customers=canonical("customers", "customer_id\na\nb"))
    row = rows["a"]
    assert (row.n_opportunities, row.n_opportunities_won, row.n_opportunities_open) == (4, 1, 2)
    assert (row.won_share, row.mean_close_days) == (0.5, 15)
    assert (rows["b"].n_opportunities, rows["b"].won_share) == (0, None)
