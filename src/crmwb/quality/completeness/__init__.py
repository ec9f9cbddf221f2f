"""Completeness: how much is known, of how much revenue, for whom in the company, and what the rest would bring."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import ibis.expr.types as ir

from crmwb.quality.completeness.columns import Known, known_shares, revenue_known
from crmwb.quality.completeness.customers import customers_by_known
from crmwb.quality.completeness.needs import ANALYSES, DEPARTMENTS, met

__all__ = ["Completeness", "completeness", "known_shares"]


@dataclass(frozen=True, eq=False)
class Completeness:
    """How much is known of a source.

    Attributes
    ----------
    revenue_known : dict of str to dict
        Of each column of customers, products and transactions, the share of revenue for which it is known; empty where
        the source has no revenue.
    departments : list of dict
        Of each department its needs, how much of each is met, and of all of them on average.
    analyses : list of dict
        Of each analysis how far its columns are known (the least known one counts), and those that are not at all.
    customers : list of dict
        How many customers are known by how many attributes, with their share of revenue.
    """

    revenue_known: Known
    departments: list[dict[str, Any]]
    analyses: list[dict[str, Any]]
    customers: list[dict[str, Any]]

    def content(self) -> dict[str, Any]:
        """Return it as summary.json tells it."""
        return asdict(self)


def completeness(tables: Mapping[str, ir.Table], known: Known) -> Completeness:
    """Tell how complete clean tables are.

    Parameters
    ----------
    tables : mapping of str to ir.Table
        The clean tables by name.
    known : dict of str to dict
        Of each table what `known_shares` returned.
    """
    return Completeness(
        revenue_known=revenue_known(tables),
        departments=[
            {
                "department": department,
                "known_share": sum(met(need, known) for need in needs) / len(needs),
                "needs": [
                    {
                        "columns": [f"{need.table}.{column}" for column in need.columns],
                        "purpose": need.purpose,
                        "known_share": met(need, known),
                    }
                    for need in needs
                ],
            }
            for department, needs in DEPARTMENTS.items()
        ],
        analyses=[
            {
                "analysis": analysis,
                "known_share": min(met(need, known) for need in needs),
                "missing": [
                    " / ".join(f"{need.table}.{column}" for column in need.columns)
                    for need in needs
                    if not met(need, known)
                ],
            }
            for analysis, needs in ANALYSES.items()
        ],
        customers=customers_by_known(tables),
    )
