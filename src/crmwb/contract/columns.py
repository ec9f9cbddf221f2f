"""What a column is: its name, its kind, what it means, and what must hold of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import pyarrow as pa


class Kind(StrEnum):
    """What a column holds; the value is what the data dictionary prints."""

    ID = "id"
    TEXT = "text"
    CATEGORY = "category"
    FINDING = "finding (JSON)"  # a code with values; `findings.loads` reads it, and the catalogues say it
    JSON = "JSON"
    MONEY = "money (hundredths)"
    INTEGER = "integer"
    NUMBER = "number"
    SHARE = "share (0–1)"
    DATE = "date"
    TIMESTAMP = "timestamp (UTC)"
    BOOLEAN = "true/false"


ARROW_TYPES = {
    Kind.ID: pa.string(),
    Kind.TEXT: pa.string(),
    Kind.CATEGORY: pa.string(),
    Kind.FINDING: pa.string(),
    Kind.JSON: pa.string(),
    Kind.MONEY: pa.int64(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.SHARE: pa.float64(),
    Kind.DATE: pa.date32(),
    Kind.TIMESTAMP: pa.timestamp("us"),
    Kind.BOOLEAN: pa.bool_(),
}

# A trillion in any currency: a row beyond it is a slip, and sums of rows within it can be counted in an int64.
MOST_CENTS = 10**14
MOST_UNITS = 10**12
# Days outside stand for "unknown" (1900-01-01, 9999-12-31) or are slips; a single one would move the whole window.
FIRST_DAY, LAST_DAY = date(1901, 1, 1), date(2098, 12, 31)


@dataclass(frozen=True)
class Column:
    """One column: its meaning and everything that must hold of it."""

    name: str
    kind: Kind
    meaning: str
    nullable: bool = False
    references: str | None = None
    allowed: tuple[str, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None
    pii: bool = False


def maybe(
    name: str,
    kind: Kind,
    meaning: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    allowed: tuple[str, ...] | None = None,
) -> Column:
    """Return a column that may be unknown."""
    return Column(name, kind, meaning, nullable=True, minimum=minimum, maximum=maximum, allowed=allowed)


def id_(name: str, meaning: str, *, nullable: bool = False, references: str | None = None) -> Column:
    """Return a column that holds the number of something, as text."""
    return Column(name, Kind.ID, meaning, nullable=nullable, references=references)


def money(name: str, meaning: str, *, nullable: bool = True, minimum: int = -MOST_CENTS) -> Column:
    """Return a column of whole hundredths, which may be unknown unless `nullable` is False."""
    return Column(name, Kind.MONEY, meaning, nullable=nullable, minimum=minimum, maximum=MOST_CENTS)
