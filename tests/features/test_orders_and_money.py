"""Orders, money and margin, by hand."""

import pytest
from builders import canonical

ORDERS = """
    customer_id  order_id  ordered_at  product_id  quantity  revenue  discount_cents  cost_cents  is_return
    a            o1        2024-01-01  p             2         30.00   1000            2000        false
    a            o1        2024-01-01  q             1         10.00      0             500        false
    a            o2        2024-01-05  p             1         20.00      0            1000        false
    a            o3        2024-01-09  p             1         90.00      -            5000        false
    a            o4        2024-01-10  p            -1        -15.00      -           -1000        true
    b            o5        2024-01-02  p             3         60.00      -               -        false
    b            o6        2024-01-03  r             1          5.00      -               -        false
    c            o7        2024-01-04  p             1         -8.00      -            -500        true
"""


@pytest.fixture
def described(describe):
    return describe("2024-02-01", transactions=canonical("transactions", ORDERS))


def test_orders_are_counted_and_sized_before_returns(described):
    row = described["a"]
    assert (row.n_orders, row.n_lines, row.n_returns) == (3, 4, 1)
    assert row.lines_per_order == pytest.approx(4 / 3)
    assert row.mean_order_cents == 50_00  # 40, 20, 90
    assert row.median_order_cents == 40_00
    assert row.largest_order_cents == 90_00


def test_the_median_of_two_orders_lies_between_them(described):
    assert described["b"].median_order_cents == 32_50


def test_revenue_is_sales_less_returns(described):
    row = described["a"]
    assert (row.sales_cents, row.returned_cents, row.revenue_cents) == (150_00, 15_00, 135_00)
    assert row.return_share == pytest.approx(0.1)


def test_who_only_returned_has_negative_revenue_and_no_order(described):
    row = described["c"]
    assert (row.revenue_cents, row.n_orders, row.n_returns) == (-8_00, 0, 1)
    assert row.return_share is None


def test_discounts_count_where_they_are_known(described):
    row = described["a"]
    assert row.discount_cents == 10_00
    assert row.discount_share == pytest.approx(10 / 70)  # list price of the three lines whose discount is known
    assert row.discounted_line_share == pytest.approx(1 / 3)
    assert (described["b"].discount_cents, described["b"].discount_share) == (None, None)


def test_margin_is_revenue_less_costs_returns_included(described):
    row = described["a"]
    assert row.margin_cents == 135_00 - 75_00
    assert row.margin_share == pytest.approx(60 / 135)
    assert row.costed_line_share == 1
    assert described["c"].margin_cents == -3_00
    assert described["c"].margin_share is None  # of negative revenue there is no share


def test_without_costs_margin_is_unknown(described):
    assert described["b"].margin_cents is None
    assert described["b"].costed_line_share == 0


def test_a_product_lends_its_unit_cost_to_lines_without_one(describe):
    products = canonical("products", "product_id unit_cost_cents\np 1500\nq -")
    rows = describe("2024-02-01", transactions=canonical("transactions", ORDERS), products=products)
    assert rows["a"].margin_cents == 60_00  # its lines know their own costs
    assert rows["b"].margin_cents is None  # r is no known product
    assert rows["b"].costed_line_share == 0.5
    only_p = canonical("transactions", "customer_id ordered_at product_id quantity revenue\nb 2024-01-02 p 3 60.00")
    assert describe("2024-02-01", transactions=only_p, products=products)["b"].margin_cents == 60_00 - 3 * 15_00
