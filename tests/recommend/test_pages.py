"""Products bought together, first and last, on orders whose answer is known."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from builders import canonical

from crmwb import engine, params
from crmwb.recommend import pages
from crmwb.recommend.lines import order_lines

AS_OF = date(2024, 7, 1)
CHOICES = params.load().recommend.model_copy(update={"min_orders": 20, "quiet_days": 60})


def lines_of(con, orders: list[tuple[str, int, str]]):
    """Orders as (customer, days before as_of, products)."""
    rows = [
        (customer, (AS_OF - timedelta(days=ago)).isoformat(), product, "1")
        for customer, ago, products in orders
        for product in products.split("+")
    ]
    text = pd.DataFrame(rows, columns=["customer_id", "ordered_at", "product_id", "revenue"]).to_csv(
        sep=" ", index=False
    )
    table = canonical("transactions", text)
    return order_lines(con, {"transactions": engine.open_arrow(con, table, "transactions")}, AS_OF, ())


def by_product(con, lines, frame: pd.DataFrame) -> pd.DataFrame:
    ids = lines.products.to_pyarrow().to_pandas().set_index("product")["product_id"]
    return frame.assign(product=frame["product"].map(ids)).set_index("product")


def test_lift_of_a_pair_by_hand(con):
    orders = [(f"c{i:03d}", 30, "a+b" if i < 40 else "a" if i < 50 else "b" if i < 60 else "z") for i in range(200)]
    lines = lines_of(con, orders)
    pair = pages.together(con, lines, 3, CHOICES).iloc[0]
    assert (pair["n_both"], pair["n_product"], pair["n_other"], pair["n_orders"]) == (40, 50, 50, 200)
    assert pair["lift"] == pytest.approx(40 * 200 / (50 * 50))
    assert np.log(pair["high"] / pair["lift"]) == pytest.approx(1.959964 * 0.012**0.5)  # 1/40 - 2/50 + 5.4/200
    assert pair["low"] * pair["high"] == pytest.approx(pair["lift"] ** 2)


def test_products_by_chance_are_no_pair(con):
    orders = [
        (f"c{i:03d}", 30, "+".join(p for p, k in (("a", 2), ("b", 3), ("z", 1)) if i % k == 0)) for i in range(300)
    ]
    assert pages.together(con, lines_of(con, orders), 3, CHOICES).empty


def test_the_product_that_newcomers_come_back_after_is_named(con):
    orders = [("old", 400, "z")]
    for i in range(240):
        first = ("hook", "plain", "dull")[i % 3]
        orders.append((f"c{i:03d}", 200, first))
        if first == "hook" or (first == "plain" and i % 2):
            orders.append((f"c{i:03d}", 170, "z"))
    lines = lines_of(con, orders)
    entry = by_product(con, lines, pages.entry(con, lines, CHOICES))
    assert entry.loc["hook", "share"] == 1
    assert entry.loc["hook", "expected_share"] == pytest.approx(0.5)
    assert entry.loc["dull", "n_events"] == 0
    assert entry.loc["dull", "p_value"] < 0.001
    assert entry.loc["plain", "p_value"] > 0.5


def test_the_product_of_last_orders_is_compared_with_orders_of_the_same_number(con):
    orders = []
    for i in range(300):
        spoiled = i % 3 == 0
        orders.append((f"c{i:03d}", 300, "start"))
        orders.append((f"c{i:03d}", 250, "bad" if spoiled else "good"))
        if not spoiled:
            orders += [(f"c{i:03d}", ago, "good") for ago in (200, 150, 100, 50)]
    lines = lines_of(con, orders)
    last = by_product(con, lines, pages.last(con, lines, CHOICES))
    assert last.loc["bad", "share"] == 1
    assert last.loc["bad", "expected_share"] == pytest.approx(1 / 3)
    assert last.loc["bad", "p_value"] < 1e-6
    assert last.loc["good", "n_events"] == 0
    assert "start" not in last.index  # no first order is ever the last, so nothing is expected of it
