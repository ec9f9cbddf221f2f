"""What an expression gives, one fact each, and how what is none is refused."""

from decimal import Decimal

import ibis
import pyarrow as pa
import pytest
from exporting import HEADER
from pandas import Timestamp

from crmwb import engine
from crmwb.errors import CrmwbError
from crmwb.sources import casts, expressions, steps
from crmwb.sources.expressions import ExpressionError
from crmwb.sources.expressions.functions import CALLS
from crmwb.sources.expressions.grammar import FUNCTIONS
from crmwb.sources.values import NumberStyle

PLAIN = NumberStyle()
ROW = {"a": "3", "b": "2.50", "c": "Won", "d": "2024-02-28", "e": "", "f": "x7", "g h": "9", "t": " ABC-12 "}


@pytest.fixture
def gives(con):
    def first_row(text, style=PLAIN, **changed):
        row = ROW | changed
        schema = pa.schema([(name, pa.string()) for name in row])
        table = engine.open_arrow(con, pa.Table.from_pylist([row], schema), ibis.util.gen_name("t"))
        given = expressions.compute(text, lambda name: casts.known(table[name], ()), style)
        read = steps.mutate(table, {"value": given.value, "failed": given.has_failed})  # as the pipeline does
        result = engine.batches(con, read.select("value", "failed"), in_steps=True).read_all().to_pylist()[0]
        return "cannot be read" if result["value"] is None and result["failed"] else result["value"]

    return first_row


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a * b", Decimal("7.5")),
        ("a - b * 2 + 1", Decimal(-1)),
        ("-a", Decimal(-3)),
        ("(a + b) * (1 - 0.15)", Decimal("4.675")),
        ("a / 8", Decimal("0.375")),
        ("a / 0", "cannot be read"),
        ("a + f", "cannot be read"),
        ("a + e", None),
        ("coalesce(f + 0, 1)", Decimal(1)),
        ("coalesce(e, c)", "Won"),
        ("round(b / 3, 2)", Decimal("0.83")),
        ("round(2.675, 2)", Decimal("2.68")),
        ("abs(-a)", Decimal(3)),
        ("least(number(a), b)", Decimal("2.5")),
        ("greatest(number(a), 10)", Decimal(10)),
        ("`g h` + \"g h\"", Decimal(18)),
        ("99999999999999 * 99999999999999", "cannot be read"),
        ("c = 'Won'", True),
        ("c <> 'Won' or a >= 3", True),
        ("not (c = 'Won' and a > 3)", True),
        ("c in ('Lost', 'Won')", True),
        ("a in (1, 3.0)", True),
        ("a not in (1, 2)", True),
        ("a between 2 and 3", True),
        ("c like 'W%'", True),
        ("e is null", True),
        ("c is not null", True),
        ("e = 'x'", None),
        ("f > 0", "cannot be read"),
        ("case when a > 2 then 'many' when a = 2 then 'two' else 'few' end", "many"),
        ("case when c = 'Won' then a end", "3"),
        ("case when c = 'Lost' then 1 end", None),
        ("case when c = 'Won' then 0 else f * 1 end", Decimal(0)),
        ("case when c = 'Won' then true when c = 'Lost' then false end", True),
        ("upper(c) || '-' || lower(c)", "WON-won"),
        ("trim(t)", "ABC-12"),
        ("left(t, 2)", "AB"),
        ("right(trim(t), 2)", "12"),
        ("substring(t, 2, 3)", "BC-"),
        ("split_part(t, '-', 2)", "12"),
        ("replace(t, '-', '/')", "ABC/12"),
        ("concat(c, a)", "Won3"),
        ("concat(c, e)", "Won"),
        ("c || e", None),
        ("length(c) + 1", Decimal(4)),
        ("starts_with(c, 'W')", True),
        ("ends_with(c, 'n')", True),
        ("contains(c, 'x')", False),
        ("nullif(c, 'Won')", None),
        ("date(d)", Timestamp(2024, 2, 28)),
        ("date('28.02.24', '%d.%m.%y')", Timestamp(2024, 2, 28)),
        ("date(d) + 2", Timestamp(2024, 3, 1)),
        ("date(d) - a", Timestamp(2024, 2, 25)),
        ("date('2024-03-01') - date(d)", Decimal(2)),
        ("date(d) < '2024-03-01'", True),
        ("date(f)", "cannot be read"),
        ("date(d) + 99999999", "cannot be read"),
        ("1.5e2", Decimal(150)),
        ("'it''s'", "it's"),
    ],
)  # fmt: skip
def test_an_expression_gives(gives, text, value):
    assert gives(text) == value


