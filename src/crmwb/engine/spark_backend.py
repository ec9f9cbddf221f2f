"""Ibis on Spark, where Ibis's own translation fails or gives another result than DuckDB. Needs pyspark."""

from pathlib import Path
from typing import Any

import ibis
import ibis.backends.pyspark
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.pyspark import PySparkCompiler

JSON_OPTIONS = {"ignoreNullFields": "false", "timestampNTZFormat": "yyyy-MM-dd HH:mm:ss[.SSSSSS]"}

ibis.pyspark  # noqa: B018 - looking it up makes the options known that its compiler reads


class Compiler(PySparkCompiler):  # type: ignore[misc]  # ibis is untyped
    """Ibis's compiler for Spark, with what differs."""

    __slots__ = ()
    SIMPLE_OPS = {ops.Hash: "xxhash64"}  # noqa: RUF012 - as Ibis has it; `hash` has 32 bits only

    def visit_Cast(self, op: ops.Cast, *, arg: sge.Expression, to: dt.DataType) -> Any:  # noqa: N802
        """Write JSON with every field, also those that are NULL."""
        if to.is_json() and not op.arg.dtype.is_string():
            options = [sge.convert(text) for option in JSON_OPTIONS.items() for text in option]
            return self.f.to_json(arg, self.f.anon.map(*options))
        return super().visit_Cast(op, arg=arg, to=to)


class Backend(ibis.backends.pyspark.Backend):  # type: ignore[misc]
    """A connection to Spark, and where it keeps what goes away with it.

    Attributes
    ----------
    scratch : Path
        A folder that the driver and the workers see.
    """

    compiler = Compiler()
    scratch: Path

    @property
    def session(self) -> Any:
        """The Spark session."""
        return self._session

    def to_pyarrow(self, expr: ir.Expr, /, **options: Any) -> Any:
        """Return a small result as Arrow: Ibis goes through pandas, which has no unknown integers."""
        table = expr.as_table()
        rows = self._session.sql(self.compile(table, **options)).toArrow()
        return expr.__pyarrow_result__(rows.cast(table.schema().to_pyarrow()))
