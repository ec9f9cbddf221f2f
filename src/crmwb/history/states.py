"""What had added up of every customer by the ends of the last two months: what features and the next month start from.

It lies beside the months, whose many files need not be read for the last row of each customer.
"""

from collections.abc import Mapping

import ibis.expr.types as ir

from crmwb.calendar import month_column, start_of
from crmwb.history.asof import day_of
from crmwb.history.history import History, Since
from crmwb.history.months import last_before


def last_two(lines: Mapping[int, int]) -> list[int]:
    """Return the months whose states are kept, of those with order lines."""
    return [max(lines) - 1, max(lines)] if lines else []


def before_changes(past: History, changed: ir.Table, first_month: int) -> ir.Table:
    """Return the last row of months before each customer's lines changed.

    Parameters
    ----------
    past : History
        Before the change.
    changed : ir.Table
        customer_id and from_month.
    first_month : int
        The earliest of these months.
    """
    last = max(past.states, default=first_month + 1)
    if first_month < last:
        earlier = past.months.inner_join(changed, "customer_id").filter(lambda t: month_column(t.month) < t.from_month)
        ends = earlier.group_by("customer_id").aggregate(month=earlier.month.max())
        return past.months.semi_join(ends, ["customer_id", "month"])
    columns = past.months.columns
    newest = past.states[last].inner_join(changed, "customer_id")
    untouched = newest.filter(month_column(newest.month) < newest.from_month).select(columns)
    others = past.states[last - 1].semi_join(changed, "customer_id").anti_join(untouched, "customer_id")
    return untouched.union(others.select(columns))


def after_changes(past: History, new: History, start: Since, month: int) -> ir.Table:
    """Return the state at the end of a month, from one that is kept; not of a month before these.

    Parameters
    ----------
    past, new : History
        Before the change, and what was worked out of those whose lines changed.
    start : Since
        Who they are, and from when on.
    month : int
        Its number.
    """
    base = past.states[min(month, max(past.states))]
    theirs = last_before(new.months.union(start.state.select(new.months.columns)), day_of(start_of(month + 1)))
    return base.anti_join(start.changed, "customer_id").union(theirs.select(base.columns))
