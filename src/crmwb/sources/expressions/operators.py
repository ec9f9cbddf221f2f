"""The operators of a mapping's expressions: what each takes and gives."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

import ibis
import ibis.expr.types as ir
from sqlglot import exp

from crmwb.sources import values
from crmwb.sources.expressions.grammar import ExpressionError, shown
from crmwb.sources.expressions.results import Computation, Node, Result, Type, joined, refuse_texts
from crmwb.sources.values import DECIMAL

LARGEST = Decimal(10) ** 14
MOST_DAYS = 36_525  # a century


def _literal(_: Computation, node: exp.Expr) -> Result:
    if node.is_string:
        return Result(ibis.literal(node.name), Type.TEXT)
    number = _decimal(node)
    return Result(ibis.literal(number, DECIMAL), Type.NUMBER, near=ibis.literal(float(number), "float64"))


def _decimal(node: exp.Expr) -> Decimal:
    try:
        number = Decimal(node.name)
    except InvalidOperation:
        raise ExpressionError(f"{shown(node)}: no number") from None
    if abs(number) >= LARGEST or number != number.quantize(Decimal(10) ** -DECIMAL.scale):
        raise ExpressionError(f"{shown(node)}: at most 14 digits before the point and {DECIMAL.scale} after it")
    return number


def _arithmetic(c: Computation, node: exp.Binary) -> Result:
    left, right = c.result(node.left), c.result(node.right)
    if left.type is Type.MOMENT and isinstance(node, exp.Add | exp.Sub):
        return _days(left, right, node) if right.type is Type.MOMENT else _moved(left, c.as_number(right, node), node)
    first, second = c.as_number(left, node.left), c.as_number(right, node.right)
    x, y = first.value, second.value
    near = None
    if isinstance(node, exp.Mul):
        value = values.times(x, y)
        near = None if first.near is None or second.near is None else first.near * second.near
    elif isinstance(node, exp.Div):
        value = (x / y.nullif(ibis.literal(Decimal(0), DECIMAL))).try_cast(DECIMAL)
    else:
        value = values.plus(x, y if isinstance(node, exp.Add) else -y)
    failed = x.notnull() & y.notnull() & value.isnull()
    return Result(value, Type.NUMBER, (*joined(first, second), failed), near)


def _moved(moment: Result, days: Result, node: exp.Binary) -> Result:
    """Return moments some days later or earlier."""
    possible = values.only(days.value.abs() <= MOST_DAYS, days.value).round(0).try_cast("int64")
    later = possible if isinstance(node, exp.Add) else -possible
    value = moment.value + later.as_interval("D")
    failed = moment.value.notnull() & days.value.notnull() & value.isnull()
    return Result(value, Type.MOMENT, (*joined(moment, days), failed))


def _days(first: Result, second: Result, node: exp.Binary) -> Result:
    """Return the days between two moments."""
    if not isinstance(node, exp.Sub):
        raise ExpressionError(f"{shown(node)}: two dates cannot be added")
    days = first.value.date().delta(second.value.date(), unit="day").cast(DECIMAL)
    return Result(days, Type.NUMBER, joined(first, second))


def _negative(c: Computation, node: exp.Expr) -> Result:
    given = c.number(node.this)
    return Result(-given.value, Type.NUMBER, given.failed, None if given.near is None else -given.near)


def _comparison(c: Computation, node: exp.Binary) -> Result:
    if isinstance(node.right, exp.Null):
        raise ExpressionError(f"{shown(node)}: unknown equals nothing; write {shown(node.left)} is null")
    first, second = c.alike([node.left, node.right])
    if not isinstance(node, exp.EQ | exp.NEQ):
        refuse_texts(first, node)
    return Result(COMPARISONS[type(node)](first.value, second.value), Type.TRUTH, joined(first, second))


def _is(c: Computation, node: exp.Expr) -> Result:
    if isinstance(node.expression, exp.Null):
        return Result(c.result(node.this).value.isnull(), Type.TRUTH)
    given, wanted = c.truth(node.this), c.truth(node.expression)
    return Result(given.value.identical_to(wanted.value), Type.TRUTH, given.failed)


def _in(c: Computation, node: exp.Expr) -> Result:
    first, *others = c.alike([node.this, *node.expressions])
    return Result(first.value.isin([o.value for o in others]), Type.TRUTH, joined(first, *others))


def _between(c: Computation, node: exp.Expr) -> Result:
    given, low, high = c.alike([node.this, node.args["low"], node.args["high"]])
    refuse_texts(given, node)
    return Result((given.value >= low.value) & (given.value <= high.value), Type.TRUTH, joined(given, low, high))


def _like(c: Computation, node: exp.Expr) -> Result:
    if not (isinstance(node.expression, exp.Literal) and node.expression.is_string):
        raise ExpressionError(f"{shown(node)}: like needs a 'pattern%'")
    given = c.text(node.this)
    return Result(given.value.like(node.expression.name), Type.TRUTH, given.failed)


def _logic(c: Computation, node: exp.Binary) -> Result:
    first, second = c.truth(node.left), c.truth(node.right)
    both = first.value & second.value if isinstance(node, exp.And) else first.value | second.value
    return Result(both, Type.TRUTH, joined(first, second))


def _not(c: Computation, node: exp.Expr) -> Result:
    given = c.truth(node.this)
    return Result(~given.value, Type.TRUTH, given.failed)


def _case(c: Computation, node: exp.Expr) -> Result:
    if node.this is not None:
        raise ExpressionError("write case when a = 1 then …, with nothing between case and when")
    branches = node.args["ifs"]
    conditions = [c.truth(branch.this) for branch in branches]
    default = node.args.get("default") or exp.Null()
    *results, otherwise = c.alike([*(branch.args["true"] for branch in branches), default])
    chosen = [(condition.value, result.value) for condition, result in zip(conditions, results, strict=True)]
    return Result(ibis.cases(*chosen, else_=otherwise.value), results[0].type, joined(*conditions, *results, otherwise))


def _text_of(c: Computation, node: exp.Binary) -> Result:
    first, second = c.text(node.left), c.text(node.right)
    return Result(first.value + second.value, Type.TEXT, joined(first, second))


COMPARISONS: dict[type[exp.Expr], Callable[[ir.Value, ir.Value], ir.BooleanValue]] = {
    exp.EQ: lambda a, b: a == b,
    exp.NEQ: lambda a, b: a != b,
    exp.LT: lambda a, b: a < b,
    exp.LTE: lambda a, b: a <= b,
    exp.GT: lambda a, b: a > b,
    exp.GTE: lambda a, b: a >= b,
}
OPERATORS: dict[type[exp.Expr], Node] = {
    exp.Column: Computation.column,
    exp.Literal: _literal,
    exp.Boolean: lambda _, node: Result(ibis.literal(node.this), Type.TRUTH),
    exp.Null: lambda _, __: Result(ibis.null("string"), Type.TEXT),
    exp.Paren: lambda c, node: c.result(node.this),
    exp.Case: _case,
    exp.Neg: _negative,
    exp.DPipe: _text_of,
    exp.Is: _is,
    exp.In: _in,
    exp.Between: _between,
    exp.Like: _like,
    exp.Not: _not,
    **dict.fromkeys((exp.Add, exp.Sub, exp.Mul, exp.Div), _arithmetic),
    **dict.fromkeys(COMPARISONS, _comparison),
    **dict.fromkeys((exp.And, exp.Or), _logic),
}
