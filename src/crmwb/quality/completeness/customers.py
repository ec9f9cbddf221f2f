"""How much is known of each customer."""

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from crmwb.contract.canonical import CUSTOMERS
from crmwb.quality import sums
from crmwb.quality.completeness.needs import EVENTUAL


def customers_by_known(tables: Mapping[str, ir.Table]) -> list[dict[str, Any]]:
    """Count customers by how many of their attributes are known.

    Attributes are the columns of the customers' table that may be unknown and that the source knows of anybody, but for
    those that not everybody can have (a parent company, someone who referred them).

    Returns
    -------
    list of dict
        From none to all: n_known, of (how many there are), n_customers, and revenue_share (None where there is no
        revenue). Empty where the source has no customers, or knows no attribute.
    """
    if "customers" not in tables:
        return []
    rows = tables["customers"]
    may_be_unknown = [c.name for c in CUSTOMERS.columns if c.nullable and ("customers", c.name) not in EVENTUAL]
    anybody = rows.aggregate(**{name: sums.is_known(rows[name]).sum().fill_null(0) for name in may_be_unknown})
    attributes = [name for name, n in anybody.to_pyarrow().to_pylist()[0].items() if n]
    if not attributes:
        return []
    n_known = sum((sums.is_known(rows[name]).cast("int64") for name in attributes), ibis.literal(0))
    each = rows.select("customer_id", n_known=n_known, weight=ibis.literal(0))
    if "transactions" in tables:
        revenue = sums.CUSTOMERS.among(tables).select("customer_id", weight="sold_cents")
        each = each.drop("weight").left_join(revenue, "customer_id")
    counts = each.group_by("n_known").aggregate(n_customers=each.count(), weight=each.weight.sum())
    by_known = {row["n_known"]: row for row in counts.to_pyarrow().to_pylist()}
    total = sum(row["weight"] or 0 for row in by_known.values())
    none = {"n_customers": 0, "weight": 0}
    return [
        {
            "n_known": n,
            "of": len(attributes),
            "n_customers": by_known.get(n, none)["n_customers"],
            "revenue_share": (by_known.get(n, none)["weight"] or 0) / total if total else None,
        }
        for n in range(len(attributes) + 1)
    ]
