"""How numbers, money, shares, times and lists are written for people: the only place, in the language in use.

None, NaN and pandas' NA are unknown and are written "–".
"""

import math
from collections.abc import Sequence
from datetime import date
from functools import cache, lru_cache
from typing import Any

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal, get_currency_name
from babel.plural import PluralRule

from crmwb.findings import language
from crmwb.findings.catalogue import message

UNKNOWN = "–"
MINUS = "−"
BEYOND_DIGITS = 1e15  # larger numbers are written with a power of ten
LEAST_P = 0.001
LEAST_TIMES = 0.1  # below which a ratio is stated as under it
NO_BREAK = "\u00a0"
# From which amount on money is written in a unit, largest first, and the unit.
UNITS = {"en": ((1e9, "bn"), (1e6, "m"), (1e3, "k")), "zh": ((1e8, "亿"), (1e4, "万"))}
DAY = {"en": "d MMMM y", "zh": "y年M月d日"}
SHORT_DAY = {"en": "d MMM y", "zh": "y-MM-dd"}
MONTH = {"en": "MMMM y", "zh": "y年M月"}
MONTH_NAME = {"en": "MMM", "zh": "M月"}
YEAR = {"en": "y", "zh": "y年"}
SHORT_MONTH = {"en": "MMM y", "zh": "y-MM"}


def is_unknown(value: Any) -> bool:
    """Tell whether a value is missing: None, NaN, NaT or pandas' NA.

    Examples
    --------
    >>> from crmwb.findings import numbers
    >>> numbers.is_unknown(None), numbers.is_unknown(float("nan")), numbers.is_unknown(0)
    (True, True, False)
    """
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return True
    return isinstance(value, float) and math.isnan(value)


def money(cents: float | None, currency: str = "") -> str:
    r"""Write an amount in hundredths the short way, with three digits.

    Examples
    --------
    >>> from crmwb.findings import language, numbers
    >>> numbers.money(123_456_789, "USD"), numbers.money(-1_250, "EUR"), numbers.money(None)
    ('USD\xa01.23m', '−EUR\xa012.50', '–')
    >>> with language.using("zh"):
    ...     print(numbers.money(123_456_789, "USD"))
    123万美元
    """
    if is_unknown(cents):
        return UNKNOWN
    amount = round(float(cents or 0) / 100, 2)
    unit = ""
    for size, name in UNITS[language.current().code]:
        if abs(_three_digits(amount)) >= size:
            amount, unit = amount / size, name
            break
    if unit:
        text = decimal(amount, _decimals(amount), trim=True)
    else:
        text = decimal(amount, 2 if abs(amount) < 99.995 and amount != round(amount) else 0)
    return _with_currency(text + unit, currency)


def exact_money(cents: float | None, currency: str = "") -> str:
    r"""Write an amount in hundredths to the hundredth.

    Examples
    --------
    >>> from crmwb.findings import numbers
    >>> numbers.exact_money(-123_456_789, "USD")
    '−USD\xa01,234,567.89'
    """
    return UNKNOWN if is_unknown(cents) else _with_currency(decimal(float(cents or 0) / 100, 2), currency)


def share(part: float | None) -> str:
    """Write a share (0–1) as a percentage, with a decimal near 0 and 1.

    Examples
    --------
    >>> from crmwb.findings import numbers
    >>> [numbers.share(part) for part in (0.543, 0.052, 0.995, 0.00001)]
    ['54%', '5.2%', '99.5%', '<0.1%']
    """
    if is_unknown(part):
        return UNKNOWN
    percent = 100 * float(part or 0)
    if 0 < abs(percent) < 0.05:
        return "<0.1%" if percent > 0 else f">{MINUS}0.1%"
    if 99.95 <= percent < 100:
        return ">99.9%"
    close = abs(percent) < 9.95 or 99 < abs(percent) < 100
    return decimal(percent, 1 if close else 0, trim=True) + "%"


def change(value: float | None) -> str:
    """Write a relative change.

    Examples
    --------
    >>> from crmwb.findings import numbers
    >>> [numbers.change(value) for value in (0.03, -0.042, 0)]
    ['up 3%', 'down 4.2%', 'unchanged']
    """
    if is_unknown(value):
        return UNKNOWN
    known = float(value or 0)
    if abs(known) < 0.0005:
        return _text("unchanged")
    return _text("up" if known > 0 else "down").format(share=share(abs(known)))


def times(value: float | None) -> str:
    """Write how many times as much.

    Examples
    --------
    >>> from crmwb.findings import numbers
    >>> [numbers.times(value) for value in (1.84, 0.62, 14.2, 0.014)]
    ['1.8×', '0.62×', '14×', 'under 0.1×']
    """
    if is_unknown(value):
        return UNKNOWN
    known = float(value or 0)
    decimals = 0 if known >= 9.95 else 1 if known >= 0.995 else _decimals(known) - 1
    if 0 < known < LEAST_TIMES:  # nobody reads 0.014×
        return _text("under_times").format(value=_text("times").format(value=decimal(LEAST_TIMES, 1)))
    return _text("times").format(value=decimal(known, decimals))


