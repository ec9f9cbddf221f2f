"""The expressions of a mapping: a small part of SQL, parsed, and refused where it is anything else.

`Quantity * UnitPrice`, `deal_stage = 'Won'`, `case when "Order Type" = 'RET' then -Amount else Amount end`. Nothing is
ever evaluated as code: a parsed expression is a tree of the nodes named here, which `operators.py` and `functions.py`
put into Ibis.
"""

import difflib
import re
from collections.abc import Mapping
from functools import cache

from sqlglot import exp, parser, tokens
from sqlglot.dialects.dialect import Dialect
from sqlglot.errors import SqlglotError

MAX_LENGTH = 2_000
MAX_DEPTH = 50
N_SHOWN = 120  # characters of an expression that a message shows

# name: fewest and most arguments, and how it is called
FUNCTIONS: dict[str, tuple[int, int, str]] = {
    "number": (1, 1, "number(text)"),
    "date": (1, 2, "date(text, '%d.%m.%Y')"),
    "abs": (1, 1, "abs(number)"),
    "round": (1, 2, "round(number, 2)"),
    "least": (2, 9, "least(a, b)"),
    "greatest": (2, 9, "greatest(a, b)"),
    "coalesce": (2, 9, "coalesce(a, b)"),
    "nullif": (2, 2, "nullif(a, b)"),
    "upper": (1, 1, "upper(text)"),
    "lower": (1, 1, "lower(text)"),
    "trim": (1, 1, "trim(text)"),
    "left": (2, 2, "left(text, 3)"),
    "right": (2, 2, "right(text, 3)"),
    "substring": (3, 3, "substring(text, 1, 3)"),
    "split_part": (3, 3, "split_part(text, '-', 1)"),
    "replace": (3, 3, "replace(text, 'a', 'b')"),
    "concat": (2, 9, "concat(a, b)"),
    "length": (1, 1, "length(text)"),
    "starts_with": (2, 2, "starts_with(text, 'C')"),
    "ends_with": (2, 2, "ends_with(text, 'R')"),
    "contains": (2, 2, "contains(text, 'x')"),
}

NODES = (
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Anonymous, exp.Case, exp.If,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Neg, exp.DPipe,
    exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Is, exp.In, exp.Between, exp.Like, exp.And, exp.Or, exp.Not,
)  # fmt: skip


class ExpressionError(ValueError):
    """An expression that is none; the message says why, in words that follow its key."""


class _Tokenizer(tokens.Tokenizer):
    IDENTIFIERS = ['"', "`"]  # noqa: RUF012 - sqlglot's own way


class _Parser(parser.Parser):
    # Every function is a name with arguments, whatever SQL dialects make of it.
    FUNCTIONS = {}  # noqa: RUF012
    FUNCTION_PARSERS = {}  # noqa: RUF012
    NO_PAREN_FUNCTIONS = {}  # noqa: RUF012
    NO_PAREN_FUNCTION_PARSERS = {"CASE": parser.Parser.NO_PAREN_FUNCTION_PARSERS["CASE"]}  # noqa: RUF012


class _Formula(Dialect):
    Tokenizer = _Tokenizer
    Parser = _Parser


@cache
def parse(text: str) -> exp.Expr:
    """Parse an expression and check that it holds nothing but what is allowed.

    Raises
    ------
    ExpressionError
        It is no expression, or holds a node or a function that is not allowed.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"longer than {MAX_LENGTH:,} characters; put less into one expression")
    try:
        result = _Formula().parse(text)
    except SqlglotError as error:
        raise ExpressionError(f"no expression{_place(error)}") from None
    except RecursionError:
        raise ExpressionError("nested too deeply; put less into one expression") from None
    if len(result) != 1 or result[0] is None:
        raise ExpressionError("not one expression")
    tree = result[0]
    for node in tree.walk():
        _allow(node)
        if node.depth > MAX_DEPTH:
            raise ExpressionError("nested too deeply; put less into one expression")
    return tree


def columns(text: str) -> tuple[str, ...]:
    """Return the source columns that an expression names, in the order of their first place in it."""
    names = [node.name for node in parse(text).find_all(exp.Column, bfs=False)]
    return tuple(dict.fromkeys(names))


def without(text: str, names: tuple[str, ...]) -> str | None:
    """Return a condition without those of its parts, joined by `and`, that ask of nothing but the columns named."""
    tree = parse(text)
    parts = list(tree.flatten()) if isinstance(tree, exp.And) else [tree]
    kept = [part for part in parts if {c.name for c in part.find_all(exp.Column)} - set(names)]
    return " and ".join(f"({part.sql()})" for part in kept) or None


def renamed(text: str, names: Mapping[str, str]) -> str | None:
    """Return those parts of a condition, joined by `and`, that ask of nothing but some columns, under other names.

    Examples
    --------
    >>> print(renamed("state = 'paid' and (fee > 0)", {"state": "order.state"}))
    ("order.state" = 'paid')
    """
    tree = parse(text)
    parts = list(tree.flatten()) if isinstance(tree, exp.And) else [tree]
    kept = [part.copy() for part in parts if {c.name for c in part.find_all(exp.Column)} <= names.keys()]
    for part in kept:
        for column in part.find_all(exp.Column):
            column.set("this", exp.to_identifier(names[column.name], quoted=True))
    return " and ".join(f"({part.sql()})" for part in kept) or None


def columns_read(text: str) -> tuple[str, ...]:
    """Return the source columns of which an expression needs the value, and not only whether it is known."""
    every = parse(text).find_all(exp.Column, bfs=False)
    return tuple(dict.fromkeys(node.name for node in every if not _is_only_asked_for(node)))


def _is_only_asked_for(node: exp.Column) -> bool:
    return isinstance(node.parent, exp.Is) and isinstance(node.parent.expression, exp.Null)


def _allow(node: exp.Expr) -> None:
    written = shown(node)
    if isinstance(node, exp.Column) and node.args.get("table"):
        raise ExpressionError(f'{written}: a column whose name has a point in it stands in quotes: "{written}"')
    if isinstance(node, exp.Anonymous):
        _allow_function(node)
    elif not isinstance(node, NODES):
        raise ExpressionError(
            f"{written}: not allowed; an expression is made of columns, numbers, 'texts', + - * / || = <> < <= > >=, "
            f"and, or, not, in (…), between, like, is null, case when … then … else … end and functions "
            f'(a column of another kind of name stands in quotes: "Order Date")'
        )
    elif isinstance(node, exp.In) and not node.expressions:
        raise ExpressionError(f"{written}: in needs its values in brackets: in ('a', 'b')")


def _allow_function(node: exp.Anonymous) -> None:
    name = node.name.lower()
    if name not in FUNCTIONS:
        close = difflib.get_close_matches(name, FUNCTIONS, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(sorted(FUNCTIONS))}"
        raise ExpressionError(f"{node.name}(): no such function; {hint}")
    fewest, most, shown = FUNCTIONS[name]
    if not fewest <= len(node.expressions) <= most:
        raise ExpressionError(f"{node.name}(): wrong number of arguments; write it like {shown}")


def shown(node: exp.Expr) -> str:
    """Return a part of an expression as a message shows it."""
    text: str = node.sql()
    return text if len(text) <= N_SHOWN else f"{text[:N_SHOWN]}…"


def _place(error: SqlglotError) -> str:
    result = re.search(r"Col: (\d+)", str(error))
    return f" (see its character {result[1]})" if result else ""
