"""Audits: findings that can be counted by hand."""

import functools

import pyarrow.parquet as pq
import pytest
from builders import canonical

from crmwb import engine
from crmwb.quality.audits import AUDITS, audited, lines, window
from crmwb.tables import TABLES


@pytest.fixture
def opened(con, tmp_path):
    """Return a function that opens a hand-written table on the engine."""

    def open_table(name, text, n_rows=None):
        file = tmp_path / f"{name}.parquet"
        pq.write_table(canonical(name, text).slice(0, n_rows), file)
        return engine.open_parquet(con, file, name)

    return open_table


@pytest.fixture
def sales(opened):
    """Return a function that opens hand-written transactions on the engine."""
    return functools.partial(opened, "transactions")


def test_customers_seen_at_the_left_edge_are_told_of(sales):
    found = window.first_purchases_cut_off(
        sales("""
        customer_id  ordered_at  revenue
        a            2024-01-01  1.00
        a            2024-12-30  1.00
        b            2024-01-30  1.00
        c            2024-01-31  1.00
        d            2024-06-01  1.00
        """)
    )
    assert (found.rows, found.share, found.severity) == (2, 0.5, "warning")
    assert found.finding == (
        "2 of 4 customers (50%) are first seen in the first 30 of 365 days; 8.2% would be were they won evenly."
    )


def test_even_growth_is_not_cut_off(sales):
    days = [f"c{i} 2024-{i + 1:02d}-15 1.00" for i in range(12)]
    found = window.first_purchases_cut_off(sales("customer_id ordered_at revenue\n" + "\n".join(days)))
    assert (found.rows, found.severity) == (1, "note")


def test_a_return_or_a_gift_is_no_first_purchase(sales):
    found = window.first_purchases_cut_off(
        sales("""
        customer_id  ordered_at  revenue  is_return
        a            2024-01-01  0.00     false
        b            2024-01-02  -1.00    true
        a            2024-02-01  1.00     false
        b            2024-06-01  1.00     false
        """)
    )
    assert found.finding.startswith("1 of 2 customers (50%) are first seen in the first 30 of 122 days")


@pytest.mark.parametrize("last_day", ["2024-01-01", "2024-02-28"])
def test_a_short_window_has_no_left_edge(last_day, sales):
    text = f"customer_id ordered_at revenue\na 2024-01-01 1.00\na {last_day} 1.00"
    assert window.first_purchases_cut_off(sales(text)) is None


def test_gaps_in_the_calendar_are_counted_and_the_longest_named(sales):
    found = window.calendar_gaps(
        sales("""
        customer_id  ordered_at  revenue
        a            2024-01-01  1.00
        b            2024-01-03  1.00
        b            2024-01-03  1.00
        a            2024-01-11  1.00
        """)
    )
    assert (found.rows, found.share, found.severity) == (8, 8 / 11, "warning")
    assert "the longest gap is 7 days, between 2024-01-03 and 2024-01-11" in found.finding


def test_a_closed_sunday_is_only_a_note_and_no_gap_needs_nothing(sales):
    week = "customer_id ordered_at revenue\n"
    closed = window.calendar_gaps(sales(week + "a 2024-01-06 1.00\na 2024-01-08 1.00"))
    assert (closed.rows, closed.severity) == (1, "note")
    whole = window.calendar_gaps(sales(week + "a 2024-01-06 1.00\na 2024-01-07 1.00"))
    assert (whole.rows, whole.finding) == (0, "Every one of 2 days has a transaction.")


def test_quantities_a_hundred_times_the_usual_are_extreme(sales):
    found = lines.extreme_quantities(
        sales("""
        customer_id  ordered_at  revenue  quantity  is_return
        a            2024-01-01  1.00     2         false
        a            2024-01-02  1.00     2         false
        a            2024-01-03  1.00     199       false
        a            2024-01-04  1.00     2         false
        a            2024-01-05  20.00    200       false
        a            2024-01-06  -20.00   -400      true
        a            2024-01-06  -2.00    -2        true
        a            2024-01-07  0.00     0         false
        """)
    )
    assert (found.rows, found.share, found.severity) == (2, 2 / 8, "warning")
    assert "2 of 8 lines (25%) have 100 times the usual 2 units or more (the largest 400)" in found.finding


