"""Quarantine loses nothing: each bad row once, with every broken rule, its reasons and its values."""

import json

import pyarrow as pa
from builders import canonical
from validating import run, unreadable

PEOPLE = canonical("customers", "customer_id\na\nb")
SALES = """
customer_id  order_id  line_no  ordered_at  revenue  product_id
a            o1        1        2024-01-01  1.00     -
b            o2        1        2024-01-02  2.00     p1
"""


def test_a_row_with_several_faults_is_there_once_with_all_of_them(validated):
    sales = canonical(
        "transactions",
        """
        customer_id  order_id  ordered_at  revenue  is_return
        a            o1        2024-01-01  1.00     false
        nobody       o2        -           -5.00    false
        """,
    )
    outcome = validated({"customers": PEOPLE, "transactions": sales})
    row = outcome.quarantine("transactions").iloc[0]
    assert row["rule"] == "ordered_at_is_known; customer_id_is_in_customers; sale_is_not_negative"
    assert row["reason"] == (
        "ordered_at (when it was ordered) is unknown; customer_id (who bought) is not among the clean customers; "
        "not so: a sale brings no negative revenue"
    )
    values = json.loads(row["values"])
    assert values["customer_id"] == "nobody"
    assert values["revenue_cents"] == -500
    assert values["ordered_at"] is None
    assert list(values) == sales.column_names


def test_of_rows_with_one_key_the_first_stays_in_whatever_order_they_come(con, tmp_path):
    sales = canonical(
        "transactions",
        """
        customer_id  order_id  line_no  ordered_at  revenue
        b            o1        1        2024-01-01  1.00
        a            o1        1        2024-01-01  9.00
        a            o1        1        2024-01-01  1.00
        a            o1        2        2024-01-01  1.00
        a            o2        1        2024-01-01  1.00
        """,
    )
    for n, order in enumerate(([0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 4, 1, 3])):
        outcome = run(con, tmp_path / str(n), {"customers": PEOPLE, "transactions": sales.take(order)})
        kept = outcome.clean("transactions").set_index(["order_id", "line_no"]).sort_index()
        assert kept.index.tolist() == [("o1", 1), ("o1", 2), ("o2", 1)]
        assert kept.loc[("o1", 1), ["customer_id", "revenue_cents"]].tolist() == ["a", 100]
        assert outcome.quarantine("transactions")["rule"].tolist() == ["key_is_unique"] * 2


def test_of_rows_with_one_key_the_one_that_keeps_the_other_rules_stays(validated):
    sales = canonical(
        "transactions",
        """
        customer_id  order_id  ordered_at  revenue
        b            o1        2024-01-01  1.00
        a_stranger   o1        2024-01-01  1.00
        """,
        line_no=1,
    )
    outcome = validated({"customers": PEOPLE, "transactions": sales})
    assert outcome.clean("transactions")["customer_id"].tolist() == ["b"]
    assert outcome.quarantine("transactions")["rule"].tolist() == ["customer_id_is_in_customers; key_is_unique"]


def test_rows_without_a_key_repeat_nothing(validated):
    sales = canonical(
        "transactions",
        """
        customer_id  order_id  line_no  ordered_at  revenue
        a            -         1        2024-01-01  1.00
        b            -         1        2024-01-01  2.00
        b            o1        1        2024-01-01  3.00
        """,
    )
    outcome = validated({"customers": PEOPLE, "transactions": sales})
    assert outcome.quarantine("transactions")["rule"].tolist() == ["order_id_is_known"] * 2


def test_what_a_quarantined_customer_bought_is_quarantined_too(validated):
    people = canonical("customers", "customer_id kind\na person\nb robot")
    invoices = canonical(
        "invoices",
        """
        invoice_id  customer_id  issued_on   due_on      amount_cents
        i1          b            2024-01-01  2024-01-31  5
        i2          a            2024-01-01  2024-01-31  5
        """,
    )
    outcome = validated({"customers": people, "transactions": canonical("transactions", SALES), "invoices": invoices})
    assert outcome.clean("customers")["customer_id"].tolist() == ["a"]
    assert outcome.clean("transactions")["customer_id"].tolist() == ["a"]
    assert outcome.clean("invoices")["invoice_id"].tolist() == ["i2"]
    assert outcome.reasons("transactions") == [
        ("customer_id_is_in_customers", "customer_id (who bought) is not among the clean customers")
    ]


def test_a_parent_in_quarantine_is_told_of_but_its_children_stay(validated):
    people = canonical(
        "customers",
        "customer_id kind parent_id\nmother robot -\nchild company mother\norphan company nobody\nsister company child",
    )
    outcome = validated({"customers": people})
    assert outcome.clean("customers")["customer_id"].tolist() == ["child", "orphan", "sister"]
    expectation = outcome.expectation("customers", "parent_id_is_in_customers")
    assert (expectation["severity"], expectation["checked"], expectation["failed"]) == ("warning", 3, 2)
    assert [e["customer_id"] for e in expectation["examples"]] == ["child", "orphan"]


def test_without_a_customers_table_nobody_is_a_stranger(validated):
    outcome = validated({"transactions": canonical("transactions", SALES)})
    assert len(outcome.clean("transactions")) == 2
    assert "customers" in outcome.summary["not_available"]


def test_unreadable_rows_are_quarantined_with_their_place_in_the_source(validated):
    lost = unreadable(
        [
            ("orders.csv", 812, "ordered_at", "not a date: 31-02-16", '{"OrderDate": "31-02-16", "Sales": "5"}'),
            ("orders.csv", 900, None, "too many fields", "{}"),
        ]
    )
    outcome = validated({"customers": PEOPLE, "transactions": canonical("transactions", SALES)}, {"transactions": lost})
    rows = outcome.quarantine("transactions").set_index("source_row")
    assert rows.loc[812, ["source_file", "rule", "reason", "values"]].tolist() == [
        "orders.csv",
        "is_readable",
        "ordered_at: not a date: 31-02-16",
        '{"OrderDate": "31-02-16", "Sales": "5"}',
    ]
    assert rows.loc[900, "reason"] == "too many fields"
    table = outcome.summary["tables"]["transactions"]
    assert (table["ingested"], table["clean"], table["quarantined"], table["unreadable"]) == (4, 2, 2, 2)
    assert table["revenue_cents"] == {"ingested": 300, "clean": 300, "quarantined": 0}


def test_words_may_hold_anything(validated):
    names = ['quote"d', "semi; colon", "汉字", "new\nline"]
    people = pa.table({"customer_id": names, "kind": ["robot"] * 3 + ["person"]})
    empty = canonical("customers", "customer_id\nx").schema
    people = pa.table(
        {f.name: people[f.name] if f.name in people.column_names else pa.nulls(4, f.type) for f in empty}, schema=empty
    )
    outcome = validated({"customers": people})
    assert {json.loads(v)["customer_id"] for v in outcome.quarantine("customers")["values"]} == set(names[:3])
    assert outcome.clean("customers")["customer_id"].tolist() == ["new\nline"]
