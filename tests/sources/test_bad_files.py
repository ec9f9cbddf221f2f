"""Files that a company may bring by mistake: one clear sentence that names the file, and nothing is written."""

import gzip
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from exporting import HEADER

from crmwb.errors import CrmwbError

UNREADABLE = Path("/proc/self/mem")  # reading its beginning is an I/O error, even for root
GOOD = HEADER + "".join(f"a,o{i},2024-01-01,2,10.50\n" for i in range(50))


def refused(exports, *words, **where):
    """Ingest must stop with one sentence that holds `words`, and leave the canonical folder as it was."""
    canonical = exports.root / "data" / "canonical"
    canonical.mkdir()
    (canonical / "before").touch()
    with pytest.raises(CrmwbError) as caught:
        exports.ingest(**where)
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith((".", "?"))
    for word in words:
        assert word in message
    assert [p.name for p in (exports.root / "data").rglob("*") if "raw" not in str(p)] == ["canonical", "before"]


def test_a_missing_mapping(exports):
    exports.map()
    refused(exports, "mappings/shop.yaml: no such mapping", "(mappings/sales.yaml)", mapping="mappings/shop.yaml")


def test_a_missing_directory(exports):
    exports.write(GOOD)
    refused(exports, "data/exports", "no such folder", "source.directory", directory="data/exports")


def test_a_missing_file_with_the_one_that_is_meant(exports):
    exports.write(GOOD, "Sales.csv.gz")
    refused(exports, "mappings/sales.yaml:4: tables.transactions.file", "data/raw/sales.csv", "Sales.csv.gz")


def test_a_glob_that_meets_no_file(exports):
    exports.write(GOOD, "sales.txt")
    exports.map(file="2024/*.csv")
    refused(exports, "2024/*.csv does not exist", "sales.txt")


def test_a_folder_in_the_place_of_a_file(exports):
    (exports.raw / "sales.csv").mkdir()
    refused(exports, "sales.csv is a folder", "sales.csv/*.csv")


@pytest.mark.skipif(not UNREADABLE.exists(), reason="this system has no file that exists and cannot be read")
def test_a_file_that_the_system_cannot_read(exports):
    (exports.raw / "sales.csv").symlink_to(UNREADABLE)
    refused(exports, "sales.csv: not readable", "Input/output error")


@pytest.mark.parametrize("name", ["sales.csv", "sales.csv.gz", "sales.parquet"])
def test_an_empty_file(exports, name):
    exports.write(b"", name)
    exports.map(file=name)
    refused(exports, f"{name}: the file is empty")


def test_a_header_and_nothing_else(exports):
    exports.write(HEADER)
    refused(exports, "sales.csv", "a header but no rows")


def test_a_parquet_file_without_rows(exports):
    pd.DataFrame(columns=HEADER.strip().split(",")).to_parquet(exports.raw / "sales.parquet")
    exports.map(file="sales.parquet")
    refused(exports, "sales.parquet", "no rows")


def test_a_first_row_without_names(exports):
    exports.write("\n" + GOOD)
    refused(exports, "sales.csv", "first row is empty")


@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_a_gzip_file_that_is_cut_off(exports, share):
    packed = gzip.compress(GOOD.encode())
    exports.write(packed[: max(3, int(len(packed) * share))], "sales.csv.gz")
    exports.map(file="sales.csv.gz")
    refused(exports, "sales.csv.gz", "cut off or damaged")


def test_a_gzip_file_that_is_none(exports):
    exports.write(GOOD, "sales.csv.gz")
    exports.map(file="sales.csv.gz")
    refused(exports, "sales.csv.gz", "cut off or damaged")


@pytest.mark.parametrize("share", [0.1, 0.6, 0.99])
def test_a_parquet_file_that_is_cut_off(exports, share):
    rows = pd.DataFrame([line.split(",") for line in GOOD.splitlines()[1:]], columns=HEADER.strip().split(","))
    rows.to_parquet(exports.raw / "whole.parquet")
    whole = (exports.raw / "whole.parquet").read_bytes()
    exports.write(whole[: int(len(whole) * share)], "sales.parquet")
    exports.map(file="sales.parquet")
    refused(exports, "sales.parquet", "no readable Parquet file")


def test_a_parquet_column_of_lists(exports):
    pd.DataFrame({c: [["x"]] for c in HEADER.strip().split(",")}).to_parquet(exports.raw / "sales.parquet")
    exports.map(file="sales.parquet")
    refused(exports, "sales.parquet", "'customer'", "list")


def test_a_wrong_column_with_the_closest_ones(exports):
    exports.write(GOOD)
    exports.map({"customer_id": "CustomerID"})
    refused(exports, "tables.transactions.columns.customer_id", "sales.csv has no column 'CustomerID'", "customer")


