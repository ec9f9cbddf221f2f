"""Records of delimited text: counted as the reader counts rows, and written again byte for byte."""

import pytest

from crmwb.sources.formats import ROW, open_file, packed
from crmwb.sources.mapping import TableMapping
from crmwb.sources.privacy import records
from crmwb.sources.source_files import SourceFile

TEXTS = [
    "a,b\n1,2\n3,4\n",
    "a,b\r\n1,2\r\n3,4",  # no line end at the end
    'a,b\r1,"2\r\n\n2"\r3,4\r',
    '"a","b"\n"1","2 ""x"" 2"\n\n3,\n,4\n\n',  # blank lines are rows of nothing
    'a,b\n1 "x",2\n"1"2,3\nx"y,z"\n',  # quotes within a field mean nothing
    'a,b\n"",""\n"\n","\r"\nü,€\n',
    "\ufeffa,b\n1,2\n",
    'title, "with, commas\nand more\na,b\n1,2\n',
]


@pytest.mark.parametrize("block", [1, 2, 7, 1 << 20])
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("quote", ['"', None])
def test_the_same_bytes_and_the_same_rows_as_the_reader(tmp_path, monkeypatch, text, block, quote):
    if quote is None and '"' in text and not text.startswith("title"):
        text = text.replace('"', "'")
    monkeypatch.setattr(packed, "BLOCK_BYTES", block)
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode())
    mapping = TableMapping.model_validate(
        {"file": "a.csv", "quote": quote, "skip_rows": 2 if text.startswith("title") else 0, "columns": {"x": "a"}}
    )
    file = SourceFile(path, "a.csv")
    seen: dict[int, list[str]] = {}

    def keep(record):
        seen[record.number] = record.fields if record.fields != [""] else ["", ""]  # nothing in either column
        return record.text

    records.rewrite(file, mapping, tmp_path / "b.csv", keep)
    assert (tmp_path / "b.csv").read_bytes() == path.read_bytes()
    monkeypatch.undo()
    opened = open_file(file, mapping)
    read = {}
    for batch in opened.batches([0, 1]):
        read |= {row[ROW]: [row["0"], row["1"]] for row in batch.to_pylist()}
    assert {number: fields for number, fields in seen.items() if number in read} == read
    assert sorted(seen) == sorted([*read, *(number for number, _ in opened.malformed)])


def test_a_field_is_emptied_and_nothing_else():
    record = records.Record(2, '"a ""b""",c,"d\n"\r\n', ",", '"')
    assert record.fields == ['a "b"', "c", "d\n"]
    assert record.without_fields([0]) == ',c,"d\n"\r\n'
    assert record.without_fields([1, 2]) == '"a ""b""",,\r\n'


def test_what_cannot_be_written_the_same_is_refused(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("a\n".encode("iso2022_jp") + b"\x1b$B\x1b(B\n")  # a change of signs and back: nothing to decode
    mapping = TableMapping.model_validate({"file": "a.csv", "encoding": "iso2022_jp", "columns": {"x": "a"}})
    with pytest.raises(records.NotExactError):
        records.rewrite(SourceFile(path, "a.csv"), mapping, tmp_path / "b.csv", lambda record: record.text)
