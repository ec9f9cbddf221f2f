"""DuckDB, embedded: one machine, any amount of data that its disk holds."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from hashlib import sha256
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from crmwb.engine.functions import FUNCTIONS, unsettled
from crmwb.files import owners
from crmwb.params import EngineParams

BATCH_ROWS = 262_144
ROWS_AT_ONCE: int | None = 1_000_000  # windows over more of them do not fit into little memory


def version() -> str:
    """Return what results may depend on beside the code."""
    return f"duckdb {installed('duckdb')}"


@contextmanager
def connect(params: EngineParams) -> Iterator[Any]:
    """Open DuckDB with its memory bounded and its spill files in a folder that goes away with it."""
    with owners.scratch("spill") as spill:
        settings: dict[str, str | int | bool] = {
            "memory_limit": f"{params.memory_limit_gb}GB",
            "temp_directory": str(spill),
            "autoinstall_known_extensions": False,  # the workbench never downloads anything while it works
        }
        if params.threads is not None:
            settings["threads"] = params.threads
        con = ibis.duckdb.connect(**settings)
        for name, known in FUNCTIONS.items():
            con.con.create_function(name, known.of_arrays, [_sql(known.given)], _sql(known.returned), type="arrow")
        try:
            yield con
        finally:
            con.disconnect()


def _sql(kind: pa.DataType) -> str:
    return {pa.string(): "VARCHAR", pa.int8(): "TINYINT"}[kind]


def open_files(con: Any, paths: Sequence[Path], name: str, position: str | None = None) -> ir.Table:
    """Open Parquet files of one kind as a table called `name`."""
    opened = con.read_parquet([str(path) for path in paths], table_name=name)
    return opened if position is None else opened.mutate(**{position: ibis.row_number()})


def open_arrow(con: Any, table: pa.Table, name: str) -> ir.Table:
    """Open an Arrow table in memory as a table called `name`, without copying it."""
    con.con.register(name, table)
    return con.table(name)


def batches(con: Any, query: str, schema: pa.Schema) -> pa.RecordBatchReader:  # noqa: ARG001 - Spark needs it
    """Run a query; integer sums may come wider than `schema` says.

    Ibis 12 asks DuckDB 2 for a reader by a name that is gone, so the compiled query goes to DuckDB's own.
    """
    return con.con.sql(query).to_arrow_reader(BATCH_ROWS)


def settle(con: Any, query: str, days: Mapping[str, date]) -> str:
    """Return a call of a query on days, the query prepared where it was not: planning takes longer than few rows."""
    if not days:
        return query
    name = f"query_{sha256(query.encode()).hexdigest()}"
    if not con.con.execute("SELECT 1 FROM duckdb_prepared_statements() WHERE name = ?", [name]).fetchall():
        for day in days:
            query = query.replace(unsettled(day), f"CAST(${day} AS DATE)")
        con.con.execute(f"PREPARE {name} AS {query}")
    values = ", ".join(f"{day} := DATE '{value:%Y-%m-%d}'" for day, value in days.items())
    return f"EXECUTE {name}({values})"


def keep(con: Any, name: str, expression: ir.Table) -> ir.Table:
    """Work a table out once and keep it as `name`, in the types that its expression has.

    As Ibis would create it, without its questions to DuckDB and its second writing of the query: half of the time of
    small tables.
    """
    columns = expression.schema().to_sqlglot_column_defs(con.dialect)
    con.con.execute(f'CREATE TEMP TABLE "{name}" ({", ".join(column.sql(con.dialect) for column in columns)})')
    con.con.execute(f'INSERT INTO "{name}" {con.compile(expression)}').fetchall()
    return con.table(name)


def drop(con: Any, table: ir.Table) -> None:
    """Drop a table that `keep` returned."""
    con.con.execute(f"DROP TABLE {table.get_name()}")
