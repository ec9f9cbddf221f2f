"""Rows joined to those of other files: each to one, counted, and refused where they would become several."""

import random

import pandas as pd
import pytest
from exporting import PEOPLE

from crmwb import storage
from crmwb.errors import CrmwbError

SALES = "day,order,product,customer,units\n2015-01-01,SO1,7,11,1\n2015-01-02,SO2, 8 ,12,2\n2015-01-03,SO3,7,11,1\n"
PRODUCTS = "product,cost,price\n7,200.00,350.50\n8,10.10,33.64\n"
BY_PRICE = {
    "revenue_cents": {"expression": 'units * "p.price"'},
    "cost_cents": {"expression": 'units * "p.cost"'},
    "is_return": {"constant": False},
}
P = {"file": "products.csv", "key": "product"}


@pytest.fixture
def shop(exports):
    """Ingest sales, joined to products as the options say."""

    def ingested(sales=SALES, products=PRODUCTS, columns=None, threads=2, **options):
        exports.write(sales)
        exports.write(products, "products.csv")
        exports.map(BY_PRICE | (columns or {}), **({"join": {"p": P}} | options))
        return exports.ingest(threads)

    return ingested


def test_a_price_in_another_file(shop, capsys):
    ingested = shop()
    rows = ingested.table("transactions")
    assert list(rows.revenue_cents) == [350_50, 67_28, 350_50]
    assert rows.cost_cents.sum() == 420_20
    assert ingested.manifest["tables"]["transactions"]["joined"] == [
        {"name": "p", "source": "products.csv", "key": {"product": "product"}, "rows": 3, "partners": 2, "unmatched": 0}
    ]
    printed = capsys.readouterr().err
    assert "3 rows joined to 2 of products.csv on product: 3 rows, each with its partner" in printed


def test_a_row_without_a_partner_is_set_aside_with_the_reason_alone(shop, capsys):
    ingested = shop(SALES + "2015-01-04,SO4,9,11,1\n2015-01-04,SO5,,11,1\n")
    assert len(ingested.table("transactions")) == 3
    bad = ingested.unreadable("transactions")
    assert list(bad["column"]) == ["join", "join"]
    assert set(bad.reason) == {"no row in products.csv with the same product"}
    assert list(bad.source_row) == [5, 6]
    assert '"product":"9"' in bad["values"][0].replace(": ", ":")
    assert "2 without a partner" in capsys.readouterr().err


def test_a_filter_by_a_joined_column_leaves_no_row_out_unseen(shop):
    ingested = shop(SALES + "2015-01-04,SO4,9,11,1\n", filter='number("p.price") > 100')
    assert list(ingested.table("transactions").order_id) == ["SO1", "SO3"]
    assert list(ingested.unreadable("transactions")["column"]) == ["join"]
    assert ingested.manifest["tables"]["transactions"]["filtered"] == 1


def test_rows_without_a_partner_can_be_kept(shop):
    ingested = shop(
        SALES + "2015-01-04,SO4,9,11,1\n",
        columns={"revenue_cents": {"expression": 'units * coalesce("p.price", 1)'}},
        join={"p": P | {"unmatched": "keep"}},
    )
    rows = ingested.table("transactions").set_index("order_id")
    assert rows.revenue_cents["SO4"] == 100
    assert pd.isna(rows.cost_cents["SO4"])


def test_a_join_that_would_multiply_rows_is_refused(shop):
    message = (
        r"tables.transactions.join.p: in products.csv product '7' stands in 2 different rows \(row 2 … row 4\), so 3 "
        r"rows would become 5\."
    )
    with pytest.raises(CrmwbError, match=message):
        shop(products=PRODUCTS + "7,210.00,360.00\n")


@pytest.mark.parametrize(("several", "price"), [("first", 350_50), ("last", 360_00)])
def test_the_mapping_may_say_which_of_several_counts(shop, several, price):
    ingested = shop(products=PRODUCTS + "7,210.00,360.00\n", join={"p": P | {"several": several}})
    assert list(ingested.table("transactions").revenue_cents) == [price, 67_28, price]


