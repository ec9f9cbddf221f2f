"""Text as it is written → exact decimals and moments, on the engine; NULL where it is no such value."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import ibis
import ibis.expr.datatypes as types
import ibis.expr.types as ir

PLAIN_NUMBER = r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?$"
ISO_TIME = r"^\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?$"
OFFSET = r" ?(Z|UTC|[-+]\d{2}:?\d{2})$"
OFFSET_PARTS = r"[-+](\d{2}):?(\d{2})$"
FIRST_YEAR = 1000  # "%Y" also reads 16 as the year 16: that is a two-digit year in a four-digit format
LAST_YEAR = 2999
DATE_DIRECTIVES = {f"%{letter}" for letter in "YymdbBHIMSfpjaA%"} | {"%-d", "%-m", "%-H", "%-I", "%-M", "%-S"}
WIDE_BLANKS = "\u00a0\u202f"  # what stands between thousands in French, besides a plain blank

DECIMAL = types.Decimal(38, 12)
_PRODUCT = types.Decimal(38, 24)  # what the engine makes of two of them


@dataclass(frozen=True)
class NumberStyle:
    """How numbers are written.

    Attributes
    ----------
    decimal, thousands : str
        The decimal sign, and what stands between thousands.
    currency_sign : str or None
        What may stand before or after an amount.
    accounting : bool
        (12.50) and 12.50- are negative.
    """

    decimal: str = "."
    thousands: str | None = None
    currency_sign: str | None = None
    accounting: bool = False


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]  # ibis is untyped
def try_strptime(text: str, formats: list[str]) -> dt.datetime:  # type: ignore[empty-body]  # the engine has the body
    """Read text by the first format that fits; NULL where none does. Ibis has only the one that raises."""


def _builtin(given: types.DataType, returned: types.DataType) -> Callable[[ir.DecimalValue], ir.DecimalValue]:
    """Return the engine's `try`, which is NULL where what it is given cannot be worked out."""
    made: Callable[[ir.DecimalValue], ir.DecimalValue] = ibis.udf.scalar.builtin(
        lambda x: x, name="try", signature=((given,), returned)
    )
    return made


_try_product = _builtin(DECIMAL, _PRODUCT)
_try_sum = _builtin(DECIMAL, DECIMAL)


def times(first: ir.DecimalValue, second: ir.DecimalValue) -> ir.DecimalValue:
    """Multiply exact decimals; NULL where the product has more than 14 digits before the point."""
    return _try_product(first * second).cast(DECIMAL)


def plus(first: ir.DecimalValue, second: ir.DecimalValue) -> ir.DecimalValue:
    """Add exact decimals; NULL where the sum is too large."""
    return _try_sum(first + second)


def only(condition: ir.BooleanValue, value: ir.Value) -> ir.Value:
    """Return `value` where the condition holds, else NULL."""
    return ibis.ifelse(condition, value, ibis.null(value.type()))


def number_text(text: ir.StringValue, style: NumberStyle) -> ir.StringValue:
    """Return numbers with a decimal point and nothing between thousands; NULL where text is not written as it should.

    Thousands must stand in their places: with "." between thousands, "12.50" is no number rather than 1250.
    """
    if style.currency_sign:
        sign = re.escape(style.currency_sign)
        text = text.re_replace(rf"^(\(?[-+]?)\s*{sign}\s*", r"\1").re_replace(rf"\s*{sign}\s*(\)?-?)$", r"\1")
    if style.accounting:
        text = text.re_replace(r"^\(\s*([^-+()]+?)\s*\)$", r"-\1").re_replace(r"^([^-+()]+)-$", r"-\1")
    if style.thousands:
        if style.thousands == " ":
            text = text.re_replace(f"[{WIDE_BLANKS}]", " ")
        sign, point = re.escape(style.thousands), re.escape(style.decimal)
        grouped = rf"^[-+]?\d{{1,3}}({sign}\d{{2,3}})*{sign}\d{{3}}({point}\d*)?$"
        plain = rf"^[-+]?\d*({point}\d*)?$"
        text = only(text.re_search(grouped) | text.re_search(plain), text.replace(style.thousands, ""))
    if style.decimal == ",":
        text = only(~text.contains("."), text.replace(",", "."))
    return only(text.re_search(PLAIN_NUMBER), text)


def number(text: ir.StringValue, style: NumberStyle) -> ir.DecimalValue:
    """Return exact decimals, to 12 places; NULL where text is no number, or one of more than 26 digits."""
    return number_text(text, style).try_cast(DECIMAL)


def moment(text: ir.StringValue, formats: tuple[str, ...]) -> ir.TimestampValue:
    """Return naive UTC: text by the first of the formats that fits; ISO 8601, its offset taken into account, without.

    Years that only a slip of the pen can mean are NULL.
    """
    if formats:
        return ibis.coalesce(*(_possible(try_strptime(text, ibis.array([f]))) for f in formats))
    return _possible(_iso(text))


def _possible(read: ir.TimestampValue) -> ir.TimestampValue:
    return only((read.year() >= FIRST_YEAR) & (read.year() <= LAST_YEAR), read)


def _iso(text: ir.StringValue) -> ir.TimestampValue:
    wall = text.re_replace(OFFSET, "")
    read = only(wall.re_search(ISO_TIME), wall.try_cast("timestamp"))
    sign = ibis.ifelse(text.re_search(r"\+\d{2}:?\d{2}$"), 1, -1)
    ahead = sign * sum(
        text.re_extract(OFFSET_PARTS, i).try_cast("int64").fill_null(0) * m for i, m in ((1, 60), (2, 1))
    )
    return ibis.ifelse(text.re_search(OFFSET_PARTS), read - ahead.as_interval("m"), read)


def format_mistakes(date_format: str) -> Iterator[str]:
    """Yield what is wrong with a date format."""
    unknown = set(re.findall(r"%-?.?", date_format)) - DATE_DIRECTIVES
    if unknown or "%" not in date_format:
        yield (
            f"{date_format[:80]!r} is no date format{''.join(f', {u} is not known' for u in sorted(unknown)[:5])}; "
            f"write it like %d.%m.%Y %H:%M (ISO dates, with or without an offset, need none)"
        )
