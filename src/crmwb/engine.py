"""The engine under Ibis: DuckDB, embedded. The only file that names one."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from importlib.metadata import version
from itertools import count
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.duckdb import Backend

from crmwb.files import owners
from crmwb.params import EngineParams

__all__ = [
    "Backend", "batches", "compiled", "connect", "day", "function", "keeper", "keeping", "open_arrow", "open_files",
    "open_parquet", "run_on",
]  # fmt: skip

BATCH_ROWS = 262_144
VERSION = f"duckdb {version('duckdb')}"

_kept = count()  # so that no two kept tables have the same name
Function = Callable[[pa.Array], pa.Array]
_functions: dict[str, tuple[Function, pa.DataType, pa.DataType]] = {}


def function(name: str, given: pa.DataType, returned: pa.DataType) -> Callable[[Function], Function]:
    """Make a Python function of Arrow arrays known, by a name, to every engine that is opened from then on."""

    def known(of_arrays: Function) -> Function:
        _functions[name] = (of_arrays, given, returned)
        return of_arrays

    return known


@contextmanager
def connect(params: EngineParams) -> Iterator[Backend]:
    """Open an engine with its memory bounded and its spill files in a folder that goes away with it.

    Parameters
    ----------
    params : EngineParams
        Threads and memory.

    Yields
    ------
    Backend
        An Ibis connection. Timestamps are naive UTC throughout, so its time zone does not matter.
    """
    with owners.scratch("spill") as spill:
        settings: dict[str, str | int | bool] = {
            "memory_limit": f"{params.memory_limit_gb}GB",
            "temp_directory": str(spill),
            "autoinstall_known_extensions": False,  # the workbench never downloads anything while it works
        }
        if params.threads is not None:
            settings["threads"] = params.threads
        con = ibis.duckdb.connect(**settings)
        for name, (of_arrays, given, returned) in _functions.items():
            con.con.create_function(name, of_arrays, [_sql(given)], _sql(returned), type="arrow")
        try:
            yield con
        finally:
            con.disconnect()


def _sql(kind: pa.DataType) -> str:
    return {pa.string(): "VARCHAR", pa.int8(): "TINYINT"}[kind]


def open_parquet(con: Backend, path: Path, name: str) -> ir.Table:
    """Open one Parquet file as an Ibis table called `name`."""
    return con.read_parquet(str(path), table_name=name)


def open_files(con: Backend, paths: Sequence[Path], name: str) -> ir.Table:
    """Open Parquet files of one kind as an Ibis table whose name begins with `name`."""
    return con.read_parquet([str(path) for path in paths], table_name=f"{name}_{next(_kept)}")


def batches(con: Backend, expression: ir.Table, *, in_steps: bool = False) -> pa.RecordBatchReader:
    """Evaluate `expression` and stream it as Arrow batches.

    Ibis 12 asks DuckDB 2 for a reader by a name that is gone, so the compiled query goes to DuckDB's own.

    Parameters
    ----------
    con : Backend
        The engine.
    expression : ir.Table
        What to evaluate.
    in_steps : bool, default=False
        Keep its selections apart. Ibis makes one of them, which works out anew, at every place, what an earlier one
        named: of a long chain, many times over.
    """
    fused = ibis.options.sql.fuse_selects
    ibis.options.sql.fuse_selects = fused and not in_steps
    try:
        query = con.compile(expression)
    finally:
        ibis.options.sql.fuse_selects = fused
    return con.con.sql(query).to_arrow_reader(BATCH_ROWS)


@ibis.udf.scalar.builtin(name="getvariable")  # type: ignore[untyped-decorator]
def _variable(variable: str) -> date:
    """Return a day by the name that it has in the engine."""
    raise NotImplementedError  # only the engine knows it


def day(name: str) -> ir.DateValue:
    """Return a day that is not settled yet: a query with it is compiled once, and run on one day after another."""
    return _variable(name)


def run_on(con: Backend, query: str, **days: date) -> pa.RecordBatchReader:
    """Run a query that `compiled` returned, with a day for each name that `day` was given."""
    for name, value in days.items():
        con.con.execute(f"SET VARIABLE {name} = DATE '{value:%Y-%m-%d}'")
    return con.con.sql(query).to_arrow_reader(BATCH_ROWS)


def compiled(con: Backend, expression: ir.Table) -> str:
    """Compile an expression to the engine's language."""
    query: str = con.compile(expression)
    return query


def keeper(con: Backend) -> Callable[[str, ir.Table], ir.Table]:
    """Return a function that works a table out once and keeps it, by a name, until the engine is closed.

    Integers keep the width that their expression has.
    """

    def keep(name: str, expression: ir.Table) -> ir.Table:
        return con.create_table(f"{name}_{next(_kept)}", expression, schema=expression.schema(), temp=True)

    return keep


@contextmanager
def keeping(con: Backend) -> Iterator[Callable[[str, ir.Table], ir.Table]]:
    """Yield a function as `keeper` returns it whose tables go away when the block ends."""
    keep, kept = keeper(con), []

    def noted(name: str, expression: ir.Table) -> ir.Table:
        kept.append(keep(name, expression))
        return kept[-1]

    try:
        yield noted
    finally:
        for table in kept:
            con.con.execute(f"DROP TABLE {table.get_name()}")


def open_arrow(con: Backend, table: pa.Table, name: str) -> ir.Table:
    """Open an Arrow table in memory as an Ibis table called `name`, without copying it."""
    con.con.register(name, table)
    return con.table(name)