def test_copies_of_a_row_are_one(shop):
    assert len(shop(products=PRODUCTS + "7,200.00,350.50\n").table("transactions")) == 3


def test_a_join_that_meets_nothing_is_refused(shop):
    with pytest.raises(CrmwbError, match=r"no row has a partner in products.csv: product is '7', '8' here, and .*'P7'"):
        shop(products=PRODUCTS.replace("\n7", "\nP7").replace("\n8", "\nP8"))


def test_a_missing_column_is_named_with_its_place(shop):
    with pytest.raises(CrmwbError, match=r"columns.cost_cents: products.csv has no column 'cost'"):
        shop(products="product,costs,price\n7,1,2\n")
    with pytest.raises(CrmwbError, match=r"join.p.key: sales.csv has no column 'item'"):
        shop(join={"p": {"file": "products.csv", "key": {"item": "product"}}})


@pytest.mark.parametrize(
    ("join", "message"),
    [
        ({"p": {"key": "product"}}, "needs exactly one of file"),
        ({"p": {"file": "products.csv"}}, r"join\.p\.key"),
        ({"p": P | {"filter": "a = 1"}}, "filter mean nothing in a join"),
        ({"a b": P}, "join"),
    ],
)
def test_what_is_no_join_is_refused(shop, join, message):
    with pytest.raises(CrmwbError, match=message):
        shop(join=join)


def test_joins_follow_one_another_and_feed_what_is_derived(exports):
    exports.write("order,item,price\no1,1,10.00\no1,2,5.00\no2,1,7.00\n", "items.csv")
    exports.write("id;customer;at\no1;c1;2024-01-01\no2;c2;2024-01-02\n", "orders.csv")
    exports.write("id,person,country\nc1,anna,DE\nc2,anna,DE\n", "people.csv")
    exports.map(
        {
            "customer_id": "who.person", "ordered_at": "head.at", "revenue_cents": "price", "quantity": {"constant": 1},
            "is_return": {"constant": False}, "line_no": "item",
        },
        {"customers": PEOPLE | {"columns": PEOPLE["columns"] | {"country": "who.country"}}},
        file="items.csv",
        join={
            "head": {"file": "orders.csv", "delimiter": ";", "key": {"order": "id"}},
            "who": {"file": "people.csv", "key": {"head.customer": "id"}},
        },
    )  # fmt: skip
    ingested = exports.ingest()
    rows = ingested.table("transactions")
    assert rows[["customer_id", "order_id", "line_no", "revenue_cents"]].to_numpy().tolist() == [
        ["anna", "o1", 1, 10_00], ["anna", "o1", 2, 5_00], ["anna", "o2", 1, 7_00],
    ]  # fmt: skip
    assert ingested.table("customers")[["customer_id", "country"]].to_numpy().tolist() == [["anna", "DE"]]
    assert [file["path"] for file in ingested.manifest["source"]["files"]] == ["items.csv", "orders.csv", "people.csv"]


def test_threads_make_no_difference(shop, exports):
    rng = random.Random(1)
    sales = SALES + "".join(f"2015-02-01,X{i},{rng.choice([7, 8])},c{rng.randrange(50)},1\n" for i in range(5000))
    one, two = (storage.content_hash(shop(sales, threads=n).folder / "transactions") for n in (1, 2))
    assert one == two


def test_a_pseudonym_joins_by_its_code(exports, monkeypatch):
    monkeypatch.setenv("CRMWB_KEY", "k" * 32)
    exports.write("order,day,mail,units,amount\no1,2024-01-01,Ann@Example.com,1,10\n")
    exports.write("mail,country\nAnn@Example.com,DE\n", "people.csv")
    people = PEOPLE | {"columns": PEOPLE["columns"] | {"country": "who.country"}}
    exports.map(
        {"customer_id": {"column": "mail", "pseudonym": True}},
        {"customers": people},
        join={"who": {"file": "people.csv", "key": "mail"}},
    )
    ingested = exports.ingest()
    assert list(ingested.table("customers").country) == ["DE"]
    assert "ann" not in ingested.table("customers").customer_id[0].lower()
