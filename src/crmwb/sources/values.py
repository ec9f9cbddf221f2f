"""Text as it is written → exact decimals and moments, on the engine; NULL where it is no such value."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import ibis
import ibis.expr.datatypes as types
import ibis.expr.types as ir

from crmwb.sources import eras, months

PLAIN_NUMBER = r"^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?$"
CLOCK = r"\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
ISO_TIME = rf"^\d{{4}}-\d{{1,2}}-\d{{1,2}}([T ]{CLOCK})?$"
OFFSET = r"(:\d{2}(?:[.,]\d+)?) ?(?:Z|z|UTC|GMT|(?:UTC|GMT)?([-+])(\d{1,2}):?(\d{2})?)$"  # after a time
FIRST_YEAR = 1000  # "%Y" also reads 16 as the year 16: that is a two-digit year in a four-digit format
LAST_YEAR = 9999  # systems write 9999-12-31 for "without end"
WITH_FULL_STOPS = re.compile(r"%[dmYy]\.%[dmY]\.")  # 01.05.2023: also reads 01. 05. 2023, 2023. 05. 01.
FULL_STOPS = (
    (r"^(\d{1,2})\. ?(\d{1,2})\. ?(\d{4}|\d{2}\b)\.?", r"\1.\2.\3"),
    (r"^(\d{4})\. ?(\d{1,2})\. ?(\d{1,2})\b\.?", r"\1.\2.\3"),
)
DATE_DIRECTIVES = {f"%{letter}" for letter in "YymdbBHIMSfpjaA%"} | {"%-d", "%-m", "%-H", "%-I", "%-M", "%-S"}
UTC = "UTC"

# What the same sign is written as elsewhere: full-width forms, minus signs (△ in Japanese books), blanks that do not
# break, apostrophes.
WIDE = "０１２３４５６７８９．，：／（）％＄＋￥－−‐‑‒–﹣\u00a0\u202f\u2009\u2007\u2008\u200a\u3000’ʼ＇△▲"
NARROW = "0123456789.,:/()%$+¥-------       '''--"
NOTHING = "\u200b\u200e\u200f\u2060\ufeff"  # signs that take no room

ISO = eras.ISO
EPOCHS = {"epoch seconds": 1_000_000, "epoch milliseconds": 1_000, "epoch microseconds": 1}  # microseconds in one
SERIAL = "spreadsheet serial"  # days since 30 December 1899, as spreadsheets count them
WORDED_FORMATS = (ISO, *EPOCHS, SERIAL, eras.JAPANESE, eras.CYYDDD, months.IN_WORDS)
FIRST_SERIAL_DAY = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - naive, as all moments here
LAST_SERIAL = 2_958_465  # 9999-12-31
DAY_MS = 86_400_000

DECIMAL = types.Decimal(38, 12)
_PRODUCT = types.Decimal(38, 24)  # what the engine makes of two of them


@dataclass(frozen=True)
class NumberStyle:
    """How numbers are written, and whose clock shows the times of day.

    Attributes
    ----------
    decimal, thousands : str
        The decimal sign, and what stands between thousands.
    currency_sign : str or None
        What may stand before or after an amount; two such signs by a blank.
    accounting : bool
        (12.50) and 12.50- are negative.
    zone : str
        The company's time zone (`source.time_zone`), on whose clock all moments end up.
    clock : str or None
        The time zone of times of day without an offset, where it is not the company's.
    """

    decimal: str = "."
    thousands: str | None = None
    currency_sign: str | None = None
    accounting: bool = False
    zone: str = "UTC"
    clock: str | None = None


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]  # ibis is untyped
def try_strptime(text: str, formats: list[str]) -> dt.datetime:  # type: ignore[empty-body]  # the engine has the body
    """Read text by the first format that fits; NULL where none does. Ibis has only the one that raises."""


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def strlen(text: str) -> int:  # type: ignore[empty-body]
    """Return how many bytes a text has."""


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def make_timestamp(microseconds: int) -> dt.datetime:  # type: ignore[empty-body]
    """Return the moment so many microseconds after 1970 began."""


@ibis.udf.scalar.builtin(name="timezone", signature=(("string", types.Timestamp(timezone="UTC")), types.Timestamp()))
def _clock_of(zone, moment):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return what the clocks of a zone show at a moment."""


