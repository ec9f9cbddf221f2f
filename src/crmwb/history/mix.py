"""What purchases are made of, month by month: how many different values, the top one, and its share."""

import ibis
import ibis.expr.types as ir

MOST_VALUES = 10**9


def first_seen(lines: ir.Table, by: str, n: str) -> ir.Table:
    """Count the values of a column in the month in which each customer first has them; unknown ones are none."""
    first = lines.filter(lines[by].notnull()).group_by("customer", by).aggregate(month=lines.month.min())
    return first.group_by("customer", "month").aggregate(first.count().name(n))


def mix(lines: ir.Table, by: str) -> ir.Table:
    """Follow the mix of each customer's sales by one column.

    Parameters
    ----------
    lines : ir.Table
        Sales with customer, month, cents (not negative) and `by`, a whole number below MOST_VALUES or NULL.
    by : str
        The column. Lines where it is unknown are left out.

    Returns
    -------
    ir.Table
        One row per customer and month with a known value. `<by>_n`, the values seen for the first time; `<by>_known`,
        the cents; `<by>_cents`, the most that a value seen in this month has brought so far; `<by>_rank`, that and the
        value (of equals, the first) as one number, whose largest up to a month tells the top value of all: what a
        value has brought never falls.
    """
    known = lines.filter(lines[by].notnull())
    sums = known.group_by("customer", by, "month").aggregate(cents=known.cents.sum().cast("int64"))
    of_value = {"group_by": [sums.customer, sums[by]], "order_by": sums.month}
    so_far = sums.mutate(
        total=sums.cents.sum().over(ibis.window(**of_value, preceding=None, following=0)).cast("int64"),
        is_new=(ibis.row_number().over(**of_value) == 0),
    )
    rank = so_far.total.cast("decimal(38, 0)") * MOST_VALUES + (MOST_VALUES - 1 - so_far[by].cast("int64"))
    ranked = so_far.mutate(place=rank.cast("decimal(38, 0)"))
    return ranked.group_by("customer", "month").aggregate(
        ranked.count(where=ranked.is_new).name(f"{by}_n"),
        ranked.cents.sum().cast("int64").name(f"{by}_known"),
        ranked.total.max().name(f"{by}_cents"),
        ranked.place.max().name(f"{by}_rank"),
    )


def value_of(rank: ir.DecimalValue) -> ir.IntegerValue:
    """Return the value that a `<by>_rank` tells."""
    return MOST_VALUES - 1 - (rank % MOST_VALUES).cast("int64")
