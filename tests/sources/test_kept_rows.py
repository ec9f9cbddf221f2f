"""Files that are as they were are not read again, and nobody can tell from what is written."""

import hashlib
import shutil
from pathlib import Path

import pandas as pd
import pytest
from exporting import COLUMNS, HEADER, PEOPLE

from crmwb import layout
from crmwb.sources import kept_rows, staging
from crmwb.sources.privacy import forgotten, secret

JANUARY = HEADER + "b,o2,2024-01-02,1,2\na,o1,2024-01-01,1,1.5\na,o3,2024-01-31,2,3\n"
FEBRUARY = HEADER + "a,o4,2024-02-01,1,1\nc,o5,2024-02-03,1,7\n"


@pytest.fixture
def months(exports):
    exports.write(JANUARY, "2024-01.csv")
    exports.write(FEBRUARY, "2024-02.csv")
    exports.map(file="2024-*.csv")
    return exports


@pytest.fixture
def read_files(monkeypatch):
    """Name the files that are read, once each time."""
    names: list[str] = []
    whole = staging.open_file

    def noted(file, mapping):
        names.append(file.name)
        return whole(file, mapping)

    monkeypatch.setattr(staging, "open_file", noted)
    return names


def hashes(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def step_by_step_and_from_scratch(exports) -> None:
    """Ingest with what is kept, and then without: the same bytes."""
    stepped = hashes(exports.ingest().folder)
    shutil.rmtree(layout.KEPT_ROWS)
    assert hashes(exports.ingest().folder) == stepped


def test_only_a_new_file_is_read(months, read_files):
    months.ingest()
    assert read_files == ["2024-01.csv", "2024-02.csv"]
    months.write(HEADER + "d,o6,2024-03-02,1,2\na,o0,2024-03-01,1,1\n", "2024-03.csv")
    read_files.clear()
    rows = months.ingest().table("transactions")
    assert read_files == ["2024-03.csv"]
    assert rows.order_id.tolist() == ["o0", "o1", "o2", "o3", "o4", "o5", "o6"]
    step_by_step_and_from_scratch(months)


def test_a_corrected_file_is_read_again_and_one_that_is_gone_is_forgotten(months, read_files):
    months.ingest()
    months.write(JANUARY.replace("1.5", "2.5"), "2024-01.csv")
    read_files.clear()
    months.ingest()
    assert read_files == ["2024-01.csv"]
    (months.raw / "2024-01.csv").unlink()
    rows = months.ingest().table("transactions")
    assert rows.order_id.tolist() == ["o4", "o5"]
    assert len(list(layout.KEPT_ROWS.iterdir())) == 2  # the file, and its month
    step_by_step_and_from_scratch(months)


@pytest.mark.parametrize("bad", ["x,o7,never,1,1\n", "x,o7\n"])
def test_a_file_with_a_row_that_cannot_be_read_is_read_each_time(months, read_files, bad):
    months.write(JANUARY + bad, "2024-01.csv")
    before = months.ingest()
    read_files.clear()
    after = months.ingest()
    assert read_files == ["2024-01.csv"]
    assert after.manifest == before.manifest
    assert after.manifest["tables"]["transactions"]["unreadable"] == 1


def test_what_the_filter_leaves_out_of_a_kept_file_is_counted(months, read_files):
    months.write(JANUARY + ",o8,2024-01-05,1,4\n", "2024-01.csv")
    months.map(file="2024-*.csv", filter="customer is not null and order <> 'o4'")
    before = months.ingest().manifest["tables"]["transactions"]
    assert before["filtered"] == 2
    assert before["without_customer"] == {"rows": 1, "revenue_cents": 400}
    read_files.clear()
    assert months.ingest().manifest["tables"]["transactions"] == before
    assert not read_files


def test_another_mapping_reads_every_file_again(months, read_files):
    months.ingest()
    read_files.clear()
    months.map({"revenue_cents": {"column": "amount", "unit": "thousands"}}, file="2024-*.csv")
    rows = months.ingest().table("transactions")
    assert read_files == ["2024-01.csv", "2024-02.csv"]
    assert rows.revenue_cents.max() == 700_000


@pytest.mark.parametrize("other", ["code", "packages"])
def test_what_other_code_or_packages_read_is_read_again(months, read_files, monkeypatch, other):
    with monkeypatch.context() as then:
        if other == "code":
            then.setattr(kept_rows, "MODULES", ("calendar.py",))
        else:
            then.setattr(kept_rows, "version", lambda _: "another")
        months.ingest()
    read_files.clear()
    months.ingest()
    assert read_files == ["2024-01.csv", "2024-02.csv"]
    step_by_step_and_from_scratch(months)


def test_derived_customers_have_what_kept_files_say_of_them(exports, read_files):
    exports.write("customer,order,day,units,amount,place\na,o1,2024-01-01,1,1,north\nb,o2,2024-01-02,1,2,\n", "1.csv")
    exports.write("customer,order,day,units,amount\nb,o3,2024-02-02,1,2\n", "2.csv")
    people = PEOPLE | {"columns": {"kind": {"constant": "person"}, "region": "place"}}
    sales = {"file": "1.csv", "columns": COLUMNS}
    exports.map(tables={"transactions": [sales, sales | {"file": "2.csv"}], "customers": people})
    before = pd.read_parquet(exports.ingest().folder / "customers.parquet")
    assert before.region.fillna("unknown").tolist() == ["north", "unknown"]
    read_files.clear()
    assert pd.read_parquet(exports.ingest().folder / "customers.parquet").equals(before)
    assert not read_files
    step_by_step_and_from_scratch(exports)


def test_addresses_that_customers_are_described_by_are_not_kept(exports, read_files):
    exports.write("customer,order,day,units,amount,place\na,o1,2024-01-01,1,1,ann@example.org\nb,o2,2024-01-01,1,1,\n")
    columns = {"kind": {"constant": "person"}, "region": "place"}
    exports.map(tables={"customers": PEOPLE | {"columns": columns}})
    exports.ingest()
    assert not layout.KEPT_ROWS.exists()
    read_files.clear()
    exports.ingest()
    assert read_files == ["sales.csv"]


def test_what_customers_are_worked_out_of_is_not_kept(exports):
    exports.write("customer,order,day,units,amount,number\na,o1,2024-01-01,1,1,1970-AB-7\n")
    columns = {"kind": {"constant": "person"}, "region": {"expression": "left(number, 4)"}}
    exports.map(tables={"customers": PEOPLE | {"columns": columns}})
    assert exports.ingest().table("customers").region.tolist() == ["1970"]
    assert not layout.KEPT_ROWS.exists()


def test_nobody_forgotten_is_kept(months, read_files):
    months.ingest()
    secret.make_key()
    forgotten.add(["c"])
    read_files.clear()
    months.ingest()
    assert read_files == ["2024-01.csv", "2024-02.csv"]
    read_files.clear()
    months.ingest()
    assert read_files == ["2024-02.csv"]
    kept = pd.concat(pd.read_parquet(path) for path in layout.KEPT_ROWS.rglob("*.parquet"))
    assert set(kept.customer_id.dropna()) == {"a", "b"}


def test_a_damaged_kept_file_is_read_again(months, read_files):
    whole = hashes(months.ingest().folder)
    read_files.clear()
    for name in sorted(path.relative_to(layout.KEPT_ROWS) for path in layout.KEPT_ROWS.rglob("*.parquet")):
        content = (part := layout.KEPT_ROWS / name).read_bytes()
        part.unlink()
        part.write_bytes(content[:100])
        assert hashes(months.ingest().folder) == whole
    assert sorted(read_files) == ["2024-01.csv", "2024-02.csv"]
