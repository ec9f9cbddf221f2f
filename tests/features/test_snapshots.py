"""History: the feature table at every month end."""

from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import canonical, customers_of

from crmwb import engine, params, storage
from crmwb.contract.canonical import TABLES
from crmwb.contract.features import CUSTOMERS, SNAPSHOTS
from crmwb.features.customers import customers
from crmwb.features.observation import Observation
from crmwb.features.snapshots import month_ends, write_snapshots


def seen(first, as_of):
    return Observation(as_of, first, date(2024, 1, 1), 3, 3, "USD")


def test_month_ends_are_first_days_within_the_window():
    assert month_ends(seen(date(2023, 11, 30), date(2024, 2, 1))) == [
        date(2023, 12, 1),
        date(2024, 1, 1),
        date(2024, 2, 1),
    ]
    assert month_ends(seen(date(2024, 1, 1), date(2024, 1, 31))) == []
    assert month_ends(seen(date(2024, 12, 1), date(2025, 1, 2))) == [date(2025, 1, 1)]


@pytest.fixture(scope="module")
def shop() -> dict[str, pa.Table]:
    """Return 120,000 order lines of 2,000 customers over two months, in row groups for every thread."""
    rng = np.random.default_rng(20240101)
    n = 120_000
    hours = np.sort(rng.integers(0, 24 * 60, n))
    cents = rng.integers(0, 5_000, n)
    returned = rng.random(n) < 0.02
    lines = pd.DataFrame({
        "customer_id": rng.integers(0, 2_000, n).astype(str),
        "order_id": [f"{i // 3:07d}" for i in range(n)],
        "line_no": np.arange(n) % 3 + 1,
        "ordered_at": pd.Timestamp("2024-01-01") + pd.to_timedelta(hours, unit="h"),
        "product_id": rng.integers(0, 300, n).astype(str),
        "quantity": np.where(returned, -1.0, 1.0),
        "revenue_cents": np.where(returned, -cents, cents),
        "discount_cents": rng.integers(0, 500, n),
        "store_id": rng.integers(0, 9, n).astype(str),
        "is_return": returned,
    })  # fmt: skip
    products = pd.DataFrame({"product_id": [str(i) for i in range(300)], "line": [f"l{i % 7}" for i in range(300)]})
    products["unit_cost_cents"] = 1_000
    people = pd.DataFrame({"customer_id": [str(i) for i in range(2_001)], "kind": "person"})
    frames = {"transactions": lines, "products": products, "customers": people}
    return {name: complete(TABLES[name].schema, pa.Table.from_pandas(frame)) for name, frame in frames.items()}


def complete(schema: pa.Schema, table: pa.Table) -> pa.Table:
    """Return the table in the contract's schema: columns that it lacks are NULL."""
    columns = [
        table[f.name].cast(f.type) if f.name in table.column_names else pa.nulls(len(table), f.type) for f in schema
    ]
    return pa.Table.from_arrays(columns, schema=schema)


def write(shop, folder, features, threads):
    """Write the features as the stage does and return the folder."""
    observation = Observation(date(2024, 3, 1), date(2024, 1, 1), date(2024, 2, 29), 2_001, 2_000, "USD")
    with engine.connect(params.EngineParams(threads=threads, memory_limit_gb=2)) as con:
        for name, table in shop.items():
            pq.write_table(table, folder / f"{name}.parquet", row_group_size=20_000)
        tables = storage.open_tables(con, folder)
        query = customers(tables, observation.as_of, features)
        storage.write_query(con, query, folder / "out" / "customers.parquet", ["customer_id"])
        write_snapshots(con, tables, observation, features, folder / "out" / "snapshots")
    return folder / "out"


def test_one_thread_and_two_write_the_same_bytes_and_a_snapshot_is_the_table_of_its_day(shop, tmp_path, features):
    for threads in (1, 2):
        (tmp_path / str(threads)).mkdir()
    one, two = (write(shop, tmp_path / str(threads), features, threads) for threads in (1, 2))
    assert storage.content_hash(one) == storage.content_hash(two)

    described = pq.read_table(one / "customers.parquet")
    snapshots = pa.concat_tables(map(pq.read_table, storage.parts(one / "snapshots")))
    assert described.schema == CUSTOMERS.schema
    assert snapshots.schema == SNAPSHOTS.schema
    days = snapshots["as_of"].to_pylist()
    assert sorted(set(days)) == [date(2024, month, 1) for month in (2, 3)]
    keys = list(zip(days, snapshots["customer_id"].to_pylist(), strict=True))
    assert keys == sorted(set(keys))

    buyers = described.filter(pa.compute.greater(described["n_purchase_days"], 0))
    assert described.num_rows == buyers.num_rows + 1 == 2_001  # the one who never bought has no history
    last = snapshots.filter(pa.compute.equal(snapshots["as_of"], pa.scalar(date(2024, 3, 1)))).drop_columns("as_of")
    assert last.equals(buyers)


def test_a_snapshot_holds_what_was_known_on_its_day(describe, con, features, tmp_path):
    log = canonical(
        "transactions",
        """
        customer_id  ordered_at  revenue
        a            2024-01-10    10.00
        b            2024-02-29    10.00
        a            2024-03-01    10.00
        """,
    )
    tables = {"transactions": log, "customers": customers_of(log)}
    opened = {name: engine.open_arrow(con, table, name) for name, table in tables.items()}
    window = Observation(date(2024, 3, 2), date(2024, 1, 10), date(2024, 3, 1), 2, 2, "USD")
    assert write_snapshots(con, opened, window, features, tmp_path / "s") == 3
    rows = pa.concat_tables(map(pq.read_table, storage.parts(tmp_path / "s"))).to_pylist()
    assert [(r["as_of"].month, r["customer_id"], r["n_purchase_days"]) for r in rows] == [
        (2, "a", 1),
        (3, "a", 1),
        (3, "b", 1),
    ]
    for row in rows:
        day = row.pop("as_of")
        assert row == vars(describe(day, **tables)[row["customer_id"]])
