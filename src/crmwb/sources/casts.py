"""Text as a source writes it → values of the contract's kinds, on the engine; NULL where it is no such value.

Amounts are exact decimals until they are whole cents, rounded half away from zero ("2.675" is 268 cents).
"""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

import ibis
import ibis.expr.types as ir

from crmwb.contract import ARROW_TYPES, Column, Kind
from crmwb.sources import expressions, values
from crmwb.sources.column_mapping import ColumnMapping
from crmwb.sources.expressions import Result, Type
from crmwb.sources.mapping import JoinMapping
from crmwb.sources.privacy import identifiers
from crmwb.sources.values import NumberStyle

ROUNDED = r"^[-+]?\d(\.\d+)?[eE]\+\d{2,3}$"
WHOLE_ID = r"^([-+]?\d+)\.0*$"
LEADING_ZEROS = r"^0+(\d)"
WHOLE_NUMBER = r"^[-+]?\d+(\.0*)?$"
CLEAR_BELOW, CLEAR_OF_HALF = 1e11, 1e-3  # cents; and how far from a half a binary fraction rounds as the decimal does
FIRST_VISIBLE = "!"  # every blank sorts before it
ISO_SHOWN = "YYYY-MM-DD (with or without time)"
ID_FAULT = (
    f"a number that a spreadsheet has rounded (9.00720E+15), which is no id any more: export the column as text, or "
    f"{identifiers.FAULT}"
)
CENTS = {"whole": 100, "hundredths": 1, "thousands": 100_000, "millions": 100_000_000}
RESULTS = {  # what an expression must give to fill a column; text is read as any other
    Kind.MONEY: Type.NUMBER,
    Kind.INTEGER: Type.NUMBER,
    Kind.NUMBER: Type.NUMBER,
    Kind.SHARE: Type.NUMBER,
    Kind.DATE: Type.MOMENT,
    Kind.TIMESTAMP: Type.MOMENT,
    Kind.BOOLEAN: Type.TRUTH,
}


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def nfc_normalize(text: str) -> str:  # type: ignore[empty-body]
    """Return text in the composed form of Unicode."""


def known(text: ir.StringValue, null_values: tuple[str, ...]) -> ir.StringValue:
    """Return text without blanks around it; NULL where nothing is left or it stands for "unknown"."""
    may_have_blanks = (text < FIRST_VISIBLE) | (text.right(1) < FIRST_VISIBLE)  # a fifth of the cost of stripping
    stripped = ibis.ifelse(may_have_blanks, text.strip(), text)
    return ibis.ifelse(stripped.isin(["", *null_values]), ibis.null("string"), stripped)


def cast(
    column: Column, mapping: ColumnMapping, text_of: Callable[[str], ir.StringValue], style: NumberStyle
) -> tuple[ir.Value, ir.BooleanValue]:
    """Return the values of one canonical column, and where there should be one.

    Parameters
    ----------
    column : Column
        What the contract says of it.
    mapping : ColumnMapping
        Where its text comes from and how it is read; not one_per, whose ids `rows.py` makes.
    text_of : callable
        A source column, as `known` returns it, by its name.
    style : NumberStyle
        How its numbers are written.

    Returns
    -------
    value : ir.Value
        Typed as the contract says, NULL where it is unknown or cannot be read.
    known : ir.BooleanValue
        True where its text is known, so that NULL means that it cannot be read.

    Raises
    ------
    ExpressionError
        The mapping's expression gives something else than the column holds.
    """
    if mapping.constant is not None:
        return constant(mapping.constant, column.kind), ibis.literal(False)
    given = read_source(mapping, text_of, style)
    if given.type is not Type.TEXT:
        if given.type is not RESULTS.get(column.kind, Type.TEXT):
            raise expressions.ExpressionError(
                f"gives {given.type}, which does not go with this column, which holds {a(column.kind)}"
            )
        value = COMPUTED[column.kind](given, mapping)
        is_known = given.value.notnull() | given.has_failed
        return value, ibis.ifelse(value.notnull(), True, is_known)  # worked out only where it is asked
    text = given.value.substitute(dict(mapping.replace)) if mapping.replace else given.value
    if mapping.null_values:
        text = values.only(~text.isin(mapping.null_values), text)
    return READERS[column.kind](text, mapping, style), text.notnull() | given.has_failed


