"""The customer mart: one row per customer with everything known and forecast, ready to load into a CRM."""

import ibis.expr.types as ir
import pandas as pd

from crmwb.contract import Column, contracts, features, lifecycle, predict, segments, value
from crmwb.contract.marts import CUSTOMERS
from crmwb.contract.marts import PARTS as COLUMNS

KEY = "customer_id"
PARTS = {
    "features": features.CUSTOMERS,
    "segments": segments.CUSTOMERS,
    "value": value.CUSTOMERS,
    "lifecycle": lifecycle.CUSTOMERS,
    "risk": lifecycle.RISK,
    "predict": predict.CUSTOMERS,
    "contract_status": contracts.CUSTOMERS,
}


def by_name() -> dict[str, Column]:
    """Return each column of the mart by its name."""
    return {column.name: column for column in CUSTOMERS.columns}


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
        One row per row of `features`; columns as in `contract.marts.CUSTOMERS`, NULL where a customer has no such row.
    """
    joined = features
    for name, other in others.items():
        joined = joined.left_join(other, KEY, rname="{name}_" + name)
    return joined.select(*CUSTOMERS.names)


def dictionary() -> pd.DataFrame:
    """Return one row per column of the mart: column, kind, meaning, made_by."""
    return pd.DataFrame(
        [
            {"column": column.name, "kind": column.kind.value, "meaning": column.meaning, "made_by": made_by}
            for made_by, group in COLUMNS.items()
            for column in group
        ]
    )
