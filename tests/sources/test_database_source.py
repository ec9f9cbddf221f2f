"""source.kind database: the same canonical tables as from files, and one sentence for whatever goes wrong."""

import gzip
import threading
import time
from hashlib import sha256

import duckdb
import pandas as pd
import pytest
import yaml
from exporting import HEADER
from postgres_server import PASSWORD
from project import PROJECT
from storing import COLUMNS, TEXT, TYPED, canonical_bytes, fill, ingest_stored, map_table, run_ingest, write_mapping

from crmwb import storage
from crmwb.errors import CrmwbError
from crmwb.sources import database

# Two lines of an order, a return, an amount and a customer beyond ASCII; one customer in two spellings.
LINES = [
    ("b", "o2", "2024-01-02 10:00:00", "3", "12.50"),
    ("b", "o2", "2024-01-02 10:00:00", "1", "0.05"),
    ("a", "o1", "2024-01-01 23:59:59", "2", "10.00"),
    ("Müller", "o3", "2024-02-29 00:00:00", "-1", "-12.50"),
    ("B", "o4", "2024-02-01 08:00:00", "1", "99999.99"),
]
BAD = [("a", "o5", "yesterday", "1", "1"), (None, "o6", "2024-01-01", "1", "1")]


@pytest.fixture
def from_files(exports):
    """What ingest makes of the lines in sales.csv."""

    def ingested(lines):
        text = "".join(",".join("" if cell is None else cell for cell in line) + "\n" for line in lines)
        exports.write(HEADER + text)
        exports.map()
        return exports.ingest()

    return ingested


@pytest.fixture
def stored(request, exports, monkeypatch):
    """Put the lines into a database of some kind, which the environment then names."""

    def store(kind, lines, types=None):
        if kind in database.FILES:
            url = f"{kind}:///{exports.root}/shop.{kind}"
        else:
            url = request.getfixturevalue("mysql") if kind == "mysql" else request.getfixturevalue("postgres").url
        fill(url, "sales", types or dict.fromkeys(COLUMNS, TEXT), lines)
        monkeypatch.setenv(database.URL, url)
        map_table(exports)
        return url

    return store


@pytest.mark.parametrize("kind", ["postgresql", "sqlite", "duckdb", "mysql"])
@pytest.mark.parametrize("types", [None, TYPED], ids=["text", "typed"])
def test_the_same_canonical_bytes_as_from_files(exports, from_files, stored, kind, types):
    expected = canonical_bytes(from_files(LINES))
    stored(kind, LINES, types)
    ingested = ingest_stored(exports)
    assert canonical_bytes(ingested) == expected
    places = pd.read_parquet(ingested.folder / "provenance" / "transactions")
    assert set(places.source_file) == {"sales"}
    assert sorted(places.source_row) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("kind", ["postgresql", "sqlite", "duckdb", "mysql"])
def test_rows_that_cannot_be_read_are_set_aside_with_their_row_and_values(exports, from_files, stored, kind):
    expected = from_files(LINES + BAD).unreadable("transactions")
    stored(kind, LINES + BAD)
    unreadable = ingest_stored(exports).unreadable("transactions")
    assert unreadable.source_row.tolist() == [6, 7]
    pd.testing.assert_frame_equal(unreadable[["column", "reason"]], expected[["column", "reason"]])


