"""Audits of order lines: far too much, nothing, twice, and what came back."""

from crmwb.findings.say import say
from crmwb.quality import sums
from crmwb.quality.audits import amounts, copies, returns


def of(each, lines):
    """Return sums of lines."""
    return each.of(sums.all_of(lines))


def test_quantities_a_hundred_times_the_usual_are_extreme(sales):
    audit = amounts.extreme_quantities(
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
    assert (audit.rows, audit.share, audit.severity) == (2, 2 / 8, "warning")
    assert "2 of 8 lines (25%) have 100 times the usual quantity of 2 or more (largest: 400)" in say(audit.finding)


def test_extreme_units_are_a_share_of_all_units_given_back_or_not(sales):
    text = "customer_id ordered_at revenue quantity\na 2024-01-01 1.00 1\na 2024-01-01 1.00 1\na 2024-01-01 1.00 198"
    assert say(amounts.extreme_quantities(sales(text)).finding).endswith("hold 99% of all units.")


def test_an_absurd_quantity_does_not_break_the_sum(sales):
    text = "customer_id ordered_at revenue quantity\na 2024-01-01 1.00 1\na 2024-01-02 1.00 1\na 2024-01-03 1.00 1e308"
    assert "largest: 1e+308" in say(amounts.extreme_quantities(sales(text)).finding)


def test_zero_revenue_lines_are_not_returns(sales):
    audit = amounts.zero_revenue_lines(
        sales("""
        customer_id  ordered_at  revenue  is_return
        a            2024-01-01  0.00     false
        a            2024-01-01  0.00     true
        a            2024-01-02  1.00     false
        """)
    )
    assert (audit.rows, audit.share, audit.severity) == (1, 1 / 3, "warning")
    assert say(audit.finding) == "1 of 3 lines (33%) brings no revenue."


def test_identical_lines_count_the_copies_not_the_first(sales):
    audit = copies.identical_lines(
        of(
            sums.COPIES,
            sales("""
        customer_id  order_id  ordered_at  revenue  product_id
        a            o1        2024-01-01  1.00     p1
        a            o1        2024-01-01  1.00     p1
        a            o1        2024-01-01  1.00     p1
        a            o1        2024-01-01  1.00     p2
        a            o2        2024-01-01  1.00     p1
        """),
        )
    )
    assert (audit.rows, audit.share) == (2, 2 / 5)


def test_returns_are_a_share_of_lines_and_of_revenue(sales):
    audit = returns.returns(
        sales("""
        customer_id  ordered_at  revenue  is_return
        a            2024-01-01  40.00    false
        a            2024-01-02  60.00    false
        a            2024-01-03  -10.00   true
        """)
    )
    assert say(audit.finding) == "1 of 3 lines (33%) is a return, 10% of the revenue sold."
    assert audit.severity == "warning"


def test_a_source_without_returns_is_asked_about_them(sales):
    audit = returns.returns(sales("customer_id ordered_at revenue\na 2024-01-01 1.00"))
    assert (say(audit.finding), audit.severity) == ("No line is marked as a return.", "note")
    assert "leaves returns out" in say(audit.advice)


def test_an_amount_far_beyond_the_others_is_extreme(sales):
    rows = [f"a 2024-01-01 {1 + i % 20}.00" for i in range(500)]
    log = sales("\n".join(["customer_id ordered_at revenue", *rows, "a 2024-01-02 9000.00"]))
    audit = amounts.extreme_amounts(log)
    assert (audit.rows, audit.severity) == (1, "warning")
    assert "(largest: 9,000.00); they hold 63% of all revenue" in say(audit.finding)


def test_one_hundred_times_the_usual_hundredth_is_needed(sales):
    rows = [f"a 2024-01-01 {1 + i % 20}.00" for i in range(500)]
    log = sales("\n".join(["customer_id ordered_at revenue", *rows, "a 2024-01-02 1500.00"]))
    assert amounts.extreme_amounts(log).rows == 0


def mixed_currencies(lines, people):
    return amounts.mixed_currencies(of(sums.PRODUCTS, lines), lines, people)


def prices(opened, japanese):
    rows = [f"{'jp' if i % 2 else 'uk'} o{i} 2024-01-01 {japanese if i % 2 else '2.00'} p{i % 3}" for i in range(300)]
    log = opened("transactions", "\n".join(["customer_id order_id ordered_at revenue product_id", *rows]))
    return log, opened("customers", "customer_id country\njp Japan\nuk Britain")


def test_the_same_products_at_a_hundred_times_the_price_are_in_other_money(opened):
    audit = mixed_currencies(*prices(opened, "300.00"))
    assert (audit.rows, audit.share, audit.severity) == (300, 1.0, "warning")
    assert say(audit.finding).endswith("the same products cost 150× as much elsewhere as in country Britain.")


def test_dearer_is_not_another_currency(opened):
    audit = mixed_currencies(*prices(opened, "3.00"))
    assert (audit.rows, audit.severity, audit.advice) == (0, "note", None)
    assert "0.67× to 1.5× as much in one country as in the others" in say(audit.finding)


def test_one_country_cannot_be_compared(opened):
    log, people = prices(opened, "3.00")
    assert mixed_currencies(log.filter(log.customer_id == "uk"), people) is None


def test_a_whole_order_that_came_in_twice_is_told(sales):
    audit = copies.identical_lines(
        of(
            sums.COPIES,
            sales("""
        customer_id  order_id  ordered_at  revenue  product_id
        a            o1        2024-01-01  1.00     p1
        a            o1        2024-01-01  2.00     p2
        a            o1        2024-01-01  1.00     p1
        a            o1        2024-01-01  2.00     p2
        b            o2        2024-01-01  1.00     p1
        b            o2        2024-01-01  1.00     p1
        b            o2        2024-01-01  5.00     p3
        """),
        )
    )
    assert (audit.rows, audit.share) == (3, 3 / 7)
    assert say(audit.finding).endswith(", 1 order as a whole.")


def test_an_order_under_two_numbers_is_found(sales):
    log = """
        customer_id  order_id  ordered_at           revenue
        a            o1        2024-01-01T10:00:00  1.00
        a            o1        2024-01-01T10:00:00  2.00
        a            o9        2024-01-01T10:00:00  2.00
        a            o9        2024-01-01T10:00:00  1.00
        a            o3        2024-01-01T10:00:00  3.00
        b            o4        2024-01-01T10:00:00  3.00
        a            o5        2024-01-02T10:00:00  3.00
        """
    audit = copies.repeated_orders(of(sums.ORDERS, sales(log)))
    assert (audit.rows, audit.share) == (1, 1 / 5)
    assert "(3.00 in total)" in say(audit.finding)


def test_an_order_number_used_by_two_customers_is_found(sales):
    log = "customer_id order_id ordered_at revenue\na o1 2024-01-01 1.00\nb o1 2024-01-01 1.00\nb o2 2024-01-01 1.00"
    audit = copies.orders_of_several_customers(of(sums.ORDERS, sales(log)))
    assert (audit.rows, audit.share, audit.severity) == (1, 1 / 2, "warning")


def test_orders_that_two_customers_share_repeat_one_another_as_a_whole(sales):
    log = """
        customer_id  order_id  ordered_at  revenue
        a            o1        2024-01-01  1.00
        b            o1        2024-01-01  2.00
        a            o2        2024-01-01  1.00
        b            o2        2024-01-01  2.00
        """
    audit = copies.repeated_orders(of(sums.ORDERS, sales(log)))
    assert (audit.rows, audit.share) == (1, 1 / 2)
    assert "(3.00 in total)" in say(audit.finding)


def test_a_return_is_matched_to_an_earlier_purchase_of_its_product(sales):
    audit = returns.returns_without_purchase(
        of(
            sums.RETURNS,
            sales("""
        customer_id  ordered_at  revenue  quantity  product_id  is_return
        a            2024-01-01  40.00    4         p1          false
        a            2024-01-02  -40.00   -4        p1          true
        a            2024-01-03  -10.00   -1        p1          true
        a            2024-01-02  -5.00    -1        p2          true
        a            2024-01-05  5.00     1         p2          false
        b            2024-01-05  -5.00    -1        p1          true
        b            2024-01-05  -5.00    -1        -           true
        """),
        )
    )
    # of the four returns with a product, b never bought it, and a's of p2 comes before the purchase
    assert (audit.rows, audit.share, audit.severity) == (2, 2 / 4, "warning")
    assert say(audit.finding).endswith("; 25% of returns undo one line of a purchase.")


def test_returns_later_than_every_sale_are_found(sales):
    log = "customer_id ordered_at revenue is_return\na 2024-01-01 40.00 false\na 2024-01-09 9.00 false\n"
    audit = returns.returns_after_the_last_sale(
        sales(log + "a 2024-01-05 -4.00 true\nb 2024-01-10 -5.00 true\nb 2024-02-03 -5.00 true")
    )
    assert (audit.rows, audit.share, audit.severity) == (2, 2 / 3, "warning")
    assert say(audit.finding) == (
        "Sales end on 9 January 2024, and 2 of 3 returns are dated after it, the last on 3 February 2024."
    )
    assert returns.returns_after_the_last_sale(sales(log + "a 2024-01-09 -4.00 true")) is None
