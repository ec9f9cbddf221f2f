"""Text as a source writes it → values of the contract's kinds, on the engine; NULL where it is no such value.

Amounts are exact decimals until they are whole cents, rounded half away from zero ("2.675" is 268 cents).
"""

import datetime as dt
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

import ibis
import ibis.expr.types as ir

from crmwb.sources.mapping import ColumnMapping
from crmwb.tables import ARROW_TYPES, Column, Kind

PLAIN_NUMBER = r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?$"
WHOLE_NUMBER = r"^[-+]?\d+(\.0*)?$"
ISO_TIME = r"^\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?$"
OFFSET = r" ?(Z|UTC|[-+]\d{2}:?\d{2})$"
OFFSET_PARTS = r"[-+](\d{2}):?(\d{2})$"
FIRST_YEAR = 1000  # "%Y" also reads 16 as the year 16: that is a two-digit year in a four-digit format
LAST_YEAR = 2999

WIDE_CENTS = "decimal(38, 2)"
FACTOR = "decimal(18, 6)"  # two of them multiply within 38 digits
WIDE_FACTOR = "decimal(38, 6)"


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]  # ibis is untyped
def try_strptime(text: str, formats: list[str]) -> dt.datetime:  # type: ignore[empty-body]  # the engine has the body
    """Read text by the first format that fits; NULL where none does. Ibis has only the one that raises."""


def known(text: ir.StringValue, null_values: tuple[str, ...]) -> ir.StringValue:
    """Return text without blanks around it; NULL where nothing is left or it stands for "unknown"."""
    stripped = text.strip()
    return ibis.ifelse(stripped.isin(["", *null_values]), ibis.null("string"), stripped)


def cast(texts: list[ir.StringValue], column: Column, mapping: ColumnMapping) -> ir.Value:
    """Return the values of one canonical column, NULL where they are unknown or cannot be read.

    Parameters
    ----------
    texts : list of StringValue
        The source columns that the mapping names, as `known` returns them: two for a product or difference, none for a
        constant, else one.
    column : Column
        What the contract says of it.
    mapping : ColumnMapping
        How its text is read.
    """
    if mapping.constant is not None:
        return _constant(mapping.constant, column.kind)
    if mapping.replace:
        texts = [text.substitute(dict(mapping.replace)) for text in texts]
    if mapping.product or mapping.difference:
        return _combined([_number_text(text, mapping) for text in texts], column.kind, mapping)
    return READERS[column.kind](texts[0], mapping)


def fault(column: Column, mapping: ColumnMapping) -> str:
    """Say what is wrong with text that `cast` cannot read: the same words for the same fault, without the value."""
    if column.kind in {Kind.DATE, Kind.TIMESTAMP}:
        formats = " or ".join(f'"{f}"' for f in mapping.format)
        return (
            f"no date in the format {formats}" if formats else "no date in the format YYYY-MM-DD (with or without time)"
        )
    if column.kind is Kind.BOOLEAN and mapping.below is None:
        return f"neither {'/'.join(mapping.true_values)} nor {'/'.join(mapping.false_values)}"
    what = "whole number" if column.kind is Kind.INTEGER else "number"
    signs = f' with decimal "{mapping.decimal}"' + (
        f' and thousands "{mapping.thousands}"' if mapping.thousands else ""
    )
    return f"no {what}{signs}, or one too large"


def _constant(value: str | float | bool, kind: Kind) -> ir.Value:
    if kind is Kind.MONEY:
        return ibis.literal(int((Decimal(str(value)) * 100).to_integral_value(ROUND_HALF_UP)), "int64")
    if kind in {Kind.DATE, Kind.TIMESTAMP}:
        moment = _iso_timestamp(ibis.literal(str(value)))
        return moment.date() if kind is Kind.DATE else moment
    return ibis.literal(value, ibis.dtype(ARROW_TYPES[kind]))


def _only(condition: ir.BooleanValue, value: ir.Value) -> ir.Value:
    return ibis.ifelse(condition, value, ibis.null(value.type()))


