"""The history of many customers, worked out for some of them at a time: memory holds what these need."""

from collections.abc import Mapping
from datetime import date

import ibis
import ibis.expr.types as ir

from crmwb import engine
from crmwb.engine import Backend
from crmwb.history.history import History, Prepared, Since, followed, prepared
from crmwb.history.lines import Keep


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
    with engine.keeping(con) as for_now:
        known = prepared(tables, as_of, for_now, since)
        parts = []
        some_at_a_time = _parts(con, known)
        for part in some_at_a_time:
            with engine.keeping(con) as for_part:
                lines = part.lines if len(some_at_a_time) == 1 else for_part("lines_of_some", part.lines)
                some = Prepared(lines, part.numbers, part.state)
                history = followed(some, off_season_months, for_part)
                parts.append([keep(name, getattr(history, name)) for name in ("days", "months", "spread_orders")])
    return History(*(ibis.union(*same) if len(same) > 1 else same[0] for same in zip(*parts, strict=True)))


def _parts(con: Backend, known: Prepared) -> list[Prepared]:
    """Divide the customers, in the order of their numbers, so that each part has about as many lines as are allowed."""
    most = engine.rows_at_once(con)
    if most is None or known.lines.count().to_pyarrow().as_py() <= most:
        return [known]
    each = known.lines.group_by("customer").aggregate(n=known.lines.count())
    so_far = each.n.sum().over(ibis.window(order_by=each.customer, preceding=None, following=0))
    places = each.select("customer", part=((so_far - each.n) // most).cast("int64"))
    firsts = places.group_by("part").aggregate(first=places.customer.min()).order_by("first")
    begins = engine.batches(con, firsts.select("first")).read_all()["first"].to_pylist()
    begins[0] = 0  # of customers without lines, some may have a state
    ends = [*begins[1:], 2**31 - 1]
    return [known.of_customers(first, end) for first, end in zip(begins, ends, strict=True)]
