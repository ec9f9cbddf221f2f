"""What a draft says of how numbers and unknown values are written."""

from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from crmwb.contract.canonical import TABLES
from crmwb.sources.drafting.guess import NUMERIC, Guess, Part
from crmwb.sources.drafting.reading import words
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.values import NumberStyle

FIELDS = ("decimal", "thousands", "currency_sign", "accounting")


def write_numbers(part: Part) -> None:
    """Say how numbers are written: for the whole file where all agree, else column by column."""
    for option in FIELDS:
        part.options.pop(option, None)
    for name, guess in part.guesses.items():
        if isinstance(guess.value, dict) and guess.value.keys() & set(FIELDS):
            part.guesses[name] = replace(guess, value={k: v for k, v in guess.value.items() if k not in FIELDS})
    held = {
        column.name: column.style
        for guess in part.guesses.values()
        for column in guess.sources
        if _reads_numbers(part, guess) and column.style is not None
    }
    others = {style for style in held.values() if style != NumberStyle()}
    points = any(
        "." in value for c in _columns(part) if c.name in held and held[c.name] == NumberStyle() for value in c.values
    )
    every = _reading_all(others) if others else None
    if every is not None and not (points and every.decimal == ","):
        part.options |= _as_options(every)
        return
    for name, guess in part.guesses.items():
        own = {held[c.name] for c in guess.sources if c.name in held} - {NumberStyle()}
        if own and _reads_numbers(part, guess):
            value = guess.value if isinstance(guess.value, dict) else {"column": guess.value}
            style = _reading_all(own) or min(own, key=str)
            part.guesses[name] = replace(guess, value={**value, **_as_options(style)})


def _reading_all(styles: Collection[NumberStyle]) -> NumberStyle | None:
    """Return a style that reads what is written in any of several, for signs may be absent; None where none does."""
    ordered = sorted(styles, key=str)
    decimals, thousands, signs = (
        {value for style in ordered if (value := getattr(style, name))}
        for name in ("decimal", "thousands", "currency_sign")
    )
    if max(len(decimals), len(thousands), len(signs)) > 1:
        return None
    return NumberStyle(
        decimal=min(decimals),
        thousands=min(thousands, default=None),
        currency_sign=min(signs, default=None),
        accounting=any(style.accounting for style in ordered),
    )


def _reads_numbers(part: Part, guess: Guess) -> bool:
    names = [name for name, other in part.guesses.items() if other is guess]
    is_expression = isinstance(guess.value, dict) and "expression" in guess.value
    return is_expression or any(TABLES[part.table].column(name).kind in NUMERIC for name in names)


def _as_options(style: NumberStyle) -> dict[str, Any]:
    plain = NumberStyle()
    return {name: getattr(style, name) for name in FIELDS if getattr(style, name) != getattr(plain, name)}


def write_unknown(part: Part) -> None:
    """Say what stands for "unknown" in the columns that are used: in all of them, else in those that have it."""
    columns = _columns(part)
    of = {column.name: set(column.null_values) for column in columns}
    every = sorted({value for values in of.values() for value in values})
    held = {value for column in columns for value in column.counts}
    of_all = [value for value in every if value not in held]
    if of_all:
        part.options["null_values"] = of_all
    for name, guess in part.guesses.items():
        own = sorted(value for c in guess.sources for value in of[c.name] if value not in of_all)
        if own and isinstance(guess.value, str | dict) and (isinstance(guess.value, str) or "column" in guess.value):
            value = guess.value if isinstance(guess.value, dict) else {"column": guess.value}
            known = [*value.get("null_values", []), *own]
            part.guesses[name] = replace(guess, value={**value, "null_values": list(dict.fromkeys(known))})
    if every:
        part.remarks.append(f'{", ".join(map(repr, every))} {"is" if len(every) == 1 else "are"} taken for "unknown"')


def _columns(part: Part) -> list[Column]:
    return [column for guess in part.guesses.values() for column in guess.sources]


def currencies(parts: list[Part]) -> Counter[str]:
    """Return what the amounts are in, by columns of currencies and by signs, and in how many rows."""
    result: Counter[str] = Counter()
    for part in parts:
        result += part.currencies
        if not part.currencies:
            for column in _columns(part):
                sign = column.style.currency_sign if column.style else None
                if sign and sign != "¥" and (code := words.currency(sign)):
                    result[code] += column.n_known
    return result