def count(value: float | None) -> str:
    """Write a whole number with thousands.

    Examples
    --------
    >>> from crmwb.findings import numbers
    >>> numbers.count(1_469_307)
    '1,469,307'
    """
    return UNKNOWN if is_unknown(value) else decimal(float(value or 0), 0)


def counted(value: float | None, noun: str) -> str:
    """Write a number with its noun of `nouns.toml`.

    Examples
    --------
    >>> from crmwb.findings import language, numbers
    >>> numbers.counted(1, "campaign"), numbers.counted(1_200, "customer")
    ('1 campaign', '1,200 customers')
    >>> with language.using("zh"):
    ...     print(numbers.counted(1, "campaign"))
    1个营销活动
    """
    from crmwb.findings.say import fill

    if is_unknown(value):
        return UNKNOWN
    return fill(message(f"nouns.{noun}", language.current().code), {"n": value})


def number(value: float | None, decimals: int | None = None) -> str:
    """Write a number: with the decimals asked for, or three significant digits and no zeros at the end.

    Examples
    --------
    >>> from crmwb.findings import numbers
    >>> numbers.number(1.2345), numbers.number(2.0), numbers.number(2, decimals=1)
    ('1.23', '2', '2.0')
    """
    if is_unknown(value):
        return UNKNOWN
    known = float(value or 0)
    if math.isinf(known):
        return "∞" if known > 0 else f"{MINUS}∞"
    return decimal(known, _decimals(known), trim=True) if decimals is None else decimal(known, decimals)


def p_value(value: float | None) -> str:
    """Write a p-value with three decimals; smaller ones are written as smaller, for none is 0.

    Examples
    --------
    >>> from crmwb.findings import numbers
    >>> numbers.p_value(0.0412), numbers.p_value(1e-9), numbers.p_value(1.0), numbers.p_value(None)
    ('0.041', '<0.001', '1.000', '–')
    """
    if is_unknown(value):
        return UNKNOWN
    known = float(value or 0)
    return f"<{decimal(LEAST_P, 3)}" if known < LEAST_P else decimal(known, 3)


def days(value: float | None) -> str:
    """Write a length of time in days.

    Examples
    --------
    >>> from crmwb.findings import numbers
    >>> numbers.days(1), numbers.days(84.6)
    ('1 day', '85 days')
    """
    return UNKNOWN if is_unknown(value) else counted(round(float(value or 0)), "day")


def span(value: float | None) -> str:
    """Write a length of time as people say it.

    Examples
    --------
    >>> from crmwb.findings import numbers
    >>> [numbers.span(days) for days in (45, 365, 1_461)]
    ['45 days', '12 months', '4 years']
    """
    if is_unknown(value):
        return UNKNOWN
    months = round(float(value or 0) * 12 / 365.25)
    if months < 3:
        return days(value)
    return counted(months, "month") if months < 24 else counted(round(months / 12, 1), "year")


def day(when: date | None, *, short: bool = False) -> str:
    """Write a date: "1 January 2018", "2018年1月1日"; short: "1 Jan 2018", "2018-01-01".

    Examples
    --------
    >>> from datetime import date
    >>> from crmwb.findings import language, numbers
    >>> numbers.day(date(2018, 1, 31)), numbers.day(date(2018, 1, 31), short=True)
    ('31 January 2018', '31 Jan 2018')
    >>> with language.using("zh"):
    ...     print(numbers.day(date(2018, 1, 31)))
    2018年1月31日
    """
    return _dated(when, SHORT_DAY if short else DAY)


def month(when: date | None, *, short: bool = False) -> str:
    """Write a month: "January 2018", "2018年1月"; short: "Jan 2018", "2018-01".

    Examples
    --------
    >>> from datetime import date
    >>> from crmwb.findings import numbers
    >>> numbers.month(date(2018, 1, 1)), numbers.month(date(2018, 1, 1), short=True)
    ('January 2018', 'Jan 2018')
    """
    return _dated(when, SHORT_MONTH if short else MONTH)


def month_name(when: date) -> str:
    """Write a month without its year, short: "Jan", "1月".

    Examples
    --------
    >>> from datetime import date
    >>> from crmwb.findings import numbers
    >>> numbers.month_name(date(2018, 1, 1))
    'Jan'
    """
    return _dated(when, MONTH_NAME)


def year(when: date) -> str:
    """Write a year: "2018", "2018年".

    Examples
    --------
    >>> from datetime import date
    >>> from crmwb.findings import numbers
    >>> numbers.year(date(2018, 1, 1))
    '2018'
    """
    return _dated(when, YEAR)


