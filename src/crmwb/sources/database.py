"""Reading a company's database through Ibis: read-only, in batches, every value as the text that the database writes.

Where the database is and who asks is a secret: it comes from the environment variable CRMWB_DATABASE_URL or from a file
.env that git ignores, and no message repeats it.
"""

import difflib
import hashlib
import importlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlsplit

import ibis
import pyarrow as pa
from dotenv import dotenv_values

from crmwb.errors import CrmwbError
from crmwb.sources.formats.opened import ROW

URL = "CRMWB_DATABASE_URL"
ENV_FILE = Path(".env")
KINDS = ("postgresql", "sqlite", "duckdb", "mysql")
FILES = {"sqlite", "duckdb"}
DRIVERS = {"psycopg", "sqlite3", "duckdb", "_duckdb", "pymysql"}
EXTRAS = {"postgresql": "postgres", "mysql": "mysql"}
BATCH_ROWS = 50_000
READ_ONLY = {  # said to the server once, after connecting
    "postgres": ["SET default_transaction_read_only = on", "SET TimeZone = 'UTC'", "SET DateStyle = 'ISO'"],
    "mysql": ["SET SESSION TRANSACTION READ ONLY", "SET time_zone = '+00:00'", "SET sql_mode = 'ANSI_QUOTES'"],
    "sqlite": ["PRAGMA query_only = ON"],
    "duckdb": [],  # opened read-only
}
IN_SCHEMAS = """
    SELECT table_name FROM information_schema.tables
    WHERE table_schema NOT IN ('pg_catalog', 'information_schema', 'mysql', 'performance_schema', 'sys')
"""
TABLES = {"sqlite": "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"}
TEXT = {"postgres": "TEXT", "mysql": "CHAR", "sqlite": "TEXT", "duckdb": "VARCHAR"}
BY_BYTES = {  # a database's own order of texts changes with its settings, and may hold "a" and "A" for the same
    "postgres": '{} COLLATE "C"',
    "mysql": "CAST({} AS BINARY)",
    "sqlite": "{} COLLATE BINARY",
    "duckdb": "{} COLLATE C",
}


@dataclass
class Query:
    """The rows of a table or of a query, not read yet.

    Attributes
    ----------
    name : str
        What messages and `source_file` call it.
    columns : list of str
        As the database names them.
    malformed : list of (int, str)
        Empty: a database has no malformed rows. For the same interface as `formats.opened.Opened`.
    """

    name: str
    columns: list[str]
    _con: Any = field(repr=False)
    _query: str = field(repr=False)
    _order: Sequence[str] = ()
    malformed: list[tuple[int, str]] = field(default_factory=list)
    _n_bytes: int = 0
    _digest: Any = field(default_factory=hashlib.sha256, repr=False)

    def batches(self, wanted: list[int]) -> Iterator[pa.RecordBatch]:
        """Yield the wanted columns as text, in the order of `wanted` and named by position, then `source_row` (int64).

        Rows are numbered in the order that was asked for, then in that of their values: a database has none of its own.

        Raises
        ------
        CrmwbError
            The database stops answering.
        """
        schema = pa.schema([*((str(i), pa.string()) for i in range(len(wanted))), (ROW, pa.int64())])
        n_before = 0
        with worded_errors(self.name), _cursor(self._con) as cursor:
            cursor.execute(self._ordered([self.columns[i] for i in wanted or [0]]))
            while result := cursor.fetchmany(BATCH_ROWS):
                self._count(result)
                texts = [pa.array(values, pa.string()) for values in zip(*result, strict=True)][: len(wanted)]
                numbers = pa.array(range(n_before + 1, n_before + 1 + len(result)), pa.int64())
                n_before += len(result)
                yield pa.record_batch([*texts, numbers], schema=schema)

    @property
    def manifest_entry(self) -> dict[str, Any]:
        """What was read, as the manifest tells of a file: SHA-256 and size of the rows as JSON lines."""
        return {"path": self.name, "sha256": self._digest.hexdigest(), "bytes": self._n_bytes}

    def _ordered(self, names: Sequence[str]) -> str:
        kind = self._con.name
        cells = [f"CAST({_quoted(name)} AS {TEXT[kind]})" for name in names]
        order = [f"q.{_quoted(name)}" for name in self._order] + [BY_BYTES[kind].format(cell) for cell in cells]
        # named by position, or ORDER BY "id" would mean the text rather than the column
        named = ", ".join(f"{cell} AS {_quoted(str(i))}" for i, cell in enumerate(cells))
        return _select(named, f"({self._query}) AS q", f"ORDER BY {', '.join(order)}")

    def _count(self, rows: list[Sequence[str | None]]) -> None:
        for row in rows:
            line = f"{json.dumps(list(row), ensure_ascii=False)}\n".encode()
            self._n_bytes += len(line)
            self._digest.update(line)


