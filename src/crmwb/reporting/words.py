"""How numbers are written for people: in sentences, on tiles and in tables."""

import math
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from crmwb.plots import colours, style

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

NOTHING = "–"


def is_unknown(value: Any) -> bool:
    """Tell whether a value is missing: None, NaN, NaT or pandas' NA."""
    return bool(pd.isna(value))


def money(cents: float | None, currency: str) -> str:
    """Write an amount in hundredths for a sentence: 459_700_000 → "USD 4.6m"; unknown → "–"."""
    return NOTHING if is_unknown(cents) else style.money(float(cents or 0), currency).replace("-", "−")


def unbroken(text: str) -> str:
    """Keep each amount with its currency on one line: "USD 4.6m" gets a space that does not break."""
    return re.sub(r"\b([A-Z]{3}) (?=[\d−])", "\\1\u00a0", text)


def count(number: float | None) -> str:
    """Write a whole number with thousands: 1469307 → "1,469,307"."""
    return NOTHING if number is None or is_unknown(number) else f"{number:,.0f}".replace("-", "−")


def share(part: float | None) -> str:
    """Write a share (0–1) as a percentage, with a decimal where it is small: 0.543 → "54%", 0.0042 → "0.4%"."""
    if part is None or is_unknown(part):
        return NOTHING
    percent = 100 * part
    if 0 < abs(percent) < 0.05:
        return "<0.1%"
    close = abs(percent) < 9.95 or 99 < abs(percent) < 100
    return f"{round(percent, 1 if close else 0):g}%".replace("-", "−")


def number(value: float | None, decimals: int | None = None) -> str:
    """Write a number: whole ones whole, others with three significant digits or the decimals asked for."""
    if value is None or is_unknown(value):
        return NOTHING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if decimals is None:
        decimals = 0 if value == round(value) else decimals_of(value)
    return f"{value:,.{decimals}f}".replace("-", "−")


def decimals_of(value: float) -> int:
    """Return how many decimals give a number three significant digits: none from 100 on, six at most."""
    return 0 if value == 0 else min(max(2 - math.floor(math.log10(abs(value))), 0), 6)


def days(value: float | None) -> str:
    """Write a length of time: 1 → "1 day", 84.6 → "85 days"."""
    return NOTHING if is_unknown(value) else plural(round(value or 0), "day")


def span(n_days: float) -> str:
    """Write a length of time as people say it: 45 → "45 days", 365 → "12 months", 1461 → "4 years"."""
    months = round(n_days * 12 / 365.25)
    if months < 3:
        return days(n_days)
    return plural(months, "month") if months < 24 else f"{round(months / 12, 1):g} years"


def plural(n: float, noun: str, nouns: str | None = None) -> str:
    """Write a count with its noun: (1, "row") → "1 row"; (1200, "row") → "1,200 rows"."""
    return f"{count(n)} {noun if n == 1 else nouns or noun + 's'}"


def listing(items: Sequence[str]) -> str:
    """Write a list as a sentence does: "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)


def change(now: float, before: float) -> str:
    """Write how an amount compares with an earlier one: (103, 100) → "3.0% more than"; nothing before: "all above"."""
    if before <= 0:
        return "all above" if now > 0 else "as little as"
    if f"{now / before - 1:.3f}" in {"0.000", "-0.000"}:
        return "as much as"
    return f"{share(abs(now / before - 1))} {'more' if now > before else 'less'} than"


def day(when: date) -> str:
    """Write a date: 2018-01-01 → "1 January 2018"; the same in every locale."""
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def name(text: str) -> str:
    """Write the name of a segment or a column as words: "cannot_lose_them" → "cannot lose them"; "vip" → "VIP"."""
    return colours.label(str(text).removesuffix("_name"))


def within(sentence: str) -> str:
    """Write a sentence as part of another: "Their orders …" → "their orders …"; "MG takes …" stays, it is a name."""
    is_name = sentence[:2].isupper() or sentence[1:2].isdigit()
    return sentence if is_name else sentence[:1].lower() + sentence[1:]


def label(text: str) -> str:
    """Write a name as words that begin a line: "cannot_lose_them" → "Cannot lose them"."""
    written = name(text)
    return written[:1].upper() + written[1:]
