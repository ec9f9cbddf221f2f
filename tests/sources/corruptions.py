"""A generator of spoilt exports: forty good rows, spoilt in one way each, and what must become of them."""

import gzip
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from workbooks import write_workbook

NAMES = ["customer", "order", "day", "units", "amount"]
N = 40
ROWS = [[f"c{i % 7}", f"o{i}", f"2024-01-{1 + i % 28:02d}", "1", f"{i}.50"] for i in range(N)]


@dataclass(frozen=True)
class Spoilt:
    """A spoilt file, and what must become of it.

    Attributes
    ----------
    content : bytes
        Of the file called `name`.
    lost : set of int
        Rows of `ROWS` that must be set aside, with a reason; all others must be read as they are.
    n_more : int
        Rows set aside that are none of `ROWS`.
    words : str
        Where given, nothing is read, and this stands in the one sentence that says why.
    options : dict
        Of the table, in the mapping.
    """

    content: bytes
    lost: set[int] = field(default_factory=set)
    n_more: int = 0
    words: str = ""
    name: str = "sales.csv"
    options: dict[str, Any] = field(default_factory=dict)


CORRUPTIONS: dict[str, Callable[[], Spoilt]] = {}


def corruption(make: Callable[[], Spoilt]) -> Callable[[], Spoilt]:
    CORRUPTIONS[make.__name__] = make
    return make


def text(rows: list[list[str]] = ROWS, header: list[str] = NAMES, end: str = "\n", sign: str = ",") -> str:
    return end.join(sign.join(row) for row in [header, *rows]) + end


def with_cells(column: str, cells: dict[int, str]) -> list[list[str]]:
    """The rows with other text in some cells of a column."""
    place = NAMES.index(column)
    return [[cells.get(i, v) if j == place else v for j, v in enumerate(row)] for i, row in enumerate(ROWS)]


def with_lines(lines: dict[int, str]) -> str:
    """The text with other lines in the place of some rows; "" leaves an empty line."""
    return "\n".join([",".join(NAMES), *(lines.get(i, ",".join(row)) for i, row in enumerate(ROWS))]) + "\n"


