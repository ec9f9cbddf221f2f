"""Mappings that are far too long, odd or hostile: each is read in time, or refused in one short sentence."""

import json
import time
from pathlib import Path

import pytest

from crmwb import layout
from crmwb.errors import CrmwbError
from crmwb.sources import delivery

HEADER = "customer,order,day,units,amount\n"
LINES = "".join(f"{c},{i},2024-01-{1 + i % 28:02d},1,5.00\n" for i, c in enumerate("abc" * 20))


def refused(exports, *words):
    with pytest.raises(CrmwbError) as caught:
        exports.ingest()
    message = str(caught.value)
    assert len(message) < 700, message
    for word in words:
        assert word in message


@pytest.mark.parametrize("source", [{"column": "customer"}, {"expression": "trim(customer)"}])
def test_20_000_replacements_are_joined(exports, source):
    n = 20_000
    exports.write(
        HEADER + "".join(f"c{i},{i},2024-01-{1 + i % 28:02d},1,5.00\n" for i in range(n)) + "x,-1,2024-01-01,1,5.00\n"
    )
    exports.map({"customer_id": {**source, "replace": {f"c{i}": f"C{i // 2}" for i in range(n)}}})
    began = time.process_time()
    lines = exports.ingest().table("transactions")
    assert time.process_time() - began < 60  # nested, it took longer than anybody waited
    by_order = lines.set_index("order_id")["customer_id"]
    assert by_order.nunique() == n // 2 + 1
    assert by_order["7"] == "C3"
    assert by_order["-1"] == "x"


@pytest.mark.parametrize(
    ("columns", "word"),
    [
        ({"ordered_at": {"expression": "date(day, '%Q')"}}, "%Q"),
        ({"ordered_at": {"column": "day", "format": "%Q"}}, "%Q"),
        ({"channel": "n" * 5_000}, "has no column"),
        ({"channel": {"constant": "n" * 5_000}}, ""),
        ({"revenue_cents": {"expression": "amount * " + "1" * 5_001}}, "longer than 2,000"),
        ({"revenue_cents": {"expression": "amount * " + "1" * 500}}, "digits"),
        ({"revenue_cents": {"constant": int("1" * 300)}}, "does not go with"),
        ({"channel": {"expression": "left(customer, " + "1" * 1_500 + ")"}}, "1,000"),
        ({"channel": {"expression": "replace(" * 60 + "customer" + ",'a','b')" * 60}}, "nested too deeply"),
        ({"channel": {"expression": "concat(" * 45 + "customer" + ",customer)" * 45}}, "nested too deeply"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_odd_columns_are_refused_in_a_sentence(exports, columns, word):
    exports.write(HEADER + LINES)
    exports.map(columns)
    if word:
        refused(exports, word)
    else:
        exports.ingest()


def test_nested_replacing_works(exports):
    exports.write(HEADER + LINES)
    nested = "customer"
    for i in range(40):
        nested = f"replace({nested}, '{i}', 'x')"
    exports.map({"channel": {"expression": nested}})
    assert set(exports.ingest().table("transactions")["channel"]) == {"a", "b", "c"}


@pytest.mark.parametrize(
    "encoding", ["rot13", "base64", "zip", "undefined", "idna", "punycode", "hex", "unicode_escape", "no such"]
)
def test_odd_encodings_are_refused(exports, encoding):
    exports.write(HEADER + LINES)
    exports.map(encoding=encoding)
    refused(exports, "encoding")


def test_a_number_of_5_001_digits_in_the_mapping(exports):
    exports.write(HEADER + LINES)
    exports.map()
    path = exports.root / "mappings" / "sales.yaml"
    path.write_text(path.read_text().replace("quantity: units", f"quantity: {{constant: {'1' * 5_001}}}"))
    refused(exports, "sales.yaml:", "5,001 digits")


def test_a_number_of_5_001_digits_in_the_data_is_set_aside(exports):
    exports.write(HEADER + LINES + f"a,x,2024-01-01,{'1' * 5_001},{'9' * 5_001}.00\n")
    assert len(exports.ingest().unreadable("transactions")) == 1


def test_a_file_name_of_5_000_characters(exports):
    exports.map(file="n" * 5_000)
    refused(exports, "too long")


def test_a_row_added_while_the_file_is_read_stops_ingest_and_keeps_what_was_there(exports, monkeypatch):
    sales = exports.write(HEADER + LINES)
    before = exports.ingest().manifest
    sha256 = delivery._sha256

    def meanwhile(path: Path) -> str:
        with sales.open("a") as file:
            file.write("d,99,2024-02-01,1,5.00\n")
        return sha256(path)

    monkeypatch.setattr(delivery, "_sha256", meanwhile)
    refused(exports, "sales.csv: changed while it was read; run again")
    assert json.loads((exports.root / layout.MANIFEST).read_text()) == before
    assert not list((exports.root / "data").glob(".*.part"))
