"""The functions of a mapping's expressions, one line each; `grammar.FUNCTIONS` says how they are called."""

from collections.abc import Callable
from typing import Any

import ibis
import ibis.expr.types as ir
from sqlglot import exp

from crmwb.sources import values
from crmwb.sources.expressions.grammar import ExpressionError, shown
from crmwb.sources.expressions.results import Computation, Result, Type, as_moment, joined, refuse_texts
from crmwb.sources.values import DECIMAL

Arguments = list[exp.Expr]
Call = Callable[[Computation, Arguments], Result]


def _whole(node: exp.Expr) -> int:
    if not isinstance(node, exp.Literal) or node.is_string or not node.name.isdigit() or int(node.name) > 1_000:
        raise ExpressionError(f"{shown(node)}: a whole number up to 1,000 is needed there")
    return int(node.name)


def _position(node: exp.Expr) -> int:
    if _whole(node) == 0:
        raise ExpressionError("0: places are counted from 1")
    return _whole(node) - 1


def _text_of(node: exp.Expr) -> str:
    if not isinstance(node, exp.Literal) or not node.is_string:
        raise ExpressionError(f"{shown(node)}: a 'text' in quotes is needed there")
    return node.name


def _of_text(apply: Callable[..., ir.Value], *readers: Callable[[exp.Expr], Any], returned: Type = Type.TEXT) -> Call:
    """Make a function of one text, and of constants that stand in the expression."""

    def call(c: Computation, given: Arguments) -> Result:
        text = c.text(given[0])
        value = apply(text.value, *(read(node) for read, node in zip(readers, given[1:], strict=True)))
        return Result(value.cast(DECIMAL) if returned is Type.NUMBER else value, returned, text.failed)

    return call


def _of_alike(apply: Callable[..., ir.Value], *, orders: bool = False) -> Call:
    """Make a function of several values of one type."""

    def call(c: Computation, given: Arguments) -> Result:
        results = c.alike(given)
        if orders:
            refuse_texts(results[0], given[0])
        return Result(apply(*(r.value for r in results)), results[0].type, joined(*results))

    return call


def _date(c: Computation, given: Arguments) -> Result:
    formats = tuple(_text_of(node) for node in given[1:])
    for mistake in (mistake for one in formats for mistake in values.format_mistakes(one)):
        raise ExpressionError(mistake)
    return as_moment(c.text(given[0]), formats, c.style)


def _abs(c: Computation, given: Arguments) -> Result:
    number = c.number(given[0])
    return Result(number.value.abs(), Type.NUMBER, number.failed)


def _round(c: Computation, given: Arguments) -> Result:
    number = c.number(given[0])
    n_places = _whole(given[1]) if len(given) > 1 else 0
    return Result(number.value.round(min(n_places, DECIMAL.scale)).cast(DECIMAL), Type.NUMBER, number.failed)


def _concat(c: Computation, given: Arguments) -> Result:
    results = [c.text(node) for node in given]
    return Result(ibis.literal("").join([r.value for r in results]), Type.TEXT, joined(*results))


CALLS: dict[str, Call] = {
    "number": lambda c, given: c.number(given[0]),
    "date": _date,
    "abs": _abs,
    "round": _round,
    "least": _of_alike(ibis.least, orders=True),
    "greatest": _of_alike(ibis.greatest, orders=True),
    "coalesce": _of_alike(ibis.coalesce),
    "nullif": _of_alike(lambda a, b: a.nullif(b)),
    "upper": _of_text(lambda t: t.upper()),
    "lower": _of_text(lambda t: t.lower()),
    "trim": _of_text(lambda t: t.strip()),
    "left": _of_text(lambda t, n: t.left(n), _whole),
    "right": _of_text(lambda t, n: t.right(n), _whole),
    "substring": _of_text(lambda t, start, n: t.substr(start, n), _position, _whole),
    "split_part": _of_text(lambda t, sign, i: t.split(sign)[i], _text_of, _position),
    "replace": _of_text(lambda t, old, new: t.replace(old, new), _text_of, _text_of),
    "concat": _concat,
    "length": _of_text(lambda t: t.length(), returned=Type.NUMBER),
    "starts_with": _of_text(lambda t, start: t.startswith(start), _text_of, returned=Type.TRUTH),
    "ends_with": _of_text(lambda t, end: t.endswith(end), _text_of, returned=Type.TRUTH),
    "contains": _of_text(lambda t, part: t.contains(part), _text_of, returned=Type.TRUTH),
}
