"""Prospecting: what is to come."""

from datetime import timedelta

import pandas as pd

from crmwb.effectiveness.analyses.analysis import Analysis, rows_by, tiers
from crmwb.effectiveness.inputs import Inputs
from crmwb.findings import Count, Finding, Interval, Money, Span, Term, Unavailable, Value

YEAR = 365


def prospecting(inputs: Inputs) -> Analysis:
    """Describe the value to come by tier, new customers, and accounts that have not bought yet."""
    buyers = inputs.buyers
    if not buyers["clv_cents"].notna().any():
        return Analysis(Unavailable("effectiveness.prospecting.no_forecast"))

    def per_head(part: pd.DataFrame) -> Money | Interval:
        return inputs.future(float(part["clv_cents"].mean()), str(part["tier"].iloc[0]))

    rows = rows_by(buyers, "tier", "clv_cents", lambda tier: Term("tier", tier), per_head, order=tiers(inputs))
    since = inputs.as_of - timedelta(days=YEAR)
    first = pd.to_datetime(buyers["first_purchase_on"])
    values: dict[str, Value] = {
        "value": inputs.future(float(buyers["clv_cents"].sum())),
        "horizon": Span(inputs.params.value.horizon_days),
        "new": Count(int((first >= pd.Timestamp(since)).sum()), "customer"),
        "period": Span(YEAR),
        "waiting": Count(len(inputs.mart) - len(buyers), "account"),
    }
    # where the history begins late, who seems new may have bought before it
    code = "ahead_new" if inputs.first_day <= since - timedelta(days=YEAR) else "ahead"
    code = f"{code}_waiting" if len(inputs.mart) > len(buyers) else code
    return Analysis(Finding(f"effectiveness.prospecting.{code}", values), rows)