def address(url: str | None = None) -> str:
    """Return the address given, or else that of the environment or of .env.

    Raises
    ------
    CrmwbError
        There is none.
    """
    result = url or os.environ.get(URL) or dotenv_values(ENV_FILE).get(URL)
    if not result:
        raise CrmwbError(
            f"source.kind database: {URL} is not set; write it to the environment or to {ENV_FILE}, such as "
            f"{URL}=postgresql://user:password@host/database."
        )
    return result


@contextmanager
def connect(url: str | None = None) -> Iterator[Any]:
    """Open the database that `url` names, by default the one of the environment, for reading only.

    Yields
    ------
    ibis.BaseBackend
        The connection.

    Raises
    ------
    CrmwbError
        No address is given, it is of another kind, the driver is not installed, or the database does not let us in.
    """
    result = address(url)
    kind = result.partition("://")[0]
    if kind not in KINDS:
        raise CrmwbError(f"{URL}: must begin with one of {', '.join(f'{known}://' for known in KINDS)}.")
    with worded_errors(f"the database of {URL}", secret="" if kind in FILES else _password(result)):
        con = _open(kind, result)
    try:
        for statement in READ_ONLY[con.name]:
            with worded_errors(f"the database of {URL}"), closing(con.con.cursor()) as cursor:
                cursor.execute(statement)
        yield con
    finally:
        con.disconnect()


def open_table(con: Any, table: str, key: str, *, order_by: Sequence[str] = (), n_rows: int | None = None) -> Query:
    """Open a table or view.

    Parameters
    ----------
    con : ibis.BaseBackend
        What `connect` yields.
    table : str
        `schema.table` or `table`.
    key : str
        Where the mapping names it, for messages.
    order_by : sequence of str
        Columns that rows are numbered by.
    n_rows : int, optional
        Read no more than so many, any.

    Raises
    ------
    CrmwbError
        There is none of that name, or it has no such column to order by.
    """
    name = table.rpartition(".")[2]
    with worded_errors(table), _cursor(con) as cursor:
        cursor.execute(TABLES.get(con.name, IN_SCHEMAS))
        there = [row[0] for row in cursor.fetchall()]
    if name not in there:
        close = difflib.get_close_matches(name, there, n=3, cutoff=0.5) or sorted(there)[:8]
        raise CrmwbError(f"{key}: the database has no table {table!r}; there is {', '.join(close) or 'none'}.")
    query = _select("*", ".".join(_quoted(part) for part in table.split(".")))
    return open_query(con, query, table, key, order_by=order_by, n_rows=n_rows)


def open_query(
    con: Any, query: str, name: str, key: str = "", *, order_by: Sequence[str] = (), n_rows: int | None = None
) -> Query:
    """Open a query: one SELECT, called `name`; all else as in `open_table`.

    Raises
    ------
    CrmwbError
        The database refuses it, or it gives no such column to order by.
    """
    inner = f"{query.strip().rstrip(';')}\n"  # its last line may be a comment
    with worded_errors(name), _cursor(con) as cursor:
        cursor.execute(_select("*", f"({inner}) AS q", "LIMIT 0"))
        cursor.fetchmany(1)
        columns = [column[0] for column in cursor.description]
    for column in order_by:
        if column not in columns:
            raise CrmwbError(f"{key}: {name} has no column {column!r} to order by; there: {', '.join(columns[:12])}.")
    some = inner if n_rows is None else _select("*", f"({inner}) AS q", f"LIMIT {n_rows}")
    return Query(name, columns, con, some, order_by)


