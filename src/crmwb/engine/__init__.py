"""What works out Ibis expressions: DuckDB, or Spark where a company outgrows one machine. Nothing else names either."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.sql import SQLBackend

from crmwb.engine import duckdb, memory, spark
from crmwb.engine.duckdb import BATCH_ROWS
from crmwb.engine.functions import day, function
from crmwb.engine.nulls import unknown
from crmwb.params import EngineParams

__all__ = [
    "BATCH_ROWS", "Backend", "Query", "batches", "compiled", "connect", "day", "function", "keeper", "keeping",
    "open_arrow", "open_files", "open_parquet", "rows_at_once", "run_on", "unknown", "version",
]  # fmt: skip

Backend: TypeAlias = SQLBackend
_kept = count()  # so that no two tables have the same name


class Engine(Protocol):
    """What an engine must do; a module of this package each."""

    ROWS_AT_ONCE: int | None

    def version(self) -> str: ...
    def connect(self, params: EngineParams) -> AbstractContextManager[Any]: ...
    def open_files(self, con: Any, paths: Sequence[Path], name: str, position: str | None = None) -> ir.Table: ...
    def open_arrow(self, con: Any, table: pa.Table, name: str) -> ir.Table: ...
    def batches(self, con: Any, query: str, schema: pa.Schema) -> pa.RecordBatchReader: ...
    def settle(self, con: Any, query: str, days: Mapping[str, date]) -> str: ...
    def keep(self, con: Any, name: str, expression: ir.Table) -> ir.Table: ...
    def drop(self, con: Any, table: ir.Table) -> None: ...


_ENGINES: dict[str, Engine] = {
    "duckdb": duckdb,
    "spark": spark,
    "pyspark": spark,
}  # by params, and by what Ibis calls it


@dataclass(frozen=True)
class Query:
    """A query in the engine's language.

    Attributes
    ----------
    sql : str
        The query.
    schema : pyarrow.Schema
        What it returns, as its expression says.
    """

    sql: str
    schema: pa.Schema


def connect(
    params: EngineParams, *, lines: bool = False, beside_frames: bool = False
) -> AbstractContextManager[Backend]:
    """Open an engine with its memory bounded and its temporary data in a folder that goes away with it.

    Parameters
    ----------
    params : EngineParams
        Which engine, threads and memory.
    lines : bool, default=False
        For a stage that runs on any engine; the others run on DuckDB, whatever `params` say.
    beside_frames : bool, default=False
        For a stage that holds all customers in memory beside the engine, which then holds half of what `params` allow.

    Returns
    -------
    context manager of Backend
        An Ibis connection. Timestamps are naive UTC throughout, so its time zone does not matter.
    """
    if beside_frames:
        memory.give_back()
        params = params.model_copy(update={"memory_limit_gb": max(1, params.memory_limit_gb // 2)})
    return _ENGINES[params.kind if lines else "duckdb"].connect(params)


def _of(con: Backend) -> Engine:
    return _ENGINES[con.name]


def version(con: Backend) -> str:
    """Return what, beside the code, the bytes of results depend on."""
    return _of(con).version()


def rows_at_once(con: Backend) -> int | None:
    """Return how many rows one piece of work that needs much memory should have; None where the engine divides it."""
    return _of(con).ROWS_AT_ONCE


def open_parquet(con: Backend, path: Path, name: str, *, position: str | None = None) -> ir.Table:
    """Open one Parquet file as an Ibis table called `name`; `position` as in `open_files`."""
    return _of(con).open_files(con, [path], name, position)


def open_files(con: Backend, paths: Sequence[Path], name: str, *, position: str | None = None) -> ir.Table:
    """Open Parquet files of one kind as an Ibis table whose name begins with `name`.

    Parameters
    ----------
    con : Backend
        The engine.
    paths : sequence of Path
        The files, in the order in which rows have their places.
    name : str
        What the table's name begins with.
    position : str, optional
        A column to add: the row's place in the files, from 0.
    """
    return _of(con).open_files(con, paths, f"{name}_{next(_kept)}", position)


def open_arrow(con: Backend, table: pa.Table, name: str) -> ir.Table:
    """Open an Arrow table in memory as an Ibis table called `name`."""
    return _of(con).open_arrow(con, table, name)


def compiled(con: Backend, expression: ir.Table, *, in_steps: bool = False) -> Query:
    """Compile an expression to the engine's language; `in_steps` as for `batches`."""
    fused = ibis.options.sql.fuse_selects
    ibis.options.sql.fuse_selects = fused and not in_steps
    try:
        return Query(con.compile(expression), expression.schema().to_pyarrow())
    finally:
        ibis.options.sql.fuse_selects = fused


def batches(con: Backend, expression: ir.Table, *, in_steps: bool = False) -> pa.RecordBatchReader:
    """Evaluate `expression` and stream it as Arrow batches.

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
    query = compiled(con, expression, in_steps=in_steps)
    return _of(con).batches(con, query.sql, query.schema)


def run_on(con: Backend, query: Query, **days: date) -> pa.RecordBatchReader:
    """Run a query that `compiled` returned, with a day for each name that `day` was given."""
    return _of(con).batches(con, _of(con).settle(con, query.sql, days), query.schema)


def keeper(con: Backend) -> Callable[[str, ir.Table], ir.Table]:
    """Return a function that works a table out once and keeps it, by a name, until the engine is closed.

    Integers keep the width that their expression has.
    """

    def keep(name: str, expression: ir.Table) -> ir.Table:
        return _of(con).keep(con, f"{name}_{next(_kept)}", expression)

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
            _of(con).drop(con, table)
