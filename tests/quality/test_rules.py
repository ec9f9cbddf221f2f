"""Every kind of rule: one bad row among good ones goes to quarantine, with what is wrong with it."""

import json

import pyarrow as pa
import pytest
from builders import canonical

from crmwb.contract.canonical import TABLES

PEOPLE = canonical(
    "customers",
    """
    customer_id
    a
    b
    """,
)
GOODS = canonical("products", "product_id\np1\np2")

CASES = {
    "a required value is unknown": (
        "transactions",
        """
        customer_id  order_id  ordered_at  revenue
        a            o1        2024-01-01  1.00
        -            bad       2024-01-02  2.00
        """,
        "customer_id_is_known",
        "customer_id (who bought) is unknown",
    ),
    "a value is not allowed": (
        "interactions",
        """
        interaction_id  customer_id  occurred_at  department
        i1              a            2024-01-01   sales
        bad             a            2024-01-02   kitchen
        """,
        "department_is_allowed",
        "department is none of: marketing, sales, service",
    ),
    "a value is below the least": (
        "transactions",
        """
        customer_id  order_id  ordered_at  revenue  discount_cents
        a            o1        2024-01-01  1.00     0
        a            bad       2024-01-02  2.00     -1
        """,
        "discount_cents_is_in_range",
        "discount_cents is not at least 0 and at most 100,000,000,000,000",
    ),
    "a value is above the most": (
        "interactions",
        """
        interaction_id  customer_id  occurred_at  satisfaction
        i1              a            2024-01-01   1.0
        bad             a            2024-01-02   1.1
        """,
        "satisfaction_is_in_range",
        "satisfaction is not at least 0 and at most 1",
    ),
    "an amount is beyond all reason": (
        "transactions",
        """
        customer_id  order_id  ordered_at  revenue
        a            o1        2024-01-01  1000000000000.00
        a            bad       2024-01-02  1000000000000.01
        """,
        "revenue_cents_is_in_range",
        "revenue_cents is not at least -100,000,000,000,000 and at most 100,000,000,000,000",
    ),
    "a day is of no time of ours": (
        "transactions",
        """
        customer_id  order_id  ordered_at           revenue
        a            o1        2098-12-31           1.00
        a            bad       2099-01-01           1.00
        """,
        "ordered_at_is_plausible",
        "ordered_at is not a day from 1901-01-01 to 2098-12-31",
    ),
    "an invoice is paid on a day that stands for never": (
        "invoices",
        """
        invoice_id  customer_id  issued_on   due_on      paid_on     amount_cents
        i1          a            2024-01-01  2024-01-01  -           100
        bad         b            2024-01-02  2024-01-02  2099-12-31  100
        """,
        "paid_on_is_plausible",
        "paid_on is not a day from 1901-01-01 to 2098-12-31",
    ),
    "a number is infinite": (
        "transactions",
        """
        customer_id  order_id  ordered_at  revenue  quantity
        a            o1        2024-01-01  1.00     1
        a            bad       2024-01-02  2.00     inf
        """,
        "quantity_is_finite; quantity_is_in_range",
        "quantity is no finite number; quantity is not at least -1,000,000,000,000 and at most 1,000,000,000,000",
    ),
    "a parent is unknown": (
        "transactions",
        """
        customer_id  order_id  ordered_at  revenue
        a            o1        2024-01-01  1.00
        nobody       bad       2024-01-02  2.00
        """,
        "customer_id_is_in_customers",
        "customer_id (who bought) is not among the clean customers",
    ),
    "a sale is negative": (
        "transactions",
        """
        customer_id  order_id  ordered_at  revenue  is_return
        a            o1        2024-01-01  1.00     false
        a            o2        2024-01-01  -1.00    true
        a            bad       2024-01-02  -2.00    false
        """,
        "sale_is_not_negative",
        "not so: a sale brings no negative revenue",
    ),
    "dates are out of order": (
        "invoices",
        """
        invoice_id  customer_id  issued_on   due_on      amount_cents
        i1          a            2024-01-01  2024-01-01  100
        bad         b            2024-01-02  2024-01-01  100
        """,
        "due_after_issue",
        "not so: an invoice is due on or after it was sent",
    ),
}


@pytest.mark.parametrize(("table", "text", "rule", "reason"), CASES.values(), ids=CASES)
def test_a_bad_row_is_quarantined_and_the_good_ones_go_on(validated, table, text, rule, reason):
    rows = canonical(table, text)
    outcome = validated({"customers": PEOPLE, "products": GOODS, table: rows})
    assert outcome.reasons(table) == [(rule, reason)]
    assert "bad" in json.loads(outcome.quarantine(table)["values"][0]).values()
    good = [i for i in range(rows.num_rows) if "bad" not in rows.slice(i, 1).to_pylist()[0].values()]
    assert outcome.clean_rows(table) == rows.take(good).to_pylist()
    broken = rule.split("; ")
    for expectation in (outcome.expectation(table, name) for name in broken):
        assert (expectation["failed"], expectation["passed"], expectation["severity"]) == (1, False, "error")
        assert [example["row"] for example in expectation["examples"]] == [rows.num_rows]
    others = [e for e in outcome.summary["expectations"] if e["table"] == table and e["rule"] not in broken]
    assert all(e["passed"] for e in others)


