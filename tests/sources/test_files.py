"""Files of many kinds, and the same rows out of each."""

import gzip
import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from exporting import HEADER

from crmwb import storage
from crmwb.contract.canonical import TABLES

ROWS = HEADER + "a,o1,2024-01-01,2,10.50\nb,o2,2024-01-02,-1,-3.00\n"


def check_rows(ingested):
    rows = ingested.table("transactions")
    assert list(rows.customer_id) == ["a", "b"]
    assert list(rows.order_id) == ["o1", "o2"]
    assert list(rows.ordered_at) == [pd.Timestamp(2024, 1, 1), pd.Timestamp(2024, 1, 2)]
    assert list(rows.quantity) == [2, -1]
    assert list(rows.revenue_cents) == [1050, -300]
    assert list(rows.is_return) == [False, True]


def test_a_table_has_the_contracts_columns_and_types(exports):
    exports.write(ROWS)
    folder = exports.ingest().folder
    assert pq.read_schema(storage.parts(folder / "transactions")[0]).equals(TABLES["transactions"].schema)
    assert pq.read_schema(folder / "customers.parquet").equals(TABLES["customers"].schema)


@pytest.mark.parametrize(
    ("content", "options"),
    [
        (ROWS, {}),
        (ROWS.replace("\n", "\r\n"), {}),
        (ROWS.replace("\n", "\r"), {}),
        (ROWS.rstrip("\n"), {}),
        ("\ufeff" + ROWS, {}),
        (ROWS.encode("utf-16"), {"encoding": "utf-16"}),
        (ROWS.replace(",", ";"), {"delimiter": ";"}),
        (ROWS.replace(",", "\t"), {"delimiter": "\t"}),
        (ROWS.replace(",", "   "), {"delimiter": "whitespace"}),
        ("\n".join(f"  {line} " for line in ROWS.replace(",", " \t ").splitlines()), {"delimiter": "whitespace"}),
        (ROWS.replace(",", "  ").replace("\n", "  \r"), {"delimiter": "whitespace"}),
        (ROWS.removeprefix(HEADER), {"column_names": HEADER.strip().split(",")}),
        (ROWS.replace("o1", '"o1"').replace("amount", '" amount "'), {}),
        (ROWS.replace("o1", "'o1'"), {"quote": "'"}),
        (gzip.compress(ROWS.encode()), {}),
    ],
    ids=[
        "lf", "crlf", "cr", "no-last-break", "bom", "utf-16", "semicolon", "tab", "blanks", "blanks-around",
        "blanks-cr",
        "no-header", "quoted", "other-quote", "gzip",
    ],
)  # fmt: skip
def test_the_same_rows_from_every_kind_of_text(exports, content, options):
    exports.write(content)
    exports.map(**options)
    check_rows(exports.ingest())


def test_the_same_rows_from_parquet_whatever_its_types(exports):
    table = pa.table(
        {
            "customer": ["a", "b"],
            "order": pa.array(["o1", "o2"]).dictionary_encode(),
            "day": pa.array([1704067200, 1704153600], pa.timestamp("s", tz="Europe/Berlin")),
            "units": pa.array([2, -1], pa.int8()),
            "amount": [10.5, -3.0],
        }
    )
    pq.write_table(table, exports.raw / "sales.parquet")
    exports.map(file="sales.parquet")
    check_rows(exports.ingest())


def test_a_glob_reads_all_its_files_and_rows_keep_their_own_file(exports):
    exports.write(HEADER + "a,o1,2024-01-01,2,10.50\n", "sales_1.csv")
    exports.write("amount,units,day,order,customer\n-3.00,-1,2024-01-02,o2,b\nnone,1,2024-01-02,o3,b\n", "sales_2.csv")
    exports.map(file="sales_*.csv")
    ingested = exports.ingest()
    check_rows(ingested)
    assert [f["path"] for f in ingested.manifest["source"]["files"]] == ["sales_1.csv", "sales_2.csv"]
    assert ingested.unreadable("transactions")[["source_file", "source_row"]].values.tolist() == [["sales_2.csv", 3]]


def test_a_quoted_line_break_neither_ends_a_row_nor_counts_as_one(exports):
    exports.write(HEADER + '"a",o1,2024-01-01,2,"10.50"\n"b\nb","o2\r\n",2024-01-02,1,3.00\nc,o3,never,1,1\n')
    ingested = exports.ingest()
    assert list(ingested.table("transactions").customer_id) == ["a", "b\nb"]
    assert list(ingested.unreadable("transactions").source_row) == [4]  # as a spreadsheet shows it: the header is row 1


