"""What an audit is, and what audits share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import ibis.expr.types as ir

from crmwb.findings import Count, Finding, Listing, Name, Share, Value, to_json

# One row in a hundred moves a mean or a count noticeably; below that no total depends on it.
NOTICEABLE_SHARE = 0.01

NOUNS = {
    "customers": "customer",
    "transactions": "line",
    "products": "product",
    "interactions": "contact",
    "campaigns": "campaign",
    "campaign_members": "campaign_member",
    "invoices": "invoice",
    "opportunities": "opportunity",
    "opportunity_history": "change",
    "payments": "payment",
    "contracts": "contract",
    "customer_summaries": "summary",
    "category_summaries": "summary",
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
    finding : Finding
        What it found, with its numbers.
    rows : int
        How many rows, or days, or customers it is about, as the finding says.
    share : float
        Those over all of them.
    severity : Weight
        How much it matters.
    advice : Finding or None
        What to do about it, or what it means for the reader; None where nothing needs doing.
    """

    audit: str
    table: str
    finding: Finding
    rows: int
    share: float
    severity: Weight
    advice: Finding | None

    def content(self) -> dict[str, Any]:
        """Return it ready for JSON."""
        return {
            "audit": self.audit,
            "table": self.table,
            "finding": to_json(self.finding),
            "rows": self.rows,
            "share": self.share,
            "severity": self.severity.value,
            "advice": None if self.advice is None else to_json(self.advice),
        }


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
    *,
    values: Mapping[str, Value] | None = None,
    variant: str = "",
    advice: str = "",
    noun: str = "",
    noticeable: float = NOTICEABLE_SHARE,
) -> Audit | None:
    """Return the finding that some of many are so, or that none is; None where there is nothing.

    Its code is `quality.audit.<audit>`, with "_none" where none is so; the values are n (how many), all (of how many),
    share, and those given.

    Parameters
    ----------
    audit, table : str
        As in `Audit`.
    n_found, n_all : int
        How many are so, of how many.
    values : mapping of str to Value, optional
        What else the sentence speaks of.
    variant : str
        Follows the code where the sentence has several forms.
    advice : str
        The variant of the advice, where it has several.
    noun : str
        What is counted; the rows of the table where not given.
    noticeable : float
        The share above which it is a warning.
    """
    if not n_all:
        return None
    share = n_found / n_all
    severity = weight(share, noticeable)
    all_values = {
        "n": Count(n_found),
        "all": Count(n_all, noun or NOUNS[table]),
        "share": Share(share),
        **(values or {}),
    }
    return Audit(
        audit=audit,
        table=table,
        finding=Finding(f"quality.audit.{audit}{variant if n_found else '_none'}", all_values),
        rows=n_found,
        share=share,
        severity=severity,
        advice=Finding(f"quality.advice.{audit}{advice}", all_values) if severity is Weight.WARNING else None,
    )


def weight(share: float, noticeable: float) -> Weight:
    """Return a warning where a share is above what passes unnoticed."""
    return Weight.WARNING if share > noticeable else Weight.NOTE


def figures(query: ir.Table) -> dict[str, Any]:
    """Evaluate a query of one row."""
    row: dict[str, Any] = query.to_pyarrow().to_pylist()[0]
    return row


def some(items: list[Value], n_shown: int = 3) -> Value:
    """List the first few of many: "a, b, c and 4 more"."""
    left = len(items) - n_shown
    shown = Listing(tuple(items[:n_shown]))
    return Finding("quality.some", {"shown": shown, "left": Count(left)}) if left > 0 else shown


def quoted(text: str) -> Value:
    """Quote a name from the data."""
    return Finding("common.quoted", {"what": Name(text)})
