"""`crmwb key` and `crmwb forget`: out of the raw files, byte for byte, and on the next run out of everything else."""

import gzip
import json
import stat

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from exporting import HEADER, Exports
from finding import traces
from in_process import run_stages
from project import PROJECT
from storing import COLUMNS, TEXT, fill, ingest_stored, map_table
from typer.testing import CliRunner
from workbooks import write_workbook

from crmwb import layout
from crmwb.cli import app
from crmwb.sources import database
from crmwb.sources.privacy import secret

KEY = "0123456789abcdef0123456789abcdef"
GONE = "X-4711-gone"
OTHERS = [f"c{i:02d}" for i in range(15)]


@pytest.fixture
def company(exports, monkeypatch):
    """A company in a project of its own: orders, people (who name each other) and visits, in three kinds of file."""
    monkeypatch.setenv(secret.VARIABLE, KEY)
    content = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
    content["source"] |= {"kind": "files", "mapping": "mappings/sales.yaml"}
    (exports.root / "params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    (exports.root / "dvc.yaml").touch()
    layout.FORGOTTEN.write_text("code\n")
    exports.write(orders(GONE))
    people = [
        "Nr;Land;geworben",
        f"{GONE};Österreich;",
        *(f"{c};Österreich;{GONE if c < 'c03' else ''}" for c in OTHERS),
    ]
    exports.write(gzip.compress("\n".join(people).encode("cp1252")), "people.csv.gz")
    write_visits(exports, [GONE, *OTHERS, GONE])
    exports.map(tables={"customers": PEOPLE, "interactions": VISITS})
    return exports


PEOPLE = {
    "file": "people.csv.gz",
    "delimiter": ";",
    "encoding": "cp1252",
    "columns": {
        "customer_id": "Nr", "country": "Land", "referred_by": "geworben", "kind": {"constant": "person"}
    },
}  # fmt: skip
VISITS = {
    "file": "visits.parquet",
    "columns": {
        "interaction_id": "nr", "customer_id": "who", "occurred_at": "at",
        "department": {"constant": "sales"}, "kind": {"constant": "visit"},
    },
}  # fmt: skip


def orders(*gone: str) -> str:
    """Orders of the others and, among them, of one who goes: a row over two lines, a return, two broken rows."""
    lines = [f"{c},o{i},2024-0{1 + i % 6}-1{i % 7},1,{i}.50\r\n" for i, c in enumerate(OTHERS * 3)]
    for c in gone:
        lines.insert(40, f"{c},g5,2024-05-01,1\r\n")  # a field too few
        lines.insert(30, f'"{c}","g4 ""quoted""\n",yesterday,1,1\r\n')  # no date
        lines.insert(20, f'"{c}","g2, over\r\ntwo lines",2024-03-01,2,20.00\r\n')
        lines.insert(10, f" {c} ,g1,2024-01-02,1,10.00\r\n")
        lines.append(f"{c},g3,2024-04-01,-1,-10.00")  # the last, without a line end
    return "".join([HEADER.replace("\n", "\r\n"), *lines])


def write_visits(exports: Exports, who: list[str]) -> None:
    at = pd.Timestamp(2024, 2, 1) + pd.to_timedelta(range(len(who)), "D")
    table = pa.table({"nr": [f"v{i}" for i in range(len(who))], "at": at, "who": pa.array(who).dictionary_encode()})
    pq.write_table(table.replace_schema_metadata({"made": "by hand"}), exports.raw / "visits.parquet", row_group_size=5)


def crmwb(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.output


def repro(company: Exports) -> None:
    """Run the first stages."""
    run_stages(company.root, stages=("ingest", "validate", "features"))


def test_a_key_is_made_once_and_never_shown(company, monkeypatch):
    monkeypatch.delenv(secret.VARIABLE)
    code, output = crmwb("key")
    assert code == 0
    assert stat.S_IMODE(secret.KEY_FILE.stat().st_mode) == 0o600
    assert secret.KEY_FILE.read_text().strip() not in output
    code, output = crmwb("key")
    assert code == 1


def test_a_forgotten_customer_is_in_no_artefact_and_no_raw_file(company):
    repro(company)
    assert len(traces(company.root, GONE)) > 10
    before = json.loads((company.root / layout.MANIFEST).read_text())["tables"]
    code, output = crmwb("forget", GONE)
    assert code == 0, output
    assert GONE not in output
    assert "sales.csv: 5 rows removed." in output
    assert "people.csv.gz: 1 row removed, 3 mentions emptied." in output
    assert "visits.parquet: 2 rows removed." in output
    assert "dvc repro" in output
    assert "dvc gc --workspace" in output
    assert not traces(company.raw, GONE)
    repro(company)
    assert not traces(company.root, GONE)
    after = json.loads((company.root / layout.MANIFEST).read_text())["tables"]
    ingested = {
        t: before[t]["rows"] + before[t]["unreadable"] - after[t]["rows"] - after[t]["unreadable"] for t in after
    }
    assert ingested == {"transactions": 5, "customers": 1, "interactions": 2}
    summary = json.loads((company.root / layout.QUALITY_SUMMARY).read_text())["tables"]
    for table, known in summary.items():
        assert (
            known["ingested"]
            == known["clean"] + known["quarantined"]
            == after[table]["rows"] + after[table]["unreadable"]
        )
    people = pd.read_parquet(company.root / layout.CLEAN / "customers.parquet")
    assert sorted(people.customer_id) == OTHERS
    assert people.referred_by.isna().all()


def test_all_else_in_the_raw_files_stays_byte_for_byte(company):
    company.ingest()
    (company.raw / "sales.csv").chmod(0o600)
    crmwb("forget", GONE)
    assert (company.raw / "sales.csv").read_bytes() == orders().encode()
    assert stat.S_IMODE((company.raw / "sales.csv").stat().st_mode) == 0o600
    people = gzip.decompress((company.raw / "people.csv.gz").read_bytes()).decode("cp1252")
    assert people == "\n".join(["Nr;Land;geworben", *(f"{c};Österreich;" for c in OTHERS)])
    visits = pq.read_table(company.raw / "visits.parquet")
    assert visits.schema.metadata == {b"made": b"by hand"}
    assert visits["who"].to_pylist() == OTHERS
    assert visits["nr"].to_pylist() == [f"v{i}" for i in range(1, 16)]
    assert pa.types.is_dictionary(visits.schema.field("who").type)
    assert not list(company.raw.glob(".*"))


def test_what_comes_back_with_the_next_delivery_stays_out(company):
    company.ingest()
    crmwb("forget", GONE)
    company.write(orders(GONE))
    ingested = company.ingest()
    assert not traces(ingested.folder, GONE)
    assert ingested.manifest["forgotten"] == {"customers": 0, "interactions": 0, "transactions": 4}


def test_the_list_tells_nobody_who_it_was_and_a_second_time_is_harmless(company):
    company.ingest()
    crmwb("forget", GONE)
    listed = layout.FORGOTTEN.read_text()
    assert listed == f"code\n{secret.codes([GONE], KEY.encode())[0]}\n"
    files = {f: f.read_bytes() for f in company.raw.iterdir()}
    for _ in range(2):
        code, output = crmwb("forget", GONE)
        assert code == 0
        assert "0 pseudonyms added" in output
        assert "removed" not in output
        company.ingest()
    assert layout.FORGOTTEN.read_text() == listed
    assert {f: f.read_bytes() for f in company.raw.iterdir()} == files


def test_an_id_that_nobody_has_is_refused_unless_sure(company):
    company.ingest()
    before = {f: f.read_bytes() for f in company.raw.iterdir()}
    code, output = crmwb("forget", "c01", "nobody")
    assert code == 1
    assert "nobody: not in data/canonical" in output
    assert "c01" not in output
    assert layout.FORGOTTEN.read_text() == "code\n"
    assert {f: f.read_bytes() for f in company.raw.iterdir()} == before
    assert crmwb("forget", "nobody", "--yes")[0] == 0
    assert len(layout.FORGOTTEN.read_text().split()) == 2


def test_without_a_key_nobody_is_forgotten(company, monkeypatch):
    company.ingest()
    monkeypatch.delenv(secret.VARIABLE)
    code, output = crmwb("forget", GONE)
    assert code == 1
    assert "no secret key" in output
    assert traces(company.raw, GONE)


def test_a_pseudonym_is_forgotten_by_what_it_was_or_by_its_code(company):
    mail = "Erika@example.org"
    company.write(HEADER + f"{mail},o1,2024-01-01,1,1\nb@example.org,o2,2024-01-01,1,1\nerika@example.org,o3\n")
    company.map({"customer_id": {"column": "customer", "pseudonym": True}})
    code = secret.codes([mail.lower()], KEY.encode())[0]
    assert code in set(company.ingest().table("customers").customer_id)
    exit_code, output = crmwb("forget", "erika@EXAMPLE.org")
    assert exit_code == 0, output
    assert "sales.csv: 2 rows removed." in output
    assert (company.raw / "sales.csv").read_text() == HEADER + "b@example.org,o2,2024-01-01,1,1\n"
    assert layout.FORGOTTEN.read_text() == f"code\n{secret.codes([code], KEY.encode())[0]}\n"
    assert crmwb("forget", code)[0] == 0
    assert "not in data/canonical" in crmwb("forget", "somebody@example.org")[1]


@pytest.mark.parametrize("id_given", ["17850", "17850.0"])
def test_ids_are_matched_as_the_mapping_casts_them_whatever_the_filter_leaves_out(company, id_given):
    company.write(HEADER + "17850.0,o1,2024-01-01,1,1\n17850,o2,2024-01-01,0,1\n1785,o3,2024-01-01,1,1\n")
    company.map({"customer_id": {"column": "customer", "whole_number": True}}, filter="units > 0")
    company.ingest()
    assert "sales.csv: 2 rows removed." in crmwb("forget", id_given)[1]
    assert (company.raw / "sales.csv").read_text() == HEADER + "1785,o3,2024-01-01,1,1\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "latin-1"])
def test_any_encoding_and_byte_order_mark_stays(company, encoding):
    text = "Exported by us\n" + HEADER + "{}é,o2,2024-01-01,1,1\r\n"
    company.write(text.format(f"{GONE},o1,2024-01-01,1,1\n").encode(encoding))
    company.map(encoding=encoding, skip_rows=1)
    company.ingest()
    assert "sales.csv: 1 row removed." in crmwb("forget", GONE)[1]
    assert (company.raw / "sales.csv").read_bytes() == text.format("").encode(encoding)


def test_columns_set_apart_by_blanks(company):
    company.write(f" a  o1  2024-01-01 1  1\n  {GONE} o2 2024-01-01 1 1\nb o3 2024-01-01  1 1\n")
    company.map(delimiter="whitespace", column_names=HEADER.strip().split(","))
    company.ingest()
    crmwb("forget", GONE)
    assert (company.raw / "sales.csv").read_text() == " a  o1  2024-01-01 1  1\nb o3 2024-01-01  1 1\n"


def test_one_file_may_feed_several_tables(company):
    company.map(
        tables={
            "customers": {"file": "sales.csv", "columns": {"customer_id": "customer", "kind": {"constant": "person"}}}
        }
    )
    company.ingest()
    assert "sales.csv: 5 rows removed." in crmwb("forget", GONE)[1]
    assert "sales.csv" not in " ".join(traces(company.raw, GONE))


def test_what_is_not_written_again_is_named_with_its_rows(company, tmp_path, monkeypatch):
    rows = [HEADER.strip().split(","), [GONE, "o1", "2024-01-01", 1, 1], ["a", "o2", "2024-01-01", 1, 1]]
    write_workbook(company.raw / "sales.xlsx", {"Sales": rows})
    company.map(file="sales.xlsx")
    company.ingest()
    assert "sales.xlsx: is of a kind that is not written again here: delete row 2." in crmwb("forget", GONE)[1]


def test_files_outside_of_raw_are_left_and_named(company):
    (company.root / "elsewhere").mkdir()
    (company.raw / "sales.csv").rename(company.root / "elsewhere" / "sales.csv")
    content = yaml.safe_load((company.root / "params.yaml").read_text())
    content["source"]["directory"] = "elsewhere"
    (company.root / "params.yaml").write_text(yaml.safe_dump(content))
    company.map()
    company.ingest(directory="elsewhere")
    output = crmwb("forget", GONE)[1]
    assert "sales.csv: lies outside data/raw: delete rows 12, 23, 34, 51." in output
    assert "data/raw: the mapping names no customers in 2 files" in output
    assert (company.root / "elsewhere" / "sales.csv").read_bytes() == orders(GONE).encode()


def test_where_the_row_is_the_customer_no_row_goes_for_the_others_would_move_up(company):
    company.write("spent\n1\n2\n3\n", "people.csv")
    people = {"file": "people.csv", "columns": {"customer_id": {"one_per": "row"}, "kind": {"constant": "person"}}}
    company.map(tables={"customers": people})
    company.ingest()
    output = crmwb("forget", "people.csv:3")[1]
    assert "people.csv: tells customers apart by their row only: empty row 3, but leave the others" in output
    assert (company.raw / "people.csv").read_text() == "spent\n1\n2\n3\n"


def test_rows_in_the_mapping_are_named(company):
    members = {"rows": [{"campaign_id": "x", "customer_id": GONE, "arm": "control"}]}
    company.map(tables={"campaign_members": members})
    company.ingest()
    output = crmwb("forget", GONE)[1]
    assert "tables.campaign_members" in output
    assert ": delete row 1." in output


def test_a_database_is_left_to_its_owner(company, monkeypatch):
    url = f"sqlite:///{company.root}/shop.db"
    fill(url, "sales", dict.fromkeys(COLUMNS, TEXT), [(GONE, "o1", "2024-01-01", "1", "1")])
    monkeypatch.setenv(database.URL, url)
    map_table(company)
    ingest_stored(company)
    content = yaml.safe_load((company.root / "params.yaml").read_text())
    content["source"]["kind"] = "database"
    (company.root / "params.yaml").write_text(yaml.safe_dump(content))
    assert "sales: delete their rows in the database." in crmwb("forget", GONE)[1]
    fill(url, "sales", dict.fromkeys(COLUMNS, TEXT), [(c, "o1", "2024-01-01", "1", "1") for c in (GONE, "a")])
    assert ingest_stored(company).table("customers").customer_id.tolist() == ["a"]  # until somebody does


def test_a_source_without_its_raw_file_is_said_and_the_list_kept(company):
    company.ingest()
    (company.raw / "sales.csv").unlink()
    code, output = crmwb("forget", GONE)
    assert code == 0, output
    assert "sales.csv: no raw file to take them out of" in output
    assert "1 pseudonym added" in output


def test_what_earlier_runs_kept_goes_too(company):
    company.ingest()
    layout.KEPT_VERDICTS.mkdir(parents=True)
    (layout.KEPT_VERDICTS / "customers.json").write_text(GONE)
    code, output = crmwb("forget", GONE)
    assert code == 0, output
    assert not layout.KEPT_VERDICTS.exists()
    assert not layout.KEPT_ROWS.exists()
