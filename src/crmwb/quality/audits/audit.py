"""What an audit is, and the words that audits share."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import ibis.expr.types as ir

# One row in a hundred moves a mean or a count noticeably; below that no total depends on it.
NOTICEABLE_SHARE = 0.01

NOUNS = {
    "customers": "customer",
    "transactions": "line",
    "products": "product",
    "interactions": "contact",
    "campaigns": "campaign",
    "campaign_members": "campaign member",
    "invoices": "invoice",
    "opportunities": "opportunity",
    "initiatives": "initiative",
}


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
        What to do about it, or what it means for the reader; empty where nothing needs doing.
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
    """An audit and the tables that it is given, in the order of its arguments.

    Attributes
    ----------
    audit : callable
        Tables in, a finding out; None where it does not apply.
    needs : tuple of str
        Tables without which it is left out.
    uses : tuple of str
        Tables that it is given after those, or None where the source has none.
    """

    audit: Callable[..., Audit | None]
    needs: tuple[str, ...]
    uses: tuple[str, ...] = ()


@dataclass(frozen=True)
class EachTable:
    """An audit of every table by itself: it is given the contract and all tables by name."""

    audit: Callable[..., Audit | None]


def found_among(
    audit: str,
    table: str,
    n_found: int,
    n_all: int,
    says: tuple[str, str],
    *,
    advice: str,
    noun: str = "",
    noticeable: float = NOTICEABLE_SHARE,
    more: str = "",
) -> Audit | None:
    """Return the finding that some of many are so: "3 of 9 lines (33%) bring no revenue."; None where there is nothing.

    Parameters
    ----------
    audit, table : str
        As in `Audit`.
    n_found, n_all : int
        How many are so, of how many.
    says : (str, str)
        What one does, and what several do: ("brings no revenue", "bring no revenue").
    advice : str
        What to do where it is noticeable.
    noun : str
        What is counted; the rows of the table where not given.
    noticeable : float
        The share above which it is a warning.
    more : str
        What the sentence goes on to say where any are so.
    """
    if not n_all:
        return None
    share = n_found / n_all
    severity = weight(share, noticeable)
    who = counted(n_all, noun or NOUNS[table])
    finding = f"{n_found:,} of {who} ({percent(share)}) {says[n_found != 1]}{more}."
    return Audit(
        audit=audit,
        table=table,
        finding=finding if n_found else f"None of {who} {says[n_all == 0]}.",
        rows=n_found,
        share=share,
        severity=severity,
        advice=advice if severity is Weight.WARNING else "",
    )


def weight(share: float, noticeable: float) -> Weight:
    """Return a warning where a share is above what passes unnoticed."""
    return Weight.WARNING if share > noticeable else Weight.NOTE


def figures(query: ir.Table) -> dict[str, Any]:
    """Evaluate a query of one row."""
    row: dict[str, Any] = query.to_pyarrow().to_pylist()[0]
    return row


def counted(n: int, noun: str) -> str:
    """Write a count with its noun: "1 line", "2,000 lines", "3 opportunities"."""
    nouns = f"{noun[:-1]}ies" if noun.endswith("y") and noun[-2] not in "aeiou" else f"{noun}s"
    return f"{n:,} {noun if n == 1 else nouns}"


def percent(share: float) -> str:
    """Write a share so that a small one does not look like none, nor a large one like all: "80%", "below 0.1%"."""
    if 0 < share < 0.001:
        return "below 0.1%"
    if 0.999 < share < 1:
        return "over 99.9%"
    return f"{share:.0%}" if 0.1 <= share <= 0.99 or share in {0, 1} else f"{share:.1%}"


def amount(cents: float) -> str:
    """Write hundredths as an amount: 16846960 → "168,469.60"."""
    return f"{cents / 100:,.2f}"


def some(items: list[str], n_shown: int = 3) -> str:
    """List the first few of many: "a, b, c and 4 more"."""
    left = len(items) - n_shown
    return ", ".join(items[:n_shown]) + (f" and {left:,} more" if left > 0 else "")
