"""Audits of time: windows, gaps, dates far away, midnights and nights."""

import pytest

from crmwb.contract.canonical import INTERACTIONS, PRODUCTS, TRANSACTIONS
from crmwb.findings.say import say
from crmwb.quality import sums
from crmwb.quality.audits import clock, window


def of(each, lines):
    """Return sums of lines."""
    return each.of(sums.all_of(lines))


def test_customers_seen_at_the_left_edge_are_told_of(sales):
    audit = window.first_purchases_cut_off(
        of(
            sums.CUSTOMERS,
            sales("""
        customer_id  ordered_at  revenue
        a            2024-01-01  1.00
        a            2024-12-30  1.00
        b            2024-01-30  1.00
        c            2024-01-31  1.00
        d            2024-06-01  1.00
        """),
        )
    )
    assert (audit.rows, audit.share, audit.severity) == (2, 0.5, "warning")
    assert say(audit.finding) == (
        "2 of 4 customers (50%) were first seen in the first 30 of 365 days; steady acquisition would give 8.2%."
    )


def test_even_growth_is_not_cut_off(sales):
    days = [f"c{i} 2024-{i + 1:02d}-15 1.00" for i in range(12)]
    audit = window.first_purchases_cut_off(
        of(sums.CUSTOMERS, sales("customer_id ordered_at revenue\n" + "\n".join(days)))
    )
    assert (audit.rows, audit.severity) == (1, "note")


def test_a_return_or_a_gift_is_no_first_purchase(sales):
    audit = window.first_purchases_cut_off(
        of(
            sums.CUSTOMERS,
            sales("""
        customer_id  ordered_at  revenue  is_return
        a            2024-01-01  0.00     false
        b            2024-01-02  -1.00    true
        a            2024-02-01  1.00     false
        b            2024-06-01  1.00     false
        """),
        )
    )
    assert say(audit.finding).startswith("1 of 2 customers (50%) was first seen in the first 30 of 122 days")


@pytest.mark.parametrize("last_day", ["2024-01-01", "2024-02-28"])
def test_a_short_window_has_no_left_edge(last_day, sales):
    text = f"customer_id ordered_at revenue\na 2024-01-01 1.00\na {last_day} 1.00"
    assert window.first_purchases_cut_off(of(sums.CUSTOMERS, sales(text))) is None


def test_gaps_in_the_calendar_are_counted_and_the_longest_named(sales):
    audit = window.calendar_gaps(
        sales("""
        customer_id  ordered_at  revenue
        a            2024-01-01  1.00
        b            2024-01-03  1.00
        b            2024-01-03  1.00
        a            2024-01-11  1.00
        """)
    )
    assert (audit.rows, audit.share, audit.severity) == (8, 8 / 11, "warning")
    assert "the longest gap is 7 days, between 3 January 2024 and 11 January 2024" in say(audit.finding)


def test_a_closed_sunday_is_only_a_note_and_no_gap_needs_nothing(sales):
    week = "customer_id ordered_at revenue\n"
    closed = window.calendar_gaps(sales(week + "a 2024-01-06 1.00\na 2024-01-08 1.00"))
    assert (closed.rows, closed.severity) == (1, "note")
    whole = window.calendar_gaps(sales(week + "a 2024-01-06 1.00\na 2024-01-07 1.00"))
    assert (whole.rows, say(whole.finding)) == (0, "Each of 2 days has a transaction.")


def months(*days, n_daily=1):
    rows = [f"a 2024-{m:02d}-{d:02d} 1.00" for m in range(1, 7) for d in range(1, 29) for _ in range(n_daily)]
    return "\n".join(["customer_id ordered_at revenue", *rows, *(f"a {day} 1.00" for day in days)])


def test_dates_far_from_the_others_are_named(sales):
    log = sales(months("1970-01-01", "2031-05-05", n_daily=4))
    audit = window.days_far_from_the_others(TRANSACTIONS, {"transactions": log})
    assert (audit.rows, audit.severity) == (2, "warning")
    assert say(audit.finding) == (
        "2 of 674 lines (0.3%) are dated far from the others (1 January 1970 and 5 May 2031), which lie between "
        "1 January 2024 and 28 June 2024."
    )


def test_a_date_just_before_the_others_is_not_far(sales):
    log = sales(months("2023-12-01", n_daily=4))
    audit = window.days_far_from_the_others(TRANSACTIONS, {"transactions": log})
    assert (audit.rows, audit.severity, audit.advice) == (0, "note", None)


def test_many_rows_before_a_gap_are_history_and_not_a_slip(sales):
    log = sales(months(*["2020-01-01"] * 20))
    assert window.days_far_from_the_others(TRANSACTIONS, {"transactions": log}).rows == 0


def test_things_have_no_date_to_be_far(opened):
    goods = opened("products", "product_id\np1")
    assert window.days_far_from_the_others(PRODUCTS, {"products": goods}) is None


def stamped(*moments):
    return "\n".join(["customer_id ordered_at revenue", *(f"a {m} 1.00" for m in moments)])


def test_midnights_among_other_times_are_counted(sales):
    log = sales(stamped("2024-01-01T00:00:00", "2024-01-02T09:30:00", "2024-01-03T00:00:01"))
    audit = clock.midnight_stamps(TRANSACTIONS, {"transactions": log})
    assert (audit.rows, audit.share, audit.severity) == (1, 1 / 3, "warning")


def test_days_without_times_are_no_fault(sales):
    audit = clock.midnight_stamps(TRANSACTIONS, {"transactions": sales(stamped("2024-01-01", "2024-01-02"))})
    assert (say(audit.finding), audit.severity) == (
        "2 lines have a date without a time: all are stamped midnight.",
        "note",
    )


@pytest.mark.parametrize(
    ("opens", "severity", "words"), [(9, "note", "00:00 to 06:00"), (22, "warning", "16:00 to 22:00")]
)
def test_a_night_at_noon_is_another_time_zone(opens, severity, words, opened):
    hours = [(opens + i % 12) % 24 for i in range(1200)]
    rows = [f"i{i} a 2024-01-01T{hour:02d}:30:00" for i, hour in enumerate(hours)]
    calls = opened("interactions", "\n".join(["interaction_id customer_id occurred_at", *rows]))
    audit = clock.quiet_hours(INTERACTIONS, {"interactions": calls})
    assert (audit.severity, audit.share) == (severity, 0)
    assert words in say(audit.finding)
    assert ("time zone" in say(audit.advice or "")) is (severity == "warning")


def test_a_shop_that_never_sleeps_or_hardly_sells_says_nothing(sales):
    always = [f"2024-01-01T{i % 24:02d}:30:00" for i in range(1200)]
    assert clock.quiet_hours(TRANSACTIONS, {"transactions": sales(stamped(*always))}) is None
    assert clock.quiet_hours(TRANSACTIONS, {"transactions": sales(stamped(*always[:12]))}) is None
