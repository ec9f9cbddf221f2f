"""Cells that stand only on the first line of an order, and amounts of whole orders spread over their lines."""

import json
import random
from fractions import Fraction

import pytest

from crmwb.errors import CrmwbError

HEAD = "customer,order,day,units,price,discount\n"
SPREAD = {"share": {"amount": "discount", "over": "order", "by": {"expression": "units * price"}}}
COLUMNS = {
    "revenue_cents": {"expression": "units * price - share"},
    "discount_cents": "share",
    "is_return": {"constant": False},
}


@pytest.fixture
def spread(exports):
    """Ingest lines whose order's discount is spread over them; return the discount of each, in the file's order."""

    def ingested(lines, mapped=None, **options):
        exports.write(HEAD + lines)
        exports.map(COLUMNS if mapped is None else mapped, **({"spread": SPREAD} | options))
        return exports.ingest()

    return ingested


SHARES = {  # price and discount of each line of an order, and what falls to each
    "in proportion": ([("10", "2.00"), ("30", "")], [50, 150]),
    "of equal remainders the first": ([("10", "1.00"), ("10", ""), ("10", "")], [34, 33, 33]),
    "the largest remainder": ([("10", "0.01"), ("20", "")], [0, 1]),
    "the same on each line is said once": ([("10", "2.00"), ("10", "2.00")], [100, 100]),
    "zero beside it": ([("10", "0"), ("10", "2.00")], [100, 100]),
    "evenly where no line has any": ([("0", "2.00"), ("0", "")], [100, 100]),
    "none": ([("10", ""), ("10", "")], [0, 0]),
    "a line below zero has none": ([("-10", "2.00"), ("10", "")], [0, 200]),
    "below zero": ([("10", "-1.00"), ("10", ""), ("10", "")], [-34, -33, -33]),
}


def test_shares_add_up_to_the_amount(spread):
    lines = [
        f"a,{order},2024-01-01,1,{price},{discount}\n"
        for order, (every, _) in SHARES.items()
        for price, discount in every
    ]
    mapped = {"revenue_cents": "price", "cost_cents": "share", "is_return": {"expression": "price < 0"}}
    rows = spread("".join(lines), mapped).table("transactions").groupby("order_id").cost_cents.agg(list)
    assert rows.to_dict() == {order: shares for order, (_, shares) in SHARES.items()}


def test_every_order_keeps_its_cents_and_no_line_is_a_cent_off_its_share(spread):
    rng = random.Random(7)
    lines, orders = [], {}
    for i in range(300):
        amount, units = rng.randrange(0, 5000), [rng.randrange(1, 9) for _ in range(rng.randrange(1, 8))]
        prices = [rng.randrange(500, 9999) for _ in units]
        orders[f"o{i:03}"] = (amount, [u * p for u, p in zip(units, prices, strict=True)])
        for j, (u, p) in enumerate(zip(units, prices, strict=True)):
            stated = f"{amount / 100:.2f}" if j == 0 else ""
            lines.append(f"c{i % 7},o{i:03},2024-01-01,{u},{p / 100:.2f},{stated}\n")
    ingested = spread("".join(lines), COLUMNS | {"revenue_cents": {"expression": "units * price"}})
    for order, rows in ingested.table("transactions").groupby("order_id"):
        amount, weights = orders[order]
        assert rows.discount_cents.sum() == amount
        for share, weight in zip(rows.discount_cents, weights, strict=True):
            assert abs(share - Fraction(amount * weight, sum(weights))) < 1


def test_amounts_that_differ_within_an_order_set_it_aside_as_a_whole(spread):
    ingested = spread("a,1,2024-01-01,1,10,2.00\na,1,2024-01-01,1,10,3.00\nb,2,2024-01-01,1,10,\n")
    assert list(ingested.table("transactions").order_id) == ["2"]
    bad = ingested.unreadable("transactions")
    assert list(bad["column"]) == ["spread", "spread"]
    assert set(bad.reason) == {"share cannot be spread: it differs between the lines of the order"}


def test_a_line_that_cannot_be_read_sets_its_order_aside_as_a_whole(spread):
    ingested = spread("a,1,2024-01-01,1,10,2.00\na,1,2024-01-01,x,10,\nb,2,2024-01-01,1,10,\n")
    assert list(ingested.table("transactions").order_id) == ["2"]
    assert len(ingested.unreadable("transactions")) == 2


def test_the_decimal_sign_of_the_table_holds_for_shares_too(exports):
    exports.write("customer;order;day;units;price;discount\na;1;2024-01-01;1;10,50;0,99\na;1;2024-01-01;1;10,50;\n")
    exports.map(COLUMNS, delimiter=";", decimal=",", spread=SPREAD)
    rows = exports.ingest().table("transactions")
    assert list(rows.discount_cents) == [50, 49]
    assert list(rows.revenue_cents) == [1000, 1001]


def test_what_is_spread_must_be_a_number(spread):
    with pytest.raises(CrmwbError, match=r"spread\.share\.by: gives true or false, and a number is needed there"):
        spread("a,1,2024-01-01,1,10,2.00\n", spread={"share": SPREAD["share"] | {"by": {"expression": "price > 1"}}})


MERGED = "customer,order,day,units,amount\nanna,1,2024-01-01,1,10.00\n,,,1,5.00\nbert,2,2024-02-01,1,7.00\n,,,1,8.00\n"


def test_cells_that_were_merged_are_filled_down(exports):
    exports.write(MERGED)
    exports.map(fill_down=["customer", "order", "day"])
    rows = exports.ingest().table("transactions")
    assert list(rows.customer_id) == ["anna", "anna", "bert", "bert"]
    assert list(rows.revenue_cents) == [10_00, 5_00, 7_00, 8_00]
    assert list(rows.line_no) == [1, 2, 1, 2]


def test_a_file_does_not_fill_the_next_one(exports):
    exports.write(MERGED, "sales_1.csv")
    exports.write("customer,order,day,units,amount\n,,,1,5.00\n", "sales_2.csv")
    exports.map(file="sales_*.csv", fill_down=["customer", "order", "day"])
    ingested = exports.ingest()
    assert len(ingested.table("transactions")) == 4
    assert list(ingested.unreadable("transactions").source_file) == ["sales_2.csv"]


def test_within_a_key_nothing_comes_from_another_order_and_what_stood_is_shown(exports):
    exports.write(
        "customer,order,day,units,amount\n"
        "a,1,2024-01-01,1,10.00\n,1,2024-01-01,1,5.00\n,2,2024-01-02,1,7.00\nb,2,2024-01-02,1,1.00\n"
    )
    exports.map(fill_down={"columns": "customer", "within": "order"})
    ingested = exports.ingest()
    assert list(ingested.table("transactions").customer_id) == ["a", "a", "b"]
    assert json.loads(ingested.unreadable("transactions")["values"][0])["customer"] == ""
