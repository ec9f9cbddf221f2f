"""What changed since the history was written: by a checksum of the order lines of each month, then of each customer."""

from collections.abc import Mapping
from datetime import date

import ibis.expr.types as ir

from crmwb import engine
from crmwb.calendar import month_column, start_of
from crmwb.engine import Backend
from crmwb.history.history import Since
from crmwb.history.lines import Keep, checksums


def month_checksums(con: Backend, tables: Mapping[str, ir.Table], as_of: date) -> dict[int, int]:
    """Return the checksum of the order lines of each month before `as_of`, by the number of the month."""
    lines = checksums(tables, as_of)
    sums = lines.group_by("month").aggregate(checksum=lines.checksum.sum())
    by_month = engine.batches(con, sums.order_by("month")).read_all()
    return {
        int(m): int(c) for m, c in zip(by_month["month"].to_pylist(), by_month["checksum"].to_pylist(), strict=True)
    }


def since(tables: Mapping[str, ir.Table], as_of: date, months: list[int], stored: ir.Table, keep: Keep) -> Since:
    """Find the customers whose lines changed, each with the first month in which they did.

    Parameters
    ----------
    tables : mapping of str to ir.Table
        Clean canonical tables.
    as_of : date
        Exclusive.
    months : list of int
        Months whose order lines are not those that the history was made from.
    stored : ir.Table
        The months of the history.
    keep : callable
        How to keep what is used several times.
    """
    first_month = min(months)
    begin = start_of(first_month)
    lines = checksums(tables, as_of, begin)
    lines = lines.filter(lines.month.isin(months))
    now = lines.group_by("customer_id", "month").aggregate(checksum=lines.checksum.sum().cast("int64"))
    numbered = stored.select("customer_id", "checksum", month=month_column(stored.month))
    then = numbered.filter(numbered.month.isin(months))
    differ = now.difference(then.select(*now.columns)).union(then.select(*now.columns).difference(now))
    first = keep("changed", differ.group_by("customer_id").aggregate(from_month=differ.month.min()))
    earlier = stored.inner_join(first, "customer_id").filter(lambda t: month_column(t.month) < t.from_month)
    last = earlier.group_by("customer_id").aggregate(month=earlier.month.max())
    return Since(first, stored.semi_join(keep("last_months", last), ["customer_id", "month"]))
