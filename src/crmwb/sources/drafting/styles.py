"""What a draft says of how numbers and unknown values are written."""

from dataclasses import replace
from typing import Any

from crmwb.sources.drafting import numbers
from crmwb.sources.drafting.guess import Guess, Part
from crmwb.sources.drafting.profile import Column
from crmwb.sources.values import NumberStyle
from crmwb.tables import TABLES, Kind

NUMERIC = {Kind.MONEY, Kind.INTEGER, Kind.NUMBER, Kind.SHARE}


def write_numbers(part: Part) -> None:
    """Say how numbers are written: for the whole file where all agree, else column by column."""
    held = {
        column.name: column.style
        for guess in part.guesses.values()
        for column in guess.sources
        if _reads_numbers(part, guess) and column.style is not None
    }
    told = {style for style in held.values() if style != NumberStyle()}
    points = any(
        "." in value for c in _columns(part) if c.name in held and held[c.name] == NumberStyle() for value in c.values
    )
    if len(told) == 1 and not (points and next(iter(told)).decimal == ","):
        part.options |= _as_options(next(iter(told)))
        return
    for name, guess in part.guesses.items():
        own = {held[c.name] for c in guess.sources if c.name in held} - {NumberStyle()}
        if own and _reads_numbers(part, guess):
            value = guess.value if isinstance(guess.value, dict) else {"column": guess.value}
            part.guesses[name] = replace(guess, value={**value, **_as_options(next(iter(own)))})


def _reads_numbers(part: Part, guess: Guess) -> bool:
    names = [name for name, other in part.guesses.items() if other is guess]
    is_expression = isinstance(guess.value, dict) and "expression" in guess.value
    return is_expression or any(TABLES[part.table].column(name).kind in NUMERIC for name in names)


def _as_options(style: NumberStyle) -> dict[str, Any]:
    plain = NumberStyle()
    fields = ("decimal", "thousands", "currency_sign", "accounting")
    return {name: getattr(style, name) for name in fields if getattr(style, name) != getattr(plain, name)}


def write_unknown(part: Part) -> None:
    """Say what stands for "unknown" in the columns that are used."""
    unknown = sorted({value for column in _columns(part) for value in column.null_values})
    if unknown:
        part.options["null_values"] = unknown


def _columns(part: Part) -> list[Column]:
    return [column for guess in part.guesses.values() for column in guess.sources]


def currency(parts: list[Part]) -> str | None:
    """Return the currency whose sign stands at the amounts; None where none does, or several do."""
    signs = {c.style.currency_sign for part in parts for c in _columns(part) if c.style and c.style.currency_sign}
    known = {numbers.CURRENCIES.get(sign, sign) for sign in signs}
    codes = [code for code in known if len(code) == 3 and code.isupper()]
    return codes[0] if len(codes) == 1 else None