def zipped(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def lines_of_json(change: Callable[[int, str], str] = lambda _, line: line) -> bytes:
    rows = (json.dumps(dict(zip(NAMES, row, strict=True))) for row in ROWS)
    return ("\n".join(change(i, row) for i, row in enumerate(rows)) + "\n").encode()


def parquet(**columns: Any) -> bytes:
    content = io.BytesIO()
    table = pa.Table.from_pandas(pd.DataFrame(ROWS, columns=NAMES))
    for name, values in columns.items():
        table = table.set_column(NAMES.index(name), name, values)
    pq.write_table(table, content)
    return content.getvalue()


def workbook() -> bytes:
    content = io.BytesIO()
    write_workbook(content, {"Sales": [NAMES, *ROWS]})
    return content.getvalue()


GZ = {"name": "sales.csv.gz", "options": {"file": "sales.csv.gz"}}
ZIP = {"name": "sales.zip", "options": {"file": "sales.zip"}}
JSON = {"name": "sales.jsonl", "options": {"file": "sales.jsonl"}}
PARQUET = {"name": "sales.parquet", "options": {"file": "sales.parquet"}}
EXCEL = {"name": "sales.xlsx", "options": {"file": "sales.xlsx"}}


def cells() -> Iterator[tuple[str, str, str]]:
    """Cells that are no values: name, column, what stands there. Each must set its row aside, and no other."""
    yield from (
        ("a_customer_that_is_empty", "customer", ""),
        ("a_customer_of_blanks", "customer", "   "),
        ("an_order_that_is_empty", "order", ""),
        ("a_date_of_another_country", "day", "31.01.2024"),
        ("a_date_with_the_month_first", "day", "01/31/2024"),
        ("a_year_of_two_digits", "day", "24-01-31"),
        ("a_day_that_never_was", "day", "2024-02-30"),
        ("a_date_of_zeros", "day", "0000-00-00"),
        ("a_year_of_five_digits", "day", "20224-01-01"),
        ("the_number_of_a_day_in_excel", "day", "45292"),
        ("a_date_in_words", "day", "yesterday"),
        ("a_date_with_an_impossible_time", "day", "2024-01-01 25:61"),
        ("the_infinite_date", "day", "infinity"),
        ("an_amount_too_large", "amount", "1e308"),
        ("an_amount_beyond_floating_point", "amount", "1e400"),
        ("an_amount_that_is_no_number", "amount", "NaN"),
        ("an_infinite_amount", "amount", "-inf"),
        ("an_amount_with_a_decimal_comma", "amount", '"1,50"'),
        ("an_amount_with_thousands", "amount", '"1,234.50"'),
        ("an_amount_with_its_currency", "amount", "$5.00"),
        ("an_amount_in_brackets", "amount", "(5.00)"),
        ("an_amount_with_two_points", "amount", "1.234.50"),
        ("an_amount_in_arabic_digits", "amount", "١٢"),
        ("an_amount_as_a_hexadecimal", "amount", "0x1F"),
        ("an_amount_with_an_underscore", "amount", "1_000"),
        ("an_amount_with_a_letter_o", "amount", "1O.50"),
        ("an_amount_with_a_hard_blank_within", "amount", "1\u00a0000"),
        ("a_formula_for_an_amount", "amount", "=1+1"),
        ("an_error_of_excel", "amount", "#DIV/0!"),
        ("a_quantity_in_words", "units", "two"),
        ("a_quantity_that_is_missing", "units", ""),
    )


for _name, _column, _cell in cells():
    CORRUPTIONS[_name] = lambda column=_column, cell=_cell: Spoilt(text(with_cells(column, {7: cell})).encode(), {7})


@corruption
def dates_in_three_formats():
    days = {i: day for i in range(0, N, 4) for i, day in ((i, "31.01.2024"), (i + 1, "1/31/24"), (i + 2, "Jan 31"))}
    return Spoilt(text(with_cells("day", days)).encode(), set(days))


@corruption
def zeros_with_a_sign():
    return Spoilt(text(with_cells("amount", {0: "-0.50", 5: "5.500"})).replace("-0.50", "0.50").encode())


@corruption
def formulas_for_names():
    return Spoilt(text(with_cells("order", {3: "=cmd|' /C calc'!A0", 4: "@SUM(1)", 5: "+1", 6: "-1"})).encode())


@corruption
def an_empty_file():
    return Spoilt(b"", words="the file is empty")


@corruption
def a_header_only():
    return Spoilt(text([]).encode(), words="a header but no rows")


@corruption
def a_line_break_only():
    return Spoilt(b"\n", words="first row is empty")


@corruption
def blanks_only():
    return Spoilt(b"   \n  \n", words="first row is empty")


@corruption
def no_header():
    return Spoilt(text().partition("\n")[2].encode(), words="has no column 'customer'")


@corruption
def a_header_in_capitals():
    return Spoilt(text(header=[name.upper() for name in NAMES]).encode(), words="the closest there: CUSTOMER")


@corruption
def a_header_with_a_column_twice():
    return Spoilt(text(header=["customer", "order", "day", "amount", "amount"]).encode(), words="more than once")


@corruption
def a_header_with_one_name_too_many():
    return Spoilt(text(header=[*NAMES, "shop"]).encode(), words="none of its 40 rows is usable")


@corruption
def a_header_in_another_order_than_its_rows():
    return Spoilt(text(header=["day", "amount", "customer", "order", "units"]).encode(), words="none of its 40 rows")


@corruption
def a_header_with_blanks_around():
    return Spoilt(text(header=[f" {name} " for name in NAMES]).encode())


@corruption
def a_header_that_comes_again_and_again():
    return Spoilt(with_lines({9: f"{','.join(ROWS[9])}\n{','.join(NAMES)}"}).encode(), n_more=1)


@corruption
def columns_in_another_order():
    order = [3, 1, 4, 0, 2]
    return Spoilt(text([[row[i] for i in order] for row in ROWS], [NAMES[i] for i in order]).encode())


@corruption
def rows_in_another_order():
    rows = list(ROWS)
    random.Random(1).shuffle(rows)
    return Spoilt(text(rows).encode())


@corruption
def a_last_row_that_is_cut_off():
    return Spoilt(text().encode()[: -len("2024-01-12,1,39.50\n")], {39})


@corruption
def a_row_with_one_field_too_few():
    return Spoilt(with_lines({5: "c5,o5,2024-01-06,1"}).encode(), {5})


@corruption
def a_row_with_one_field_too_many():
    return Spoilt(with_lines({5: "c5,o5,2024-01-06,1,5.50,x"}).encode(), {5})


@corruption
def an_amount_with_a_comma_that_nobody_quoted():
    return Spoilt(with_lines({5: "c5,o5,2024-01-06,1,5,50"}).encode(), {5})


@corruption
def an_empty_line_between_rows():
    return Spoilt(with_lines({5: f"{','.join(ROWS[5])}\n"}).encode(), n_more=1)


@corruption
def a_delimiter_that_changes():
    return Spoilt(with_lines({i: ";".join(ROWS[i]) for i in range(30, N)}).encode(), set(range(30, N)))


@corruption
def another_delimiter():
    return Spoilt(text(sign=";").encode(), words="check the delimiter")


@corruption
def a_delimiter_at_the_end_of_every_row():
    return Spoilt(text([[*row, ""] for row in ROWS]).encode(), words="none of its 40 rows is usable")


@corruption
def line_breaks_of_every_kind():
    return Spoilt(
        "".join(line + end for line, end in zip(text().splitlines(), ["\n", "\r\n"] * 21, strict=False)).encode()
    )


@corruption
def a_quoted_line_break():
    return Spoilt(with_lines({5: '"c5","o5\r\n","2024-01-06","1"," \n5.50\r\n"'}).encode())


@corruption
def a_quote_that_is_never_closed():
    return Spoilt(with_lines({5: 'c5,"o5,2024-01-06,1,5.50'}).encode(), words="never closed")


@corruption
def a_quote_within_a_value():
    return Spoilt(with_lines({5: 'c5,o"5,2024-01-06,1,5.50'}).encode())


@corruption
def a_field_of_ten_megabytes():
    return Spoilt(with_lines({5: f"c5,{'o' * 10_000_000},2024-01-06,1,5.50"}).encode())


@corruption
def a_field_of_forty_megabytes():
    return Spoilt(with_lines({5: f"c5,{'o' * 40_000_000},2024-01-06,1,5.50"}).encode(), words="longer than 16 MB")


@corruption
def a_byte_order_mark():
    return Spoilt(b"\xef\xbb\xbf" + text().encode())


@corruption
def two_byte_order_marks():
    return Spoilt(b"\xef\xbb\xbf" * 2 + text().encode(), words="has no column 'customer'")


@corruption
def utf_16_that_nobody_announced():
    return Spoilt(text().encode("utf-16"), words="is no utf-8 text")


@corruption
def utf_16_without_its_mark():
    return Spoilt(text().encode("utf-16-le"), words="NUL bytes")


@corruption
def a_letter_in_another_encoding():
    return Spoilt(text().encode().replace(b"o7", b"\xf67"), words="(0xf6) is no utf-8 text")


@corruption
def two_encodings_in_one_file():
    return Spoilt("größe\n".encode() + "größe\n".encode("latin-1"), words="is no utf-8 text")


@corruption
def a_nul_byte():
    return Spoilt(text().encode().replace(b"o7", b"o\x007"), words="NUL bytes")


@corruption
def zeros_at_the_end():
    return Spoilt(text().encode() + bytes(4096), words="NUL bytes")


@corruption
def random_bytes():
    return Spoilt(random.Random(1).randbytes(5000), words="sales.csv: ")


@corruption
def gzip_that_is_cut_off():
    return Spoilt(gzip.compress(text().encode())[:-20], words="cut off or damaged", **GZ)


@corruption
def gzip_with_a_flipped_bit():
    packed = bytearray(gzip.compress(text().encode()))
    packed[len(packed) // 2] ^= 16
    return Spoilt(bytes(packed), words="cut off or damaged", **GZ)


@corruption
def gzip_with_something_behind_it():
    return Spoilt(gzip.compress(text().encode()) + b"and more", words="cut off or damaged", **GZ)


@corruption
def gzip_that_is_none():
    return Spoilt(text().encode(), words="cut off or damaged", **GZ)


@corruption
def gzip_by_another_name():
    return Spoilt(gzip.compress(text().encode()))


@corruption
def a_gzip_bomb():
    return Spoilt(gzip.compress(text([]).encode() + b"c0,o0,2024-01-01,1,0.50\n" * 3_500_000), words="zip bomb", **GZ)


@corruption
def a_zip_bomb():
    return Spoilt(zipped({"sales.csv": bytes(200_000_000)}), words="sales.zip/sales.csv", **ZIP)


@corruption
def a_zip_archive_that_is_cut_off():
    return Spoilt(zipped({"sales.csv": text().encode()})[:-30], words="cut off", **ZIP)


@corruption
def a_zip_archive_with_nothing_in_it():
    return Spoilt(zipped({}), words="holds nothing", **ZIP)


@corruption
def a_zip_archive_in_a_zip_archive():
    return Spoilt(zipped({"sales.zip": zipped({"sales.csv": text().encode()})}), words="sales.zip/sales.zip", **ZIP)


@corruption
def a_locked_zip_archive():
    packed = bytearray(zipped({"sales.csv": text().encode()}))
    for at in (packed.find(b"PK\x03\x04") + 6, packed.find(b"PK\x01\x02") + 8):
        packed[at] |= 1
    return Spoilt(bytes(packed), words="cannot be unpacked", **ZIP)


@corruption
def a_zip_archive_by_another_name():
    return Spoilt(zipped({"sales.csv": text().encode()}), words="is a zip archive or an Excel workbook")


@corruption
def a_workbook_by_another_name():
    return Spoilt(workbook(), words="is a zip archive or an Excel workbook")


@corruption
def a_workbook_that_is_cut_off():
    return Spoilt(workbook()[:900], words="cut off", **EXCEL)


@corruption
def text_called_a_workbook():
    return Spoilt(text().encode(), words="sales.xlsx", **EXCEL)


@corruption
def a_workbook_that_is_a_bomb():
    members = {"xl/workbook.xml": b"<x/>", "xl/sheet.xml": b" " * 100_000_000}
    return Spoilt(zipped(members), words="zip bomb", **EXCEL)


@corruption
def parquet_that_is_cut_off():
    return Spoilt(parquet()[:-100], words="no readable Parquet file", **PARQUET)


@corruption
def parquet_with_a_damaged_page():
    content = bytearray(parquet())
    content[10:60] = bytes(50)
    return Spoilt(bytes(content), words="sales.parquet", **PARQUET)


@corruption
def text_called_parquet():
    return Spoilt(text().encode(), words="no readable Parquet file", **PARQUET)


@corruption
def parquet_called_text():
    return Spoilt(parquet(), words="sales.csv: ")


@corruption
def parquet_of_lists():
    return Spoilt(parquet(customer=[[["c"]] * N]), words="which is no single value", **PARQUET)


@corruption
def parquet_of_numbers_that_are_none():
    amounts = pa.array([float("nan") if i == 7 else i + 0.5 for i in range(N)])
    return Spoilt(parquet(amount=amounts), {7}, **PARQUET)


@corruption
def json_that_is_cut_off():
    return Spoilt(lines_of_json()[:-20], {39}, **JSON)


@corruption
def json_with_a_key_twice():
    return Spoilt(lines_of_json(lambda i, line: line[:-1] + ', "day": ""}' if i == 7 else line), {7}, **JSON)


@corruption
def json_with_a_list():
    return Spoilt(lines_of_json(lambda i, line: line.replace('"c0"', '["c0"]') if i == 7 else line), {7}, **JSON)


@corruption
def json_with_a_number_that_is_none():
    return Spoilt(lines_of_json(lambda i, line: line.replace('"7.50"', "NaN") if i == 7 else line), {7}, **JSON)


@corruption
def json_nested_without_end():
    return Spoilt(lines_of_json(lambda i, line: '{"a":' * 100_000 if i == 7 else line), {7}, **JSON)


@corruption
def json_of_another_shape():
    listed = json.dumps({f"row {i}": dict(zip(NAMES, row, strict=True)) for i, row in enumerate(ROWS)})
    return Spoilt(listed.encode(), words="has no column 'customer'", **JSON)


@corruption
def json_list_that_is_cut_off():
    listed = json.dumps([dict(zip(NAMES, row, strict=True)) for row in ROWS])
    return Spoilt(listed[:-20].encode(), words="cannot be read", **JSON)
