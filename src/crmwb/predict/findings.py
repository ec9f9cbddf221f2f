"""What the predict stage found, as findings by section."""

from typing import Any

import pandas as pd

from crmwb.findings import Count, Finding, Interval, Listing, Number, Term, Unavailable, Value
from crmwb.predict.customers import findings as of_customers
from crmwb.predict.customers.build import Customers
from crmwb.predict.opportunities import findings as of_opportunities
from crmwb.predict.opportunities.build import Pipeline
from crmwb.predict.spending import ALL, Spending

Stated = Finding | Unavailable


def findings(
    pipeline: Pipeline | Unavailable,
    customers: Customers,
    spending: Spending,
    *,
    currency: str,
    horizon_days: int,
    stuck_quantile: float,
) -> dict[str, list[Stated]]:
    """Return what can be said, by section of the report."""
    sections = of_opportunities.findings(pipeline, currency, horizon_days, stuck_quantile)
    return sections | of_customers.findings(customers) | {"spending": _spending(spending)}


def _spending(spending: Spending) -> list[Stated]:
    others: list[Stated] = [spending.service, spending.sales]
    if spending.marketing is not None:
        return [spending.marketing, *others]
    rows: dict[Any, dict[Any, Any]] = spending.curve.set_index("tier").to_dict("index")
    row = rows[ALL]
    code = "pays" if row["low"] > 1 else "costs" if row["high"] < 1 else "unclear"
    values: dict[str, Value] = {
        "per_unit": Number(row["per_unit"]),
        "range": Interval(Number(row["low"]), Number(row["high"])),
        "n": Count(int(row["n_campaigns"]), "campaign"),
    }
    stated: list[Stated] = [Finding(f"predict.spending_{code}", values)]
    tiers = spending.curve[spending.curve["tier"] != ALL]
    n_pays, n_costs = int((tiers["low"] > 1).sum()), int((tiers["high"] < 1).sum())
    if len(tiers):
        counts = {"n": Count(len(tiers), "tier"), "n_pays": Count(n_pays), "n_costs": Count(n_costs)}
        stated.append(Finding("predict.spending_tiers", counts))
    return [*stated, *_curvature(row, tiers), *others]


def _curvature(row: dict[Any, Any], tiers: pd.DataFrame) -> list[Stated]:
    """State whether the next unit brings less than those before, and of how many tiers that is shown."""
    shape = str(row["shape"])
    if shape == "few_doses":
        amounts = Count(int(row["n_doses"]), "amount")
        values: dict[str, Value] = {"n": Count(int(row["n_campaigns"]), "campaign"), "doses": amounts}
        return [Unavailable("predict.few_doses", values=values)]
    values = {"doses": Count(int(row["n_doses"]), "amount")}
    if shape == "falling":
        values |= {
            "next": Number(row["next_unit"]),
            "range": Interval(Number(row["next_low"]), Number(row["next_high"])),
            "per_unit": Number(row["per_unit"]),
        }
    stated: list[Stated] = [Finding(f"predict.returns_{shape}", values)]
    falling = tiers[tiers["shape"] == "falling"]
    if len(falling):
        named = Listing(tuple(Term("tier", str(tier)) for tier in falling["tier"]))
        stated.append(Finding("predict.returns_falling_tiers", {"tiers": named}))
    return stated