def test_rows_of_a_file_without_header_count_from_one(exports):
    exports.write("a,o1,2024-01-01,2,10.50\nb,o2,never,1,1\n")
    exports.map(column_names=HEADER.strip().split(","))
    assert list(exports.ingest().unreadable("transactions").source_row) == [2]


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(exports):
    exports.write(
        HEADER
        + "a,o1,2024-01-01,2,10.50\n"
        + "a,o2,31/12/2024,two,10.50\n"  # two faults, one row
        + "a,o3,2024-01-01,1\n"  # too few fields
        + "\n"
        + ",o4,2024-01-01,1,1\n"
        + "a,o5,2024-01-01,1,1,1\n"  # too many
        + "b,o6,2024-02-30,1,1e400\n"
    )
    ingested = exports.ingest()
    assert list(ingested.table("transactions").order_id) == ["o1"]
    rows = ingested.unreadable("transactions")
    assert list(rows.source_row) == [3, 4, 5, 6, 7, 8]
    assert set(rows.source_file) == {"sales.csv"}
    date, number = (
        "no date in the format YYYY-MM-DD (with or without time)",
        'no number with decimal ".", or one too large',
    )
    assert list(rows.reason) == [
        f"{date}; {number}; units < 0 cannot be worked out: a value in it is {number}",
        "4 fields instead of 5",
        "no customer; no order; no ordered_at; no quantity; no revenue_cents; no is_return",
        "no customer",
        "6 fields instead of 5",
        f"{date}; {number}",
    ]
    assert list(rows.column[[0, 3]]) == ["ordered_at; quantity; is_return", "customer_id"]
    assert rows.column[[1, 4]].isna().all()
    assert json.loads(rows["values"][0]) == {
        "customer": "a", "order": "o2", "day": "31/12/2024", "units": "two", "amount": "10.50"
    }  # fmt: skip
    account = ingested.manifest["tables"]["transactions"]
    assert account == {"rows": 1, "unreadable": 6, "filtered": 0, "first": "2024-01-01", "last": "2024-01-01"}


def test_columns_that_the_mapping_does_not_name_do_not_enter(exports):
    exports.write("customer,order,day,units,amount,mail\na,o1,2024-01-01,2,1,a@x.org\nb,o2,never,1,1,b@x.org\n")
    folder = exports.ingest().folder
    assert not any(b"x.org" in file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert "x.org" not in pd.read_parquet(folder / "unreadable" / "transactions.parquet").to_json()


def test_there_is_no_folder_of_unreadable_rows_where_all_can_be_read(exports):
    exports.write(ROWS)
    assert sorted(p.name for p in exports.ingest().folder.iterdir()) == [
        "customers.parquet", "manifest.json", "provenance", "transactions"
    ]  # fmt: skip


def test_the_manifest_says_where_the_data_comes_from(exports):
    path = exports.write(ROWS)
    manifest = exports.ingest().manifest
    assert manifest["source"] == {
        "kind": "files", "name": "Sales", "version": None, "licence": None, "caveat": None,
        "files": [{"path": "sales.csv", "sha256": _sha256(path), "bytes": len(ROWS)}],
    }  # fmt: skip
    assert manifest["currency"] == "USD"
    assert manifest["not_available"] == [t for t in TABLES if t not in {"customers", "transactions"}]


def test_many_blocks_are_numbered_through(exports):
    # More than two of the reader's blocks, with rows that are no rows in each.
    row = "c{0},o{0},2024-01-01,1,1.00" + " " * 400 + "\n"
    n = 100_000
    exports.write(HEADER + "".join(row.format(i) if i % 1000 else "broken\n" for i in range(2, n + 2)))
    ingested = exports.ingest()
    assert list(ingested.unreadable("transactions").source_row) == list(range(1000, n + 2, 1000))
    rows = ingested.table("transactions")
    assert len(rows) == n - 100
    assert (rows.customer_id.str[1:] == rows.order_id.str[1:]).all()


@pytest.mark.parametrize("order_id", ["order", {"one_per": "customer_and_day"}, {"one_per": "row"}])
def test_the_same_bytes_at_any_number_of_threads(exports, order_id):
    lines = (
        f"c{i * 7919 % 613},o{i % 2000},2024-01-{1 + i % 33:02d},{i % 5 - 1},{i % 977}.25\n" for i in range(60_000)
    )
    exports.write(HEADER + "".join(lines))
    exports.map({"order_id": order_id})
    hashes = {storage.content_hash(exports.ingest(threads).folder) for threads in (1, 2, 2)}
    assert len(hashes) == 1


def test_dvc_does_not_watch_other_folders_and_ingest_says_so(exports, capsys):
    exports.write(ROWS)
    exports.ingest()
    assert "DVC does not watch" not in capsys.readouterr().err
    exports.raw.rename(exports.root / "elsewhere")
    exports.ingest(directory="elsewhere")
    assert "DVC does not watch" in capsys.readouterr().err


def _sha256(path):
    from hashlib import sha256

    return sha256(path.read_bytes()).hexdigest()