@ibis.udf.scalar.builtin(name="timezone", signature=(("string", types.Timestamp()), types.Timestamp(timezone="UTC")))
def _moment_of(zone, clock):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    """Return the moment at which the clocks of a zone show this."""


def _builtin(given: types.DataType, returned: types.DataType) -> Callable[[ir.DecimalValue], ir.DecimalValue]:
    """Return the engine's `try`, which is NULL where what it is given cannot be worked out."""
    attempt: Callable[[ir.DecimalValue], ir.DecimalValue] = ibis.udf.scalar.builtin(
        lambda x: x, name="try", signature=((given,), returned)
    )
    return attempt


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


def plain(text: ir.StringValue) -> ir.StringValue:
    """Return text with every sign as ASCII writes it: digits and punctuation of full width, minus signs, blanks."""
    return ibis.ifelse(strlen(text) == text.length(), text, text.translate(WIDE + NOTHING, NARROW).strip())


def number_text(text: ir.StringValue, style: NumberStyle) -> ir.StringValue:
    """Return numbers with a decimal point and nothing between thousands; NULL where text is not written as it should.

    Thousands must stand in their places: with "." between thousands, "12.50" is no number rather than 1250. Groups of
    two, as in India, are in their places too.
    """
    text = plain(text)
    signs = style.currency_sign.split() if style.currency_sign else []
    for each in [*signs, *signs[:-1]]:  # of two, either may stand outside
        sign = re.escape(each)
        text = text.re_replace(rf"^(\(?[-+]?)\s*{sign}\s*", r"\1").re_replace(rf"\s*{sign}\s*(\)?-?)$", r"\1")
    if style.accounting:
        text = text.re_replace(r"^\(\s*([^-+()]+?)\s*\)$", r"-\1").re_replace(r"^([^-+()]+)-$", r"-\1")
    if style.thousands:
        sign, point = re.escape(style.thousands), re.escape(style.decimal)
        grouped = rf"^[-+]?\d{{1,3}}({sign}\d{{2,3}})*{sign}\d{{3}}({point}\d*)?$"
        ungrouped = rf"^[-+]?\d*({point}\d*)?$"
        text = only(text.re_search(grouped) | text.re_search(ungrouped), text.replace(style.thousands, ""))
    if style.decimal == ",":
        text = only(~text.contains("."), text.replace(",", "."))
    return only(text.re_search(PLAIN_NUMBER), text)


def number(text: ir.StringValue, style: NumberStyle) -> ir.DecimalValue:
    """Return exact decimals, to 12 places; NULL where text is no number, or one of more than 26 digits."""
    return number_text(text, style).try_cast(DECIMAL)


def near(text: ir.StringValue, style: NumberStyle) -> ir.FloatingValue:
    """Return the same numbers as binary fractions, right to the last bit of these; NULL where text is no number."""
    return number_text(text, style).try_cast("float64")


def moment(
    text: ir.StringValue, formats: tuple[str, ...], zone: str = UTC, clock: str | None = None
) -> ir.TimestampValue:
    """Return naive moments on the clock of `zone`: text by the first of the formats that fits, or as ISO 8601.

    Parameters
    ----------
    text : ir.StringValue
        Dates, or dates and times of day. With an offset (or as seconds since 1970) it is a moment anywhere, and becomes
        what the clock of `zone` showed then; without one it is that clock already.
    formats : tuple of str
        As `strptime` has them, or one of `WORDED_FORMATS`.
    zone : str
        A name of the IANA time zone database.
    clock : str, optional
        The zone of times without an offset, where it is another one.

    Returns
    -------
    ir.TimestampValue
        NULL where nothing fits, and for years that only a slip of the pen can mean.
    """
    text = plain(text)
    read = [_possible(_read(*eras.as_ours(text, f), zone, clock or zone)) for f in formats or (ISO,)]
    return ibis.coalesce(*read) if len(read) > 1 else read[0]


