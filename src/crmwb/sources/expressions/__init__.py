"""The expressions of a mapping: parsed (`grammar`), then put into Ibis node by node (`operators`, `functions`)."""

from collections.abc import Callable, Mapping

import ibis.expr.types as ir
from sqlglot import exp

from crmwb.sources.expressions.functions import CALLS
from crmwb.sources.expressions.grammar import ExpressionError, columns, columns_read, parse, renamed, without
from crmwb.sources.expressions.operators import OPERATORS
from crmwb.sources.expressions.results import Computation, Result, Type
from crmwb.sources.values import NumberStyle

__all__ = [
    "ExpressionError",
    "Result",
    "Type",
    "columns",
    "columns_read",
    "compute",
    "evaluate",
    "parse",
    "renamed",
    "without",
]


def compute(text: str, column: Callable[[str], ir.StringValue], style: NumberStyle) -> Result:
    """Return what the expression `text` gives in each row.

    Parameters
    ----------
    text : str
        The expression.
    column : callable
        The text of a source column, by its name.
    style : NumberStyle
        How numbers are written.

    Raises
    ------
    ExpressionError
        It is no expression, or something in it does not take what it is given.
    """
    return Computation(column, style, {**OPERATORS, exp.Anonymous: _call}).result(parse(text))


def _call(c: Computation, node: exp.Anonymous) -> Result:
    return CALLS[node.name.lower()](c, node.expressions)


def evaluate(text: str, columns: Mapping[str, Result]) -> Result:
    """Return what the expression `text` gives in each row of a table whose columns have types already.

    Parameters
    ----------
    text : str
        The expression; it names only columns that are there.
    columns : mapping of str to Result
        Each column with its type.

    Raises
    ------
    ExpressionError
        It is no expression, or something in it does not take what it is given.
    """
    nodes = {**OPERATORS, exp.Anonymous: _call, exp.Column: lambda _, node: columns[node.name]}
    computation = Computation(lambda name: columns[name].value, NumberStyle(), nodes)
    return computation.result(parse(text))
