"""What a source sums up itself, and what customers owe."""

import pytest
from builders import canonical

SUMMARIES = """
    customer_id summarised_on days_since_last tenure_days n_orders revenue_cents n_campaigns_received n_campaigns_answered n_complaints
    a           2024-01-10    4               100         3        9000          6                    2                    1
    b           2024-02-10    4               100         3        9000          6                    2                    -
"""  # noqa: E501


def test_summaries_stand_for_features_where_no_events_do(describe):
    rows = describe("2024-01-15", customer_summaries=canonical("customer_summaries", SUMMARIES))
    a, b = rows["a"], rows["b"]
    assert (a.days_since_last, str(a.last_purchase_on), a.tenure_days) == (9, "2024-01-06", 105)
    assert (a.n_orders, a.revenue_cents, a.mean_order_cents) == (3, 9000, 3000)
    assert (a.n_campaigns_received, a.response_share, a.n_service_contacts) == (6, pytest.approx(1 / 3), 1)
    assert a.frequency is None, "nothing says on how many days they bought"
    assert b.revenue_cents is None, "its summary was written later"


def test_purchases_that_are_there_go_before_summaries(describe):
    bought = canonical("transactions", "customer_id ordered_at revenue\na 2024-01-01 10.00\nb 2024-01-02 5.00")
    rows = describe("2024-03-01", transactions=bought, customer_summaries=canonical("customer_summaries", SUMMARIES))
    assert (rows["a"].revenue_cents, rows["a"].n_orders, rows["a"].days_since_last) == (1000, 1, 60)
    assert rows["a"].n_campaigns_received == 6


def test_payments_without_an_invoice_lower_the_balance(describe):
    rows = describe(
        "2024-03-01",
        customers=canonical("customers", "customer_id credit_limit_cents\na 10000\nb -\nc 500"),
        invoices=canonical(
            "invoices",
            """
            invoice_id customer_id issued_on  due_on     amount_cents
            i1         a           2024-01-01 2024-02-01 8000
            i2         a           2024-03-01 2024-04-01 9000
            i3         b           2024-01-01 2024-02-01 700
            """,
        ),
        payments=canonical(
            "payments",
            """
            payment_id customer_id paid_on    amount_cents invoice_id
            p1         a           2024-01-20 3000         -
            p2         a           2024-03-01 5000         i1
            p3         c           2024-01-20 200          -
            p4         b           2024-01-21 700          i3
            """,
        ),
    )
    assert {k: row.balance_cents for k, row in rows.items()} == {"a": 5000, "b": 0, "c": -200}
    assert rows["a"].credit_used_share == 0.5
    assert rows["b"].credit_used_share is None
