"""Artefacts are whole or absent, and the same bytes whatever the order they were made in."""

import math

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from builders import canonical, set_down
from hypothesis import given
from hypothesis import strategies as st

from crmwb import engine, layout, params, storage
from crmwb.contract import lifecycle
from crmwb.errors import CrmwbError

FRAME = pd.DataFrame({"customer_id": ["b", "a", "c"], "revenue_cents": [2, 1, 3], "share": [0.5, math.nan, 1.0]})


@given(st.permutations(range(3)))
def test_row_order_does_not_change_the_bytes(tmp_path_factory, order):
    folder = tmp_path_factory.mktemp("frames")
    storage.write_frame(FRAME, folder / "a.parquet", order_by=["customer_id"])
    storage.write_frame(FRAME.iloc[list(order)], folder / "b.parquet", order_by=["customer_id"])
    assert (folder / "a.parquet").read_bytes() == (folder / "b.parquet").read_bytes()


def test_nan_is_written_as_null(tmp_path):
    storage.write_frame(FRAME, tmp_path / "a.parquet", order_by=["customer_id"])
    assert pq.read_table(tmp_path / "a.parquet")["share"].to_pylist() == [None, 0.5, 1.0]


def test_an_integer_sum_is_written_as_an_integer(con, tmp_path):
    two_lines = canonical("transactions", "customer_id ordered_at revenue\na 2024-01-01 1\na 2024-01-02 2")
    log = engine.open_arrow(con, two_lines, "log")
    query = log.group_by("customer_id").agg(revenue_cents=log.revenue_cents.sum())
    assert storage.write_query(con, query, tmp_path / "a.parquet", order_by=["customer_id"]) == 1
    written = pq.read_table(tmp_path / "a.parquet")
    assert written.schema.field("revenue_cents").type == pa.int64()
    assert written["revenue_cents"].to_pylist() == [300]


@pytest.mark.parametrize("by", ["customer_id", "cents"])
def test_threads_do_not_change_the_bytes(tmp_path, by):
    frame = pd.DataFrame({"customer_id": [f"c{i % 977:04d}" for i in range(300_000)], "cents": range(300_000)})
    frame.to_parquet(tmp_path / "in.parquet")
    for threads in (1, 2):
        with engine.connect(params.EngineParams(threads=threads, memory_limit_gb=1)) as con:
            log = engine.open_parquet(con, tmp_path / "in.parquet", "log")
            query = log.group_by(by).agg(total_cents=log.cents.sum(), n=log.count())
            storage.write_query(con, query, tmp_path / f"{threads}.parquet", order_by=[by])
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()


