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
    found = rows.table
    within = [found[rows.columns[name]] for name in mapped.within] or [found[FILE]]
    order = [found[FILE], found[ROW]]
    for name in mapped.columns:
        column = rows.columns[name]
        until = ibis.window(group_by=within, order_by=order, preceding=None, following=0)
        block = found[column].notnull().cast("int64").sum().over(until)
        counted = found.mutate(block=block)
        same = [counted[key.get_name()] for key in within]
        filled = counted[column].max().over(ibis.window(group_by=[*same, counted.block]))
        found = counted.mutate(**{column: filled}).drop("block")
        within, order = [found[key.get_name()] for key in within], [found[FILE], found[ROW]]
    return SourceRows(rows.mapping, found, rows.columns, rows.malformed, faults=rows.faults)


def number(mapped: ColumnMapping, rows: SourceRows, found: ir.Table) -> Result:
    """Return the numbers of a source column or of an expression.

    Raises
    ------
    ExpressionError
        It gives no number.
    """
    return read_number(mapped, lambda name: rows.text(found, name), rows.mapping.style_of(mapped))


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
    found = rows.table
    keys = [rows.columns[key] for key in mapped.over]
    amount, weight = (number(each, rows, found) for each in (mapped.amount, mapped.by))
    cents = _in_units(amount.value, 100)
    found = found.mutate(
        cents=cents,
        weight=ibis.greatest(_in_units(weight.value, WEIGHT_UNITS).fill_null(0), 0),
        failed=(amount.has_failed & cents.isnull()) | (weight.has_failed & weight.value.isnull()),
    )
    order = ibis.window(group_by=keys)
    found = found.mutate(
        least=found.cents.min().over(order),
        most=found.cents.max().over(order),
        other=((found.cents.notnull() & (found.cents != 0)).cast("int64")).sum().over(order),
        lines=found[ROW].count().over(order),
        total=found.weight.sum().over(order).cast("float64"),
        bad=found.failed.fill_null(False).cast("int64").max().over(order) > 0,
    )
    alone = ibis.ifelse(found.most != 0, found.most, found.least)
    is_only_one = (found.other == 1) & ((found.least == 0) | (found.most == 0))
    found = found.mutate(amount=alone.fill_null(0), differs=(found.least != found.most) & ~is_only_one)
    share = ibis.ifelse(found.total > 0, found.weight / found.total.nullif(0.0), 1.0 / found.lines)
    exact = found.amount.abs().cast("float64") * share
    whole = (exact + TINY).floor()
    found = found.mutate(whole=whole.cast("int64"), rest=(exact - whole).round(6))
    found = found.mutate(
        left=found.amount.abs() - found.whole.sum().over(order).cast("int64"),
        nth=ibis.row_number().over(ibis.window(group_by=keys, order_by=[ibis.desc(found.rest), FILE, ROW])),
    )
    more = (found.nth < found.left).cast("int64") - (found.nth >= found.lines + found.left).cast("int64")
    line = (found.whole + more) * found.amount.sign().cast("int64")
    is_wrong = found.bad | found.differs.fill_null(False)
    column = f"s_{name}"
    text = values.only(~is_wrong, _as_text(line, rows.mapping.style.decimal))
    said = ibis.cases(
        (found.bad, f"{name} cannot be spread: a line of the order has an amount that cannot be read"),
        (found.differs.fill_null(False), f"{name} cannot be spread: it differs between the lines of the order"),
        else_=ibis.null("string"),
    )
    earlier = found[FAULT] if FAULT in found.columns else ibis.null("string")
    found = found.mutate(**{column: text, FAULT: ibis.coalesce(earlier, said)})
    found = found.select(*dict.fromkeys([*rows.table.columns, column, FAULT]))
    columns, faults = rows.columns | {name: column}, rows.faults | {"spread": FAULT}
    return SourceRows(rows.mapping, found, columns, rows.malformed, faults=faults)


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
    found, keys = rows.table, [rows.columns[key] for key in mapped.within]
    place = [FILE, ROW] if mapped.first == "first" else [ibis.desc(FILE), ibis.desc(ROW)]
    nth = ibis.row_number().over(ibis.window(group_by=keys, order_by=place)) + 1
    is_alone = reduce(or_, (found[key].isnull() for key in keys))
    column = f"n_{name}"
    found = found.mutate(**{column: ibis.ifelse(is_alone, 1, nth).cast("string")})
    return SourceRows(rows.mapping, found, rows.columns | {name: column}, rows.malformed, faults=rows.faults)


def _in_units(number: ir.DecimalValue, units: int) -> ir.IntegerValue:
    """Return exact decimals in whole such parts of 1, rounded half away from zero."""
    exact = values.times(number, ibis.literal(units, values.DECIMAL))
    return exact.cast("decimal(38, 0)").try_cast("int64")


def _as_text(cents: ir.IntegerValue, decimal: str) -> ir.StringValue:
    sign = ibis.ifelse(cents < 0, "-", "")
    units, rest = cents.abs() // 100, cents.abs() % 100
    return sign + units.cast("int64").cast("string") + decimal + rest.cast("int64").cast("string").lpad(2, "0")
