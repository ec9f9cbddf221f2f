"""Numbers as people write them: which style fits all of a column's values."""

import re
from collections.abc import Iterable
from dataclasses import replace

from crmwb.sources.values import NumberStyle

SIGNS = ("$", "€", "£", "¥", "USD", "EUR", "GBP", "CHF", "CNY", "JPY", "kr", "zł", "Fr.")
CURRENCIES = {"$": "USD", "€": "EUR", "£": "GBP"}
PLAIN = NumberStyle()
STYLES = (
    PLAIN,
    NumberStyle(thousands=","),
    NumberStyle(decimal=","),
    NumberStyle(decimal=",", thousands="."),
    NumberStyle(decimal=",", thousands=" "),
    NumberStyle(thousands=" "),
    NumberStyle(thousands="'"),
)


def style(values: Iterable[str]) -> NumberStyle | None:
    """Return the plainest style in which every value is a number; None where there is none.

    A comma before exactly three digits, wherever one stands, stands between thousands.
    """
    texts = [text.strip() for text in values]
    if not texts:
        return None
    found, bare = _without_signs(texts)
    commas = [text for text in bare if "," in text]
    ambiguous = commas and all(re.fullmatch(r"[-+]?\d{1,3}(,\d{3})+(\.\d+)?", text) for text in commas)
    for candidate in STYLES:
        if candidate.decimal == "," and ambiguous:
            continue
        if all(_fits(text, candidate) for text in bare):
            return replace(found, decimal=candidate.decimal, thousands=candidate.thousands)
    return None


def looks_like_a_number(text: str) -> bool:
    """Say whether a text alone would pass as a number."""
    return style([text]) is not None


def number(text: str, written: NumberStyle) -> float:
    """Return a number that fits its style."""
    _, (bare,) = _without_signs([text.strip()])
    plain = bare.replace(written.thousands, "") if written.thousands else bare
    return float(plain.replace(written.decimal, ".").replace("\u00a0", "").replace("\u202f", ""))


def _without_signs(texts: list[str]) -> tuple[NumberStyle, list[str]]:
    """Take currency signs and accountants' brackets off, and say what they were."""
    sign = next((sign for sign in SIGNS if any(sign in text for text in texts)), None)
    bare = [text.replace(sign, "").strip() for text in texts] if sign else texts
    accounting = any(re.fullmatch(r"\([^()]+\)|[^-]+-", text) and re.search(r"\d", text) for text in bare)
    if accounting:
        bare = [f"-{text.strip('()-')}" if re.fullmatch(r"\([^()]+\)|[^-]+-", text) else text for text in bare]
    return NumberStyle(currency_sign=sign, accounting=accounting), bare


def _fits(text: str, candidate: NumberStyle) -> bool:
    point = re.escape(candidate.decimal)
    plain = rf"[-+]?(\d+({point}\d*)?|{point}\d+)([eE][-+]?\d+)?"
    if candidate.thousands:
        sign = re.escape(candidate.thousands).replace(r"\ ", "[ \u00a0\u202f]")
        return bool(re.fullmatch(rf"[-+]?\d{{1,3}}({sign}\d{{3}})+({point}\d*)?|{plain}", text))
    return bool(re.fullmatch(plain, text))