def test_extreme_units_are_a_share_of_all_units_given_back_or_not(sales):
    text = "customer_id ordered_at revenue quantity\na 2024-01-01 1.00 1\na 2024-01-01 1.00 1\na 2024-01-01 1.00 198"
    assert lines.extreme_quantities(sales(text)).finding.endswith("they are 99% of all units.")


def test_an_absurd_quantity_does_not_break_the_sum(sales):
    text = "customer_id ordered_at revenue quantity\na 2024-01-01 1.00 1\na 2024-01-02 1.00 1\na 2024-01-03 1.00 1e308"
    assert "the largest 1e+308" in lines.extreme_quantities(sales(text)).finding


def test_zero_revenue_lines_are_not_returns(sales):
    found = lines.zero_revenue_lines(
        sales("""
        customer_id  ordered_at  revenue  is_return
        a            2024-01-01  0.00     false
        a            2024-01-01  0.00     true
        a            2024-01-02  1.00     false
        """)
    )
    assert (found.rows, found.share, found.severity) == (1, 1 / 3, "warning")
    assert found.finding == "1 of 3 lines (33%) bring no revenue."


def test_identical_lines_count_the_copies_not_the_first(sales):
    found = lines.identical_lines(
        sales("""
        customer_id  order_id  ordered_at  revenue  product_id
        a            o1        2024-01-01  1.00     p1
        a            o1        2024-01-01  1.00     p1
        a            o1        2024-01-01  1.00     p1
        a            o1        2024-01-01  1.00     p2
        a            o2        2024-01-01  1.00     p1
        """)
    )
    assert (found.rows, found.share) == (2, 2 / 5)


def test_returns_are_a_share_of_lines_and_of_revenue(sales):
    found = lines.returns(
        sales("""
        customer_id  ordered_at  revenue  is_return
        a            2024-01-01  40.00    false
        a            2024-01-02  60.00    false
        a            2024-01-03  -10.00   true
        """)
    )
    assert found.finding == "1 of 3 lines (33%) are returns, 10% of the revenue sold."
    assert found.severity == "warning"


def test_a_source_without_returns_is_asked_about_them(sales):
    found = lines.returns(sales("customer_id ordered_at revenue\na 2024-01-01 1.00"))
    assert (found.finding, found.severity) == ("No line is marked as a return.", "note")
    assert "leaves returns out" in found.advice


def test_products_sold_but_unknown_are_counted(sales, opened):
    log = sales(
        "customer_id ordered_at revenue product_id\na 2024-01-01 1.00 p1\na 2024-01-01 1.00 p9\na 2024-01-01 1.00 -"
    )
    goods = opened("products", "product_id\np1\np2")
    found = lines.unknown_products(log, goods)
    assert (found.rows, found.share, found.severity) == (2, 2 / 3, "warning")


def test_audits_without_their_tables_are_left_out(sales, opened):
    log = sales("customer_id ordered_at revenue\na 2024-01-01 1.00")
    goods = opened("products", "product_id\np1")
    assert list(audited({"products": goods})) == []
    assert "unknown_products" not in {found.audit for found in audited({"transactions": log})}
    assert "unknown_products" in {found.audit for found in audited({"transactions": log, "products": goods})}


def test_every_audit_bears_its_functions_name_and_needs_known_tables(sales, opened):
    log = sales("customer_id ordered_at revenue product_id\na 2024-01-01 1.00 p1\na 2024-12-01 1.00 p9")
    tables = {"transactions": log, "products": opened("products", "product_id\np1")}
    assert [found.audit for found in audited(tables)] == [auditor.audit.__name__ for auditor in AUDITS]
    assert all(set(auditor.needs) <= TABLES.keys() for auditor in AUDITS)


def test_no_lines_no_findings(opened):
    empty = opened("transactions", "customer_id ordered_at revenue product_id\na 2024-01-01 1.00 p1", n_rows=0)
    goods = opened("products", "product_id\np1", n_rows=0)
    assert list(audited({"transactions": empty, "products": goods})) == []
