"""Ibis on Spark, where Ibis's own translation fails or gives another result than DuckDB. Needs pyspark."""

from pathlib import Path
from typing import Any

import ibis
import ibis.backends.pyspark
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.base import NULL
from ibis.backends.sql.compilers.pyspark import PySparkCompiler

ibis.pyspark  # noqa: B018 - looking it up makes the options known that its compiler reads


class Compiler(PySparkCompiler):  # type: ignore[misc]  # ibis is untyped
    """Ibis's compiler for Spark, with what differs."""

    __slots__ = ()
    SIMPLE_OPS = {ops.Hash: "xxhash64"}  # noqa: RUF012 - as Ibis has it; `hash` has 32 bits only

    def visit_Cast(self, op: ops.Cast, *, arg: sge.Expression, to: dt.DataType) -> Any:  # noqa: N802
        """Write JSON with every field, also those that are NULL."""
        if to.is_json() and not op.arg.dtype.is_string():
            return self.f.to_json(arg, self.f.anon.map(sge.convert("ignoreNullFields"), sge.convert("false")))
        return super().visit_Cast(op, arg=arg, to=to)

    def visit_UnwrapJSONString(self, op: ops.UnwrapJSONString, *, arg: sge.Expression) -> Any:  # noqa: ARG002, N802
        """Take a part of JSON as it is: Spark has it as text; Ibis would ask a Python function."""
        return arg

    def visit_IsNull(self, op: ops.IsNull, *, arg: sge.Expression) -> Any:  # noqa: ARG002, N802
        """Take NaN for what it is, a known number; Ibis has it unknown on Spark alone."""
        return arg.is_(NULL)

    def visit_NotNull(self, op: ops.NotNull, *, arg: sge.Expression) -> Any:  # noqa: ARG002, N802
        """Do the same."""
        return arg.is_(sge.not_(NULL))

    def visit_IsNan(self, op: ops.IsNan, *, arg: sge.Expression) -> Any:  # noqa: ARG002, N802
        """Say nothing of an unknown number; Spark says that it is a number."""
        return self.if_(arg.is_(NULL), NULL, self.f.isnan(arg))

    def visit_IsInf(self, op: ops.IsInf, *, arg: sge.Expression) -> Any:  # noqa: ARG002, N802
        """Compare in Spark; Ibis compares the two expressions themselves, which are never equal."""
        return self.f.abs(arg).eq(self.POS_INF)


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
