"""Databases, the real ones: read-only, as text, with one clear sentence for whatever goes wrong."""

import sqlite3
from hashlib import sha256

import duckdb
import pyarrow as pa
import pytest
from postgres_server import PASSWORD, Server

from crmwb.errors import CrmwbError
from crmwb.sources import database

ROWS = [(2, "12.50", "2024-01-02 10:00:00", "Müller", "true"), (10, "3.00", None, None, "false")]
ORDERS = """
    CREATE TABLE orders (id int, amount numeric(12, 2), at timestamp, label text, paid boolean);
    INSERT INTO orders VALUES (10, 3, NULL, NULL, false), (2, 12.5, '2024-01-02 10:00:00', 'Müller', true);
"""


@pytest.fixture(scope="module")
def server(postgres: Server) -> Server:
    """A PostgreSQL server that holds `orders`."""
    psycopg = pytest.importorskip("psycopg", reason="needs the extra postgres")
    with psycopg.connect(postgres.url, autocommit=True) as con:
        con.execute("DROP SCHEMA IF EXISTS shop CASCADE; DROP TABLE IF EXISTS orders CASCADE")  # other tests' own
        con.execute(ORDERS)
    return postgres


def rows(query: database.Query, columns: list[str] | None = None) -> list[tuple]:
    wanted = [query.columns.index(name) for name in columns or query.columns]
    table = pa.Table.from_batches(list(query.batches(wanted)))
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def test_postgres_gives_every_value_as_text_in_the_order_of_the_values(server):
    with database.connect(server.url) as con:
        read = rows(database.open_table(con, "orders", "key"))
    # as text "10" comes before "2"
    assert read == [("10", "3.00", None, None, "false", 1), ("2", "12.50", "2024-01-02 10:00:00", "Müller", "true", 2)]


def test_a_query_and_a_schema_are_read_too_and_only_the_columns_asked_for(server):
    with database.connect(server.url) as con:
        query = database.open_query(con, "SELECT id, amount * 2 AS twice FROM orders WHERE paid;\n", "paid.sql")
        assert rows(query) == [("2", "25.00", 1)]
        assert rows(database.open_table(con, "public.orders", "key"), ["paid"]) == [("false", 1), ("true", 2)]


def test_rows_come_in_the_order_asked_for_numbers_as_numbers(server):
    with database.connect(server.url) as con:
        assert [row[0] for row in rows(database.open_table(con, "orders", "key", order_by=["id"]))] == ["2", "10"]
        with pytest.raises(CrmwbError, match=r"key: orders has no column 'nr' to order by; there: id, amount"):
            database.open_table(con, "orders", "key", order_by=["nr"])


def test_what_was_read_is_told_by_its_hash_as_json_lines(server):
    with database.connect(server.url) as con:
        query = database.open_table(con, "orders", "key", order_by=["id"])
        rows(query, ["id", "label"])
    lines = '["2", "Müller"]\n["10", null]\n'.encode()
    assert query.manifest_entry == {"path": "orders", "sha256": sha256(lines).hexdigest(), "bytes": len(lines)}


def test_a_query_may_end_in_a_comment_and_no_more_rows_are_read_than_asked_for(server):
    with database.connect(server.url) as con:
        query = database.open_query(con, "SELECT g FROM generate_series(1, 100) AS g -- all", "q.sql", n_rows=7)
        assert len(rows(query)) == 7


def test_many_rows_come_in_batches(server, monkeypatch):
    monkeypatch.setattr(database, "BATCH_ROWS", 1000)
    with database.connect(server.url) as con:
        query = database.open_query(con, "SELECT g FROM generate_series(1, 2500) AS g", "q.sql")
        assert [batch.num_rows for batch in query.batches([0])] == [1000, 1000, 500]


@pytest.mark.parametrize("statement", ["CREATE TABLE other (a int)", "DELETE FROM orders", "DROP TABLE orders"])
def test_nothing_can_be_written(server, statement):
    with database.connect(server.url) as con, pytest.raises(CrmwbError, match=r"read-only|syntax error"):
        database.open_query(con, statement, "q.sql")
    with database.connect(server.url) as con, con.con.cursor() as cursor, pytest.raises(Exception, match="read-only"):
        cursor.execute(statement)


