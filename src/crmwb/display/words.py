"""The earlier names of `findings.numbers`, for notebooks whose sentences are not findings yet."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from crmwb.findings import numbers
from crmwb.plots import colours

NOTHING = numbers.UNKNOWN
is_unknown = numbers.is_unknown
count = numbers.count
share = numbers.share
number = numbers.number
days = numbers.days
span = numbers.span


def money(cents: float | None, currency: str) -> str:
    """Write an amount in hundredths for a sentence."""
    return numbers.money(cents, currency)


def plural(n: float, noun: str, nouns: str | None = None) -> str:
    """Write a count with its noun: (1, "row") → "1 row"; (1200, "row") → "1,200 rows"."""
    return f"{count(n)} {noun if n == 1 else nouns or noun + 's'}"


def listing(items: Sequence[str]) -> str:
    """Write a list as a sentence does: "a", "a and b", "a, b and c"."""
    return numbers.listing(items) if items else ""


def change(now: float, before: float) -> str:
    """Write how an amount compares with an earlier one: (103, 100) → "3% more than"; nothing before: "all above"."""
    if before <= 0:
        return "all above" if now > 0 else "as little as"
    if f"{now / before - 1:.3f}" in {"0.000", "-0.000"}:
        return "as much as"
    return f"{share(abs(now / before - 1))} {'more' if now > before else 'less'} than"


def day(when: date) -> str:
    """Write a date: 2018-01-01 → "1 January 2018"."""
    return numbers.day(when)


def name(text: Any) -> str:
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