@pytest.mark.parametrize("types", ["text", "typed"])
def test_online_retail_from_postgres_has_the_hash_of_its_file(exports, postgres, monkeypatch, shared_data, types):
    psycopg = pytest.importorskip("psycopg")
    with gzip.open(shared_data / "online_retail" / "online_retail.csv.gz", "rt", encoding="utf-8") as file:
        header, *lines = (next(file) for _ in range(50_001))
    with gzip.open(exports.raw / "online_retail.csv.gz", "wt", encoding="utf-8", compresslevel=1) as file:
        file.writelines([header, *lines])
    kinds = {"Quantity": "int", "InvoiceDate": "timestamp", "UnitPrice": "numeric", "CustomerID": "double precision"}
    created = ", ".join(f'"{name}" {kinds.get(name, TEXT) if types == "typed" else TEXT}'
                        for name in header.strip().split(","))  # fmt: skip
    with psycopg.connect(postgres.url) as con, con.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA IF EXISTS shop CASCADE; CREATE SCHEMA shop; CREATE TABLE shop.lines ({created})")
        with cursor.copy("COPY shop.lines FROM STDIN (FORMAT csv)") as copy:
            copy.write("".join(lines))
        cursor.execute("ALTER TABLE shop.lines ADD COLUMN line serial")
    described = (PROJECT / "mappings" / "online_retail.yaml").read_text(encoding="utf-8")
    (exports.root / "mappings" / "files.yaml").write_text(described)
    content = yaml.safe_load(described)
    content["tables"]["transactions"] |= {"table": "shop.lines", "order_by": ["line"]}
    del content["tables"]["transactions"]["file"]
    write_mapping(exports, content)
    expected = exports.ingest(mapping="mappings/files.yaml")
    n_rows, hashed = (
        len(expected.table("transactions")),
        storage.content_hash(*sorted(expected.folder.glob("*.parquet"))),
    )
    monkeypatch.setenv(database.URL, postgres.url)
    ingested = ingest_stored(exports)
    assert n_rows > 30_000
    assert storage.content_hash(*sorted(ingested.folder.glob("*.parquet"))) == hashed


def test_a_query_beside_the_mapping(exports, from_files, stored):
    expected = canonical_bytes(from_files(LINES[:3]))
    stored("sqlite", LINES)
    (exports.root / "mappings" / "sql").mkdir()
    (exports.root / "mappings" / "sql" / "lines.sql").write_text("SELECT * FROM sales WHERE line <= 3;\n")
    content = exports.mapping
    content["tables"]["transactions"] |= {"query": "sql/lines.sql"}
    del content["tables"]["transactions"]["table"]
    write_mapping(exports, content)
    ingested = ingest_stored(exports)
    assert canonical_bytes(ingested) == expected
    assert [file["path"] for file in ingested.manifest["source"]["files"]] == ["sql/lines.sql"]
    (exports.root / "mappings" / "sql" / "lines.sql").unlink()
    with pytest.raises(CrmwbError, match=r"sales\.yaml:\d+: tables\.transactions\.query: .*lines\.sql: not readable"):
        ingest_stored(exports)


def test_tables_and_files_go_together(exports, stored):
    stored("sqlite", LINES)
    exports.write("id,land\na,DE\n", "people.csv")
    content = exports.mapping
    content["tables"]["customers"] = {
        "file": "people.csv", "columns": {"customer_id": "id", "country": "land", "kind": {"constant": "person"}}
    }  # fmt: skip
    write_mapping(exports, content)
    ingested = ingest_stored(exports)
    assert ingested.table("customers").country.tolist() == ["DE"]
    assert [file["path"] for file in ingested.manifest["source"]["files"]] == ["people.csv", "sales"]


def test_the_manifest_tells_what_was_read_and_no_secret(exports, stored):
    url = stored("postgresql", LINES[:1])
    done = run_ingest(exports)
    assert done.returncode == 0, done.stderr
    assert "DVC does not watch the database" in done.stderr
    source = yaml.safe_load((exports.root / "data" / "canonical" / "manifest.json").read_text())["source"]
    line = b'["b", "o2", "2024-01-02 10:00:00", "3", "12.50"]\n'
    assert source["kind"] == "database"
    assert source["files"] == [{"path": "sales", "sha256": sha256(line).hexdigest(), "bytes": len(line)}]
    everything = b"".join(path.read_bytes() for path in exports.root.rglob("*") if path.is_file())
    assert PASSWORD.encode() not in everything
    assert PASSWORD not in done.stdout + done.stderr
    assert url.rpartition("@")[2].encode() not in everything  # nor where the database is


def test_the_address_may_stand_in_dotenv(exports, stored, monkeypatch):
    url = stored("postgresql", LINES)
    monkeypatch.delenv(database.URL)
    (exports.root / ".env").write_text(f"{database.URL}={url}\n")
    assert run_ingest(exports).returncode == 0


