"""What customers are interested in, by hand."""

from datetime import date

import pytest
from builders import canonical, customers_of

from crmwb import engine
from crmwb.contract.features import INTERESTS
from crmwb.features.interests import interests

LOG = """
    customer_id  ordered_at  order_id  product_id  revenue  is_return
    a            2024-01-01  o1        milk          30.00  false
    a            2024-01-01  o1        cream         30.00  false
    a            2024-01-02  o2        milk          20.00  false
    a            2024-01-03  o3        soap          20.00  false
    a            2024-01-04  o4        soap         -20.00  true
    b            2024-01-02  o5        gift           0.00  false
    b            2024-01-02  o5        -             80.00  false
    b            2024-01-02  o5        odd           80.00  false
    c            2024-01-02  o6        rope          10.00  false
    c            2024-02-01  o7        soap          90.00  false
"""
PRODUCTS = """
    product_id  line  category
    milk        food  dairy
    cream       food  dairy
    soap        care  soap
    gift        care  gifts
    rope        yard  -
    odd         -     -
"""


@pytest.fixture
def rows(con):
    def rows(as_of, **tables):
        opened = {name: engine.open_arrow(con, table, name) for name, table in tables.items()}
        interests_of = (
            engine.batches(con, interests(opened, date.fromisoformat(as_of))).read_all().cast(INTERESTS.schema)
        )
        return sorted(tuple(row.values()) for row in interests_of.to_pylist())

    return rows


def test_sales_are_divided_by_category_and_shares_add_up_to_1(rows):
    log = canonical("transactions", LOG)
    interests = rows(
        "2024-02-01", transactions=log, products=canonical("products", PRODUCTS), customers=customers_of(log)
    )
    assert interests == [
        ("a", "dairy", 3, 2, 80_00, 0.8),
        ("a", "soap", 1, 1, 20_00, 0.2),  # what came back is not taken off: it was of interest
        ("c", "yard", 1, 1, 10_00, 1.0),  # without a category, the product line; nothing at or after the day
    ]


def test_what_comes_later_is_seen_later(rows):
    log = canonical("transactions", LOG)
    interests = rows(
        "2024-02-02", transactions=log, products=canonical("products", PRODUCTS), customers=customers_of(log)
    )
    assert ("c", "soap", 1, 1, 90_00, 0.9) in interests


def test_a_source_without_products_or_transactions_has_none(rows):
    log = canonical("transactions", LOG)
    assert rows("2024-02-02", transactions=log, customers=customers_of(log)) == []
    assert rows("2024-02-02", products=canonical("products", PRODUCTS), customers=customers_of(log)) == []
