"""A company's project on a database: rows put into it, and a mapping that names tables instead of files."""

import sqlite3
import sys
from collections.abc import Sequence
from contextlib import closing
from subprocess import CompletedProcess
from typing import Any
from urllib.parse import urlsplit

import duckdb
import yaml
from exporting import HEADER, Exports, Ingested, project_params
from project import PROJECT, run

from crmwb.sources import database, ingest

COLUMNS = HEADER.strip().split(",")
Rows = Sequence[Sequence[Any]]
TEXT = "text"
TYPED = {
    "customer": "varchar(20)",
    "order": "varchar(20)",
    "day": "timestamp",
    "units": "integer",
    "amount": "numeric(12, 2)",
}


def fill(url: str, table: str, columns: dict[str, str], rows: Rows) -> None:
    """Make a table anew: a column `line` with 1, 2, 3 … first, then `columns`, each of the type named."""
    kind = url.partition("://")[0]
    quote = "`{}`" if kind == "mysql" else '"{}"'
    created = ", ".join(f"{quote.format(name)} {of}" for name, of in columns.items())
    sign = "?" if kind in database.FILES else "%s"
    signs = ", ".join([sign] * (len(columns) + 1))
    numbered = [(i, *row) for i, row in enumerate(rows, start=1)]
    with closing(_opened(url)) as con, closing(con.cursor()) as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {table}")
        cursor.execute(f"CREATE TABLE {table} (line integer PRIMARY KEY, {created})")
        # another order than that of the lines, for a database promises none
        cursor.executemany(f"INSERT INTO {table} VALUES ({signs})", numbered[::-1])
        con.commit()


def _opened(url: str) -> Any:
    kind, _, path = url.partition("://")
    if kind == "sqlite":
        return sqlite3.connect(path[1:])
    if kind == "duckdb":
        return duckdb.connect(path[1:])
    if kind == "postgresql":
        import psycopg

        return psycopg.connect(url)
    import pymysql

    parts = urlsplit(url)
    return pymysql.connect(
        host=parts.hostname, port=parts.port, user=parts.username, password=parts.password, database=parts.path[1:]
    )


def map_table(exports: Exports, **changes: Any) -> None:
    """Write the usual mapping with the table `sales`, in the order of `line`, instead of sales.csv."""
    exports.map(**changes)
    content = exports.mapping
    content["tables"]["transactions"] = {"table": "sales", "order_by": "line"} | {
        key: value for key, value in content["tables"]["transactions"].items() if key != "file"
    }
    write_mapping(exports, content)


def write_mapping(exports: Exports, content: dict[str, Any]) -> None:
    (exports.root / "mappings" / "sales.yaml").write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def ingest_stored(exports: Exports, mapping: str = "mappings/sales.yaml") -> Ingested:
    """Ingest from the database of the environment."""
    ingest(project_params(kind="database", mapping=mapping, directory=None), exports.root / "data" / "canonical")
    return Ingested(exports.root / "data" / "canonical")


def run_ingest(exports: Exports) -> CompletedProcess[str]:
    """Run the stage in the project, as DVC would."""
    content = yaml.safe_load((PROJECT / "params.yaml").read_text(encoding="utf-8"))
    content["source"] |= {"kind": "database", "mapping": "mappings/sales.yaml"}
    (exports.root / "params.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return run(exports.root, sys.executable, str(PROJECT / "pipeline" / "ingest.py"))


def canonical_bytes(ingested: Ingested) -> dict[str, bytes]:
    """The canonical tables, without where their rows stood."""
    files = (path.relative_to(ingested.folder) for path in ingested.folder.rglob("*.parquet"))
    return {str(f): (ingested.folder / f).read_bytes() for f in files if f.parts[0] not in {"provenance", "unreadable"}}
