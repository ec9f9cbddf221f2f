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
    columns = counted(table)
    known = {column.name: rows[column.name].count() for column in columns}
    n_known = rows.aggregate(n_rows=rows.count(), **known).to_pyarrow().to_pylist()[0]
    n_rows = n_known.pop("n_rows")
    shares_of = {}
    for column in columns:
        if n_known[column.name]:
            commonest = bins(rows, column).order_by(ibis.desc("n"), "bin").limit(N_LABELS).to_pyarrow().to_pylist()
            shares_of[column.name] = _shares({row["bin"]: row["n"] for row in commonest}, column, n_rows)
    return {name: shares for name, shares in shares_of.items() if shares.get(UNKNOWN) != 1}


def distributions_of(counts: ir.Table, table: Table) -> dict[str, Distribution]:
    """Return what `distributions` does, of the rows in each bin of each column: column, bin and n."""
    by_column: dict[str, dict[str, int]] = {column.name: {} for column in counted(table)}
    for row in counts.to_pyarrow().to_pylist():
        by_column[row["column"]][row["bin"]] = int(row["n"])
    shares_of = {}
    for name, ns in by_column.items():
        commonest = dict(sorted(ns.items(), key=lambda of_bin: (-of_bin[1], of_bin[0]))[:N_LABELS])
        shares_of[name] = _shares(commonest, table.column(name), sum(ns.values()))
    return {name: shares for name, shares in shares_of.items() if shares and shares.get(UNKNOWN) != 1}


def counted(table: Table) -> list[Column]:
    """Return the columns with labels, numbers or truths."""
    return [c for c in table.columns if c.kind in {*NUMBERS, Kind.CATEGORY, Kind.BOOLEAN} and c.name not in NAMES]


def bins(rows: ir.Table, column: Column) -> ir.Table:
    """Count the rows in each bin of a column: bin and n."""
    values = rows[column.name]
    if column.kind in NUMBERS:
        return _bins(rows, values)
    return rows.group_by(bin=ibis.coalesce(values.cast("string"), UNKNOWN)).aggregate(n=rows.count())


def _bins(rows: ir.Table, numbers: ir.NumericValue) -> ir.Table:
    """Count the rows of each bin: "0", or the sign and the power of two that numbers reach ("-2^3": -15.9 to -8)."""
    # no logarithm of 0, which some engines refuse
    power = numbers.cast("float64").abs().nullif(0).log2().floor().cast("int64")
    counts = rows.group_by(sign=numbers.sign().cast("int8"), power=power).aggregate(n=rows.count())
    name = ibis.ifelse(counts.sign < 0, "-2^", "2^") + counts.power.cast("string")  # few, where rows are many
    return counts.select("n", bin=ibis.coalesce(ibis.ifelse(counts.sign == 0, ZERO, name), UNKNOWN))


def _shares(commonest: dict[str, int], column: Column, n_rows: int) -> Distribution:
    shares = {
        label: n / n_rows
        for label, n in commonest.items()
        if column.kind is not Kind.CATEGORY or n >= LEAST_SHARE * n_rows
    }
    rest = n_rows - sum(n for label, n in commonest.items() if label in shares)
    return shares | ({OTHERS: rest / n_rows} if rest else {})
