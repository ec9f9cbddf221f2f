"""What columns share is worked out once: the same values, in queries that stay short."""

import ibis
import pyarrow as pa
import pytest

from crmwb import engine
from crmwb.contract.canonical import TABLES
from crmwb.sources import casts, steps, values
from crmwb.sources.column_mapping import ColumnMapping

TEXTS = [
    "R$ 1.234,50",
    "(12,5)",
    "12,5-",
    "１２，５",
    "12.5",
    "1e30",
    "99999999999999999999",
    "x",
    "",
    None,
    "-0",
    "0,005",
]
STYLE = values.NumberStyle(decimal=",", thousands=".", currency_sign="R$", accounting=True)
MONEY = next(c for c in TABLES["transactions"].columns if c.name == "revenue_cents")


@pytest.fixture
def table(con):
    rows = pa.table({"a": pa.array(TEXTS, pa.string()), "b": pa.array(TEXTS[::-1], pa.string())})
    return engine.open_arrow(con, rows, "texts")


def money(table, expression):
    value, known = casts.cast(MONEY, ColumnMapping(expression=expression), lambda name: table[name], STYLE)
    return {"value": value, "known": known}


@pytest.mark.parametrize("expression", ["a", "a - b", "case when a = 'x' then -(b * 2) else coalesce(b, 0) - a end"])
def test_values_are_those_of_one_step(con, table, expression):
    columns = money(table, expression)
    done = engine.batches(con, steps.mutate(table, columns).select("a", *columns), in_steps=True).read_all()
    assert done.equals(engine.batches(con, table.mutate(**columns).select("a", *columns)).read_all())
    assert done["value"].null_count < len(TEXTS)


def test_a_query_grows_with_what_is_asked_and_not_with_how_often_it_is_used(con, table):
    columns = money(table, "a - b")
    at_once, in_steps = (
        len(engine.compiled(con, made, in_steps=True).sql)
        for made in (table.mutate(**columns), steps.mutate(table, columns))
    )
    assert in_steps < at_once / 20


def test_what_stands_behind_a_condition_stays_there():
    table = ibis.table({"n": "int64", "text": "string"}, name="t")
    number = table.text.replace(",", ".").replace(" ", "").strip().cast("int64")
    assert "shared 0" in steps.mutate(table, {"x": number + 1, "y": number + 2}).columns
    guarded = {to: ibis.ifelse(table.n > 0, number + plus, 0) for to, plus in {"x": 1, "y": 2}.items()}
    assert steps.mutate(table, guarded).columns == ("n", "text", "x", "y")
    either = {to: ibis.ifelse(table.n > 0, number + plus, number) for to, plus in {"x": 1, "y": 2}.items()}
    assert "shared 0" in steps.mutate(table, either).columns


def test_a_column_that_another_one_uses_is_worked_out_once_under_its_own_name():
    table = ibis.table({"text": "string"}, name="t")
    plain = table.text.replace(",", ".").replace(" ", "").replace("-", "").strip()
    assert steps.mutate(table, {"plain": plain, "length": plain.length()}).columns == ("text", "plain", "length")