@dataclass(frozen=True)
class _MySQL:
    """A connection by PyMySQL, which needs no compiler, where Ibis asks for mysqlclient, which does."""

    con: Any
    name: str = "mysql"

    def disconnect(self) -> None:
        self.con.close()


def _open_mysql(address: str) -> _MySQL:
    """Open a MySQL or MariaDB server.

    Raises
    ------
    ImportError
        PyMySQL is not installed.
    """
    parts = urlsplit(address)
    connect_to = importlib.import_module("pymysql").connect  # an extra, not always there
    return _MySQL(
        connect_to(
            host=parts.hostname,
            port=parts.port or 3306,
            user=unquote_plus(parts.username or ""),
            password=unquote_plus(parts.password or ""),
            database=unquote_plus(parts.path.removeprefix("/")) or None,
            charset="utf8mb4",
            **({"ssl": {}} if "ssl" in parts.query else {}),
        )
    )


def _open(kind: str, address: str) -> Any:
    if kind not in FILES:
        try:
            return _open_mysql(address) if kind == "mysql" else ibis.connect(address)
        except ImportError:
            raise CrmwbError(f"{URL}: {kind} needs its driver; run pip install 'crmwb[{EXTRAS[kind]}]'.") from None
    path = Path(address.partition("://")[2].partition("?")[0].removeprefix("/"))
    if not path.is_file():  # to open it would make it
        raise CrmwbError(f"{URL}: {path}: no such file; a path from the root begins with a fourth slash.")
    return ibis.sqlite.connect(path) if kind == "sqlite" else ibis.duckdb.connect(path, read_only=True)


def _password(address: str) -> str:
    """Return the password of a server's address.

    Raises
    ------
    CrmwbError
        It is no address: perhaps a sign in the password means something else in it.
    """
    try:
        parts = urlsplit(address)
        is_one = bool(parts.hostname) and (parts.port or True) and "@" not in parts.path + parts.query + parts.fragment
    except ValueError:  # what it says may hold a part of the password
        is_one = False
    if not is_one:
        raise CrmwbError(
            f"{URL}: not an address such as postgresql://user:password@host:5432/database; in a password, write the "
            f"signs @ : / ? # % + as %40 %3A %2F %3F %23 %25 %2B."
        )
    return unquote_plus(parts.password or "")


@contextmanager
def _cursor(con: Any) -> Iterator[Any]:
    """Open a cursor that holds no more than one batch of rows here."""
    if con.name == "postgres":
        with con.con.transaction(), con.con.cursor(name="crmwb") as cursor:
            yield cursor
    elif con.name == "mysql":
        streaming = importlib.import_module("pymysql.cursors").SSCursor  # an extra, not always there
        with closing(con.con.cursor(streaming)) as cursor:
            yield cursor
    else:
        with closing(con.con.cursor()) as cursor:
            yield cursor


@contextmanager
def worded_errors(what: str, secret: str = "") -> Iterator[None]:
    """Turn a driver's error into one sentence, without what it says of the address, and never with the secret."""
    try:
        yield
    except Exception as error:
        # each driver has its own family of errors, and naming them would need every driver to be installed
        if type(error).__module__.partition(".")[0] not in DRIVERS:
            raise
        message = " ".join(re.split(r"\bLINE \d+:", str(error))[0].split())
        if len(error.args) > 1 and isinstance(error.args[0], int):  # as MySQL says it: a number, and words
            message = " ".join(str(error.args[1]).split())
        message = re.sub(r"'([^']*)'@'[^']*'", r"'\1'", message)
        message = re.sub(r"connection to server at \S+(, port \d+)? failed: ", "", message)
        message = message.replace(secret, "…") if secret else message
        raise CrmwbError(f"{what}: the database says: {message[:300].rstrip('.')}. Check it, and run again.") from None


def _select(what: str, source: str, rest: str = "") -> str:
    """Write a query; names in it are quoted, and a company's own query runs on a connection that cannot write."""
    return f"SELECT {what} FROM {source} {rest}"  # noqa: S608 - see above


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
