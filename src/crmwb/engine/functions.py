"""What expressions ask of an engine beyond Ibis: Python functions of Arrow arrays, and days that are settled later."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

import ibis
import ibis.expr.types as ir
import pyarrow as pa

Function = Callable[[pa.Array], pa.Array]


@dataclass(frozen=True)
class Registered:
    """A Python function of an Arrow array.

    Attributes
    ----------
    of_arrays : callable
        An array to one of as many rows.
    given, returned : pyarrow.DataType
        Their types.
    """

    of_arrays: Function
    given: pa.DataType
    returned: pa.DataType


FUNCTIONS: dict[str, Registered] = {}
VARIABLE = "getvariable"


def function(name: str, given: pa.DataType, returned: pa.DataType) -> Callable[[Function], Function]:
    """Make a Python function of Arrow arrays known, by a name, to DuckDB when it is opened from then on."""

    def register(of_arrays: Function) -> Function:
        FUNCTIONS[name] = Registered(of_arrays, given, returned)
        return of_arrays

    return register


@ibis.udf.scalar.builtin(name=VARIABLE)  # type: ignore[untyped-decorator]  # ibis is untyped
def _variable(variable: str) -> date:
    """Return a day by the name that it has in the engine."""
    raise NotImplementedError  # only the engine knows it


def day(name: str) -> ir.DateValue:
    """Return a day that is not settled yet: a query with it is compiled once, and run on one day after another."""
    return _variable(name)


def unsettled(name: str) -> str:
    """Return what stands in a compiled query for a day that `day` was given this name."""
    return f"{VARIABLE.upper()}('{name}')"
