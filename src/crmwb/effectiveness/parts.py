"""The seven parts of a CRM (Winer 2001), each by the share of customers that it reaches.

Activity database, analysis, selection, targeting, relationships, privacy and metrics: Winer, R. S. (2001), A framework
for customer relationship management, California Management Review 43(4), 89-105.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from crmwb.effectiveness.measure import Measure, counted

CONTACTS, MEMBERS = "interactions", "campaign_members"
PARTS = ("activity_database", "analysis", "selection", "targeting", "relationships", "privacy", "metrics")
KEYS = {
    "activity_database": "contact_recorded",
    "analysis": "value_forecast",
    "selection": "tier_known",
    "targeting": "campaign_received",
    "relationships": "owner_known",
    "privacy": "consent_known",
    "metrics": "satisfaction_measured",
}


def flags(customers: pd.DataFrame, filled: Mapping[str, bool]) -> dict[str, pd.Series | None]:
    """Return for each part which customers it reaches; None where the source cannot show it.

    Parameters
    ----------
    customers : DataFrame
        Rows of the customer mart.
    filled : dict of str to bool
        Of canonical tables, and of columns as "table.column", whether anything is known of them.
    """
    has_contacts = filled.get(CONTACTS, False) or filled.get(MEMBERS, False)
    known: dict[str, tuple[bool, pd.Series]] = {
        "activity_database": (
            has_contacts,
            customers["n_contacts"].fillna(0) + customers["n_campaigns_received"].fillna(0) > 0,
        ),
        "analysis": (True, customers["clv_cents"].notna()),
        "selection": (True, customers["tier"].notna()),
        "targeting": (filled.get(MEMBERS, False), customers["n_campaigns_received"].fillna(0) > 0),
        "relationships": (filled.get("customers.owner", False), customers["owner"].notna()),
        "privacy": (filled.get("customers.contactable", False), customers["contactable"].notna()),
        "metrics": (filled.get(f"{CONTACTS}.satisfaction", False), customers["mean_satisfaction"].notna()),
    }
    return {part: reached if is_known else None for part, (is_known, reached) in known.items()}


def card(customers: pd.DataFrame, filled: Mapping[str, bool]) -> list[Measure]:
    """Return one measure per part, over these customers."""
    reached = flags(customers, filled)
    return [counted("part", part, KEYS[part], reached[part]) for part in PARTS]


def filled(tables: Mapping[str, Mapping[str, Any]]) -> dict[str, bool]:
    """Return of tables and columns whether anything is known of them, from the summary of data quality."""
    is_filled = {}
    for name, table in tables.items():
        is_filled[name] = int(table["clean"]) > 0
        is_filled |= {f"{name}.{column}": bool(share) for column, share in table["columns"].items()}
    return is_filled