def _number_text(text: ir.StringValue, mapping: ColumnMapping) -> ir.StringValue:
    """Return numbers with a decimal point and nothing between thousands; NULL where text is not written as it should.

    Thousands must stand in their places: with "." between thousands, "12.50" is no number rather than 1250.
    """
    if mapping.thousands:
        sign, point = re.escape(mapping.thousands), re.escape(mapping.decimal)
        grouped = rf"^[-+]?\d{{1,3}}({sign}\d{{2,3}})*{sign}\d{{3}}({point}\d*)?$"
        plain = rf"^[-+]?\d*({point}\d*)?$"
        text = _only(text.re_search(grouped) | text.re_search(plain), text.replace(mapping.thousands, ""))
    if mapping.decimal == ",":
        text = _only(~text.contains("."), text.replace(",", "."))
    return _only(text.re_search(PLAIN_NUMBER), text)


def _text(text: ir.StringValue, mapping: ColumnMapping) -> ir.StringValue:
    return text.re_replace(r"^([-+]?\d+)\.0*$", r"\1") if mapping.whole_number else text


def _integer(text: ir.StringValue, mapping: ColumnMapping) -> ir.IntegerValue:
    number = _number_text(text, mapping)
    return _only(number.re_search(WHOLE_NUMBER), number.try_cast("int64"))


def _number(text: ir.StringValue, mapping: ColumnMapping) -> ir.FloatingValue:
    value = _number_text(text, mapping).try_cast("float64")
    return _only(~value.isinf(), value)


def _money(text: ir.StringValue, mapping: ColumnMapping) -> ir.IntegerValue:
    return _money_of(_number_text(text, mapping), mapping)


def _money_of(text: ir.StringValue, mapping: ColumnMapping) -> ir.IntegerValue:
    if mapping.unit == "hundredths":
        return text.try_cast("decimal(18, 0)").cast("int64")
    return _cents(text.try_cast("decimal(18, 2)").cast(WIDE_CENTS))


def _cents(amount: ir.DecimalValue) -> ir.IntegerValue:
    return (amount * 100).try_cast("int64")


def _combined(texts: list[ir.StringValue], kind: Kind, mapping: ColumnMapping) -> ir.Value:
    if mapping.difference and kind is Kind.MONEY:
        minuend, subtrahend = (_money_of(text, mapping) for text in texts)
        return minuend - subtrahend
    first, second = (text.try_cast(FACTOR).cast(WIDE_FACTOR) for text in texts)
    value = first - second if mapping.difference else first * second
    if kind is not Kind.MONEY:
        return value.cast("float64")
    return (
        value.cast("decimal(38, 0)").try_cast("int64")
        if mapping.unit == "hundredths"
        else _cents(value.cast(WIDE_CENTS))
    )


def _timestamp(text: ir.StringValue, mapping: ColumnMapping) -> ir.TimestampValue:
    """Return naive UTC."""
    if mapping.format:
        read = [try_strptime(text, ibis.array([f])) for f in mapping.format]
        return ibis.coalesce(*(_possible(moment) for moment in read))
    return _possible(_iso_timestamp(text))


def _possible(moment: ir.TimestampValue) -> ir.TimestampValue:
    """Return moments of our calendar; NULL for years that only a slip of the pen can mean."""
    return _only((moment.year() >= FIRST_YEAR) & (moment.year() <= LAST_YEAR), moment)


def _date(text: ir.StringValue, mapping: ColumnMapping) -> ir.DateValue:
    return _timestamp(text, mapping).date()


def _iso_timestamp(text: ir.StringValue) -> ir.TimestampValue:
    wall = text.re_replace(OFFSET, "")
    moment = _only(wall.re_search(ISO_TIME), wall.try_cast("timestamp"))
    sign = ibis.ifelse(text.re_search(r"\+\d{2}:?\d{2}$"), 1, -1)
    ahead = sign * sum(
        text.re_extract(OFFSET_PARTS, i).try_cast("int64").fill_null(0) * m for i, m in ((1, 60), (2, 1))
    )
    return ibis.ifelse(text.re_search(OFFSET_PARTS), moment - ahead.as_interval("m"), moment)


def _truth(text: ir.StringValue, mapping: ColumnMapping) -> ir.BooleanValue:
    if mapping.starts_with is not None:
        return text.startswith(mapping.starts_with)
    if mapping.below is not None:
        return _number_text(text, mapping).try_cast("float64") < mapping.below
    said = text.lower()
    false = ibis.ifelse(said.isin([v.lower() for v in mapping.false_values]), False, ibis.null("boolean"))
    return ibis.ifelse(said.isin([v.lower() for v in mapping.true_values]), True, false)


READERS: dict[Kind, Callable[[ir.StringValue, ColumnMapping], ir.Value]] = {
    Kind.ID: _text,
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
