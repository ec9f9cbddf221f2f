"""Where each row came from: kept beside the canonical tables, and told of every row that validation sets aside."""

import pandas as pd
from exporting import HEADER, project_params

from crmwb import engine
from crmwb.quality.validation import validate

ROWS = "b,o2,2024-01-02,1,2\na,o3,2024-01-01,-1,3\na,o1,2024-01-01,1,1\n"


def test_every_row_has_its_place_beside_it(exports):
    exports.write(HEADER + ROWS)
    exports.write(HEADER + "c,o0,2024-01-01,1,1\n", "more.csv")
    exports.map(file="*.csv")
    folder = exports.ingest().folder
    places = pd.read_parquet(folder / "provenance" / "transactions")
    rows = pd.read_parquet(folder / "transactions")
    assert list(zip(rows.order_id, places.source_file, places.source_row, strict=True)) == [
        ("o0", "more.csv", 2),
        ("o1", "sales.csv", 4),
        ("o2", "sales.csv", 2),
        ("o3", "sales.csv", 3),
    ]
    assert not {"source_file", "source_row"} & set(rows.columns)


def test_equal_rows_have_different_places(exports):
    exports.write("customer,order,line,day,units,amount\n" + "a,o1,1,2024-01-01,1,1\n" * 3)
    exports.map({"line_no": "line"})
    folder = exports.ingest().folder
    assert pd.read_parquet(folder / "provenance" / "transactions").source_row.tolist() == [2, 3, 4]


def test_quarantined_rows_name_their_place(exports):
    exports.write(HEADER + ROWS + "".join(f"d,p{i},2024-01-03,1,1\n" for i in range(40)) + "e,o9,never,1,1\n")
    exports.ingest()
    p = project_params()
    clean, quarantine = exports.root / "clean", exports.root / "quarantine"
    clean.mkdir()
    quarantine.mkdir()
    with engine.connect(p.engine) as con:
        validate(con, exports.root / "data" / "canonical", clean, quarantine, p.quality)
    lost = pd.read_parquet(quarantine / "transactions.parquet").sort_values("source_row")
    assert lost.source_file.tolist() == ["sales.csv", "sales.csv"]
    assert lost.source_row.tolist() == [3, 45]  # a return of -1 that brings 3; a day that is none
    assert lost.rule.tolist() == ["return_is_not_positive", "is_readable"]
