"""What a mapping can say of tables and columns, one fact each, and how it is refused."""

import re

import pandas as pd
import pytest
import yaml
from exporting import HEADER, PEOPLE
from project import PROJECT

from crmwb.errors import CrmwbError
from crmwb.sources.expressions.grammar import FUNCTIONS


def test_lines_are_numbered_within_their_order_as_they_stand_in_the_file(exports):
    exports.write(HEADER + "a,o2,2024-01-01,1,1\na,o1,2024-01-01,1,2\na,o2,2024-01-01,1,3\na,o2,never,1,4\n")
    rows = exports.ingest().table("transactions")
    assert rows[["order_id", "line_no", "revenue_cents"]].values.tolist() == [
        ["o1", 1, 200],
        ["o2", 1, 100],
        ["o2", 2, 300],
    ]


def test_lines_keep_the_numbers_that_the_source_gives(exports):
    exports.write("customer,order,line,day,units,amount\na,o1,7,2024-01-01,1,1\na,o1,2,2024-01-01,1,2\n")
    exports.map({"line_no": "line"})
    assert exports.ingest().table("transactions").line_no.tolist() == [2, 7]


@pytest.mark.parametrize(
    ("one_per", "orders"),
    [
        ("row", ["sales.csv:2", "sales.csv:3", "sales.csv:4", "sales.csv:5"]),
        ("customer_and_day", ["a 2024-01-01", "a 2024-01-01", "a 2024-01-01", "b 2024-01-01"]),
        ("customer_and_time", ["a 2024-01-01 09:00:00.000000", "a 2024-01-01 09:00:00.000000",
                               "a 2024-01-01 10:00:00.000000", "b 2024-01-01 09:00:00.000000"]),
    ],
)  # fmt: skip
def test_orders_are_made_where_the_source_has_none(exports, one_per, orders):
    rows = ["a,,2024-01-01T09:00,1,1", "a,,2024-01-01T10:00,1,2", "b,,2024-01-01T09:00,1,3", "a,,2024-01-01T09:00,1,4"]
    exports.write(HEADER + "\n".join(rows) + "\n")
    exports.map({"order_id": {"one_per": one_per}})
    lines = exports.ingest().table("transactions")
    assert sorted(lines.order_id) == orders
    assert not lines.duplicated(["order_id", "line_no"]).any()


def test_a_customer_is_whoever_bought_with_the_latest_known_attributes(exports):
    exports.write(
        "customer,order,day,units,amount,country\n"
        "a,o1,2024-03-01,1,1,France\n"
        "a,o2,2024-01-01,1,1,Spain\n"
        "a,o3,2024-04-01,1,1,\n"
        "b,o4,2024-01-01,1,1,Italy\n"
        "b,o5,2024-01-01,1,1,Malta\n"  # the same day: what stands later counts
        "c,o6,never,1,1,Peru\n"  # not a purchase that can be read, so no customer
        "d,o7,2024-01-01,1,1,?\n"
    )
    columns = {"kind": {"constant": "company"}, "country": "country"}
    exports.map(tables={"customers": {"derived_from": "transactions", "null_values": ["?"], "columns": columns}})
    customers = exports.ingest().table("customers")
    assert customers.customer_id.tolist() == ["a", "b", "d"]
    assert customers.country.tolist()[:2] == ["France", "Malta"]
    assert customers.country.isna().tolist() == [False, False, True]
    assert set(customers.kind) == {"company"}


def test_what_a_filter_leaves_out_for_want_of_a_customer_is_told_with_its_money(exports):
    exports.write(HEADER + "a,o1,2024-01-01,1,1\n,o2,2024-01-01,1,2.50\n,o3,2024-01-01,1,-1\nb,o4,2024-01-01,9,7\n")
    exports.map(filter="customer is not null and units < 5")
    account = exports.ingest().manifest["tables"]["transactions"]
    assert (account["rows"], account["filtered"]) == (1, 3)
    assert account["without_customer"] == {"rows": 2, "revenue_cents": 150}
    exports.map(filter="units < 5 and amount > 0")  # for other reasons
    account = exports.ingest().manifest["tables"]["transactions"]
    assert (account["rows"], account["unreadable"], account["filtered"]) == (1, 1, 2)
    assert "without_customer" not in account