def test_a_failed_write_leaves_the_old_file_and_no_litter(tmp_path):
    path = tmp_path / "a.json"
    storage.write_json({"n": 1}, path)
    with pytest.raises(ZeroDivisionError), storage.replacing(path) as beside:
        beside.write_text(f"half {1 / 0}")
    assert storage.read_json(path) == {"n": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_a_failed_folder_leaves_the_old_folder_and_no_litter(tmp_path):
    path = tmp_path / "clean"
    with storage.replacing_folder(path) as beside:
        (beside / "a").write_text("1")
    with pytest.raises(ZeroDivisionError), storage.replacing_folder(path) as beside:
        (beside / "a").write_text(f"half {1 / 0}")
    assert (path / "a").read_text() == "1"
    assert [p.name for p in tmp_path.iterdir()] == ["clean"]


def test_what_a_killed_run_left_is_swept_away(tmp_path):
    (tmp_path / ".a.json.abc.part").write_text("half")
    (tmp_path / ".clean.abc.part").mkdir()
    storage.write_json(1, tmp_path / "a.json")
    with storage.replacing_folder(tmp_path / "clean"):
        pass
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.json", "clean"]


def test_artefacts_of_one_grain_are_read_as_one_frame(tmp_path):
    set_down(pd.DataFrame({"customer_id": ["b", "a", "c"]}), lifecycle.CUSTOMERS, tmp_path)
    set_down(pd.DataFrame({"customer_id": ["c", "a"], "risk_class": ["low", "at_risk"]}), lifecycle.RISK, tmp_path)
    read = storage.read_joined("customer_id", lifecycle.CUSTOMERS, lifecycle.RISK, root=tmp_path)
    assert read["customer_id"].tolist() == ["a", "b", "c"]
    assert read["risk_class"].fillna("").tolist() == ["at_risk", "", "low"]


@pytest.mark.parametrize("ids", [["a", "b", "c"], ["b", "a", "c"], ["a", "c"], []])
def test_frames_are_set_side_by_side_as_a_join_does(ids):
    customers = pd.DataFrame({"customer_id": ["a", "b", "c"], "n": [1, 2, 3]})
    part = pd.DataFrame(
        {"customer_id": pd.Series(ids, dtype=object), "cents": pd.Series(range(len(ids)), dtype="int64")}
    )
    joined = storage.joined_on("customer_id", customers, part)
    pd.testing.assert_frame_equal(joined, customers.merge(part, on="customer_id", how="left"))


def test_of_the_same_customers_nothing_is_joined(monkeypatch):
    monkeypatch.delattr(pd.DataFrame, "merge")
    customers = pd.DataFrame({"customer_id": ["a", "b"]})
    assert storage.joined_on("customer_id", customers, customers.assign(cents=[1, 2]))["cents"].tolist() == [1, 2]


def test_nobody_is_said_two_things_of():
    customers = pd.DataFrame({"customer_id": ["a", "a"]})
    with pytest.raises(pd.errors.MergeError):
        storage.joined_on("customer_id", customers, customers.assign(cents=[1, 2]))


def test_artefacts_of_the_same_customers_are_set_side_by_side_without_being_joined(tmp_path, monkeypatch):
    ids = pd.DataFrame({"customer_id": ["a", "b"]})
    set_down(ids, lifecycle.CUSTOMERS, tmp_path)
    set_down(ids.assign(risk_class=["low", "at_risk"]), lifecycle.RISK, tmp_path)
    joined = storage.read(lifecycle.CUSTOMERS, root=tmp_path).merge(storage.read(lifecycle.RISK, root=tmp_path))
    monkeypatch.delattr(pd.DataFrame, "merge")
    read = storage.read_joined("customer_id", lifecycle.CUSTOMERS, lifecycle.RISK, root=tmp_path)
    pd.testing.assert_frame_equal(read, joined)


def test_json_refuses_what_json_does_not_know(tmp_path):
    with pytest.raises(ValueError, match="not JSON compliant"):
        storage.write_json({"gini": math.nan}, tmp_path / "a.json")
    assert not (tmp_path / "a.json").exists()


def test_a_missing_artefact_says_how_to_make_it(tmp_path):
    for read in (storage.read_json, storage.read_frame):
        with pytest.raises(CrmwbError, match="dvc repro"):
            read(tmp_path / "absent")


def test_the_content_hash_sees_names_and_bytes_but_not_the_place(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name / "sub").mkdir(parents=True)
        (tmp_path / name / "sub" / "f").write_text("x")
    one, two = (storage.content_hash(tmp_path / n / "sub") for n in ("one", "two"))
    assert one == two
    (tmp_path / "two" / "sub" / "f").write_text("y")
    assert storage.content_hash(tmp_path / "two" / "sub") != one


def test_the_root_is_found_from_below_and_missed_elsewhere(tmp_path):
    (tmp_path / "params.yaml").touch()
    (tmp_path / "dvc.yaml").touch()
    (tmp_path / "notebooks" / "explore").mkdir(parents=True)
    assert layout.root(tmp_path / "notebooks" / "explore") == tmp_path.resolve()
    with pytest.raises(CrmwbError, match="no crmwb project"):
        layout.root(tmp_path.parent)


def test_customers_are_known_by_their_places_among_all_ids():
    ids = pa.array(["a", "b", "c"])
    assert storage.places(pa.array(["b", "z", None, "a"]), ids).tolist() == [1, -1, -1, 0]
