"""The history of many customers, worked out for some of them at a time: memory holds what these need."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from math import ceil, sqrt

import ibis
import ibis.expr.types as ir

from crmwb import engine
from crmwb.engine import Backend
from crmwb.history.history import History, Prepared, Since, followed, prepared
from crmwb.history.lines import Keep

MOST_PARTS = 16  # that are looked for among all lines
ABOVE_ALL = 2**31 - 1  # a customer's number


def advance_in_parts(
    con: Backend,
    tables: Mapping[str, ir.Table],
    as_of: date,
    off_season_months: tuple[int, ...],
    *,
    keep: Keep,
    since: Since | None = None,
) -> History:
    """Do what `history.advance` does, with about `engine.rows_at_once` order lines at a time, and keep the result.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables.
    tables, as_of, off_season_months, since
        As of `history.advance`.
    keep : callable
        How to keep the result; all else goes away.
    """
    parts = []
    with engine.keeping(con) as for_now:
        for part, for_part in _parts(con, prepared(tables, as_of, for_now, since)):
            history = followed(part, off_season_months, for_part)
            parts.append([keep(name, getattr(history, name)) for name in ("days", "months", "spread_orders")])
    return History(*(ibis.union(*same) if len(same) > 1 else same[0] for same in zip(*parts, strict=True)))


def _parts(con: Backend, known: Prepared) -> Iterator[tuple[Prepared, Keep]]:
    """Yield what is of some customers at a time, and what keeps tables until the next."""
    bounds = _bounds(con, known)
    for some in _groups(bounds):
        with engine.keeping(con) as for_group:
            group = _kept(known, some[0], some[-1], for_group) if len(some) < len(bounds) else known
            for first, end in pairwise(some):
                with engine.keeping(con) as for_part:
                    yield (_kept(group, first, end, for_part) if len(bounds) > 2 else group), for_part


def _kept(known: Prepared, first: int, end: int, keep: Keep) -> Prepared:
    """Return what is of some customers, their lines worked out once."""
    some = known.of_customers(first, end)
    return replace(some, lines=keep("lines_of_some", some.lines))


def _groups(bounds: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield the bounds of all parts, or of several at a time: to look for each of many among all lines takes long."""
    n_parts = len(bounds) - 1
    size = n_parts if n_parts <= MOST_PARTS else ceil(sqrt(n_parts))
    for place in range(0, n_parts, size):
        yield bounds[place : place + size + 1]


def _bounds(con: Backend, known: Prepared) -> list[int]:
    """Divide the customers, in the order of their numbers, so that each part has about as many lines as are allowed.

    Returns
    -------
    list of int
        The first number of each part, and one above all numbers.
    """
    most = engine.rows_at_once(con)
    if most is None or known.lines.count().to_pyarrow().as_py() <= most:
        return [0, ABOVE_ALL]
    each = known.lines.group_by("customer").aggregate(n=known.lines.count())
    so_far = each.n.sum().over(ibis.window(order_by=each.customer, preceding=None, following=0))
    places = each.select("customer", part=((so_far - each.n) // most).cast("int64"))
    firsts = places.group_by("part").aggregate(first=places.customer.min()).order_by("first")
    begins = engine.batches(con, firsts.select("first")).read_all()["first"].to_pylist()
    return [0, *begins[1:], ABOVE_ALL]  # of customers without lines, some may have a state
