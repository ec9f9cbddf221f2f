"""Prospecting: what is to come."""

from datetime import timedelta

import pandas as pd

from crmwb.effectiveness.analyses.analysis import Analysis, rows_by
from crmwb.effectiveness.inputs import Inputs
from crmwb.findings import Count, Finding, Money, Span, Term, Unavailable

YEAR = 365


def prospecting(inputs: Inputs) -> Analysis:
    """Describe the value to come by tier, new customers, and accounts that have not bought yet."""
    buyers = inputs.buyers
    if not buyers["clv_cents"].notna().any():
        return Analysis(Unavailable("effectiveness.prospecting.no_forecast"))

    def per_head(part: pd.DataFrame) -> Money:
        return inputs.money(float(part["clv_cents"].mean()))

    rows = rows_by(buyers, "tier", "clv_cents", lambda tier: Term("tier", tier), per_head)
    since = max(inputs.as_of - timedelta(days=YEAR), inputs.first_day)
    first = pd.to_datetime(buyers["first_purchase_on"])
    values = {
        "value": inputs.money(int(buyers["clv_cents"].sum())),
        "horizon": Span(inputs.params.value.horizon_days),
        "new": Count(int((first >= pd.Timestamp(since)).sum()), "customer"),
        "period": Span((inputs.as_of - since).days),
        "waiting": Count(len(inputs.mart) - len(buyers), "account"),
    }
    code = "ahead_and_waiting" if len(inputs.mart) > len(buyers) else "ahead"
    return Analysis(Finding(f"effectiveness.prospecting.{code}", values), rows)
