"""What purchases are made of, month by month: how many different values, the top one, and its share."""

import ibis
import ibis.expr.types as ir

from crmwb.history.lines import PAST

MOST_VALUES = 10**9
RANK = "decimal(38, 0)"


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
    ranked = so_far.mutate(place=_rank(so_far.total, so_far[by]))
    return ranked.group_by("customer", "month").aggregate(
        ranked.count(where=ranked.is_new).name(f"{by}_n"),
        ranked.cents.sum().cast("int64").name(f"{by}_known"),
        ranked.total.max().name(f"{by}_cents"),
        ranked.place.max().name(f"{by}_rank"),
    )


def seen_anew(lines: ir.Table, by: str) -> ir.Table:
    """Return lines without those of PAST whose value of a column their customer has in no later month.

    What `first_seen` and `mix` tell of later months does not rest on them.
    """
    new, past = lines.filter(lines.month != PAST), lines.filter(lines.month == PAST)
    return new.union(past.semi_join(new, ["customer", by]))


def mix_so_far(state: ir.Table, by: str, values: ir.Table | None) -> ir.Table:
    """Return what `mix` tells of all months up to a state, under the month PAST.

    Parameters
    ----------
    state : ir.Table
        Rows of `History.months`, with the customers' numbers.
    by : str
        The column.
    values : ir.Table or None
        What its numbers stand for, as `lines.numbered` returns it; None where its values are numbers.
    """
    if values is None:
        joined, place = state, state[f"top_{by}"].cast("int64")
    else:
        joined = state.left_join(values, state[f"top_{by}"] == values[by])
        place = values[f"{by}_place"].cast("int64")
    return joined.select(
        customer=state.customer,
        month=ibis.literal(PAST, "int32"),
        **{
            f"{by}_n": state[f"n_{by}"],
            f"{by}_known": state[f"known_{by}_cents"],
            f"{by}_cents": state[f"top_{by}_cents"],
            f"{by}_rank": _rank(state[f"top_{by}_cents"], place),
        },
    )


def _rank(cents: ir.IntegerValue, place: ir.IntegerValue) -> ir.DecimalValue:
    """Return cents and the place of a value as one number: the more cents, then the earlier place, the larger."""
    return (cents.cast(RANK) * MOST_VALUES + (MOST_VALUES - 1 - place.cast("int64"))).cast(RANK)


def value_of(rank: ir.DecimalValue) -> ir.IntegerValue:
    """Return the value that a `<by>_rank` tells."""
    return MOST_VALUES - 1 - (rank % MOST_VALUES).cast("int64")
