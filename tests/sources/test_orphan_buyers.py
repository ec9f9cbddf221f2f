"""Customers of a file, and those who buy and stand in no file."""

import pandas as pd
import pytest
from exporting import HEADER, PEOPLE

from crmwb.errors import CrmwbError

LINES = HEADER + "a,1,2024-01-01,1,10.00\nb,2,2024-01-02,1,5.00\nb,3,2024-02-02,1,5.00\n"
IN_FILE = {"file": "people.csv", "columns": {"customer_id": "nr", "kind": {"constant": "company"}, "city": "city"}}


def test_orphan_buyers_are_kept_with_what_is_not_known_unknown(exports, capsys):
    exports.write(LINES)
    exports.write("nr,city\na,Bonn\nz,Ulm\n", "people.csv")
    exports.map(tables={"customers": [IN_FILE, PEOPLE]})
    ingested = exports.ingest()
    rows = ingested.table("customers").set_index("customer_id")
    assert list(rows.index) == ["a", "b", "z"]
    assert rows.kind.to_dict() == {"a": "company", "b": "person", "z": "company"}
    assert pd.isna(rows.city["b"])
    assert "customers: 1 stand in transactions only, and are kept." in capsys.readouterr().err
    where = pd.read_parquet(ingested.folder / "provenance" / "customers.parquet")
    assert list(where.source_file) == ["people.csv", "sales.csv", "people.csv"]


def test_what_is_derived_stands_last_and_once(exports):
    exports.write(LINES)
    exports.write("nr,city\na,Bonn\n", "people.csv")
    exports.map(tables={"customers": [PEOPLE, IN_FILE]})
    with pytest.raises(
        CrmwbError, match=r"tables\.customers: one part may be derived_from other tables, and stands last"
    ):
        exports.ingest()


def test_the_same_bytes_at_any_number_of_threads(exports):
    exports.write(LINES + "".join(f"c{i % 300},x{i},2024-03-01,1,1.00\n" for i in range(2_000)))
    exports.write("nr,city\na,Bonn\n" + "".join(f"c{i},Ulm\n" for i in range(0, 300, 2)), "people.csv")
    exports.map(tables={"customers": [IN_FILE, PEOPLE]})
    one, two = ((exports.ingest(n).folder / "customers.parquet").read_bytes() for n in (1, 2))
    assert one == two