def test_a_customer_may_be_named_in_several_tables(exports):
    exports.write(HEADER + "a,o1,2024-03-01,1,1\n")
    exports.write("nr,who,sent,due,amount\n1,b,2024-01-01,2024-02-01,5\n2,a,2024-01-01,2024-02-01,5\n", "invoices.csv")
    invoices = {
        "file": "invoices.csv",
        "columns": {
            "invoice_id": "nr",
            "customer_id": "who",
            "issued_on": "sent",
            "due_on": "due",
            "amount_cents": "amount",
        },
    }
    people = PEOPLE | {"derived_from": ["transactions", "invoices"]}
    exports.map(tables={"invoices": invoices, "customers": people})
    ingested = exports.ingest()
    assert ingested.table("customers").customer_id.tolist() == ["a", "b"]
    assert ingested.manifest["tables"]["invoices"] == {
        "rows": 2,
        "unreadable": 0,
        "filtered": 0,
        "first": "2024-01-01",
        "last": "2024-01-01",
    }
    assert "invoices" not in ingested.manifest["not_available"]


def test_an_attribute_that_cannot_be_read_sets_its_customer_aside(exports):
    exports.write("customer,order,day,units,amount,size\na,o1,2024-03-01,1,1,4\nb,o2,2024-03-01,1,1,big\n")
    columns = {"kind": {"constant": "person"}, "household_size": "size"}
    exports.map(tables={"customers": {"derived_from": "transactions", "columns": columns}})
    ingested = exports.ingest()
    assert ingested.table("customers").household_size.tolist() == [4]
    row = ingested.unreadable("customers").iloc[0]
    assert (row.source_file, row.source_row, row.column) == ("sales.csv", 3, "household_size")
    assert yaml.safe_load(row["values"]) == {"size": "big", "key": "b"}


def test_customers_of_a_file_of_their_own(exports):
    exports.write(HEADER + " a ,o1,2024-03-01,1,1\n")
    exports.write("id;since;ok\n a;05.03.2020;J\nb;;N\n", "people.csv")
    people = {
        "file": "people.csv",
        "delimiter": ";",
        "columns": {
            "customer_id": "id",
            "kind": {"constant": "person"},
            "acquired_on": {"column": "since", "format": "%d.%m.%Y"},
            "contactable": {"column": "ok", "true_values": ["J"], "false_values": ["N"]},
        },
    }
    exports.map(tables={"customers": people})
    ingested = exports.ingest()
    customers = ingested.table("customers")
    assert customers.customer_id.tolist() == ["a", "b"]
    assert customers.contactable.tolist() == [True, False]
    assert customers.acquired_on.isna().tolist() == [False, True]
    assert ingested.table("transactions").customer_id.tolist() == ["a"]
    assert ingested.manifest["tables"]["customers"]["first"] == "2020-03-05"


def test_null_values_are_unknown(exports):
    exports.write("customer,order,day,units,amount,shop\na,o1,2024-03-01,1,1,NULL\nNULL,o2,2024-03-01,1,1,s\n")
    exports.map({"store_id": "shop"}, null_values=["NULL"])
    ingested = exports.ingest()
    assert ingested.table("transactions").store_id.isna().tolist() == [True]
    assert ingested.unreadable("transactions").reason.tolist() == ["no customer"]


def test_rows_with_the_same_key_all_go_on_in_an_order_of_their_own(exports):
    exports.write(
        "customer,order,line,day,units,amount\na,o1,1,2024-01-01,1,2\nb,o1,1,2024-01-01,1,1\na,o1,1,2024-01-01,1,1\n"
    )
    exports.map({"line_no": "line"})
    rows = exports.ingest().table("transactions")  # that a key stands twice is for the validation to judge
    assert rows[["customer_id", "revenue_cents"]].values.tolist() == [["a", 100], ["a", 200], ["b", 100]]


def test_columns_whose_names_differ_only_by_case(exports):
    exports.write('customer,Customer,order,day,units,amount\na,"x ""y""",o1,2024-01-01,1,1\nb,,o2,never,1,1\n')
    exports.map({"store_id": "Customer"})
    ingested = exports.ingest()
    assert ingested.table("transactions").store_id.tolist() == ['x "y"']
    assert yaml.safe_load(ingested.unreadable("transactions")["values"][0])["customer"] == "b"


