"""The typed values of a finding; None is an unknown value.

Floats are kept to six significant digits, large ones to the unit: more than any sentence shows, and the same on every
processor.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any


class Value:
    """What a finding may speak of; see the subclasses."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Money(Value):
    """An amount in hundredths of `currency`.

    Attributes
    ----------
    cents : int or None
        Hundredths.
    currency : str
        ISO 4217 code; may be empty.
    exact : bool, default False
        Written to the hundredth ("USD 1,234,567.89") rather than short ("USD 1.23m").
    """

    cents: float | None
    currency: str
    exact: bool = False

    def __post_init__(self) -> None:
        _whole(self, "cents")


@dataclass(frozen=True, slots=True)
class Share(Value):
    """A part of a whole, 0 to 1: 0.546 is written "55%"."""

    value: float | None

    def __post_init__(self) -> None:
        _rounded(self)


@dataclass(frozen=True, slots=True)
class Change(Value):
    """A relative change against an earlier amount: 0.03 is written "up 3.0%"."""

    value: float | None

    def __post_init__(self) -> None:
        _rounded(self)

    @classmethod
    def between(cls, before: float | None, now: float | None) -> "Change":
        """Return the change from `before` to `now`; unknown where `before` is unknown or not above 0."""
        known, later = _known(before), _known(now)
        return cls(None if known is None or later is None or known <= 0 else later / known - 1)


@dataclass(frozen=True, slots=True)
class Times(Value):
    """A ratio to something: 1.84 is written "1.8×"."""

    value: float | None

    def __post_init__(self) -> None:
        _rounded(self)


@dataclass(frozen=True, slots=True)
class Number(Value):
    """Any other number, written with three significant digits."""

    value: float | None

    def __post_init__(self) -> None:
        _rounded(self)


@dataclass(frozen=True, slots=True)
class Count(Value):
    """How many: with `noun` (of `nouns.toml`) "1 campaign", without "1"."""

    value: float | None
    noun: str = ""

    def __post_init__(self) -> None:
        _whole(self, "value")


@dataclass(frozen=True, slots=True)
class Days(Value):
    """A length of time in days, written in days: "85 days"."""

    value: float | None

    def __post_init__(self) -> None:
        _rounded(self)


@dataclass(frozen=True, slots=True)
class Span(Value):
    """A length of time in days, written in the unit that fits it: "45 days", "12 months", "4 years"."""

    value: float | None

    def __post_init__(self) -> None:
        _rounded(self)


@dataclass(frozen=True, slots=True)
class Day(Value):
    """A day: "1 January 2018"."""

    value: date | None

    def __post_init__(self) -> None:
        _dated(self)


@dataclass(frozen=True, slots=True)
class Month(Value):
    """The month of a day: "January 2018"."""

    value: date | None

    def __post_init__(self) -> None:
        _dated(self)


@dataclass(frozen=True, slots=True)
class Name(Value):
    """A name from the data or from the choices of a person, written as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Term(Value):
    """A word of a fixed vocabulary, translated by `terms.toml`: Term("tier", "vip"), Term("table", "invoices").

    A key without an entry (a tier that a person named in params.yaml) is written as it stands, without underscores.
    """

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Interval(Value):
    """From `low` to `high`, both of one kind."""

    low: Value
    high: Value


@dataclass(frozen=True, slots=True)
class Listing(Value):
    """Several values, written "a, b and c"; an empty listing is written "none"."""

    items: tuple[Value, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(self.items))


@dataclass(frozen=True, slots=True)
class Passage(Value):
    """Several sentences, one after the other."""

    items: tuple[Value, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(self.items))


@dataclass(frozen=True)
class Wording(Value):
    """A text that a person wrote, by language, with values in it; a language that it lacks is filled by one it has.

    Attributes
    ----------
    texts : mapping of str to str
        By the code of the language; in the text `{name}` is the value of that name, and `{{` a brace.
    values : mapping of str to Value
        What the texts speak of.
    """

    texts: Mapping[str, str]
    values: Mapping[str, Value] = field(default_factory=dict)


def _known(value: Any) -> float | None:
    """Return a number as float; None for None, NaN and pandas' NA."""
    if value is None or type(value).__name__ in {"NAType", "NaTType"}:
        return None
    number = float(value)
    return None if math.isnan(number) else number


def _rounded(value: Any) -> None:
    known = _known(value.value)
    if known is not None:
        known = float(f"{known:.6g}") + 0.0 if abs(known) < 1e6 or math.isinf(known) else float(round(known))
    object.__setattr__(value, "value", known)


def _whole(value: Any, name: str) -> None:
    known = getattr(value, name)
    if not isinstance(known, int) or isinstance(known, bool):
        known = None if _known(known) is None else round(known)
        object.__setattr__(value, name, known)


def _dated(value: Any) -> None:
    when = value.value
    if when is None or type(when).__name__ == "NaTType":
        object.__setattr__(value, "value", None)
    elif type(when) is not date:
        iso = when if isinstance(when, str) else when.isoformat()
        object.__setattr__(value, "value", date.fromisoformat(iso[:10]))
