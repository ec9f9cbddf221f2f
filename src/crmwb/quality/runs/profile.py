"""What a run looks like, in numbers small enough to keep in git: rows, days, reasons, and how values are distributed.

Numbers fall into bins that do not depend on the data, each twice as wide as the one before, so that two runs can be
compared without the rows of either.
"""

from typing import TypeAlias

import ibis
import ibis.expr.types as ir

from crmwb.contract import Column, Kind, Table

Distribution: TypeAlias = dict[str, float]

N_LABELS = 20  # the commonest labels of a column; the others are one
LEAST_SHARE = 0.005  # of rows that bear a label; a rarer one may tell of a person
OTHERS, UNKNOWN, ZERO = "others", "unknown", "0"
NUMBERS = {Kind.MONEY, Kind.INTEGER, Kind.NUMBER, Kind.SHARE}
NAMES = {"owner"}  # of our own people; not for a file that many see


def distributions(rows: ir.Table, table: Table) -> dict[str, Distribution]:
    """Return of each column with labels, numbers or truths the share of rows in each bin.

    Columns of which nothing is known, ids, texts, days and names of people are left out.
    """
    counted = [c for c in table.columns if c.kind in {*NUMBERS, Kind.CATEGORY, Kind.BOOLEAN} and c.name not in NAMES]
    known = {column.name: rows[column.name].count() for column in counted}
    n_known = rows.aggregate(n_rows=rows.count(), **known).to_pyarrow().to_pylist()[0]
    n_rows = n_known.pop("n_rows")
    shares_of = {}
    for column in counted:
        if n_known[column.name]:
            shares = _shares(rows, column, n_rows)
            if shares.get(UNKNOWN) != 1:
                shares_of[column.name] = shares
    return shares_of


def _bins(rows: ir.Table, numbers: ir.NumericValue) -> ir.Table:
    """Count the rows of each bin: "0", or the sign and the power of two that numbers reach ("-2^3": -15.9 to -8)."""
    # no logarithm of 0, which some engines refuse
    power = numbers.cast("float64").abs().nullif(0).log2().floor().cast("int64")
    counts = rows.group_by(sign=numbers.sign().cast("int8"), power=power).aggregate(n=rows.count())
    name = ibis.ifelse(counts.sign < 0, "-2^", "2^") + counts.power.cast("string")  # few, where rows are many
    return counts.select("n", bin=ibis.coalesce(ibis.ifelse(counts.sign == 0, ZERO, name), UNKNOWN))


def _shares(rows: ir.Table, column: Column, n_rows: int) -> Distribution:
    values = rows[column.name]
    if column.kind in NUMBERS:
        counts = _bins(rows, values)
    else:
        counts = rows.group_by(bin=ibis.coalesce(values.cast("string"), UNKNOWN)).aggregate(n=rows.count())
    commonest = counts.order_by(ibis.desc("n"), "bin").limit(N_LABELS).to_pyarrow().to_pylist()
    shares = {
        row["bin"]: row["n"] / n_rows
        for row in commonest
        if column.kind is not Kind.CATEGORY or row["n"] >= LEAST_SHARE * n_rows
    }
    rest = n_rows - sum(row["n"] for row in commonest if row["bin"] in shares)
    return shares | ({OTHERS: rest / n_rows} if rest else {})