def expect_stop(exports, *words):
    """The stage stops with one sentence without the password, and leaves what was there as it was."""
    before = {path: path.read_bytes() for path in (exports.root / "data").rglob("*") if path.is_file()}
    assert before
    done = run_ingest(exports)
    message = " ".join(done.stderr.split())
    assert done.returncode == 1, message
    assert message.count("Stopped:") == 1
    for word in words:
        assert word in message
    for bad in (PASSWORD, "other-w0rd", "Traceback", "A fault in crmwb"):
        assert bad not in message + done.stdout
    assert {path: path.read_bytes() for path in (exports.root / "data").rglob("*") if path.is_file()} == before


@pytest.fixture
def ingested(exports, stored):
    """A project that was ingested once from PostgreSQL; its address."""
    url = stored("postgresql", LINES)
    ingest_stored(exports)
    return url


def test_a_wrong_password_stops_the_stage(exports, ingested, monkeypatch):
    monkeypatch.setenv(database.URL, ingested.replace(PASSWORD, "other-w0rd"))
    expect_stop(exports, "the database of CRMWB_DATABASE_URL", "password authentication failed")


def test_a_missing_table_stops_the_stage(exports, ingested):
    content = exports.mapping
    content["tables"]["transactions"]["table"] = "sale"
    write_mapping(exports, content)
    expect_stop(exports, "sales.yaml:4: tables.transactions.table: the database has no table 'sale'; there is sales")


def test_a_missing_column_stops_the_stage(exports, ingested):
    map_table(exports, columns={"quantity": "unit"})
    expect_stop(exports, "transactions.columns.quantity: sales has no column 'unit'; the closest there: units")


def test_no_address_stops_the_stage(exports, ingested, monkeypatch):
    monkeypatch.delenv(database.URL)
    expect_stop(exports, "CRMWB_DATABASE_URL is not set")


def test_a_connection_that_drops_while_reading_stops_the_stage(exports, ingested, monkeypatch):
    psycopg = pytest.importorskip("psycopg")
    content = exports.mapping
    content["tables"]["transactions"] |= {"query": "slow.sql"}
    del content["tables"]["transactions"]["table"]
    write_mapping(exports, content)
    (exports.root / "mappings" / "slow.sql").write_text("SELECT sales.*, pg_sleep(20) FROM sales")
    ended: list[tuple] = []

    def end() -> None:
        with psycopg.connect(ingested, autocommit=True) as con:
            theirs = "FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
            for _ in range(300):
                ended.extend(con.execute(f"SELECT pg_terminate_backend(pid) {theirs}").fetchall())
                if ended:
                    return
                time.sleep(0.05)

    ender = threading.Thread(target=end)
    ender.start()
    expect_stop(exports, "slow.sql: the database says: terminating connection")
    ender.join()
    assert ended == [(True,)]


def test_files_are_no_database(exports, stored):
    stored("sqlite", LINES)
    with pytest.raises(CrmwbError, match=r"tables\.transactions: lies in a database; set source\.kind: database"):
        exports.ingest()


def test_a_table_without_rows(exports, stored):
    stored("sqlite", [])
    with pytest.raises(CrmwbError, match="sales: it has no rows"):
        ingest_stored(exports)


def test_what_is_no_value_of_a_file_is_refused_beside_a_table(exports, stored):
    stored("sqlite", LINES)
    map_table(exports, delimiter=";")
    with pytest.raises(CrmwbError, match="delimiter mean nothing beside table"):
        ingest_stored(exports)


def test_a_database_in_a_file_that_another_holds_open(exports, stored):
    url = stored("duckdb", LINES)
    with duckdb.connect(url.partition("://")[2][1:]):
        done = run_ingest(exports)
    assert done.returncode == 1
    assert "Stopped:" in done.stderr


def test_check_tries_a_few_rows_of_a_table(exports, stored, monkeypatch):
    from typer.testing import CliRunner

    from crmwb.cli import app

    url = stored("postgresql", LINES * 40)
    (exports.root / "params.yaml").write_bytes((PROJECT / "params.yaml").read_bytes())
    result = CliRunner().invoke(app, ["check", "mappings/sales.yaml", "--rows", "50"])
    assert result.exit_code == 0, result.output
    assert "transactions: 50 rows tried" in result.output
    monkeypatch.setenv(database.URL, url.replace(PASSWORD, "other-w0rd"))
    result = CliRunner().invoke(app, ["check", "mappings/sales.yaml"])
    assert result.exit_code == 1
    assert "password authentication failed" in result.output
    assert "other-w0rd" not in result.output