def read_source(mapping: ColumnMapping, text_of: Callable[[str], ir.StringValue], style: NumberStyle) -> Result:
    """Return what a column is read from: the text of a source column, or what the mapping's expression gives."""
    if mapping.expression is not None:
        return expressions.compute(mapping.expression, text_of, style)
    return Result(text_of(str(mapping.column)), Type.TEXT)


def fault(column: Column, mapping: ColumnMapping, style: NumberStyle) -> str:
    """Say what is wrong with text that `cast` cannot read: the same words for the same fault, without the value."""
    if mapping.expression is not None:
        return _expression_fault(column, mapping.expression.replace("; ", ";"), style)  # between faults stands "; "
    if column.kind is Kind.ID:
        return ID_FAULT
    if READERS[column.kind] is _text:
        return identifiers.FAULT
    if column.kind in {Kind.DATE, Kind.TIMESTAMP}:
        named = [f'"{f}"' if f != values.ISO else ISO_SHOWN for f in mapping.format]
        return f"no date in the format {' or '.join(named) or ISO_SHOWN}"
    if column.kind is Kind.BOOLEAN:
        return f"neither {'/'.join(mapping.true_values)} nor {'/'.join(mapping.false_values)}"
    return _number_fault("whole number" if column.kind is Kind.INTEGER else "number", style)


def _expression_fault(column: Column, what: str, style: NumberStyle) -> str:
    if READERS[column.kind] in {_text, _id}:
        return f"{what} cannot be worked out, or gives {identifiers.FAULT}"
    return f"{what} cannot be worked out: a value in it is {_number_fault('number', style)}"


def constant(value: str | float | bool, kind: Kind) -> ir.Value:
    """Return the same value for every row; `contract.py` has seen to it that it is one of that kind."""
    if kind is Kind.MONEY:
        return ibis.literal(int((Decimal(str(value)) * 100).to_integral_value(ROUND_HALF_UP)), "int64")
    if kind in {Kind.DATE, Kind.TIMESTAMP}:
        moment = values.moment(ibis.literal(str(value)), ())
        return moment.date() if kind is Kind.DATE else moment
    return ibis.literal(value, ibis.dtype(ARROW_TYPES[kind]))


def a(kind: Kind) -> str:
    """Return the kind with its article."""
    return f"{'an' if kind.value[0] in 'aeiou' else 'a'} {kind.value}"


def _number_fault(what: str, style: NumberStyle) -> str:
    thousands = f' and thousands "{style.thousands}"' if style.thousands else ""
    return f'no {what} with decimal "{style.decimal}"{thousands}, or one too large'


def _text(text: ir.StringValue, mapping: ColumnMapping, _: NumberStyle) -> ir.StringValue:
    read = same(text, mapping)
    return values.only(~identifiers.stands_in(read), read)


def _id(text: ir.StringValue, mapping: ColumnMapping, _: NumberStyle) -> ir.StringValue:
    """Refuse what a spreadsheet has rounded: 9.00720E+15 may be any of a thousand ids."""
    read = same(text, mapping)
    return values.only(~identifiers.stands_in(read) & ~read.re_search(ROUNDED), read)


def same(text: ir.StringValue, mapping: ColumnMapping | JoinMapping) -> ir.StringValue:
    """Return texts that mean the same as the same text, where the mapping says that they do."""
    if mapping.fold:
        text = nfc_normalize(values.plain(text)).re_replace(r"\s+", " ").lower()
    text = text.re_replace(WHOLE_ID, r"\1") if mapping.whole_number else text
    return text.re_replace(LEADING_ZEROS, r"\1") if mapping.strip_zeros else text


