"""Spark gives what DuckDB gives; runs where pyspark and Java are (in .ci/run, in an environment of its own)."""

import datetime as dt
import json
import shutil
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from b2b_company import make_company
from builders import canonical
from validating import run, unreadable

from crmwb import engine, history, storage
from crmwb.contract.features import INTERESTS
from crmwb.errors import operational
from crmwb.features.customers import customers
from crmwb.features.interests import interests
from crmwb.features.snapshots import snapshot
from crmwb.params import load

pytestmark = [
    pytest.mark.skipif(find_spec("pyspark") is None, reason="needs the extra spark"),
    pytest.mark.skipif(shutil.which("java") is None, reason="needs Java"),
    pytest.mark.filterwarnings(
        "ignore::FutureWarning:pyspark", "ignore::ResourceWarning", "ignore::DeprecationWarning"
    ),
]

DAY = dt.date(2025, 10, 1)


def same(ours: Path, theirs: Path) -> None:
    """Hold the Parquet files of two folders, or two files, against each other: numbers to 1e-9, all else exact.

    The checksums of the history are by each engine's own hash.
    """
    files = [ours] if ours.is_file() else sorted(ours.rglob("*.parquet"))
    assert files
    for file in files:
        other = theirs if ours.is_file() else theirs / file.relative_to(ours)
        one, two = pq.read_table(file), pq.read_table(other)
        assert one.schema == two.schema
        assert one.num_rows == two.num_rows
        for name in set(one.column_names) - {"checksum"}:
            if pa.types.is_floating(one.schema.field(name).type):
                assert one[name].is_null().equals(two[name].is_null()), f"{file} {name}"
                pair = (t[name].to_numpy() for t in (one, two))
                np.testing.assert_allclose(*pair, rtol=1e-9, err_msg=f"{file} {name}")
            else:
                assert one[name].equals(two[name]), f"{file} {name}"


def test_history_and_features_are_those_of_duckdb(con, spark, tmp_path):
    company = make_company(tmp_path / "canonical", n_customers=1000, years=2, seed=1)
    chosen = load(Path(__file__).parents[2] / "params.yaml").features
    for name, one in {"duckdb": con, "spark": spark}.items():
        folder = tmp_path / name
        tables = storage.open_tables(one, company.folder)
        past = history.update(one, tables, DAY, chosen.off_season_months, folder / "history")
        described = customers(tables, DAY, chosen, past)
        storage.write_query(one, described, folder / "customers.parquet", ["customer_id"])
        storage.write_query(one, interests(tables, DAY), folder / "interests.parquet", INTERESTS.key)
        query = engine.compiled(one, snapshot(tables, engine.day("month_end"), chosen, past).order_by("customer_id"))
        rows = engine.run_on(one, query, month_end=dt.date(2025, 7, 1)).read_all().cast(query.schema)
        pq.write_table(rows, folder / "snapshot.parquet")
    same(tmp_path / "duckdb", tmp_path / "spark")


def dirty_source(n: int) -> dict[str, pa.Table]:
    """Return order lines with everything wrong: keys twice or unknown, odd numbers, strangers; and their customers."""
    rng = np.random.default_rng(7)
    schema = canonical(
        "transactions", "customer_id order_id line_no ordered_at revenue\nc0 o0 1 2024-01-01 1.00"
    ).schema
    sales = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in rng.integers(0, 60, n)],
            "order_id": rng.choice([*(f"o{i:05d}" for i in range(n)), None], n),
            "line_no": rng.integers(0, 3, n),
            "ordered_at": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 365 * 86_400, n), unit="s"),
            "quantity": rng.choice([1.0, 2.5, 500.0, np.inf], n, p=[0.5, 0.3, 0.1, 0.1]),
            "revenue_cents": rng.integers(-50, 5000, n),
            "is_return": False,
        }
    )
    sales = pa.Table.from_pandas(sales.reindex(columns=schema.names), schema=schema, preserve_index=False)
    people = canonical("customers", "customer_id\n" + "\n".join(f"c{i}" for i in range(50)))
    return {"customers": people, "transactions": pa.concat_tables([sales, sales.slice(0, 50)])}


def test_what_is_clean_and_what_is_quarantined_are_those_of_duckdb(con, spark, tmp_path):
    tables = dirty_source(3000)
    lost = {"transactions": unreadable([("f.csv", 7, None, "too many fields", "{}")])}
    ours, theirs = (run(one, tmp_path / one.name, tables, lost) for one in (con, spark))
    same(ours.folder / "clean", theirs.folder / "clean")
    one, two = (outcome.quarantine("transactions") for outcome in (ours, theirs))
    assert len(one) > 300
    pd.testing.assert_frame_equal(written(one), written(two))
    assert ours.summary == theirs.summary


def written(quarantine: pd.DataFrame) -> pd.DataFrame:
    """Return a quarantine with the values of rows read: Spark puts numbers that are not finite in quotes."""
    values = [
        {name: float(v) if v in {"Infinity", "NaN"} else v for name, v in json.loads(row).items()}
        for row in quarantine["values"]
    ]
    read = pd.concat([quarantine.drop(columns="values"), pd.DataFrame(values)], axis=1)
    return read.sort_values(list(read.columns), ignore_index=True)


def test_moments_are_naive_and_words_and_unknowns_are_kept(spark):
    moments = [dt.datetime(2024, 3, 31, 2, 30), dt.datetime(1969, 7, 20, 20, 17, 40, 123456), None]  # noqa: DTZ001
    table = pa.table({"at": pa.array(moments, pa.timestamp("us")), "n": pa.array([2**53 + 1, None, -1])})
    table = table.append_column("`odd name", pa.array(["客户", "", None]))
    table = table.append_column("x", pa.array([float("nan"), None, float("-inf")]))
    rows = engine.batches(spark, engine.open_arrow(spark, table, "given").order_by("n")).read_all()
    expected = table.sort_by("n")
    assert rows.drop_columns("x").equals(expected.drop_columns("x"))
    x = engine.open_arrow(spark, table, "numbers").x
    kinds = [x.isnull(), x.isnan(), x.isinf(), x.notnull()]
    read_back = engine.batches(spark, x.as_table().select(**{f"c{i}": kind for i, kind in enumerate(kinds)})).read_all()
    assert [list(row.values()) for row in read_back.to_pylist()] == [
        [False, True, False, True],
        [True, None, None, False],
        [False, False, True, True],
    ]


def test_rows_come_in_order_from_many_tasks_and_leave_nothing_behind(spark):
    n = 400_000
    shuffled = np.random.default_rng(1).permutation(n)
    table = engine.open_arrow(spark, pa.table({"i": shuffled, "day": [dt.date(2024, 1, 1)] * n}), "shuffled")
    before = set(spark.scratch.iterdir())
    with engine.keeping(spark) as keep:
        kept = keep("kept", table)
        rows = engine.batches(spark, kept.order_by("i")).read_all()
    assert rows["i"].to_pylist() == list(range(n))
    assert set(spark.scratch.iterdir()) == before


def test_a_table_that_is_cut_off_is_named(spark, tmp_path):
    file = tmp_path / "[odd] name*.parquet"
    pq.write_table(pa.table({"a": np.arange(10_000)}), file)
    assert engine.open_parquet(spark, file, "whole", position="row").to_pyarrow()["row"].to_pylist() == list(
        range(10_000)
    )
    file.write_bytes(file.read_bytes()[:-100])
    with pytest.raises(Exception, match="footer") as cut:
        engine.open_parquet(spark, file, "cut")
    assert "damaged or cut off" in operational(cut.value)
