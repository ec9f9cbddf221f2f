"""Audits of ids, labels, customers and owners."""

import json

import pyarrow as pa
import pytest

from crmwb import engine
from crmwb.contract.canonical import CUSTOMERS, OPPORTUNITIES, PRODUCTS, TRANSACTIONS
from crmwb.contract.quality import QUARANTINE
from crmwb.findings.say import say
from crmwb.quality import account, sums
from crmwb.quality.audits import labels, links, owners, people


@pytest.fixture
def left_out(con):
    """Return a function that makes a quarantine of transactions: (rule, reason, customer) in."""

    def make(*rows):
        entries = [
            dict.fromkeys(QUARANTINE.names)
            | {"rule": rule, "reason": reason, "values": json.dumps({"customer_id": who})}
            for rule, reason, who in rows
        ]
        return engine.open_arrow(con, pa.Table.from_pylist(entries, schema=QUARANTINE.schema), "left_out")

    return make


def of(each, lines):
    """Return sums of lines."""
    return each.of(sums.all_of(lines))


def test_ids_that_differ_by_case_blanks_or_point_zero_are_one(opened):
    goods = opened("products", "product_id\nA1\na1\nB2\nB2.0\nC3\nC30")
    audit = links.ids_written_in_several_ways(PRODUCTS, {"products": goods})
    assert (audit.rows, audit.share, audit.severity) == (4, 4 / 6, "warning")
    assert "“A1” and “a1” and “B2” and “B2.0”" in say(audit.finding)


def test_an_id_is_judged_in_its_own_table(sales, opened):
    log = sales("customer_id ordered_at revenue\na 2024-01-01 1.00\nA 2024-01-01 1.00")
    people_ = opened("customers", "customer_id\na\nA")
    assert links.ids_written_in_several_ways(TRANSACTIONS, {"transactions": log, "customers": people_}).rows == 0
    assert links.ids_written_in_several_ways(TRANSACTIONS, {"transactions": log}).rows == 2
    assert links.ids_written_in_several_ways(CUSTOMERS, {"customers": people_}).rows == 2


def test_a_product_unknown_only_by_its_spelling_is_told(opened):
    deals = opened(
        "opportunities",
        "opportunity_id opened_on stage product_id\n"
        "1 2024-01-01 open GTXPro\n2 2024-01-01 open GTX\n3 2024-01-01 open Z9\n4 2024-01-01 open -",
    )
    goods = opened("products", "product_id\nGTX\ngtx.pro\nGtxPro")
    tables = {"opportunities": deals, "products": goods}
    audit = links.unknown_links(OPPORTUNITIES, tables)
    assert (audit.rows, audit.share, audit.severity) == (2, 2 / 4, "warning")
    assert "“GTXPro” for “GtxPro”" in say(audit.finding)
    assert links.unknown_links(PRODUCTS, tables) is None


def test_lines_without_a_product_are_counted_where_others_have_one(sales):
    log = sales("customer_id ordered_at revenue product_id\na 2024-01-01 1.00 p1\na 2024-01-01 1.00 -")
    assert links.lines_without_product(log).rows == 1
    assert links.lines_without_product(log.filter(log.product_id.isnull())) is None


def test_customers_whom_nothing_mentions_are_counted(opened):
    customers = opened("customers", "customer_id\na\nb\nc\nd")
    log = opened("transactions", "customer_id ordered_at revenue\na 2024-01-01 1.00")
    calls = opened("interactions", "interaction_id customer_id occurred_at\ni1 a 2024-01-01\ni2 b 2024-01-01")
    audit = links.customers_without_events(customers, log, calls, None, None, None)
    assert (audit.rows, audit.share, audit.severity) == (2, 0.5, "note")
    assert links.customers_without_events(customers, None, None, None, None, None) is None


def test_strangers_who_are_known_under_another_spelling_are_found(opened, left_out):
    stranger = ("customer_id_is_in_customers", "not among the clean customers")
    quarantine = left_out((*stranger, "17850.0"), (*stranger, "99"), ("key_is_unique", "twice", "17850"))
    audit = links.strangers_but_for_the_spelling(opened("customers", "customer_id\n17850"), quarantine)
    assert (audit.rows, audit.share, audit.severity) == (1, 1 / 3, "warning")
    assert "“17850.0” for “17850”" in say(audit.finding)


def test_lines_without_customer_are_counted_whether_unreadable_or_unknown(sales, left_out):
    log = sales("customer_id ordered_at revenue\na 2024-01-01 1.00")
    quarantine = left_out(
        ("is_readable", "customer_id: no customer", None),
        ("customer_id_is_known; line_no_is_known", "customer_id (who bought) is unknown; …", None),
        ("customer_id_is_in_customers", "customer_id (who bought) is not among the clean customers", "x"),
    )
    audit = people.lines_without_customer(log, quarantine, None)
    assert (audit.rows, audit.share, audit.severity) == (2, 2 / 4, "warning")