def test_a_wrong_column_of_a_derived_table(exports):
    exports.write(GOOD)
    columns = {"kind": {"constant": "person"}, "city": "town"}
    exports.map(tables={"customers": {"derived_from": "transactions", "columns": columns}})
    refused(exports, "tables.customers.columns.city", "'town'")


def test_a_wrong_delimiter(exports):
    exports.write(GOOD.replace(",", ";"))
    refused(exports, "has no column", "customer;order;day", "delimiter")


def test_a_column_that_stands_twice(exports):
    exports.write("customer,order,day,units,amount,amount\na,o1,2024-01-01,1,1,2\n")
    refused(exports, "'amount' more than once (5 and 6)", "tables.transactions.columns.revenue_cents")


def test_a_column_that_stands_twice_and_is_not_asked_for(exports):
    exports.write("customer,order,day,units,amount,note,note\na,o1,2024-01-01,1,1,x,y\n")
    assert len(exports.ingest().table("transactions")) == 1


def test_text_in_another_encoding_with_its_place(exports):
    exports.write((GOOD + "Zo").encode() + "é,o,2024-01-01,1,1\n".encode("latin-1"))
    refused(exports, "sales.csv", f"byte {len(GOOD) + 2:,}", "0xe9", "utf-8", "encoding")


def test_the_place_of_a_bad_byte_far_into_a_file(exports):
    exports.write((HEADER + "ü" * 3_000_000).encode() + b"\xff")
    refused(exports, f"byte {len(HEADER) + 6_000_000:,} (0xff)")


def test_a_character_cut_off_at_the_end(exports):
    exports.write(GOOD.encode() + "é".encode()[:1])
    refused(exports, f"byte {len(GOOD):,}", "0xc3")


@pytest.mark.parametrize("content", [GOOD.replace("o7", "o\0").encode(), GOOD.encode("utf-16-le")])
def test_nul_bytes(exports, content):
    exports.write(content)
    refused(exports, "sales.csv", "NUL bytes", "encoding")


def test_a_zip_archive_by_another_name(exports):
    with zipfile.ZipFile(exports.raw / "sales.csv", "w") as archive:
        archive.writestr("sales.csv", GOOD)
    refused(exports, "sales.csv: is a zip archive or an Excel workbook", ".xlsx")


@pytest.mark.parametrize("inner", ["sales.zip", "sales.csv.gz"])
def test_an_archive_within_an_archive(exports, inner):
    packed = gzip.compress(GOOD.encode()) if inner.endswith("gz") else b"PK\x03\x04" + GOOD.encode()
    with zipfile.ZipFile(exports.raw / "out.zip", "w") as archive:
        archive.writestr(inner, packed)
    exports.map(file="out.zip")
    refused(exports, f"out.zip/{inner}: holds another packed file", "unpack it")


def test_an_encrypted_archive(exports):
    path = exports.raw / "out.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("sales.csv", GOOD)
    content = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + at] |= 1  # says that it is encrypted
    path.write_bytes(content)
    exports.map(file="out.zip")
    refused(exports, "out.zip/sales.csv: cannot be unpacked", "encrypted")


@pytest.mark.parametrize("n_after", [1, 1_000_000])
def test_a_quote_that_is_never_closed(exports, n_after):
    exports.write(GOOD + 'a,"o,2024-01-01,1,1\n' + "a,o,2024-01-01,1,1\n" * n_after)
    refused(exports, "sales.csv", "quote", "never closed", "quote: null")


def test_quotes_that_mean_nothing(exports):
    exports.write(HEADER + 'a,12" pipe,2024-01-01,1,1\nb,"x,2024-01-01,1,1\n')
    exports.map(quote=None)
    assert sorted(exports.ingest().table("transactions").order_id) == ['"x', '12" pipe']


def test_a_very_long_value_is_a_value(exports):
    exports.write(HEADER + f"a,{'o' * 10_000_000},2024-01-01,1,1\n")
    assert exports.ingest().table("transactions").order_id.str.len().tolist() == [10_000_000]


def test_a_row_too_long_to_be_one(exports):
    exports.write(HEADER + f"a,{'o' * 40_000_000},2024-01-01,1,1\n")
    refused(exports, "sales.csv", "longer than 16 MB")


def test_no_usable_row(exports, capsys):
    exports.write(HEADER + "a,o1,yesterday,1,1\n" * 20)
    refused(exports, "transactions", "none of its 20 rows is usable")
    assert "20 × ordered_at: no date" in capsys.readouterr().err


def test_a_wrong_number_of_columns(exports):
    exports.write("a,o1,2024-01-01,1,1\n" * 20)
    exports.map(column_names=["customer", "order", "day", "units", "amount", "shop"])
    refused(exports, "transactions", "none of its 20 rows is usable")