@pytest.mark.parametrize(
    ("columns", "options", "words"),
    [
        ({"costumer_id": "customer"}, {}, ["columns.costumer_id: no such column", "did you mean customer_id?"]),
        ({"customer_id": ...}, {}, ["columns.customer_id: missing", "who bought"]),
        ({"is_return": ...}, {}, ["columns.is_return: missing", "what marks a return"]),
        ({"order_id": ...}, {}, ["columns.order_id: missing", "one_per"]),
        ({"quantity": {"colum": "units"}}, {}, ["columns.quantity.colum: no such key", "did you mean column?"]),
        ({"quantity": {}}, {}, ["columns.quantity", "exactly one of column", "none"]),
        ({"quantity": {"column": "units", "constant": 1}}, {}, ["exactly one of", "column and constant"]),
        ({"quantity": {"constant": "one"}}, {}, ["columns.quantity.constant: 'one'", "a number"]),
        ({"is_return": {"constant": 0}}, {}, ["columns.is_return.constant", "a true/false"]),
        ({"ordered_at": {"constant": "yesterday"}}, {}, ["ordered_at.constant: 'yesterday'", "a timestamp"]),
        ({"ordered_at": {"constant": "20240101"}}, {}, ["ordered_at.constant: '20240101'"]),
        ({"quantity": {"constant": float("nan")}}, {}, ["columns.quantity"]),
        ({"quantity": {"constant": float("inf")}}, {}, ["columns.quantity"]),
        ({"revenue_cents": {"constant": 1e300}}, {}, ["revenue_cents.constant: 1e+300"]),
        ({"discount_cents": {"constant": True}}, {}, ["discount_cents.constant: True", "money"]),
        ({"line_no": {"constant": 1.5}}, {}, ["line_no.constant: 1.5", "an integer"]),
        ({"quantity": {"column": "units", "unit": "percent"}, "revenue_cents": {"column": "amount", "unit": "percent"}},
         {}, ["revenue_cents.unit: 'percent' does not go"]),
        ({"quantity": {"column": "units", "unit": "millions"}}, {}, ["quantity.unit: 'millions' does not go"]),
        ({"quantity": {"one_per": "row"}}, {}, ["columns.quantity.one_per: does not go", "a number"]),
        ({"order_id": {"one_per": "basket"}}, {}, ["order_id.one_per", "'basket'", "'customer_and_day'"]),
        ({"product_id": {"one_per": "customer_and_day"}}, {}, ["product_id.one_per", "an order_id only"]),
        ({"ordered_at": {"column": "day", "format": "dd.mm.yyyy"}}, {}, ["format: 'dd.mm.yyyy'", "%d.%m.%Y"]),
        ({"ordered_at": {"column": "day", "format": "%d.%m.%Q"}}, {}, ["ordered_at.format", "%Q is not known"]),
        ({"quantity": {"column": "units", "format": "%d"}}, {}, ["quantity.format: does not go", "a number"]),
        ({"quantity": {"column": "units", "decimal": ";"}}, {}, ["quantity.decimal: ';'", "'.' or ','"]),
        ({"quantity": {"column": "units", "thousands": "."}}, {}, ["quantity", "decimal and thousands must differ"]),
        ({}, {"encoding": "utf-88"}, ["transactions.encoding: 'utf-88'", "cp1252"]),
        ({}, {"delimiter": ";;"}, ["transactions.delimiter: ';;'", "one ASCII character"]),
        ({}, {"delimiter": ";", "quote": ";"}, ["tables.transactions", "delimiter and quote must differ"]),
        ({}, {"skip_rows": -1}, ["transactions.skip_rows: -1"]),
        ({}, {"currency_sign": "1"}, ["transactions.currency_sign"]),
        ({}, {"rows": [{"order_id": 1}]}, ["exactly one of file, table, query, ", "but has file and rows"]),
        ({}, {"encoding": "hex"}, ["transactions.encoding: 'hex'", "cp1252"]),
        ({}, {"delimiter": "§"}, ["transactions.delimiter: '§'", "one ASCII character"]),
        ({}, {"quote": "“"}, ["transactions.quote: '“'", "one ASCII character"]),
        ({}, {"file": "../secrets.csv"}, ["transactions.file", "within source.directory"]),
        ({}, {"delimeter": ";"}, ["transactions.delimeter: no such key", "did you mean delimiter?"]),
        ({}, {"file": None}, ["tables.transactions", "exactly one of file, table, query, derived_from, rows"]),
    ],
)  # fmt: skip
def test_a_wrong_mapping_is_refused_with_file_key_and_what_is_allowed(exports, columns, options, words):
    exports.write(HEADER + "a,o1,2024-01-01,1,1\n")
    exports.map(columns, **options)
    refused(exports, words)


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"transaction": {"file": "x.csv", "columns": {}}}, ["tables.transaction: no such table", "transactions?"]),
        ({"customers": {"derived_from": "transactions", "columns": {}}}, ["customers.columns.kind: missing"]),
        ({"customers": PEOPLE | {"derived_from": "orders"}}, ["customers.derived_from: orders", "transactions"]),
        ({"customers": PEOPLE | {"derived_from": "products"}}, ["customers.derived_from: products"]),
        ({"customers": PEOPLE | {"delimiter": ";"}}, ["delimiter mean nothing beside derived_from"]),
        ({"customers": [PEOPLE, PEOPLE]}, ["one part may be derived_from other tables"]),
        ({"customers": []}, ["tables.customers: an empty list"]),
        ({"customers": PEOPLE | {"columns": {"kind": {"constant": "human"}}}}, ["'human' is not allowed"]),
        ({"products": {"derived_from": "transactions", "columns": {}}}, ["products.derived_from", "no product_id"]),
        ({"campaign_members": {"derived_from": "transactions", "columns": {"arm": {"constant": "control"}}}},
         ["campaign_members.derived_from", "one key"]),
        ({"products": {"file": "p.csv", "columns": {"product_id": {"constant": "p"}}}}, ["products.columns: none"]),
    ],
)  # fmt: skip
def test_tables_that_do_not_fit_are_refused(exports, tables, words):
    exports.write(HEADER + "a,o1,2024-01-01,1,1\n")
    exports.map(tables=tables)
    refused(exports, words)


