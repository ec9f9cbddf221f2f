"""What a validation found out: of each table, and of the source."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crmwb.contract import Kind, Table
from crmwb.contract.canonical import TABLES
from crmwb.quality.account import Account
from crmwb.quality.audits import Audit
from crmwb.quality.completeness import Completeness
from crmwb.quality.runs.profile import Distribution
from crmwb.quality.verdicts import Verdict


@dataclass(frozen=True, eq=False)
class TableResult:
    """What became of one table.

    Attributes
    ----------
    account : Account
        Where its rows went.
    revenue_cents : dict or None
        Where its money went, in a table that has any.
    verdicts : tuple of Verdict
        What became of each check.
    known : dict
        The share of ingested rows in which each column is known; None where there are no rows.
    first, last : str or None
        First and last day (ISO) of its clean rows, in its first date column; None where it has or knows none.
    reasons : dict of str to int
        Quarantined rows by the rules that they broke.
    distributions : dict of str to dict
        How the values of its clean rows are distributed, by column.
    filtered : int
        Rows that the mapping's filter left out, so that they were not ingested.
    """

    account: Account
    revenue_cents: dict[str, int] | None
    verdicts: tuple[Verdict, ...]
    known: dict[str, float | None]
    first: str | None
    last: str | None
    reasons: dict[str, int]
    distributions: dict[str, Distribution]
    filtered: int


@dataclass(frozen=True, eq=False)
class Validation:
    """What became of a source.

    Attributes
    ----------
    tables : dict of str to TableResult
        Its tables, in the order they were validated.
    profile : dict
        What the run looks like, to hold later ones against.
    drift : tuple of (str, Verdict)
        Table and verdict on the run as a whole.
    completeness : Completeness
        How much is known.
    audits : tuple of Audit
        What no rule about a row can see.
    """

    tables: dict[str, TableResult]
    profile: dict[str, Any]
    drift: tuple[tuple[str, Verdict], ...]
    completeness: Completeness
    audits: tuple[Audit, ...]


def profile_of(source: Mapping[str, Any], results: Mapping[str, TableResult]) -> dict[str, Any]:
    """Return what the run looks like; what `crmwb accept` keeps.

    Parameters
    ----------
    source : mapping
        What the manifest says of it: its kind and name tell whether runs can be compared.
    results : mapping of str to TableResult
        What became of its tables. Those are dated that tell of events: of a customer, on a day that is always known.
    """
    return {
        "source": {key: source.get(key) for key in ("kind", "name")},
        "tables": {
            name: {
                "rows": result.account.ingested,
                "quarantined": result.reasons,
                "first": result.first,
                "last": result.last,
                "is_dated": result.last is not None and _has_events(TABLES[name]),
                "columns": result.distributions,
            }
            for name, result in results.items()
        },
    }


def _has_events(table: Table) -> bool:
    is_dated = any(c.kind in {Kind.DATE, Kind.TIMESTAMP} and not c.nullable for c in table.columns)
    return is_dated and any(c.name == "customer_id" for c in table.columns)
