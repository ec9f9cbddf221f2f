"""The customer mart: one row per customer with everything known and forecast, ready to load into a CRM."""

import ibis.expr.types as ir
import pandas as pd

from crmwb import layout
from crmwb.contract import Column
from crmwb.features import catalogue
from crmwb.marts.columns import CONTRACTS, LIFECYCLE, OPEN, PREDICT, RISK, SEGMENTS, UPGRADE, VALUE

KEY = "customer_id"
PARTS = {
    "features": layout.CUSTOMER_FEATURES,
    "segments": layout.CUSTOMER_SEGMENTS,
    "value": layout.CUSTOMER_VALUE,
    "lifecycle": layout.CUSTOMER_LIFECYCLE,
    "risk": layout.CUSTOMER_RISK,
    "predict": layout.predict("customers"),
    "contract_status": layout.CONTRACT_CUSTOMERS,
}


def columns() -> dict[str, tuple[Column, ...]]:
    """Return what each column of the mart means, by the artefact that it comes from, in the mart's order."""
    known = {"features": catalogue.FEATURES, "segments": SEGMENTS, "value": VALUE, "lifecycle": LIFECYCLE, "risk": RISK}
    return known | {"predict": PREDICT, "contract_status": CONTRACTS, "open": OPEN, "upgrade": UPGRADE}


def by_name() -> dict[str, Column]:
    """Return each column of the mart by its name."""
    return {column.name: column for group in columns().values() for column in group}


def customer_mart(features: ir.Table, **others: ir.Table) -> ir.Table:
    """Put together what is known of each customer.

    Parameters
    ----------
    features : ir.Table
        One row per customer; every customer has features.
    **others : ir.Table
        segments, value, lifecycle, risk, predict, contract_status, open and upgrade: one row per customer each, though
        not every customer may have one.

    Returns
    -------
    ir.Table
        One row per row of `features`; columns as in `columns()`, NULL where a customer has no such row.
    """
    joined = features
    for name, other in others.items():
        joined = joined.left_join(other, KEY, rname="{name}_" + name)
    return joined.select(*(column.name for group in columns().values() for column in group))


def dictionary() -> pd.DataFrame:
    """Return one row per column of the mart: column, kind, meaning, made_by."""
    return pd.DataFrame(
        [
            {"column": column.name, "kind": column.kind.value, "meaning": column.meaning, "made_by": made_by}
            for made_by, group in columns().items()
            for column in group
        ]
    )
