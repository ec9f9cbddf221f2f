"""Columns that an expression leaves NULL are neither sorted nor handed over by the engine, and written all the same."""

import ibis
import ibis.expr.operations as ops
import pyarrow as pa
import pyarrow.parquet as pq

from crmwb import engine, storage
from crmwb.history.months import until_next
from crmwb.params import EngineParams

BOUGHT = ibis.table({"customer_id": "string", "n_orders": "int64"}, name="bought")
LIMITS = EngineParams(threads=1, memory_limit_gb=1)


def described(table=BOUGHT):
    return table.select("customer_id", n_contacts=ibis.null("int64"), n_orders="n_orders", last_on=ibis.null("date"))


def test_what_an_expression_leaves_null_is_found_through_selections_filters_and_orders():
    rows = described().filter(lambda t: t.n_orders > 1).order_by("customer_id")
    again = rows.select("n_orders", "last_on", contacts=rows.n_contacts.cast("int32"))
    assert engine.unknown(again) == ["last_on", "contacts"]


def test_what_may_be_known_is_not_taken_for_null():
    rows = described()
    assert engine.unknown(rows.select(n=rows.n_contacts.fill_null(0), m=ibis.ifelse(rows.n_orders > 1, 1, None))) == []


def test_null_columns_are_written_in_their_place_and_type_without_asking_the_engine(monkeypatch, tmp_path):
    asked = []
    batches = engine.batches
    monkeypatch.setattr(engine, "batches", lambda con, query: asked.append(query.columns) or batches(con, query))
    with engine.connect(LIMITS) as con:
        bought = engine.open_arrow(con, pa.table({"customer_id": ["b", "a"], "n_orders": [1, 2]}), "bought")
        storage.write_query(con, described(bought), tmp_path / "described.parquet", ["customer_id", "last_on"])
    written = pq.read_table(tmp_path / "described.parquet")
    assert written.schema == described().schema().to_pyarrow()
    assert written["customer_id"].to_pylist() == ["a", "b"]
    assert written["n_contacts"].null_count == written["last_on"].null_count == 2
    assert asked == [("customer_id", "n_orders", "last_on")]


def test_the_next_month_is_worked_out_without_carrying_the_other_columns_through_a_window():
    months = ibis.table({"customer_id": "string", "month": "date", "sales_cents": "int64"}, name="months")
    (window,) = until_next(months).op().find(ops.WindowFunction)
    assert until_next(months).columns == (*months.columns, "next_month")
    assert "sales_cents" not in window.group_by[0].rel.schema
