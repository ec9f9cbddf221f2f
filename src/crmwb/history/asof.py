"""What was known at a date: the only way features look at events, so that none sees the future."""

from datetime import date, datetime
from typing import TypeAlias

import ibis
import ibis.expr.types as ir

Day: TypeAlias = date | ir.DateValue


def day_of(day: Day, days_before: int = 0) -> ir.DateValue:
    """Return a day, or one some days before it, for the engine."""
    value = ibis.literal(day) if isinstance(day, date) else day
    return (value - ibis.interval(days=days_before)).cast("date") if days_before else value


def midnight(day: Day) -> ir.TimestampValue:
    """Return the first instant of a day, the naive UTC way that timestamps are kept."""
    if isinstance(day, date):
        return ibis.literal(datetime(day.year, day.month, day.day))  # noqa: DTZ001 - naive UTC is the contract
    return day.cast("timestamp")


def before(table: ir.Table, moment: str, as_of: Day) -> ir.Table:
    """Return the rows of `table` whose `moment` (a timestamp column) lies before `as_of`."""
    return table.filter(table[moment] < midnight(as_of))


def sales_before(transactions: ir.Table, as_of: Day) -> ir.Table:
    """Return the order lines before `as_of` that are no returns."""
    return before(transactions, "ordered_at", as_of).filter(lambda t: ~t.is_return)


def days_between(earlier: ir.DateValue, later: ir.DateValue) -> ir.IntegerValue:
    """Return the whole days from one date to another (dates, not timestamps: there engines count differently)."""
    return later.delta(earlier, unit="day").cast("int64")


def share(part: ir.NumericValue, whole: ir.NumericValue) -> ir.FloatingValue:
    """Return `part` over `whole`, two exact integers; NULL where `whole` is 0 or unknown."""
    return part / whole.nullif(0)
