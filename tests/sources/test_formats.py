"""Zip archives, workbooks, JSON lines, folders of Parquet: what each hands over, and how each is refused."""

import datetime as dt
import gzip
import io
import json
import zipfile

import pandas as pd
import pytest
from exporting import HEADER
from workbooks import write_workbook

from crmwb.errors import CrmwbError

ROWS = ["a,o1,2024-01-01,2,10.50", "b,o2,2024-01-02,-1,-3.00"]
CSV = HEADER + "\n".join(ROWS) + "\n"
NAMES = HEADER.strip().split(",")
CELLS = [["a", "o1", dt.date(2024, 1, 1), 2, 10.5], ["b", "o2", dt.date(2024, 1, 2), -1, -3.0]]


def check_rows(ingested):
    rows = ingested.table("transactions")
    assert list(rows.customer_id) == ["a", "b"]
    assert list(rows.order_id) == ["o1", "o2"]
    assert list(rows.ordered_at) == [pd.Timestamp(2024, 1, 1), pd.Timestamp(2024, 1, 2)]
    assert list(rows.quantity) == [2, -1]
    assert list(rows.revenue_cents) == [1050, -300]


def zipped(members):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return content.getvalue()


def frame(rows=ROWS):
    table = pd.DataFrame([row.split(",") for row in rows], columns=NAMES)
    return table.assign(amount=table.amount.astype(float), units=table.units.astype(int))


def refused(exports, *words):
    with pytest.raises(CrmwbError) as caught:
        exports.ingest()
    message = str(caught.value)
    assert "\n" not in message
    for word in words:
        assert word in message


# --- zip and gzip


@pytest.mark.parametrize("file", ["sales.zip", "sales.zip/sales.csv", "sales.zip/*.csv"])
def test_a_file_in_a_zip_archive(exports, file):
    exports.write(zipped({"sales.csv": CSV, "__MACOSX/._sales.csv": "x"}), "sales.zip")
    exports.map(file=file)
    ingested = exports.ingest()
    check_rows(ingested)
    assert [f["path"] for f in ingested.manifest["source"]["files"]] == ["sales.zip"]


def test_several_files_in_a_zip_archive(exports):
    exports.write(zipped({"2023/sales.csv": HEADER + ROWS[0], "2024/sales.csv": HEADER + ROWS[1] + "\nx"}), "all.zip")
    exports.map(file="all.zip/*/sales.csv")
    ingested = exports.ingest()
    check_rows(ingested)
    assert ingested.unreadable("transactions").source_file.tolist() == ["all.zip/2024/sales.csv"]


def test_a_zip_archive_with_several_files_must_say_which(exports):
    exports.write(zipped({"a.csv": CSV, "b.csv": CSV}), "all.zip")
    exports.map(file="all.zip")
    refused(exports, "all.zip holds 2 files (a.csv, b.csv)", "name one, such as all.zip/a.csv")
    exports.map(file="all.zip/c.csv")
    refused(exports, "all.zip holds no c.csv", "a.csv, b.csv")


