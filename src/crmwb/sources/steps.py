"""Columns that share much of what they are worked out from: that is worked out once, in a step before.

SQL names nothing within a selection: what an expression holds twice is written, planned and mostly worked out twice.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count

import ibis.expr.operations as ops
import ibis.expr.types as ir

LEAST_NODES = 6  # what is smaller is as quick to write again
OF_OTHER_ROWS = (ops.Analytic, ops.Reduction, ops.WindowFunction)


def mutate(table: ir.Table, columns: Mapping[str, ir.Value]) -> ir.Table:
    """Return a table with more columns, and beside them what they share; to be evaluated `in_steps`.

    Only what is worked out in every row anyway is taken out of them: what stands behind a condition stays there.

    Parameters
    ----------
    table : ir.Table
        The table.
    columns : mapping of str to ir.Value
        The columns to add, by name.

    Examples
    --------
    >>> import ibis
    >>> from crmwb.sources import steps
    >>> table = ibis.table({"a": "string"}, name="t")
    >>> text = table.a.strip().lower().replace(",", ".").replace("-", "")
    >>> steps.mutate(table, {"length": text.length(), "is_x": text == "x"}).columns
    ('a', 'shared 0', 'length', 'is_x')
    """
    taken = {*table.columns, *columns}
    return _mutate(table, columns, (name for i in count() if (name := f"shared {i}") not in taken))


def _mutate(table: ir.Table, columns: Mapping[str, ir.Value], names: Iterator[str]) -> ir.Table:
    roots = {name: column.op() for name, column in columns.items()}
    places = {node: name for name, node in roots.items()}
    shared = _shared(roots.values())
    used = [node for node in _below(roots.values(), lambda n: [] if n in shared else _children(n)) if node in shared]
    if not used:
        return table.mutate(**columns)
    step = {places.get(node) or next(names): node for node in used}
    before = _mutate(table, {name: node.to_expr() for name, node in step.items()}, names)
    relation = before.op()
    becomes: dict[ops.Node, ops.Node] = {
        **{ops.Field(table.op(), name): ops.Field(relation, name) for name in table.columns},
        **{node: ops.Field(relation, name) for name, node in step.items()},
    }
    others = {name: root.replace(becomes, filter=ops.Value) for name, root in roots.items() if name not in step}
    return before.mutate(**{name: root.to_expr() for name, root in others.items()})


def _children(node: ops.Node) -> list[ops.Value]:
    return [child for child in node.__children__ if isinstance(child, ops.Value)]


class _Always(dict[ops.Node, frozenset[ops.Node]]):
    """By node, itself and what is worked out in every row in which it is worked out."""

    def __missing__(self, node: ops.Node) -> frozenset[ops.Node]:
        self[node] = frozenset({node}).union(*(self[child] for child in _first(node)), self._whichever(node))
        return self[node]

    def _whichever(self, node: ops.Node) -> frozenset[ops.Node]:
        """Return what every branch of a node works out."""
        match node:
            case ops.IfElse():
                return self[node.true_expr] & self[node.false_null_expr]
            case ops.SearchedCase():
                return self[node.default].intersection(*(self[result] for result in node.results))
        return frozenset()


def _first(node: ops.Node) -> list[ops.Value]:
    """Return what a node works out before it chooses."""
    match node:
        case ops.IfElse():
            return [node.bool_expr]
        case ops.SearchedCase():
            return [node.cases[0]]
        case ops.SimpleCase():
            return [node.base]
        case ops.Coalesce():
            return [node.arg[0]]
        case ops.And() | ops.Or():
            return [node.left]
    return _children(node)


def _below(roots: Iterable[ops.Node], follow: Callable[[ops.Node], list[ops.Value]] = _children) -> Iterator[ops.Node]:
    """Yield every node once."""
    seen: set[ops.Node] = set()
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            yield node
            waiting += follow(node)


def _shared(roots: Iterable[ops.Node]) -> set[ops.Node]:
    """Return what stands at several places and is worked out in every row."""
    tops = list(roots)
    n_places = Counter(tops)
    for node in _below(tops):
        n_places.update(_children(node))
    always = _Always()
    every = frozenset[ops.Node]().union(*(always[top] for top in tops))
    return {node for node in every if n_places[node] > 1 and _is_worth_a_step(node)}


def _is_worth_a_step(node: ops.Node) -> bool:
    """Say whether a node is large enough, looks at its own row only, and does not stop where a number is too large."""
    below = list(_below([node]))
    stops = isinstance(node, ops.NumericBinary) and node.dtype.is_decimal()  # but for the `try` around it
    return len(below) >= LEAST_NODES and not stops and not any(isinstance(n, OF_OTHER_ROWS) for n in below)