def test_numbers_are_read_as_the_mapping_writes_them(gives):
    assert gives("a * 2", NumberStyle(decimal=",", thousands="."), a="1.234,5") == Decimal(2469)
    assert gives("a * 2", NumberStyle(decimal=","), a="1.5") == "cannot be read"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not one expression"),
        ("1 +", "no expression (see its character 3)"),
        ("Order Date", "not allowed"),
        ("a; drop table x", "not one expression"),
        ("(select 1)", "not allowed"),
        ("a in (select 1)", "in needs its values in brackets"),
        ("read_csv('/etc/passwd')", "no such function"),
        ("uper(c)", "did you mean upper?"),
        ("left(c)", "wrong number of arguments; write it like left(text, 3)"),
        ("a::int", "not allowed"),
        ("cast(a as int)", "no such function"),
        ("a.b", 'stands in quotes: "a.b"'),
        ("a[1]", "not allowed"),
        ("x -> x", "not allowed"),
        ("count(*)", "no such function"),
        ("interval 3 day", "not allowed"),
        ("?", "not allowed"),
        ("a" * 3000, "longer than 2,000 characters"),
        ("(" * 300 + "a" + ")" * 300, "nested too deeply"),
    ],
)
def test_what_is_no_expression_is_refused(text, words):
    with pytest.raises(ExpressionError) as caught:
        expressions.parse(text)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a < b", "orders texts; write number(…) or date(…)"),
        ("least(a, b)", "orders texts"),
        ("a between b and c", "orders texts"),
        ("a = null", "write a is null"),
        ("not a", "a is text, and true or false is needed"),
        ("upper(1)", "1 is a number, and text is needed"),
        ("date(d) + date(d)", "two dates cannot be added"),
        ("(a > 1) + 1", "is true or false, and a number is needed"),
        ("case a when 1 then 2 end", "nothing between case and when"),
        ("case when a = 1 then date(d) else 1 end", "is a date"),
        ("left(c, a)", "a whole number up to 1,000 is needed"),
        ("substring(c, 0, 1)", "counted from 1"),
        ("replace(c, a, b)", "a 'text' in quotes is needed"),
        ("c like a", "like needs a 'pattern%'"),
        ("123456789012345 + a", "at most 14 digits"),
    ],
)
def test_what_does_not_fit_together_is_refused(gives, text, words):
    with pytest.raises(ExpressionError) as caught:
        gives(text)
    assert words in str(caught.value)


def test_every_function_has_its_line():
    assert CALLS.keys() == FUNCTIONS.keys()


def test_columns_of_an_expression_in_their_order():
    text = "case when \"Order Type\" = 'R' then -Amount else Amount * `Exchange Rate` end"
    assert expressions.columns(text) == ("Order Type", "Amount", "Exchange Rate")


def test_a_mistake_names_file_line_and_key(exports):
    exports.write(HEADER + "a,o1,2024-01-01,1,1\n")
    exports.map({"is_return": {"expression": "units <"}})
    with pytest.raises(
        CrmwbError, match=r"sales.yaml:12: tables.transactions.columns.is_return.expression: .* no expression"
    ):
        exports.ingest()
    exports.map({"is_return": {"expression": "units + 1"}})
    with pytest.raises(CrmwbError, match=r"sales.yaml:12: .*expression: gives a number, .* holds a true/false"):
        exports.ingest()
    exports.map(filter="units")
    with pytest.raises(CrmwbError, match=r"transactions.filter: gives text; a filter is true for the rows to read"):
        exports.ingest()
    exports.map({"is_return": {"expression": "unit < 0"}})
    with pytest.raises(CrmwbError, match=r"columns.is_return: sales.csv has no column 'unit'; the closest there: unit"):
        exports.ingest()
