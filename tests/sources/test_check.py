"""`crmwb check`: what it shows of a good mapping, and every mistake with its line."""

import shutil

import pytest
from exporting import HEADER, PEOPLE
from project import PROJECT
from typer.testing import CliRunner

from crmwb.cli import app

GOOD = HEADER + "".join(f"c{i % 7},o{i},2024-01-{1 + i % 28:02d},1,{i}.50\n" for i in range(5_000))


@pytest.fixture
def check(exports):
    """Run the command in the project; return its exit code and the lines that it prints."""
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(PROJECT / name, exports.root)

    def run(*arguments):
        if not any((exports.root / "mappings").iterdir()):
            exports.map()
        done = CliRunner().invoke(app, ["check", "mappings/sales.yaml", *arguments])
        return done.exit_code, (done.stdout + done.stderr).splitlines()

    return run


def line_of(lines, *words):
    """The line that holds all the words; there must be exactly one."""
    (line,) = [line for line in lines if all(word in line for word in words)]
    return line


def test_a_good_mapping_shows_what_comes_out(exports, check):
    exports.write(GOOD)
    code, lines = check()
    assert code == 0
    assert "transactions: 1,000 rows tried" in lines
    assert line_of(lines, "revenue_cents").split() == ["revenue_cents", "amount", "100%", "0.50,", "1.50,", "10.50"]
    assert line_of(lines, "is_return").split() == ["is_return", "units", "<", "0", "100%", "False"]
    assert line_of(lines, "customers: ") == "customers: 7 rows tried"
    assert "No mistakes found." in lines
    assert not (exports.root / "data" / "canonical").exists()


def test_every_mistake_is_told_at_once_with_its_line(exports, check):
    exports.write(GOOD)
    exports.map(
        {"order_id": "Order", "ordered_at": {"column": "day", "format": "%d.%m.%Y"}, "product_id": "sku"},
        tables={"products": {"file": "products.csv", "columns": {"product_id": "sku"}}},
    )
    code, lines = check()
    assert code == 1
    assert line_of(lines, "sales.yaml:7: tables.transactions.columns.order_id", "has no column 'Order'", "order")
    assert line_of(lines, "sales.yaml:15: tables.transactions.columns.product_id", "has no column 'sku'")
    assert line_of(lines, "sales.yaml:22: tables.products.file", "products.csv does not exist", "sales.csv")


def test_a_wrong_format_is_a_mistake_of_the_whole_column(exports, check):
    exports.write(GOOD)
    exports.map({"ordered_at": {"column": "day", "format": "%d.%m.%Y"}})
    code, lines = check()
    assert code == 1
    line = line_of(lines, "sales.yaml:8: tables.transactions.columns.ordered_at: none of 1,000 rows can be read")
    assert line.endswith("""no date in the format "%d.%m.%Y" (first: sales.csv row 2, '2024-01-01').""")


def test_what_only_some_rows_have_is_a_remark(exports, check):
    exports.write(GOOD.replace("o7,2024-01-08", "o7,yesterday").replace("c2,o9,", ",o9,"))
    code, lines = check()
    assert code == 0
    assert "transactions: 1,000 rows tried, 2 of them unreadable" in lines
    assert line_of(lines, "Some rows:", "columns.ordered_at: 1 of 1,000 rows", "sales.csv row 9, 'yesterday'")
    assert line_of(lines, "Some rows:", "columns.customer_id: 1 of 1,000 rows", "no customer (first: sales.csv row 11)")


def test_phone_numbers_as_ids_are_a_fault_of_one_reason(exports, check):
    exports.write(GOOD.replace("c2,o9,", "+49 170 1234567,o9,"))
    code, lines = check()
    assert code == 0
    assert line_of(lines, "Some rows:", "columns.customer_id: 1 of 1,000 rows", "a phone number")


def test_values_that_the_contract_does_not_know(exports, check):
    exports.write(GOOD.replace("\n", ",x\n").replace("amount,x", "amount,segment").replace(",x", ",Business"))
    exports.map(tables={"customers": PEOPLE | {"columns": {"kind": "segment"}}})
    code, lines = check()
    assert code == 1
    line = line_of(lines, "sales.yaml:16: tables.customers.columns.kind", "7 of 7 rows hold 'Business'")
    assert line.endswith("person, company may be there; say what stands for what, such as replace: {Business: person}.")


def test_keys_that_stand_twice(exports, check):
    exports.write(GOOD)
    exports.write("id\na\nb\na\n", "people.csv")
    people = {"file": "people.csv", "columns": {"customer_id": "id", "kind": {"constant": "person"}}}
    exports.map(tables={"customers": people})
    assert line_of(check()[1], "tables.customers: 1 of 3 rows have a key (customer_id) that stood before")


