"""What an audit is."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import ibis.expr.types as ir


class Weight(StrEnum):
    """Whether a finding should be looked into before the numbers are trusted, or is only worth knowing."""

    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Audit:
    """One finding.

    Attributes
    ----------
    audit, table : str
        Its name, and the table that it is about.
    finding : str
        One sentence with its numbers.
    rows : int
        How many rows, or days, or customers it is about, as the finding says.
    share : float
        Those over all of them.
    severity : Weight
        How much it matters.
    advice : str
        What to do about it, or what it means for the reader.
    """

    audit: str
    table: str
    finding: str
    rows: int
    share: float
    severity: Weight
    advice: str


@dataclass(frozen=True)
class Auditor:
    """An audit and the tables that it is given, in the order of its arguments."""

    audit: Callable[..., Audit | None]
    needs: tuple[str, ...]


def weight(share: float, noticeable: float) -> Weight:
    """Return a warning where a share is above what passes unnoticed."""
    return Weight.WARNING if share > noticeable else Weight.NOTE


def figures(query: ir.Table) -> dict[str, Any]:
    """Evaluate a query of one row."""
    row: dict[str, Any] = query.to_pyarrow().to_pylist()[0]
    return row


def percent(share: float) -> str:
    """Write a share so that a small one does not look like none: "80%", "1.2%", "below 0.1%"."""
    if 0 < share < 0.001:
        return "below 0.1%"
    return f"{share:.0%}" if share >= 0.1 or share == 0 else f"{share:.1%}"
