"""What a canonical table is: kinds of columns, what must hold of them, and rules of rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable

    import ibis.expr.types as ir


class Kind(StrEnum):
    """What a column holds; the value is what the data dictionary prints."""

    ID = "id"
    TEXT = "text"
    CATEGORY = "category"
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


class Severity(StrEnum):
    """What a broken rule does: stop the pipeline, quarantine the row, or only be reported."""

    CRITICAL = "critical"
    ERROR = "error"
    WARNING = "warning"


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


@dataclass(frozen=True)
class Rule:
    """What must hold within each row, as an Ibis predicate that is true where the row is right."""

    name: str
    meaning: str
    holds: Callable[[ir.Table], ir.BooleanValue]
    severity: Severity = Severity.ERROR


@dataclass(frozen=True)
class Table:
    """One canonical table: its grain, its key, its columns and its row rules."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...] = ()

    @property
    def schema(self) -> pa.Schema:
        """The table's Arrow schema, columns in the contract's order."""
        return pa.schema([pa.field(c.name, ARROW_TYPES[c.kind], nullable=True) for c in self.columns])

    def column(self, name: str) -> Column:
        """Return the column called `name`; KeyError where there is none."""
        return next(c for c in self.columns if c.name == name)