def test_a_zip_archive_that_is_cut_off(exports):
    whole = zipped({"sales.csv": CSV})
    exports.write(whole[: len(whole) // 2], "sales.zip")
    exports.map(file="sales.zip")
    refused(exports, "sales.zip", "cut off")


def test_a_zip_archive_whose_content_is_damaged(exports):
    whole = bytearray(zipped({"sales.csv": CSV}))
    whole[60] ^= 255
    exports.write(bytes(whole), "sales.zip")
    exports.map(file="sales.zip")
    refused(exports, "sales.zip/sales.csv", "damaged")


BOMB = HEADER + "a,o1,2024-01-01,1,1\n" * 4_000_000  # 80 MB that pack to less than 400 KB


@pytest.mark.parametrize("name", ["bomb.csv.gz", "bomb.zip"])
def test_a_bomb_is_refused(exports, name):
    exports.write(gzip.compress(BOMB.encode(), 6) if name.endswith("gz") else zipped({"bomb.csv": BOMB}), name)
    exports.map(file=name)
    refused(exports, name, "zip bomb")


# --- workbooks


def test_a_workbook(exports):
    write_workbook(exports.raw / "sales.xlsx", {"Sales": [NAMES, *CELLS]})
    exports.map(file="sales.xlsx")
    check_rows(exports.ingest())


def test_a_sheet_by_name_with_rows_above_its_header(exports):
    sheets = {"Notes": [["nothing"]], "Sales": [["Sales of January"], [], NAMES, *CELLS]}
    write_workbook(exports.raw / "sales.xlsx", sheets)
    exports.map(file="sales.xlsx", sheet="Sales", skip_rows=1)
    check_rows(exports.ingest())
    exports.map(file="sales.xlsx")
    refused(exports, "sales.xlsx: has 2 sheets (Notes, Sales)", "(sheet)")
    exports.map(file="sales.xlsx", sheet="Sale")
    refused(exports, "has no sheet 'Sale'", "Notes, Sales")


def test_cells_are_read_as_a_person_reads_them(exports):
    rows = [
        [17850.0, True, dt.datetime.fromisoformat("2024-01-01T12:30"), 33.300000000000004, 0.1 + 0.2],
        [None, None, None, None, None],
        ["x", "o2", dt.date(2024, 1, 2), 1, "#N/A"],
    ]
    write_workbook(exports.raw / "sales.xlsx", {"Sales": [NAMES, *rows]})
    exports.map(file="sales.xlsx")
    ingested = exports.ingest()
    row = ingested.table("transactions").iloc[0]
    assert (row.customer_id, row.order_id, row.ordered_at) == ("17850", "true", pd.Timestamp(2024, 1, 1, 12, 30))
    assert (row.quantity, row.revenue_cents) == (33.3, 30)
    lost = ingested.unreadable("transactions").iloc[0]  # row 4: the empty row is none, but has its number
    assert (lost.source_row, lost.reason) == (4, "no revenue_cents")


@pytest.mark.parametrize("name", ["sales.xlsx", "sales.xls"])
@pytest.mark.parametrize("content", [b"", b"<html><table><tr><td>1</td></tr></table></html>", CSV.encode()])
def test_what_is_no_workbook(exports, name, content):
    exports.write(content, name)
    exports.map(file=name)
    refused(exports, name)


def test_a_workbook_that_is_cut_off(exports):
    whole = write_workbook(exports.raw / "whole.xlsx", {"Sales": [NAMES, *CELLS]}).read_bytes()
    exports.write(whole[: len(whole) // 2], "sales.xlsx")
    exports.map(file="sales.xlsx")
    refused(exports, "sales.xlsx: cut off")


def test_an_empty_sheet(exports):
    write_workbook(exports.raw / "sales.xlsx", {"Sales": []})
    exports.map(file="sales.xlsx")
    refused(exports, "sheet 'Sales' is empty")


# --- JSON lines


def test_json_lines(exports):
    rows = [dict(zip(NAMES, row.split(","), strict=True)) for row in ROWS]
    exports.write("\r\n".join(json.dumps(row) for row in rows) + "\r\n\r\n", "sales.jsonl")
    exports.map(file="sales.jsonl")
    check_rows(exports.ingest())


def test_json_objects_within_objects_and_numbers_to_their_last_digit(exports):
    exports.write(
        '{"customer": {"id": "a", "vip": true}, "order": 17850, "day": "2024-01-01", "units": 1, "amount": 2.675}\n'
        '{"order": null, "customer": {"id": "b"}}\n'
        '{"customer": {"id": ["c"]}, "order": 1, "day": "2024-01-01", "units": 1, "amount": 1}\n'
        '{"customer": {"id": "d"}, "order": 1, "order": 2}\n'
        '[1, 2]\n{"customer": \n',
        "sales.jsonl",
    )
    exports.map({"customer_id": "customer.id", "channel": "customer.vip"}, file="sales.jsonl")
    ingested = exports.ingest()
    row = ingested.table("transactions").iloc[0]
    assert (row.customer_id, row.order_id, row.revenue_cents, row.channel) == ("a", "17850", 268, "true")
    lost = ingested.unreadable("transactions")
    assert lost.source_row.tolist() == [2, 3, 4, 5, 6]
    assert lost.reason.tolist()[1:] == [
        "customer.id holds a list",
        "the key 'order' stands there twice",
        "no JSON object",
        "no JSON: expecting value at character 13",
    ]


@pytest.mark.parametrize("indent", [None, 2])
def test_json_lists_are_read_one_after_another(exports, indent):
    rows = [
        {"customer": {"id": i % 3}, "order": i, "day": "2024-01-05", "units": 1, "amount": 1.25} for i in range(12_000)
    ]
    text = "\n".join(json.dumps(page, indent=indent) for page in (rows[:17], rows[17:]))
    exports.write(text, "sales.json")
    exports.map({"customer_id": "customer.id"}, file="sales.json")
    read = exports.ingest().table("transactions")
    assert len(read) == 12_000
    assert read.revenue_cents.sum() == 125 * 12_000


@pytest.mark.parametrize("indent", [None, 2])
def test_a_json_list_under_keys_is_read(exports, indent):
    rows = [
        dict(zip(NAMES, row.split(","), strict=True)) | {"tags": ["a"], "of": {"n": i}} for i, row in enumerate(ROWS)
    ]
    whole = {"count": 2, "data": {"page": 1, "none": [], "orders": rows, "links": [{"rel": "next"}]}, "ok": True}
    exports.write(json.dumps(whole, indent=indent), "sales.json")
    exports.map(file="sales.json")
    check_rows(exports.ingest())


def test_several_long_json_lists_in_one_file_are_refused(exports):
    rows = [dict(zip(NAMES, row.split(","), strict=True)) for row in ROWS]
    exports.write(json.dumps({"orders": rows, "refunds": rows}), "sales.json")
    exports.map(file="sales.json")
    refused(exports, "sales.json: holds several lists (orders, refunds); save each into a file of its own")


def test_one_json_object_a_line_may_hold_lists(exports):
    rows = [dict(zip(NAMES, row.split(","), strict=True)) | {"lines": [{"a": 1}, {"a": 2}]} for row in ROWS]
    exports.write("\n".join(map(json.dumps, rows)), "sales.json")
    exports.map(file="sales.json")
    check_rows(exports.ingest())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[{"customer": "a"}, {"customer": "b"}', "object 3 of its list cannot be read (its end is missing)"),
        ('[{"customer": "a"}, {"customer": ', "object 2 of its list cannot be read"),
        (
            '[{"customer": "a", "customer": "b"}]',
            "object 1 of its list cannot be read (the key 'customer' stands there twice)",
        ),
        ("[1, 2]", "no JSON lines (no JSON object)"),
    ],
    ids=["cut off", "cut within an object", "twins", "numbers"],
)
def test_damaged_json_lists_are_refused(exports, text, fault):
    exports.write(text, "sales.json")
    exports.map(file="sales.json")
    refused(exports, f"sales.json: {fault}")


# --- Parquet


@pytest.mark.parametrize("file", ["sales", "sales/*.parquet", "sales/**/*.parquet"])
def test_a_folder_of_parquet_files(exports, file):
    (exports.raw / "sales").mkdir()
    frame(ROWS[:1]).to_parquet(exports.raw / "sales" / "1.parquet")
    frame(ROWS[1:]).to_parquet(exports.raw / "sales" / "2.parquet")
    exports.map(file=file)
    ingested = exports.ingest()
    check_rows(ingested)
    assert [f["path"] for f in ingested.manifest["source"]["files"]] == ["sales/1.parquet", "sales/2.parquet"]


def test_what_stands_in_the_names_of_folders_is_a_column(exports):
    table = frame().assign(shop=["Köln / Süd", None])
    table.to_parquet(exports.raw / "sales", partition_cols=["shop", "day"])
    exports.map({"store_id": "shop"}, file="sales")
    ingested = exports.ingest()
    check_rows(ingested)
    assert ingested.table("transactions").store_id.tolist()[0] == "Köln / Süd"
    assert ingested.table("transactions").store_id.isna().tolist() == [False, True]


# --- several parts, filters, rows above the header


def test_several_files_of_different_shape_fill_one_table(exports):
    exports.write(HEADER + ROWS[0] + "\n")
    exports.write("Kunde;Nr;Tag;Stück;Betrag;Land\nb;o2;02.01.2024;-1;-3,00;DE\n", "laden.csv")
    shop = {
        "file": "laden.csv",
        "delimiter": ";",
        "decimal": ",",
        "columns": {
            "customer_id": "Kunde",
            "order_id": "Nr",
            "ordered_at": {"column": "Tag", "format": "%d.%m.%Y"},
            "quantity": "Stück",
            "revenue_cents": "Betrag",
            "is_return": {"expression": "Betrag < 0"},
            "channel": {"constant": "shop"},
        },
    }
    exports.map()
    web = exports.mapping["tables"]["transactions"]
    people = {"derived_from": "transactions", "columns": {"kind": {"constant": "person"}, "country": "Land"}}
    exports.map(tables={"transactions": [web, shop], "customers": people})
    ingested = exports.ingest()
    check_rows(ingested)
    assert ingested.table("transactions").channel.tolist()[1] == "shop"
    assert ingested.table("customers").country.tolist()[1] == "DE"
    people["columns"]["country"] = "Staat"
    exports.map(tables={"transactions": [web, shop], "customers": people})
    refused(exports, "customers.columns.country", "no file of transactions has a column 'Staat'")
    seen = {
        "file": "sales.csv",
        "columns": {"interaction_id": {"one_per": "row"}, "customer_id": "customer", "occurred_at": "day"},
    }
    seen["columns"] |= {"department": {"constant": "sales"}, "kind": {"constant": "visit"}}
    people["derived_from"] = ["transactions", "interactions"]
    exports.map(tables={"transactions": [web, shop], "interactions": seen, "customers": people})
    refused(exports, "customers.columns.country", "no file of transactions or interactions has a column 'Staat'")


def test_lines_are_numbered_through_the_parts_of_a_table(exports):
    exports.write(HEADER + "a,o1,2024-01-01,1,1\n")
    exports.write(HEADER + "a,o1,2024-01-01,1,2\n", "more.csv")
    exports.map()
    part = exports.mapping["tables"]["transactions"]
    exports.map(tables={"transactions": [part, part | {"file": "more.csv"}]})
    rows = exports.ingest().table("transactions")
    assert rows[["line_no", "revenue_cents"]].values.tolist() == [[1, 200], [2, 100]]  # more.csv stands first


def test_a_filter_leaves_rows_out_and_counts_them(exports, capsys):
    exports.write(HEADER + "a,o1,2024-01-01,1,5\n,o2,2024-01-01,1,5\nb,o3,2024-01-01,1,0\nc,o4,2024-01-01,1,x\n")
    exports.map(filter="customer is not null and amount > 0")
    ingested = exports.ingest()
    account = ingested.manifest["tables"]["transactions"]
    assert (account["rows"], account["filtered"], account["unreadable"]) == (1, 2, 1)
    lost = ingested.unreadable("transactions").iloc[0]  # that x is not above 0 cannot be told
    assert (lost.source_row, lost.column) == (5, "revenue_cents; filter")
    assert "2 rows left out by the filter" in capsys.readouterr().err


def test_rows_above_the_header(exports):
    exports.write('"Report of\r\nJanuary"\r\n\r\n' + CSV.replace("\n", "\r\n") + "x\r\n")
    exports.map(skip_rows=3)
    ingested = exports.ingest()
    check_rows(ingested)
    assert ingested.unreadable("transactions").source_row.tolist() == [7]


def test_rows_that_stand_in_the_mapping(exports):
    exports.write(CSV)
    campaigns = {"rows": [{"campaign_id": 1, "starts_on": "2024-01-01", "cost_cents": 12.5}]}
    exports.map(tables={"campaigns": campaigns})
    row = exports.ingest().table("campaigns").iloc[0]
    assert (row.campaign_id, row.starts_on, row.cost_cents) == ("1", dt.date(2024, 1, 1), 1250)
    exports.map(tables={"campaigns": {"rows": [{"campaign_id": "x"}, {"campaign_id": "y", "starts_on": "soon"}]}})
    refused(exports, "tables.campaigns: row 1: starts_on: no starts_on")
    exports.map(tables={"campaigns": {"rows": [{"campaign": "x", "campaign_id": "y", "starts_on": "2024-01-01"}]}})
    refused(exports, "tables.campaigns.columns.campaign: no such column; did you mean campaign_id?")
