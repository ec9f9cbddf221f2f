"""The history: looked up, brought up to date and corrected, it is what the order lines before a day say."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crmwb import engine, history, params, storage
from crmwb.calendar import start_of
from crmwb.contract.canonical import TABLES
from crmwb.engine import duckdb
from crmwb.features.bought import bought
from crmwb.features.customers import customers
from crmwb.history import parts, store
from crmwb.params import FeatureParams

OFF_SEASON = (1, 2, 7, 8)
PARAMS = FeatureParams(
    recent_days=90, off_season_months=OFF_SEASON, max_days_after_last_event=31, n_snapshots=36, min_customers=2
)
END = date(2023, 10, 11)
N = 700


def shop(seed: int = 1) -> dict[str, pd.DataFrame]:
    """Return order lines of 25 customers over 9 months: returns, gifts, unknown values, orders of several days."""
    rng = np.random.default_rng(seed)
    some = lambda values, p=0.1: np.where(rng.random(N) < p, None, rng.choice(values, N))  # noqa: E731
    order = np.sort(rng.integers(0, 300, N))
    who, start = rng.integers(0, 25, 300), rng.integers(0, 240 * 24, 300)
    late = np.where(rng.random(N) < 0.05, rng.integers(0, 40 * 24, N), 0)  # a line that comes later than its order
    returned = rng.random(N) < 0.08
    cents = np.where(rng.random(N) < 0.05, 0, rng.integers(1, 40, N) * 50)  # few amounts, so that some are equal
    lines = pd.DataFrame({
        "customer_id": [f"c{i:02d}" for i in who[order]], "order_id": [f"o{i}" for i in order],
        "line_no": range(1, N + 1),
        "ordered_at": pd.Timestamp("2023-01-10") + pd.to_timedelta(start[order] + late, unit="h"),
        "product_id": some([f"p{i}" for i in range(12)]), "quantity": np.where(returned, -1.0, 1.0),
        "revenue_cents": np.where(returned, -cents, cents), "discount_cents": some([0, 50]),
        "cost_cents": some([30], 0.5), "channel": some(["web", "shop"]), "store_id": some(["s1", "s2", "s3"]),
        "is_return": returned,
    })  # fmt: skip
    products = pd.DataFrame({
        "product_id": [f"p{i}" for i in range(11)], "line": [f"l{i % 2}" for i in range(11)],
        "category": [f"k{i % 4}" for i in range(11)], "brand": [None if i == 3 else f"b{i % 3}" for i in range(11)],
        "unit_cost_cents": range(10, 21),
    })  # fmt: skip
    people = pd.DataFrame({"customer_id": [f"c{i:02d}" for i in range(26)], "kind": "person"})
    return {"transactions": lines, "products": products, "customers": people}


def opened(con, frames):
    """Return the frames as tables of the engine."""
    return {name: engine.open_arrow(con, as_declared(name, frame), name) for name, frame in frames.items()}


def as_declared(name, frame):
    schema = TABLES[name].schema
    some = pa.schema([f for f in schema if f.name in frame])
    known = pa.Table.from_pandas(frame, schema=some, preserve_index=False)
    columns = [known[f.name] if f.name in frame else pa.nulls(len(known), f.type) for f in schema]
    return pa.table(columns, schema=schema)


def rows(con, table):
    return engine.batches(con, table.order_by("customer_id")).read_all().to_pylist()


def kept(con, frames, folder, as_of=END):
    return history.update(con, opened(con, frames), as_of, OFF_SEASON, folder)


@pytest.fixture(scope="module")
def frames():
    return shop()


@pytest.fixture(scope="module")
def whole(frames, tmp_path_factory):
    """Return the folder of a history from scratch."""
    folder = tmp_path_factory.mktemp("whole") / "history"
    with engine.connect(params.EngineParams(threads=2, memory_limit_gb=2)) as con:
        kept(con, frames, folder)
    return folder


def test_a_month_end_is_what_the_lines_before_it_say(con, frames, whole):
    past = history.open_history(con, whole)
    tables = opened(con, frames)
    for day in (date(2023, 2, 1), date(2023, 7, 1), END):
        looked_up = rows(con, customers(tables, day, PARAMS, past))
        earlier = frames["transactions"][frames["transactions"]["ordered_at"] < pd.Timestamp(day)]
        then = opened(con, frames | {"transactions": earlier})
        assert looked_up == rows(con, customers(then, day, PARAMS))


def test_any_moment_is_what_the_lines_before_it_say(con, frames, whole):
    rng = np.random.default_rng(3)
    days = [date(2023, 1, 1) + timedelta(days=int(d)) for d in rng.integers(0, (END - date(2023, 1, 1)).days, 3)]
    exposures = [(f"c{i:02d}", day) for day in (*days, date(2023, 6, 1)) for i in rng.integers(0, 26, 12)]
    exposed = pa.table({"customer_id": [who for who, _ in exposures], "as_of": [day for _, day in exposures]})
    past, tables = history.open_history(con, whole), opened(con, frames)
    moments = engine.open_arrow(con, exposed, "exposures")
    with engine.keeping(con) as keep:
        state = history.as_of_join(moments, past, tables, OFF_SEASON, keep)
        by_moment = {
            (r.pop("customer_id"), r.pop("as_of")): r for r in rows(con, bought(state, state.as_of, has_products=True))
        }
    n = 0
    for day in {day for _, day in exposures}:
        lines = frames["transactions"]
        earlier = opened(con, frames | {"transactions": lines[lines["ordered_at"] < pd.Timestamp(day)]})
        with engine.keeping(con) as keep:
            then = history.advance(earlier, day, OFF_SEASON, keep)
            expected = rows(con, bought(history.last_before(then.months, day), day, has_products=True))
        for row in expected:
            key = (row.pop("customer_id"), day)
            if key in set(exposures):
                assert by_moment.pop(key) == row
                n += 1
    assert n > 20
    assert not by_moment  # whoever had not bought by then has no row


def test_step_by_step_writes_the_bytes_of_from_scratch(con, frames, whole, tmp_path):
    for day in (date(2023, 3, 17), date(2023, 9, 20), date(2023, 7, 9), END):  # once back again
        kept(con, frames, tmp_path / "history", day)
        assert max(file.stem for file in (tmp_path / "history" / "customer_days").iterdir()) <= f"{day:%Y-%m}"
    assert storage.content_hash(tmp_path / "history") == storage.content_hash(whole)


def test_many_parts_are_looked_for_several_at_a_time(con, frames, whole, tmp_path, monkeypatch):
    monkeypatch.setattr(duckdb, "ROWS_AT_ONCE", 50)
    monkeypatch.setattr(parts, "MOST_PARTS", 2)
    assert [list(some) for some in parts._groups(range(10))] == [[0, 1, 2, 3], [3, 4, 5, 6], [6, 7, 8, 9]]
    kept(con, frames, tmp_path / "history")
    assert storage.content_hash(tmp_path / "history") == storage.content_hash(whole)


def test_some_customers_at_a_time_write_the_bytes_of_all_at_once(con, frames, whole, tmp_path, monkeypatch):
    monkeypatch.setattr(duckdb, "ROWS_AT_ONCE", 200)
    for day in (date(2023, 7, 9), END):
        kept(con, frames, tmp_path / "history", day)
    assert storage.content_hash(tmp_path / "history") == storage.content_hash(whole)


def corrected(frames):
    """Return the frames with a line of another amount, one gone, one new, another category, a customer less."""
    lines, products = frames["transactions"].copy(), frames["products"].copy()
    of_one = lines.index[(lines["customer_id"] == "c03") & (lines["ordered_at"] >= "2023-05-01")]
    lines.loc[of_one[0], "revenue_cents"] = 4_321 * np.sign(lines.loc[of_one[0], "quantity"])
    lines = lines.drop(of_one[1])
    new = lines.iloc[[0]].assign(order_id="new", ordered_at=pd.Timestamp("2023-06-05"), customer_id="c25")
    products.loc[9, "category"] = "k9"
    people = frames["customers"][frames["customers"]["customer_id"] != "c11"]
    return frames | {
        "transactions": pd.concat([lines, new], ignore_index=True), "products": products, "customers": people,
    }  # fmt: skip


def test_a_correction_works_its_customers_out_anew_from_there_on(con, frames, whole, tmp_path):
    kept(con, frames, tmp_path / "a")
    one = frames["transactions"].copy()
    one.loc[one["customer_id"] == "c07", "channel"] = "web"
    first = one.loc[(one["customer_id"] == "c07") & (frames["transactions"]["channel"] != "web"), "ordered_at"].min()
    before = {file.stem: file.stat().st_ino for file in (tmp_path / "a" / "customer_months").iterdir()}
    for i, change in enumerate((frames | {"transactions": one}, corrected(frames), frames)):
        kept(con, change, tmp_path / "a")
        if i == 0:
            after = {file.stem: file.stat().st_ino for file in (tmp_path / "a" / "customer_months").iterdir()}
            assert {m for m in before if m < f"{first:%Y-%m}"} <= {m for m in before if before[m] == after[m]}
            assert before != after
        if i == 1:
            kept(con, change, tmp_path / "b")
            assert (tmp_path / "a" / "manifest.json").read_text() == (tmp_path / "b" / "manifest.json").read_text()
    assert (tmp_path / "a" / "manifest.json").read_text() == (whole / "manifest.json").read_text()


def without_one_old_line(lines):
    return lines.drop(lines["ordered_at"].idxmin())


def without_an_old_month(lines):
    return lines[lines["ordered_at"].dt.month != 4]


def without_a_customer(lines):
    return lines[lines["customer_id"] != "c05"]


@pytest.mark.parametrize("fewer", [without_one_old_line, without_an_old_month, without_a_customer])
def test_lines_that_are_gone_leave_the_bytes_of_from_scratch(con, frames, whole, tmp_path, fewer):
    stepped, scratch = tmp_path / "stepped" / "history", tmp_path / "scratch" / "history"
    rest = frames | {"transactions": fewer(frames["transactions"])}
    kept(con, frames, stepped)
    kept(con, rest, stepped)
    kept(con, rest, scratch)
    assert storage.content_hash(stepped) == storage.content_hash(scratch)
    assert storage.content_hash(stepped) != storage.content_hash(whole)


@pytest.mark.parametrize("other", ["choice", "code", "engine"])
def test_what_another_choice_code_or_engine_made_is_not_gone_on_with(con, frames, whole, tmp_path, other):
    folder = tmp_path / "history"
    with pytest.MonkeyPatch.context() as then:
        if other == "code":
            then.setattr(store, "_code", lambda: "another")
        if other == "engine":
            then.setattr(duckdb, "version", lambda: "another")
        off_season = (3,) if other == "choice" else OFF_SEASON
        history.update(con, opened(con, frames), END, off_season, folder)
    before = {file: file.stat().st_mtime_ns for file in folder.rglob("*.parquet")}
    kept(con, frames, folder)
    assert storage.content_hash(folder) == storage.content_hash(whole)
    assert all(file.stat().st_mtime_ns > written for file, written in before.items())


def test_a_damaged_or_missing_file_is_made_again(con, frames, whole, tmp_path):
    folder = tmp_path / "history"
    kept(con, frames, folder)
    (folder / "customer_days" / "2023-05.parquet").write_bytes(b"PAR1")
    (folder / "customer_months" / "2023-07.parquet").unlink()
    kept(con, frames, folder)
    assert storage.content_hash(folder) == storage.content_hash(whole)


def as_files(frames, clean):
    """Write the frames as validate does: order lines in a file for each month."""
    (clean / "transactions").mkdir(parents=True, exist_ok=True)
    for name in ("products", "customers"):
        pq.write_table(as_declared(name, frames[name]), clean / f"{name}.parquet")
    lines = frames["transactions"]
    for month, rows in lines.groupby(lines["ordered_at"].dt.strftime("%Y-%m")):
        pq.write_table(as_declared("transactions", rows), clean / "transactions" / f"{month}.parquet")


@pytest.fixture
def looked_at(monkeypatch):
    """Return a set of the months whose lines are looked at to see whether they changed."""
    months = set()
    month_checksums = store.month_checksums

    def noted(*given):
        found = month_checksums(*given)
        months.update(start_of(month).month for month in found)
        return found

    monkeypatch.setattr(store, "month_checksums", noted)
    return months


def another_category(frames):
    products = frames["products"].assign(category=frames["products"]["category"].replace("k1", "k7"))
    return frames | {"products": products}


def another_channel_in_may(frames):
    lines = frames["transactions"]
    return frames | {"transactions": lines.assign(channel=lines["channel"].mask(lines["ordered_at"].dt.month == 5))}


@pytest.mark.parametrize(
    ("change", "as_of", "again"),
    [
        (lambda frames: frames, END, set()),
        (another_channel_in_may, END, {5}),
        (another_category, END, set(range(1, 10))),
        (lambda frames: frames, date(2023, 9, 15), {9}),
    ],
)
def test_lines_in_files_as_they_were_are_not_looked_at(frames, tmp_path, looked_at, *, change, as_of, again):
    def updated(name, some, day):
        as_files(some, tmp_path / "clean")
        with engine.connect(params.EngineParams(threads=2, memory_limit_gb=2)) as con:
            tables = storage.open_tables(con, tmp_path / "clean")
            history.update(con, tables, day, OFF_SEASON, tmp_path / name, clean=tmp_path / "clean")
        return storage.read_json(tmp_path / name / "manifest.json")

    updated("stepped", frames, END)
    assert looked_at == set(range(1, 10))
    looked_at.clear()
    stepped = updated("stepped", change(frames), as_of)
    assert looked_at == again
    assert stepped == updated("scratch", change(frames), as_of)


def test_nothing_changed_leaves_every_file_alone(con, frames, tmp_path):
    kept(con, frames, tmp_path / "history")
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "history").rglob("*.parquet")}
    kept(con, frames, tmp_path / "history")
    assert before == {file: file.stat().st_mtime_ns for file in (tmp_path / "history").rglob("*.parquet")}