def _read(text: ir.StringValue, date_format: str, zone: str, clock: str) -> ir.TimestampValue:
    if WITH_FULL_STOPS.match(date_format):
        for pattern, to in FULL_STOPS:
            text = text.re_replace(pattern, to)
    if date_format in EPOCHS:
        number = only(text.re_search(r"^-?\d{1,16}(\.\d*)?$"), text).try_cast("decimal(26, 6)")
        micros = number * ibis.literal(EPOCHS[date_format], "decimal(8, 0)")
        return _local(make_timestamp(micros.cast("decimal(38, 0)").try_cast("int64")), zone)
    if date_format == SERIAL:
        return _of_serial(text)
    if date_format == ISO:
        return _with_offset(text, zone, clock, _iso)
    if date_format == months.IN_WORDS:
        return _with_offset(text, zone, clock, lambda wall: try_strptime(wall, ibis.array(list(months.FORMATS))))
    if "年" in date_format:
        text = text.re_replace("上午|早上|凌晨", " AM ").re_replace("下午|晚上", " PM ").re_replace(r"\s+", " ").strip()
    if "%p" in date_format:
        text = text.re_replace(r"(?i)([ap])\. ?m\.?", r"\1m")
    if re.search("%-?[HIM]", date_format) and "%z" not in date_format:
        return _with_offset(text, zone, clock, lambda wall: try_strptime(wall, ibis.array([date_format])))
    return try_strptime(text, ibis.array([date_format]))


def _iso(wall: ir.StringValue) -> ir.TimestampValue:
    return only(wall.re_search(ISO_TIME), wall.replace(",", ".").try_cast("timestamp"))


def _of_serial(text: ir.StringValue) -> ir.TimestampValue:
    """Return the moment of a spreadsheet's day number, to the millisecond: the last of a day is never the next day."""
    number = only(text.re_search(r"^\d{1,7}([.,]\d*)?$"), text.replace(",", ".")).try_cast(DECIMAL)
    day = number.cast("float64").floor().cast("int64")
    rest = (number - day.cast(DECIMAL)).cast("float64") * DAY_MS
    milliseconds = ibis.least(rest.round().cast("int64"), DAY_MS - 1)
    start = int((FIRST_SERIAL_DAY - dt.datetime(1970, 1, 1)).total_seconds()) * 1_000  # noqa: DTZ001
    return only(number < LAST_SERIAL + 1, make_timestamp((start + day * DAY_MS + milliseconds) * 1_000))


def _with_offset(
    text: ir.StringValue, zone: str, clock: str, read: Callable[[ir.StringValue], ir.TimestampValue]
) -> ir.TimestampValue:
    """Read text without the offset at its end, and take the offset into account."""
    has_offset = text.re_search(OFFSET)
    here = read(text)
    if clock != zone:  # a day without a time of day is the same day everywhere
        here = ibis.ifelse(text.contains(":"), _clock_of(zone, _moment_of(clock, here)), here)
    hours, minutes = (text.re_extract(OFFSET, i).try_cast("int64").fill_null(0) for i in (3, 4))
    ahead = ibis.ifelse(text.re_extract(OFFSET, 2) == "-", -1, 1) * (hours * 60 + minutes)
    there = read(text.re_replace(OFFSET, r"\1")) - ahead.as_interval("m")
    return ibis.ifelse(has_offset, only((hours <= 15) & (minutes < 60), _local(there, zone)), here)


def _local(moment_utc: ir.TimestampValue, zone: str) -> ir.TimestampValue:
    return moment_utc if zone == UTC else _clock_of(zone, _moment_of(UTC, moment_utc))


def close_up(text: str) -> str:
    """Return a day that is written with full stops without blanks between them: 01.05.2023.

    Examples
    --------
    >>> from crmwb.sources import values
    >>> values.close_up("01. 05. 2023"), values.close_up("2023. 05. 01. 12:30")
    ('01.05.2023', '2023.05.01 12:30')
    """
    for pattern, to in FULL_STOPS:
        text = re.sub(pattern, to, text)
    return text


def _possible(read: ir.TimestampValue) -> ir.TimestampValue:
    return only((read.year() >= FIRST_YEAR) & (read.year() <= LAST_YEAR), read)


def format_mistakes(date_format: str) -> Iterator[str]:
    """Yield what is wrong with a date format."""
    if date_format in WORDED_FORMATS or months.is_of_days(date_format):
        return
    date_format = date_format.removeprefix(eras.BUDDHIST)
    unknown = set(re.findall(r"%-?.?", date_format)) - DATE_DIRECTIVES
    if unknown or "%" not in date_format:
        yield (
            f"{date_format[:80]!r} is no date format{''.join(f', {u} is not known' for u in sorted(unknown)[:5])}; "
            f"write it like %d.%m.%Y %H:%M or {eras.BUDDHIST}%d/%m/%Y, or one of {', '.join(WORDED_FORMATS)} (ISO "
            f"dates, with or without an offset, need none)"
        )
