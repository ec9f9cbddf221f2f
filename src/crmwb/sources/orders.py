"""Lines of one order: cells that stand only in the first of them, amounts of the whole order, and the lines' places."""

from collections.abc import Callable
from functools import reduce
from operator import or_

import ibis
import ibis.expr.types as ir

from crmwb.contract import Kind
from crmwb.sources import expressions, values
from crmwb.sources.casts import RESULTS
from crmwb.sources.column_mapping import ColumnMapping
from crmwb.sources.expressions import ExpressionError, Result, Type
from crmwb.sources.formats import ROW
from crmwb.sources.mapping import FillDown, Numbered, Spread
from crmwb.sources.rows import SourceRows
from crmwb.sources.staging import FILE

FAULT = "fault in spread"
WEIGHT_UNITS = 10_000  # of what shares are in proportion to
TINY = 1e-9  # shares are floats: 2.9999999999 is 3


def fill_down(rows: SourceRows, mapped: FillDown) -> SourceRows:
    """Put the last known value above into cells that are unknown: of the same key, or else of the same file.

    Parameters
    ----------
    rows : SourceRows
        Their values as `casts.known` returns them.
    mapped : FillDown
        Which columns, and within which.
    """
    result = rows.table
    within = [result[rows.columns[name]] for name in mapped.within] or [result[FILE]]
    order = [result[FILE], result[ROW]]
    for name in mapped.columns:
        column = rows.columns[name]
        until = ibis.window(group_by=within, order_by=order, preceding=None, following=0)
        block = result[column].notnull().cast("int64").sum().over(until)
        counted = result.mutate(block=block)
        same = [counted[key.get_name()] for key in within]
        filled = counted[column].max().over(ibis.window(group_by=[*same, counted.block]))
        result = counted.mutate(**{column: filled}).drop("block")
        within, order = [result[key.get_name()] for key in within], [result[FILE], result[ROW]]
    return SourceRows(rows.mapping, result, rows.columns, rows.malformed, faults=rows.faults)


def number(mapped: ColumnMapping, rows: SourceRows, result: ir.Table) -> Result:
    """Return the numbers of a source column or of an expression.

    Raises
    ------
    ExpressionError
        It gives no number.
    """
    return read_number(mapped, lambda name: rows.text(result, name), rows.mapping.style_of(mapped))


def read_number(mapped: ColumnMapping, text_of: Callable[[str], ir.StringValue], style: values.NumberStyle) -> Result:
    """Return the numbers of a source column or of an expression, given the text of each column.

    Raises
    ------
    ExpressionError
        It gives no number, or is neither a column nor an expression.
    """
    if mapped.expression is None and mapped.column is None:
        raise ExpressionError("needs a column, or an expression")
    if mapped.expression is not None:
        given = expressions.compute(mapped.expression, text_of, style)
    else:
        given = Result(text_of(str(mapped.column)), Type.TEXT)
    if given.type is Type.TEXT:
        read = values.number(given.value, style)
        return Result(read, Type.NUMBER, (*given.failed, given.value.notnull() & read.isnull()))
    if given.type is not RESULTS[Kind.MONEY]:
        raise ExpressionError(f"gives {given.type}, and a number is needed there")
    return given