def test_a_warning_is_reported_and_the_row_goes_on(validated):
    sales = canonical(
        "transactions",
        """
        customer_id  ordered_at  revenue  quantity  product_id
        a            2024-01-01  1.00     1         p1
        a            2024-01-02  2.00     0         p9
        a            2024-01-03  3.00     1         -
        """,
    )
    outcome = validated({"customers": PEOPLE, "products": GOODS, "transactions": sales})
    assert len(outcome.clean("transactions")) == 3
    assert outcome.quarantine("transactions").empty
    assert outcome.expectation("transactions", "revenue_has_quantity")["examples"] == [
        {"row": 2, "order_id": "o000001", "line_no": 1, "quantity": 0, "revenue_cents": 200}
    ]
    product = outcome.expectation("transactions", "product_id_is_in_products")
    assert (product["severity"], product["checked"], product["failed"]) == ("warning", 2, 1)


def test_a_number_is_unknown_whether_null_or_nan(validated):
    sales = canonical(
        "transactions",
        """
        customer_id  order_id  ordered_at  revenue
        a            good      2024-01-01  1.00
        a            nan       2024-01-02  2.00
        a            null      2024-01-03  3.00
        """,
    )
    place = sales.column_names.index("quantity")
    sales = sales.set_column(place, "quantity", pa.array([1.0, float("nan"), None], pa.float64()))
    outcome = validated({"customers": PEOPLE, "transactions": sales})
    assert outcome.clean("transactions")["order_id"].tolist() == ["good"]
    rules = {json.loads(v)["order_id"]: r for r, v in outcome.quarantine("transactions")[["rule", "values"]].values}
    assert rules == {"null": "quantity_is_known", "nan": "quantity_is_known; quantity_is_finite"}
    assert outcome.summary["tables"]["transactions"]["columns"]["quantity"] == 1 / 3


def test_rows_of_every_table_pass_when_nothing_is_wrong(validated):
    tables = {
        "customers": canonical("customers", "customer_id parent_id\na -\nb a"),
        "products": GOODS,
        "transactions": canonical("transactions", "customer_id ordered_at revenue product_id\na 2024-01-01 1.00 p1"),
        "interactions": canonical("interactions", "interaction_id customer_id occurred_at\ni a 2024-01-01"),
        "campaigns": canonical("campaigns", "campaign_id starts_on\nc 2024-01-01"),
        "campaign_members": canonical("campaign_members", "campaign_id customer_id\nc b"),
        "invoices": canonical(
            "invoices", "invoice_id customer_id issued_on due_on amount_cents\ni a 2024-01-01 2024-01-31 5"
        ),
        "opportunities": canonical("opportunities", "opportunity_id opened_on stage\no 2024-01-01 open"),
        "initiatives": canonical(
            "initiatives",
            "initiative_id name classes starts_on metric direction target target_kind baseline_from baseline_to\n"
            "i calls cim+csm 2024-02-01 revenue_per_customer up 0.05 relative_change 2024-01-01 2024-01-31",
        ),
    }
    outcome = validated(tables, max_quarantined_share=0.0)
    assert all(e["passed"] for e in outcome.summary["expectations"])
    assert {e["table"] for e in outcome.summary["expectations"]} == set(tables)
    assert set(outcome.summary["not_available"]) == TABLES.keys() - tables.keys()
    for name, table in tables.items():
        assert len(outcome.clean(name)) == table.num_rows
        assert outcome.quarantine(name).empty
    assert outcome.summary["tables"]["campaigns"]["first"] == "2024-01-01"
    assert outcome.summary["tables"]["transactions"]["last"] == "2024-01-01"
    assert outcome.summary["tables"]["customers"]["first"] is None
    assert outcome.summary["tables"]["customers"]["columns"]["parent_id"] == 0.5


def test_sums_beyond_an_int64_are_counted_and_left_out(validated):
    rows = [f"a o{i} 2024-01-01 {revenue}" for i, revenue in enumerate(["1.00", *["50000000000000000.00"] * 200])]
    sales = canonical("transactions", "\n".join(["customer_id order_id ordered_at revenue", *rows]))
    outcome = validated({"customers": PEOPLE, "transactions": sales})
    sums = outcome.summary["tables"]["transactions"]["revenue_cents"]
    assert sums == {"ingested": 200 * 5 * 10**18 + 100, "clean": 100, "quarantined": 200 * 5 * 10**18}
    assert outcome.clean("transactions")["order_id"].tolist() == ["o0"]


def test_revenue_is_gross_less_discount_to_a_cent(validated):
    sales = canonical(
        "transactions",
        """
        customer_id  order_id  ordered_at  revenue  gross_cents  discount_cents  is_return
        a            right     2024-01-01  9.00     1000         100             false
        a            rounded   2024-01-01  9.01     1000         100             false
        a            wrong     2024-01-01  9.02     1000         100             false
        a            back      2024-01-02  -9.00    -1000        100             true
        a            unknown   2024-01-01  9.02     1000         -               false
        """,
    )
    outcome = validated({"customers": PEOPLE, "transactions": sales})
    expectation = outcome.expectation("transactions", "net_is_gross_less_discount")
    assert (expectation["checked"], expectation["failed"], expectation["severity"]) == (4, 1, "warning")
    assert [example["order_id"] for example in expectation["examples"]] == ["wrong"]
    assert len(outcome.clean("transactions")) == 5
