"""Ingested is clean and quarantined, in rows and cents, whatever is wrong with the data; and always the same bytes."""

import json
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import canonical, customers_of
from hypothesis import event, given, settings
from hypothesis import strategies as st
from validating import run, unreadable

from crmwb import engine, params, storage
from crmwb.errors import CrmwbError
from crmwb.quality import account
from crmwb.quality.account import Account

GOOD = canonical(
    "transactions",
    "customer_id order_id line_no ordered_at revenue\n"
    + "\n".join(f"c{i % 4} o{i // 3} {i % 3 + 1} 2024-01-{i + 1:02d} {i + 1}.37" for i in range(20)),
)
WRONG = {
    "customer_id": [None, "stranger", ""],
    "order_id": [None, "o0"],
    "line_no": [None, 0, 1, -3],
    "ordered_at": [None],
    "quantity": [None, float("nan"), float("inf"), 0.0, 1e308],
    "revenue_cents": [None, -1, 0, 10**15],
    "discount_cents": [-1, 0],
    "is_return": [None, True],
}
FAULT = st.sampled_from(sorted(WRONG)).flatmap(
    lambda column: st.tuples(st.integers(0, GOOD.num_rows - 1), st.just(column), st.sampled_from(WRONG[column]))
)
LOST = st.tuples(st.just("f.csv"), st.integers(1, 99), st.none(), st.just("too many fields"), st.just("{}"))


@settings(max_examples=12)
@given(
    faults=st.lists(FAULT, max_size=12),
    twice=st.lists(st.integers(0, GOOD.num_rows - 1), max_size=4),
    strangers=st.sets(st.sampled_from(["c0", "c1", "c2"])),
    lost=st.lists(LOST, max_size=4),
)
def test_nothing_is_lost_in_rows_or_cents(faults, twice, strangers, lost):
    rows = GOOD.take([*range(GOOD.num_rows), *twice]).to_pylist()
    for row, column, value in faults:
        rows[row][column] = value
    sales = pa.Table.from_pylist(rows, schema=GOOD.schema)
    people = customers_of(GOOD)
    people = people.filter([i not in strangers for i in people["customer_id"].to_pylist()])
    with (
        engine.connect(params.EngineParams(threads=2, memory_limit_gb=1)) as con,
        tempfile.TemporaryDirectory() as folder,
    ):
        try:
            outcome = run(
                con,
                Path(folder) / "q",
                {"customers": people, "transactions": sales},
                {"transactions": unreadable(lost)},
            )
        except CrmwbError as error:
            event("nothing usable")
            if "is usable" in str(error):
                return
            raise
        clean, left = outcome.clean("transactions"), outcome.quarantine("transactions")
    assert len(clean) + len(left) == sales.num_rows + len(lost)
    assert left["source_file"].notna().sum() == len(lost)
    values = [json.loads(v) for v in left.loc[left["source_file"].isna(), "values"]]
    cents = sum(v["revenue_cents"] or 0 for v in values)
    ingested = sum(row["revenue_cents"] or 0 for row in rows)
    assert clean["revenue_cents"].sum() + cents == ingested
    account = outcome.summary["tables"]["transactions"]
    assert account["revenue_cents"] == {
        "ingested": ingested,
        "clean": clean["revenue_cents"].sum(),
        "quarantined": cents,
    }
    keys = [(r["order_id"], r["line_no"], r["customer_id"], r["revenue_cents"]) for r in rows]
    kept = clean[["order_id", "line_no", "customer_id", "revenue_cents"]].itertuples(index=False, name=None)
    behind = [(v["order_id"], v["line_no"], v["customer_id"], v["revenue_cents"]) for v in values]
    assert sorted([*kept, *behind], key=str) == sorted(keys, key=str)
    assert not clean.duplicated(["order_id", "line_no"]).any()
    assert set(clean["customer_id"]) <= set(people["customer_id"].to_pylist())
    assert np.isfinite(clean["quantity"]).all()


def big_source(n):
    rng = np.random.default_rng(7)
    sales = pd.DataFrame(
        {
            "customer_id": [f"c{i}" for i in rng.integers(0, 60, n)],
            "order_id": [f"o{i:05d}" for i in rng.integers(0, n, n)],
            "line_no": rng.integers(0, 3, n),
            "ordered_at": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 365, n), unit="D"),
            "quantity": rng.choice([1.0, 2.0, 500.0, np.inf], n, p=[0.5, 0.3, 0.1, 0.1]),
            "revenue_cents": rng.integers(-50, 5000, n),
            "is_return": False,
        }
    )
    schema = GOOD.schema
    sales = pa.Table.from_pandas(sales.reindex(columns=schema.names), schema=schema, preserve_index=False)
    people = canonical("customers", "customer_id\n" + "\n".join(f"c{i}" for i in range(50)))
    return {"customers": people, "transactions": sales.replace_schema_metadata(None)}


def test_the_same_bytes_at_any_number_of_threads_and_the_same_rows_in_any_partitions(tmp_path, monkeypatch):
    source = big_source(5000)
    outcomes = []
    for n, (threads, batch_rows) in enumerate([(1, 2048), (4, 2048), (2, 262_144)]):
        monkeypatch.setattr(engine, "BATCH_ROWS", batch_rows)
        with engine.connect(params.EngineParams(threads=threads, memory_limit_gb=1)) as con:
            outcomes.append(run(con, tmp_path / str(n), source))
    assert outcomes[0].summary == outcomes[1].summary == outcomes[2].summary
    for folder in ("clean", "quarantine"):
        for name in source:
            one, four, whole = (outcome.folder / folder / f"{name}.parquet" for outcome in outcomes)
            assert one.read_bytes() == four.read_bytes()
            assert pq.read_table(one).equals(pq.read_table(whole))
    table = outcomes[0].summary["tables"]["transactions"]
    assert 0 < table["clean"] < table["ingested"]


def test_lost_rows_would_be_noticed(tmp_path):
    for name, n in (("clean", 3), ("quarantine", 1)):
        (tmp_path / name).mkdir()
        pq.write_table(GOOD.slice(0, n), tmp_path / name / "transactions.parquet")
    files = tmp_path / "clean" / "transactions.parquet", tmp_path / "quarantine" / "transactions.parquet"
    account.check_rows(Account(4, 3, 1, 0), *files)
    with pytest.raises(RuntimeError, match="wrote"):
        account.check_rows(Account(5, 3, 2, 0), *files)
    with pytest.raises(RuntimeError, match="wrote"):
        account.check_rows(Account(5, 3, 1, 0), *files)


def test_lost_cents_would_be_noticed(con, tmp_path):
    for name, cents in {"whole": [1, 2, 3], "most": [1, 2], "rest": [3], "less": [2]}.items():
        pq.write_table(pa.table({"revenue_cents": cents}), tmp_path / f"{name}.parquet")
    table = storage.open_tables(con, tmp_path)
    sums = account.money(table["whole"], table["most"], table["rest"])
    assert sums == {"ingested": 6, "clean": 3, "quarantined": 3}
    with pytest.raises(RuntimeError, match="lost or made"):
        account.money(table["whole"], table["most"], table["less"])