def test_a_wrong_password_is_said_and_never_shown(server):
    wrong = server.url.replace(PASSWORD, "other-w0rd")
    with pytest.raises(CrmwbError, match="password authentication failed") as error, database.connect(wrong):
        pass
    assert "other-w0rd" not in str(error.value)
    assert "\n" not in str(error.value)


def test_a_missing_table_names_the_closest(server):
    with (
        database.connect(server.url) as con,
        pytest.raises(CrmwbError, match=r"m\.yaml: .*no table 'order'; there is orders"),
    ):
        database.open_table(con, "order", "m.yaml: tables.transactions.table")


def test_a_connection_that_drops_while_reading_is_said(server, monkeypatch):
    psycopg = pytest.importorskip("psycopg")
    monkeypatch.setattr(database, "BATCH_ROWS", 10)
    with database.connect(server.url) as con:
        query = database.open_query(con, "SELECT g FROM generate_series(1, 200000) AS g", "big.sql")
        batches = query.batches([0])
        next(batches)
        with psycopg.connect(server.url, autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s)", [con.con.info.backend_pid])
        with pytest.raises(CrmwbError, match=r"big\.sql: the database says: .*terminat"):
            list(batches)


def test_nobody_listening_is_said():
    pytest.importorskip("psycopg", reason="needs the extra postgres")
    with (
        pytest.raises(CrmwbError, match="Connection refused"),
        database.connect("postgresql://a:hidden@127.0.0.1:1/x"),
    ):
        pass


@pytest.fixture
def sqlite_file(tmp_path):
    con = sqlite3.connect(tmp_path / "a.db")
    con.execute("CREATE TABLE orders (id INT, amount REAL)")
    con.execute("INSERT INTO orders VALUES (1, 2.5)")
    con.commit()
    con.close()
    return tmp_path / "a.db"


@pytest.fixture
def duckdb_file(tmp_path):
    con = duckdb.connect(tmp_path / "a.duckdb")
    con.execute("CREATE TABLE orders AS SELECT 1 AS id, 2.5::decimal(9, 1) AS amount")
    con.close()
    return tmp_path / "a.duckdb"


@pytest.mark.parametrize("kind", ["sqlite", "duckdb"])
def test_databases_in_a_file_are_read_and_not_written(request, kind):
    file = request.getfixturevalue(f"{kind}_file")
    before = file.read_bytes()
    with database.connect(f"{kind}:///{file}") as con:
        assert rows(database.open_table(con, "orders", "key")) == [("1", "2.5", 1)]
        with pytest.raises(Exception, match=r"readonly|read-only|query_only"):
            con.con.cursor().execute("CREATE TABLE other (a INT)")
    assert file.read_bytes() == before


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://x", r"must begin with one of postgresql://, sqlite://"),
        ("sqlite:///nowhere/a.db", r"nowhere/a\.db: no such file"),
        ("duckdb:///nowhere.duckdb", r"nowhere\.duckdb: no such file"),
        ("postgresql://shop:pa#ss@host/shop", r"not an address such as .* write the signs @"),
        ("postgresql://shop:pa/ss@host/shop", "not an address"),
        ("postgresql://shop:1/ss@host/shop", "not an address"),
        ("mysql://shop:pa?ss@host/shop", "not an address"),
        ("postgresql:///shop", "not an address"),
    ],
)
def test_an_address_that_cannot_be_is_refused(url, reason):
    with pytest.raises(CrmwbError, match=reason) as error, database.connect(url):
        pass
    assert "ss@" not in str(error.value)
    assert "pa#" not in str(error.value)


def test_the_address_comes_from_the_environment_or_from_dotenv(tmp_path, monkeypatch, sqlite_file):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(database.URL, raising=False)
    with pytest.raises(CrmwbError, match=r"CRMWB_DATABASE_URL is not set; write it to the environment or to \.env"):
        database.connect().__enter__()
    (tmp_path / ".env").write_text(f"{database.URL}=sqlite:///{sqlite_file}\n")
    with database.connect() as con:
        assert database.open_table(con, "orders", "key").columns == ["id", "amount"]
    monkeypatch.setenv(database.URL, "ftp://x")  # the environment goes first
    with pytest.raises(CrmwbError, match="must begin"):
        database.connect().__enter__()