def test_a_mapping_without_customers_says_how_to_have_them(exports):
    exports.map()
    path = exports.root / "mappings" / "sales.yaml"
    content = yaml.safe_load(path.read_text())
    del content["tables"]["customers"]
    path.write_text(yaml.safe_dump(content))
    refused(exports, ["tables.customers: missing", "derived_from: transactions"])


def test_a_key_that_stands_twice_is_not_forgotten(exports):
    exports.map()
    path = exports.root / "mappings" / "sales.yaml"
    path.write_text(path.read_text().replace("    file: sales.csv\n", "    file: sales.csv\n    file: other.csv\n"))
    refused(exports, ["sales.yaml:5: tables.transactions.file: stands there twice"])


def test_several_mistakes_are_told_each_with_its_line(exports):
    exports.map({"quantity": {"constant": "one"}, "colour": "units", "revenue_cents": ...})
    with pytest.raises(CrmwbError) as caught:
        exports.ingest()
    lines = str(caught.value).splitlines()
    assert [line.partition(": ")[0] for line in lines] == [f"mappings/sales.yaml:{n}" for n in (10, 13, 5)]


@pytest.mark.parametrize("text", ["name: [", "name: Sales", "", "- 1", "name: \udcff"])
def test_a_file_that_is_no_mapping(exports, text):
    path = exports.root / "mappings" / "sales.yaml"
    path.write_bytes(text.encode(errors="surrogateescape"))
    refused(exports, [])


def refused(exports, words):
    """Every line of what is said names the file, and `words` are said."""
    with pytest.raises(CrmwbError) as caught:
        exports.ingest()
    message = str(caught.value)
    assert all(line.startswith("mappings/sales.yaml:") for line in message.splitlines())
    for word in words:
        assert word in message


def test_frames_of_the_same_rows_are_equal_whatever_the_order_of_the_files_rows(exports):
    rows = [f"c{i % 3},o{i},2024-01-{1 + i % 28:02d},1,{i}.00\n" for i in range(40)]
    exports.write(HEADER + "".join(rows))
    first = exports.ingest().table("transactions")
    exports.write(HEADER + "".join(reversed(rows)))
    pd.testing.assert_frame_equal(exports.ingest().table("transactions"), first)


def test_what_the_docs_show_is_a_mapping(exports):
    text = (PROJECT / "docs" / "mappings.md").read_text(encoding="utf-8")
    (smallest,) = [block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if block.startswith("name:")]
    exports.write('customer,order,date,pieces,amount\na,1,31.01.2024,2,"1.234,50"\n', "orders.csv")
    (exports.root / "mappings" / "sales.yaml").write_text(smallest)
    assert exports.ingest().table("transactions").revenue_cents.tolist() == [123450]
    (functions,) = re.findall(r"^\| functions \| (.*) \|$", text, re.MULTILINE)
    assert re.findall(r"`(\w+)`", functions) == list(FUNCTIONS)


def test_a_table_may_read_no_column_at_all_but_count_its_rows(exports):
    exports.write(HEADER + "a,o1,2024-01-01,1,1\n")
    exports.write("visits\n1\n2\n", "people.csv")
    people = {"file": "people.csv", "columns": {"customer_id": {"one_per": "row"}, "kind": {"constant": "person"}}}
    exports.map(tables={"customers": people})
    assert exports.ingest().table("customers").customer_id.tolist() == ["people.csv:2", "people.csv:3"]