def test_lines_without_customer_that_the_filter_left_out_are_counted_with_their_money(sales, left_out, con):
    log = sales("customer_id ordered_at revenue\na 2024-01-01 1.00\nb 2024-01-01 4.00")
    quarantine = left_out(("customer_id_is_known", "customer_id (who bought) is unknown", None))
    manifest = {"filtered": 5, "without_customer": {"rows": 2, "revenue_cents": 1234_56}}
    audit = people.lines_without_customer(log, quarantine, account.filtered(con, "transactions", manifest))
    assert (audit.rows, audit.share, audit.severity) == (3, 3 / 8, "warning")
    assert say(audit.finding) == (
        "3 of 8 lines (38%) name no customer and are left out; their revenue is 1,234.56, that of known customers 5.00."
    )
    for_other_reasons = account.filtered(con, "transactions", {"filtered": 5})
    assert say(people.lines_without_customer(log, quarantine, for_other_reasons).finding) == (
        "1 of 8 lines (12%) names no customer and is left out."
    )


@pytest.mark.parametrize("name", ["TEST", "test-17", "0", "000", "unknown", "Guest", "n/a", "cash_sales", "99999"])
def test_an_id_of_nobody_is_found(name, opened):
    audit = people.test_customers(opened("customers", f"customer_id\n17\n{name}"), None)
    assert (audit.rows, audit.severity) == (1, "warning")
    assert f"“{name}”" in say(audit.finding)


@pytest.mark.parametrize("name", ["1234", "9999", "Contesto", "Cashmere", "latest", "Nadia", "Xerox"])
def test_an_id_that_only_looks_alike_is_somebody(name, opened):
    assert people.test_customers(opened("customers", f"customer_id\n17\n{name}"), None).rows == 0


def test_five_nines_after_their_predecessor_are_a_number_like_any_other(opened):
    assert people.test_customers(opened("customers", "customer_id\n99998\n99999"), None).rows == 0


def test_a_customer_a_hundred_times_the_usual_and_a_part_of_all_is_a_bulk_buyer(sales):
    rows = [f"c{i} 2024-01-01 1.00" for i in range(150)]
    log = "\n".join(["customer_id ordered_at revenue", *rows, "big 2024-01-01 150.00"])
    audit = people.bulk_buyers(of(sums.CUSTOMERS, sales(log)))
    assert (audit.rows, audit.share, audit.severity) == (1, 1 / 151, "warning")
    assert "“big” with 50% of revenue" in say(audit.finding)


def test_the_largest_of_many_is_told_and_of_few_not(sales):
    rows = [f"c{i} 2024-01-01 {1 + i % 3}.00" for i in range(150)]
    log = ["customer_id ordered_at revenue", *rows]
    audit = people.bulk_buyers(of(sums.CUSTOMERS, (sales("\n".join(log)))))
    assert (audit.rows, audit.severity) == (0, "note")
    assert say(audit.finding) == "The largest of 150 customers brings 1% of revenue, 1.5× the usual."
    assert people.bulk_buyers(of(sums.CUSTOMERS, (sales("\n".join(log[:10]))))) is None


@pytest.fixture
def deals(opened):
    return opened(
        "opportunities",
        """
        opportunity_id  customer_id  opened_on   closed_on   won   stage  owner
        1               a            2024-01-01  -           -     open   ann
        2               a            2024-05-01  -           -     open   bob
        3               b            2024-01-01  -           -     open   ann
        4               c            2024-01-01  2024-02-01  true  won    ann
        5               c            2024-06-30  -           -     open   bob
        6               -            2024-06-30  -           -     open   bob
        """,
    )


def test_two_owners_of_one_customer_collide(deals, opened):
    audit = owners.owner_collisions(deals, None)
    assert (audit.rows, audit.share, audit.severity) == (1, 1 / 3, "warning")
    with_owner = opened("customers", "customer_id owner\na ann\nb cid\nc bob")
    assert owners.owner_collisions(deals, with_owner).rows == 2


def test_a_lead_that_nobody_touches_is_idle(deals, opened):
    audit = owners.idle_leads(deals, None)
    assert (audit.rows, audit.share, audit.severity) == (2, 2 / 5, "warning")
    calls = opened("interactions", "interaction_id customer_id occurred_at\ni1 a 2024-06-01\ni2 b 2024-01-02")
    assert owners.idle_leads(deals, calls).rows == 1


def test_a_lead_with_nobody_is_counted(deals):
    assert (owners.leads_without_customer(deals).rows, owners.leads_without_customer(deals).share) == (1, 1 / 6)


def test_labels_that_mean_the_same_are_paired_the_rarer_first():
    counts = {"technology": 9, "technolgy": 2, "Tech-nology": 1, "retail": 5, "Retail": 4}
    pairs = labels.alike(counts)
    assert ("Retail", "retail") in pairs
    assert ("technolgy", "technology") in pairs
    assert ("Tech-nology", "technology") in pairs
    assert pairs[0] == ("Retail", "retail")


@pytest.mark.parametrize(
    "pair",
    [("Q1 2024", "Q2 2024"), ("Austria", "Australia"), ("Iceland", "Ireland"), ("Trenton", "Renton"), ("a", "b")],
)
def test_labels_that_only_look_alike_differ(pair):
    assert labels.alike(dict.fromkeys(pair, 1)) == []


def test_rows_with_the_rarer_label_are_counted(opened):
    accounts = opened("customers", "customer_id industry\na retail\nb retail\nc Retail\nd -")
    audit = labels.labels_nearly_the_same(CUSTOMERS, {"customers": accounts})
    assert (audit.rows, audit.share, audit.severity) == (1, 1 / 4, "warning")
    assert "industry: “Retail” (1) and “retail” (2)" in say(audit.finding)
