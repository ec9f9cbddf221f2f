"""What stages write is declared, once, and is as declared: in the code, on disk, and in the data dictionary."""

import re

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import yaml
from imports import SRC
from project import PROJECT, STAGES

from crmwb import engine, layout, storage
from crmwb.contract import Kind, dictionary, stages
from crmwb.contract.segments import CROSSWALK
from crmwb.errors import CrmwbError

ARTEFACTS = [artefact for artefacts in stages.STAGES.values() for artefact in artefacts]
BY_PATH = {artefact.path: artefact for artefact in ARTEFACTS}
# Schemas of what no stage writes: columns of a query, and rows of files on their way into the engine.
GENERIC = {"files/parquet.py", "quality/facts.py", "sources/by_file.py", "sources/database.py", "sources/staging.py"}
NOT_OURS = {"raw", "tmp", "kept", "kept_verdicts"}  # of the source, of commands at work, and what may go at any time
ROWS = pd.DataFrame(
    {"scheme": ["tier"], "segment": ["vip"], "other_scheme": ["value_class"], "other_segment": ["high"]}
    | {"n_customers": [2], "share_of_segment": [1.0], "revenue_cents": [30], "clv_cents": [None]}
)


def test_the_stages_are_those_of_the_pipeline_and_write_where_it_says():
    assert set(stages.STAGES) < set(STAGES)
    declared = yaml.safe_load((PROJECT / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
    for stage, artefacts in stages.STAGES.items():
        outs = [next(iter(out)) if isinstance(out, dict) else out for out in declared[stage]["outs"]]
        for artefact in artefacts:
            assert any(artefact.path.is_relative_to(out) for out in outs), (stage, artefact.path)


@pytest.mark.parametrize("artefact", ARTEFACTS, ids=lambda a: a.path.as_posix())
def test_a_declaration_holds_together(artefact):
    assert artefact.grain.startswith("one row per ")
    assert len(set(artefact.names)) == len(artefact.columns)
    assert set(artefact.key) <= set(artefact.names)
    assert (artefact.path.suffix == ".parquet") == (artefact.partition is None)
    for column in artefact.columns:
        assert re.fullmatch(r".*[^.]", column.meaning), column
        if column.kind is Kind.MONEY:
            assert column.name.endswith("_cents"), column


def test_no_two_declarations_share_a_place():
    assert len(BY_PATH) == len(ARTEFACTS)


def test_schemas_stand_in_the_contract_alone():
    own = {f.relative_to(SRC / "crmwb").as_posix() for f in SRC.rglob("*.py") if "pa.schema(" in f.read_text("utf-8")}
    assert {name for name in own if not name.startswith("contract/")} <= GENERIC


def test_every_file_of_a_built_project_is_declared_and_as_declared(built_project):
    every = (built_project / "data").rglob("*.parquet")
    files = [file for file in every if file.relative_to(built_project).parts[1] not in NOT_OURS]
    assert len(files) > 80
    for file in files:
        place = file.relative_to(built_project)
        artefact = next(BY_PATH[path] for path in (place, *place.parents) if path in BY_PATH)
        table = pq.read_table(file)
        assert not artefact.difference(table.schema), place
        if artefact.key and not artefact.path.is_relative_to(layout.CANONICAL):  # a source may repeat its rows
            assert table.group_by(list(artefact.key)).aggregate([]).num_rows == table.num_rows, place
        for column in artefact.columns:
            _fits(table[column.name], column)


def _fits(values: pa.ChunkedArray, column) -> None:
    assert column.nullable or not values.null_count, column
    known = set(pc.unique(values).to_pylist()) - {None} if column.allowed else set()
    assert known <= set(column.allowed or ()), column
    if column.kind is Kind.SHARE and len(values) > values.null_count:
        ends = pc.min_max(values).as_py()
        assert 0 <= ends["min"] <= ends["max"] <= 1, (column, ends)


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (ROWS.drop(columns="clv_cents"), "clv_cents"),
        (ROWS.assign(margin_cents=1), "margin_cents"),
        (ROWS.assign(n_customers=["two"]), "n_customers"),
        (ROWS.assign(n_customers=1.5), "n_customers"),
    ],
)
def test_storage_refuses_a_frame_that_is_not_as_declared_in_one_sentence(frame, words, tmp_path):
    path = tmp_path / "crosswalk.parquet"
    storage.write(ROWS, CROSSWALK, path)
    before = path.read_bytes()
    with pytest.raises(CrmwbError) as refused:
        storage.write(frame, CROSSWALK, path)
    assert re.fullmatch(rf"{path}: not written, as .*{words}.*; correct .*\.", str(refused.value))
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_storage_writes_the_declared_columns_whatever_the_order_of_the_frame(tmp_path):
    storage.write(ROWS[ROWS.columns[::-1]], CROSSWALK, tmp_path / "a.parquet")
    assert pq.read_schema(tmp_path / "a.parquet").equals(CROSSWALK.schema)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t.drop("segment"), "it lacks segment"),
        (lambda t: t.mutate(n_customers=t.n_customers.cast("float64")), "n_customers is double, not int64"),
        (lambda t: t.select(*reversed(t.columns)), "in the order clv_cents, revenue_cents"),
    ],
)
def test_storage_refuses_a_query_that_is_not_as_declared(con, change, words, tmp_path):
    table = engine.open_arrow(con, pa.Table.from_pandas(ROWS, CROSSWALK.schema, preserve_index=False), "rows")
    assert storage.stream(con, table, CROSSWALK, tmp_path / "a.parquet") == 1
    with pytest.raises(CrmwbError, match=words):
        storage.stream(con, change(table), CROSSWALK, tmp_path / "b.parquet")
    assert not (tmp_path / "b.parquet").exists()


def test_reading_looks_at_the_footer_and_says_what_to_do(tmp_path, monkeypatch):
    storage.write(ROWS, CROSSWALK, tmp_path / CROSSWALK.path)
    assert storage.read(CROSSWALK, root=tmp_path)["n_customers"].to_list() == [2]
    other = ROWS.drop(columns="clv_cents").astype({"n_customers": "float64"})
    storage.write_frame(other, tmp_path / CROSSWALK.path, CROSSWALK.key)
    assert storage.read(CROSSWALK, ["revenue_cents"], root=tmp_path)["revenue_cents"].to_list() == [30]
    for columns, words in ((None, "it lacks clv_cents"), (["n_customers"], "n_customers is double, not int64")):
        with pytest.raises(CrmwbError) as refused:
            storage.read(CROSSWALK, columns, root=tmp_path)
        assert re.fullmatch(rf"{tmp_path / CROSSWALK.path}: .*{words}.*; run `dvc repro` .*\.", str(refused.value))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CrmwbError, match="not there yet"):
        storage.read(stages.STAGES["value"][0])


def test_the_data_dictionary_in_docs_is_up_to_date_and_has_every_table():
    written = (PROJECT / layout.DATA_DICTIONARY).read_text(encoding="utf-8")
    assert written == dictionary.text(), "run `crmwb dictionary`"
    for artefact in ARTEFACTS:
        assert f"### `{artefact.path.as_posix()}`" in written