def test_rules_of_the_contract_are_tried(exports, check):
    exports.write(HEADER + "a,o1,2024-01-01,-1,5\nb,o2,2024-01-01,1,-5\nc,o3,2024-01-01,1,5\n")
    code, lines = check()
    assert code == 0
    line = line_of(lines, "Some rows:", "tables.transactions: 1 of 3 rows", "a return brings no revenue")
    assert "would be quarantined" in line
    assert line_of(lines, "tables.transactions: 1 of 3 rows", "a sale brings no negative revenue")
    exports.write(HEADER + "a,o1,2024-01-01,1e13,5\n")
    assert line_of(check()[1], "quantity is at most 1,000,000,000,000")


def test_a_wrong_delimiter(exports, check):
    exports.write(HEADER + "".join(f"c{i};o{i};2024-01-01;1;1\n" for i in range(100)))
    code, lines = check()
    assert code == 1
    assert line_of(lines, "sales.yaml:4: tables.transactions.file", "100 of 100 rows are no rows (row 2: 1 fields")


def test_mistakes_of_the_contract_come_before_any_file(exports, check):
    exports.map({"quantity": {"constant": "one"}, "colour": "units"})
    code, lines = check()
    assert code == 1
    assert line_of(lines, "sales.yaml:10: tables.transactions.columns.quantity.constant: 'one' does not go")
    assert line_of(lines, "sales.yaml:14: tables.transactions.columns.colour: no such column")


def test_only_as_many_rows_as_asked_for(exports, check):
    exports.write(GOOD)
    assert "transactions: 20 rows tried" in check("--rows", "20")[1]


def test_without_a_mapping_it_says_so(exports):
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(PROJECT / name, exports.root)
    done = CliRunner().invoke(app, ["check"])
    assert done.exit_code == 1
    assert "No mapping to check" in done.stderr


def test_a_join_is_tried_against_every_row_of_what_is_joined(exports, check):
    exports.write(GOOD)
    prices = "".join(f"c{i},{i}\n" for i in reversed(range(3_000)))
    exports.write(f"who,price\n{prices}".replace("c3,3\n", ""), "prices.csv")
    exports.map({"revenue_cents": "p.price"}, join={"p": {"file": "prices.csv", "key": {"customer": "who"}}})
    code, lines = check()
    assert code == 0
    line = line_of(lines, "tables.transactions.join: 143 of 1,000 rows: no row in prices.csv with the same who")
    assert "(first: sales.csv row 5" in line
    assert "transactions: 1,000 rows tried, 143 of them unreadable" in lines


def test_totals_show_what_counts_what_is_left_out_and_what_is_not_read(exports, check):
    rows = [
        f"c{i % 7},o{i},{2023 + i % 2}-03-0{1 + i % 9},{-1 if i == 8 else 1},{-9 if i == 8 else 10}.50,"
        f"{['paid', 'open', 'void'][i % 3]},{i % 2},{12 + i % 3}.25"
        for i in range(60)
    ]
    exports.write("customer,order,day,units,amount,status,valid,paid_real\n" + "\n".join(rows) + "\n")
    exports.map(filter="status != 'void'")
    code, lines = check()
    assert code == 0
    whole = line_of(lines, "Totals of these rows")
    assert "USD\N{NO-BREAK SPACE}420.00 from 40 orders of 7 customers, USD\N{NO-BREAK SPACE}10.50 an order" in whole
    assert "the largest amount of a row is USD\N{NO-BREAK SPACE}10.50 (sales.csv row 2)" in whole
    assert "2023 USD\N{NO-BREAK SPACE}210.00 and 2024 USD\N{NO-BREAK SPACE}210.00" in line_of(lines, "by year")
    assert "USD\N{NO-BREAK SPACE}190.00 in 20 rows" in line_of(lines, "left out by the filter:")
    assert line_of(lines, "status: void USD\N{NO-BREAK SPACE}190.00 (20 rows)")
    assert "paid_real 510.00" in line_of(lines, "other columns of money")
    assert line_of(lines, "valid: 0 USD\N{NO-BREAK SPACE}210.00 (20 rows) and 1 USD\N{NO-BREAK SPACE}210.00 (20 rows)")
    assert not any("first rows of each file" in line for line in lines)


def test_totals_of_first_rows_say_so(exports, check):
    exports.write(GOOD)
    _, lines = check()
    assert line_of(lines, "first rows of each file only", "--rows")
    _, lines = check("--rows", "10000")
    assert not any("first rows of each file" in line for line in lines)
