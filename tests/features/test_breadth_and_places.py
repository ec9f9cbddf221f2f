"""What customers buy, and where, by hand."""

import pytest
from builders import canonical

LOG = """
    customer_id  ordered_at  product_id  revenue  store_id  channel  is_return
    a            2024-01-01  milk          30.00  s1        -        false
    a            2024-01-02  bread         50.00  s2        -        false
    a            2024-01-03  soap          20.00  s2        -        false
    a            2024-01-04  soap         -20.00  s3        -        true
    b            2024-01-01  milk          10.00  s2        web      false
    b            2024-01-02  soap          10.00  s1        web      false
    b            2024-01-02  -             80.00  -         -        false
    c            2024-01-02  -             80.00  -         -        false
"""
PRODUCTS = """
    product_id  line  category  brand
    milk        food  dairy     Own
    bread       food  bakery    -
    soap        care  soap      Own
"""


@pytest.fixture
def described(describe):
    customers = canonical("customers", "customer_id\na\nb\nc\nnever")
    log, products = canonical("transactions", LOG), canonical("products", PRODUCTS)
    return describe("2024-02-01", transactions=log, products=products, customers=customers)


def test_lines_categories_and_brands_by_sales(described):
    row = described["a"]
    assert (row.n_products, row.n_product_lines, row.n_categories, row.n_brands) == (3, 2, 3, 1)
    assert (row.top_product_line, row.top_product_line_share) == ("food", 0.8)
    assert (row.top_category, row.top_category_share) == ("bakery", 0.5)
    assert (row.top_brand, row.top_brand_share) == ("Own", 1.0)  # of the sales whose brand is known


def test_of_equals_the_first_by_name_is_top(described):
    row = described["b"]
    assert (row.top_category, row.top_category_share) == ("dairy", 0.5)
    assert (row.top_store_id, row.top_store_share) == ("s1", 0.5)


def test_stores_count_sales_not_returns(described):
    row = described["a"]
    assert (row.n_stores, row.top_store_id) == (2, "s2")
    assert row.top_store_share == pytest.approx(0.7)


def test_unknown_is_neither_a_value_nor_zero(described):
    assert (described["a"].n_channels, described["a"].top_channel) == (None, None)
    assert (described["b"].n_channels, described["b"].top_channel, described["b"].top_channel_share) == (1, "web", 1)
    row = described["c"]
    assert {row.n_products, row.n_categories, row.top_category, row.n_stores, row.top_store_share} == {None}
    assert (described["never"].n_products, described["never"].n_categories, described["never"].n_stores) == (0, 0, 0)