def spread(rows: SourceRows, name: str, mapped: Spread) -> SourceRows:
    """Make a source column of an order's amount: each line's share of it in whole cents, which add up to the amount.

    Shares are in proportion to `mapped.by` (lines below zero have none; evenly where no line has any), rounded down;
    the cents that are left go to the lines with the largest remainders, of equal ones to the first (Hamilton's method).
    Where the amount stands on several lines of an order, it is the order's and must be the same; zeros beside one
    that is not are passed over where that stands only once.

    Parameters
    ----------
    rows : SourceRows
        Their values as `casts.known` returns them.
    name : str
        Of the new column.
    mapped : Spread
        Of what, over which lines, and by what.
    """
    result = rows.table
    keys = [rows.columns[key] for key in mapped.over]
    amount, weight = (number(each, rows, result) for each in (mapped.amount, mapped.by))
    cents = _in_units(amount.value, 100)
    result = result.mutate(
        cents=cents,
        weight=ibis.greatest(_in_units(weight.value, WEIGHT_UNITS).fill_null(0), 0),
        failed=(amount.has_failed & cents.isnull()) | (weight.has_failed & weight.value.isnull()),
    )
    order = ibis.window(group_by=keys)
    result = result.mutate(
        least=result.cents.min().over(order),
        most=result.cents.max().over(order),
        other=((result.cents.notnull() & (result.cents != 0)).cast("int64")).sum().over(order),
        lines=result[ROW].count().over(order),
        total=result.weight.sum().over(order).cast("float64"),
        bad=result.failed.fill_null(False).cast("int64").max().over(order) > 0,
    )
    alone = ibis.ifelse(result.most != 0, result.most, result.least)
    is_only_one = (result.other == 1) & ((result.least == 0) | (result.most == 0))
    result = result.mutate(amount=alone.fill_null(0), differs=(result.least != result.most) & ~is_only_one)
    share = ibis.ifelse(result.total > 0, result.weight / result.total.nullif(0.0), 1.0 / result.lines)
    exact = result.amount.abs().cast("float64") * share
    whole = (exact + TINY).floor()
    result = result.mutate(whole=whole.cast("int64"), rest=(exact - whole).round(6))
    result = result.mutate(
        left=result.amount.abs() - result.whole.sum().over(order).cast("int64"),
        nth=ibis.row_number().over(ibis.window(group_by=keys, order_by=[ibis.desc(result.rest), FILE, ROW])),
    )
    more = (result.nth < result.left).cast("int64") - (result.nth >= result.lines + result.left).cast("int64")
    line = (result.whole + more) * result.amount.sign().cast("int64")
    is_wrong = result.bad | result.differs.fill_null(False)
    column = f"s_{name}"
    text = values.only(~is_wrong, _as_text(line, rows.mapping.style.decimal))
    reason = ibis.cases(
        (result.bad, f"{name} cannot be spread: a line of the order has an amount that cannot be read"),
        (result.differs.fill_null(False), f"{name} cannot be spread: it differs between the lines of the order"),
        else_=ibis.null("string"),
    )
    earlier = result[FAULT] if FAULT in result.columns else ibis.null("string")
    result = result.mutate(**{column: text, FAULT: ibis.coalesce(earlier, reason)})
    result = result.select(*dict.fromkeys([*rows.table.columns, column, FAULT]))
    columns, faults = rows.columns | {name: column}, rows.faults | {"spread": FAULT}
    return SourceRows(rows.mapping, result, columns, rows.malformed, faults=faults)


def number_rows(rows: SourceRows, name: str, mapped: Numbered) -> SourceRows:
    """Make a source column of the place of each row among those of the same key, from 1, in the order of the files.

    A row whose key is unknown stands alone, and is 1.

    Parameters
    ----------
    rows : SourceRows
        Their values as `casts.known` returns them.
    name : str
        Of the new column.
    mapped : Numbered
        Within what, and from which end.
    """
    result, keys = rows.table, [rows.columns[key] for key in mapped.within]
    place = [FILE, ROW] if mapped.first == "first" else [ibis.desc(FILE), ibis.desc(ROW)]
    nth = ibis.row_number().over(ibis.window(group_by=keys, order_by=place)) + 1
    is_alone = reduce(or_, (result[key].isnull() for key in keys))
    column = f"n_{name}"
    result = result.mutate(**{column: ibis.ifelse(is_alone, 1, nth).cast("string")})
    return SourceRows(rows.mapping, result, rows.columns | {name: column}, rows.malformed, faults=rows.faults)


def _in_units(number: ir.DecimalValue, units: int) -> ir.IntegerValue:
    """Return exact decimals in whole such parts of 1, rounded half away from zero."""
    exact = values.times(number, ibis.literal(units, values.DECIMAL))
    return exact.cast("decimal(38, 0)").try_cast("int64")


def _as_text(cents: ir.IntegerValue, decimal: str) -> ir.StringValue:
    sign = ibis.ifelse(cents < 0, "-", "")
    units, rest = cents.abs() // 100, cents.abs() % 100
    return sign + units.cast("int64").cast("string") + decimal + rest.cast("int64").cast("string").lpad(2, "0")