def listing(items: Sequence[str]) -> str:
    """Write a list as a sentence does: "a, b and c", "a、b和c"; nothing in it: "none", "无".

    Examples
    --------
    >>> from crmwb.findings import numbers
    >>> numbers.listing(["calls", "letters", "visits"]), numbers.listing([])
    ('calls, letters and visits', 'none')
    """
    return format_list(list(items), locale=language.current().locale) if items else _text("none")


def interval(low: str, high: str) -> str:
    """Write from where to where: "3% to 7%", "3%–7%"; no dash stands before a minus.

    Examples
    --------
    >>> from crmwb.findings import language, numbers
    >>> numbers.interval(numbers.share(0.03), numbers.share(0.07))
    '3% to 7%'
    >>> with language.using("zh"):
    ...     numbers.interval(numbers.share(0.03), numbers.share(0.07)), numbers.interval("−3%", "7%")
    ('3%–7%', '−3%至7%')
    """
    return _text("interval_below_zero" if MINUS in low + high else "interval").format(low=low, high=high)


def yes_no(value: bool | None) -> str:
    """Write whether something is so: "yes" or "no".

    Examples
    --------
    >>> from crmwb.findings import numbers
    >>> numbers.yes_no(True), numbers.yes_no(None)
    ('yes', '–')
    """
    return UNKNOWN if is_unknown(value) else _text("yes" if value else "no")


def decimal(value: float, decimals: int, *, trim: bool = False) -> str:
    """Write a number with so many decimals, thousands and a real minus; `trim` drops zeros at the end.

    Examples
    --------
    >>> from crmwb.findings import numbers
    >>> numbers.decimal(-1_234.5, 2), numbers.decimal(-1_234.5, 2, trim=True)
    ('−1,234.50', '−1,234.5')
    """
    if abs(value) >= BEYOND_DIGITS:
        return f"{value:.3g}".replace("-", MINUS)
    rounded = round(value, decimals) + 0.0  # + 0.0: no minus before nothing
    places = ("#" if trim else "0") * decimals
    pattern = f"#,##0.{places}" if decimals else "#,##0"
    return _formatted(rounded, pattern, language.current().locale)


@lru_cache(maxsize=16_384)  # lists of actions say the same numbers again and again
def _formatted(value: float, pattern: str, locale: str) -> str:
    return format_decimal(value, format=pattern, locale=locale).replace("-", MINUS)


def plural_form(value: float) -> int:
    """Return which of the plural forms of the language fits a number, counted from 0 in CLDR's order.

    Examples
    --------
    >>> from crmwb.findings import numbers
    >>> numbers.plural_form(1), numbers.plural_form(2)
    (0, 1)
    """
    rule, order = _plurals(language.current().locale)
    return order.index(rule(abs(value)))


@cache
def _plurals(locale: str) -> tuple[PluralRule, list[str]]:
    """Return the rule of a language that names the plural form of a number, and its forms in CLDR's order."""
    rule = Locale.parse(locale).plural_form
    return rule, [tag for tag in ("zero", "one", "two", "few", "many") if tag in rule.rules] + ["other"]


def currency_name(currency: str) -> str:
    """Return a currency as the language writes it behind or before amounts and in headings: "USD", "美元".

    Examples
    --------
    >>> from crmwb.findings import language, numbers
    >>> with language.using("zh"):
    ...     print(numbers.currency_name("USD"))
    美元
    """
    if language.current().code == "en" or not currency:
        return currency
    name = _currency_in(currency.upper(), language.current().locale)
    return currency if name == currency.upper() else name


def _with_currency(text: str, currency: str) -> str:
    """Put the currency where the language has it, never broken from the number."""
    name = currency_name(currency)
    if not name:
        return text
    if language.current().code == "en":
        return f"{MINUS}{name}{NO_BREAK}{text[1:]}" if text.startswith(MINUS) else f"{name}{NO_BREAK}{text}"
    return text + name if name != currency else f"{text}{NO_BREAK}{name}"


@cache
def _currency_in(currency: str, locale: str) -> str:
    if currency == "CNY":
        return "元"
    try:
        return get_currency_name(currency, locale=locale)
    except UnknownLocaleError:
        return currency


def _decimals(value: float) -> int:
    """Return how many decimals give a number three significant digits: none from 100 on, six at most."""
    return 0 if value == 0 else min(max(2 - math.floor(math.log10(abs(value))), 0), 6)


def _three_digits(value: float) -> float:
    return float(f"{value:.3g}")


def _dated(when: date | None, pattern: dict[str, str]) -> str:
    if is_unknown(when):
        return UNKNOWN
    return format_date(when, pattern[language.current().code], locale=language.current().locale)


def _text(key: str) -> str:
    return message(f"common.{key}", language.current().code)
