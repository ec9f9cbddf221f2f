"""What the nodes of an expression give in each row, and how one type is read as another.

A column is text until something needs a number or a date of it; numbers are exact decimals.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import ibis
import ibis.expr.types as ir
from sqlglot import exp

from crmwb.sources import values
from crmwb.sources.expressions.grammar import ExpressionError, shown
from crmwb.sources.values import DECIMAL, NumberStyle

Node = Callable[["Computation", Any], "Result"]


class Type(StrEnum):
    """What an expression gives."""

    TEXT = "text"
    NUMBER = "a number"
    TRUTH = "true or false"
    MOMENT = "a date"


@dataclass(frozen=True)
class Result:
    """The value of an expression in each row.

    Attributes
    ----------
    value : ir.Value
        StringValue, DecimalValue (38, 12), BooleanValue or TimestampValue.
    type : Type
        Which of them.
    failed : tuple of BooleanValue
        True where known text could not be read or a number became too large, so that NULL is not "unknown".
    near : FloatingValue or None
        Of columns, literals and their products: the number as a binary fraction, which costs a tenth of the exact one.
    """

    value: ir.Value
    type: Type
    failed: tuple[ir.BooleanValue, ...] = ()
    near: ir.FloatingValue | None = None

    @property
    def has_failed(self) -> ir.BooleanValue:
        """True where something known could not be read on the way; an expression may get over it (coalesce, case)."""
        return ibis.or_(*self.failed) if self.failed else ibis.literal(False)


class Computation:
    """The rows that an expression is put to, and how its nodes become values in them.

    Parameters
    ----------
    column : callable
        The text of a source column, by its name.
    style : NumberStyle
        How its numbers are written.
    nodes : mapping
        How each kind of node becomes a result.
    """

    def __init__(
        self, column: Callable[[str], ir.StringValue], style: NumberStyle, nodes: Mapping[type[exp.Expr], Node]
    ) -> None:
        self._column = column
        self.style = style
        self._nodes = nodes

    def result(self, node: exp.Expr) -> Result:
        """Return what a node gives, of whatever type."""
        return self._nodes[type(node)](self, node)

    def number(self, node: exp.Expr) -> Result:
        """Return what a node gives as numbers."""
        return self.as_number(self.result(node), node)

    def as_number(self, given: Result, node: exp.Expr) -> Result:
        """Return a node's result as numbers: text is read as such."""
        if given.type is Type.TEXT:
            read, near = values.number(given.value, self.style), values.near(given.value, self.style)
            return Result(read, Type.NUMBER, (*given.failed, given.value.notnull() & read.isnull()), near)
        return of_type(given, Type.NUMBER, node)

    def text(self, node: exp.Expr) -> Result:
        """Return what a node gives, which must be text."""
        return of_type(self.result(node), Type.TEXT, node)

    def truth(self, node: exp.Expr) -> Result:
        """Return what a node gives, which must be true or false."""
        return of_type(self.result(node), Type.TRUTH, node)

    def alike(self, nodes: list[exp.Expr]) -> list[Result]:
        """Return results of one type: texts beside a number are read as numbers, beside a date as ISO dates."""
        given = [self.result(node) for node in nodes]
        others = {result.type for result in given} - {Type.TEXT}
        if len(others) > 1:
            raise ExpressionError(f"{shown(nodes[0])} is {given[0].type}, and {shown(nodes[1])} is {given[1].type}")
        if others == {Type.NUMBER}:
            return [self.as_number(result, node) for result, node in zip(given, nodes, strict=True)]
        if others == {Type.MOMENT}:
            return [as_moment(result, style=self.style) for result in given]
        if others == {Type.TRUTH}:
            return [of_type(result, Type.TRUTH, node) for result, node in zip(given, nodes, strict=True)]
        return given

    def column(self, node: exp.Column) -> Result:
        """Return a source column."""
        return Result(self._column(node.name), Type.TEXT)


def of_type(given: Result, wanted: Type, node: exp.Expr) -> Result:
    """Return a node's result, which must be of the type `wanted`; NULL is of every type."""
    if given.type is not wanted:
        if isinstance(node, exp.Null):
            return Result(ibis.null({Type.NUMBER: DECIMAL, Type.TRUTH: "boolean"}.get(wanted, "string")), wanted)
        raise ExpressionError(f"{shown(node)} is {given.type}, and {wanted} is needed there")
    return given


def as_moment(given: Result, formats: tuple[str, ...] = (), style: NumberStyle = NumberStyle()) -> Result:  # noqa: B008
    """Return text as moments: by the first format that fits, or as ISO 8601 where there is none."""
    if given.type is Type.MOMENT:
        return given
    read = values.moment(given.value, formats, style.zone, style.clock)
    return Result(read, Type.MOMENT, (*given.failed, given.value.notnull() & read.isnull()))


def joined(*results: Result) -> tuple[ir.BooleanValue, ...]:
    """Return what may have failed in any of the results."""
    return tuple(failed for result in results for failed in result.failed)


def refuse_texts(given: Result, node: exp.Expr) -> None:
    """Refuse to order texts: "10" would come before "9"."""
    if given.type is Type.TEXT:
        raise ExpressionError(f"{shown(node)} orders texts; write number(…) or date(…) around a column")