def _integer(text: ir.StringValue, _: ColumnMapping, style: NumberStyle) -> ir.IntegerValue:
    number = values.number_text(text, style)
    return values.only(number.re_search(WHOLE_NUMBER), number.try_cast("int64"))


def _number(text: ir.StringValue, mapping: ColumnMapping, style: NumberStyle) -> ir.FloatingValue:
    if mapping.unit == "percent":
        text = text.re_replace(r"\s*%$", "")
    value = values.number_text(text, style).try_cast("float64")
    return _plain(value / 100 if mapping.unit == "percent" else value)


def _money(text: ir.StringValue, mapping: ColumnMapping, style: NumberStyle) -> ir.IntegerValue:
    return _cents(Result(values.number(text, style), Type.NUMBER, near=values.near(text, style)), mapping)


def _timestamp(text: ir.StringValue, mapping: ColumnMapping, style: NumberStyle) -> ir.TimestampValue:
    return values.moment(text, mapping.format, style.zone, style.clock)


def _date(text: ir.StringValue, mapping: ColumnMapping, style: NumberStyle) -> ir.DateValue:
    return _timestamp(text, mapping, style).date()


def _truth(text: ir.StringValue, mapping: ColumnMapping, _: NumberStyle) -> ir.BooleanValue:
    lowered = text.lower()
    false = ibis.ifelse(lowered.isin([v.lower() for v in mapping.false_values]), False, ibis.null("boolean"))
    return ibis.ifelse(lowered.isin([v.lower() for v in mapping.true_values]), True, false)


def _cents(amount: Result, mapping: ColumnMapping) -> ir.IntegerValue:
    """Round once, at the end, by binary fractions where they are near enough to tell: exact decimals cost 20 times it.

    Below 1e11 a binary fraction, or a product of up to 40, is within 1e-3 of the amount (each step errs by at most one
    part in 2**53), so it rounds alike unless it lies that near to a half.
    """
    product = values.times(amount.value, ibis.literal(Decimal(CENTS[mapping.unit]), values.DECIMAL))
    exact = product.cast("decimal(38, 0)").try_cast("int64")
    near = (amount.value.cast("float64") if amount.near is None else amount.near) * CENTS[mapping.unit]
    is_clear = (near.abs() < CLEAR_BELOW) & ((near - near.floor() - 0.5).abs() > CLEAR_OF_HALF)
    return ibis.ifelse(is_clear, near.round().cast("int64"), exact)


def _whole(number: Result, _: ColumnMapping) -> ir.IntegerValue:
    rounded = number.value.cast("decimal(38, 0)")
    return values.only(rounded.cast(values.DECIMAL) == number.value, rounded).try_cast("int64")


def _computed(number: Result, mapping: ColumnMapping) -> ir.FloatingValue:
    return _plain(number.value.cast("float64") / (100 if mapping.unit == "percent" else 1))


def _plain(number: ir.FloatingValue) -> ir.FloatingValue:
    """Return finite numbers, and no zero with a sign."""
    return ibis.ifelse(number == 0, 0.0, values.only(~number.isinf(), number))


READERS: dict[Kind, Callable[[ir.StringValue, ColumnMapping, NumberStyle], ir.Value]] = {
    Kind.ID: _id,
    Kind.TEXT: _text,
    Kind.CATEGORY: _text,
    Kind.MONEY: _money,
    Kind.INTEGER: _integer,
    Kind.NUMBER: _number,
    Kind.SHARE: _number,
    Kind.DATE: _date,
    Kind.TIMESTAMP: _timestamp,
    Kind.BOOLEAN: _truth,
}
COMPUTED: dict[Kind, Callable[[Result, ColumnMapping], ir.Value]] = {
    Kind.MONEY: _cents,
    Kind.INTEGER: _whole,
    Kind.NUMBER: _computed,
    Kind.SHARE: _computed,
    Kind.DATE: lambda moment, _: moment.value.date(),
    Kind.TIMESTAMP: lambda moment, _: moment.value,
    Kind.BOOLEAN: lambda truth, _: truth.value,
}
