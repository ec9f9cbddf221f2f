"""Profitability: who earns the money."""

import pandas as pd

from crmwb.effectiveness.analyses.analysis import Analysis, rows_by, tiers
from crmwb.effectiveness.inputs import Inputs
from crmwb.findings import Count, Finding, Interval, Money, Share, Term, Unavailable


def profitability(inputs: Inputs) -> Analysis:
    """Describe what the best fifth bring, and with whom money is lost, by tier."""
    whale = inputs.value.get("realised", {}).get("whale")
    if not whale:
        return Analysis(Unavailable("effectiveness.profitability.no_revenue"))
    amount = "profit_cents" if whale["basis"] == "profit" else "revenue_cents"

    def per_head(part: pd.DataFrame) -> Money:
        return inputs.money(float(part[amount].mean()))

    rows = rows_by(inputs.buyers, "tier", amount, lambda tier: Term("tier", tier), per_head, order=tiers(inputs))
    top = whale["top_20_share"]
    losing = inputs.mart[inputs.mart["loss_cents"].fillna(0) > 0]
    values = {
        "share": Share(top["value"]),
        "range": Interval(Share(top["low"]), Share(top["high"])),
        "basis": Term("basis", whale["basis"]),
    }
    if losing.empty:
        return Analysis(Finding("effectiveness.profitability.top", values), rows)
    lost = {"n": Count(len(losing), "customer"), "money": inputs.money(int(losing["loss_cents"].sum()))}
    overdue = "_overdue" if (losing["overdue_cents"].fillna(0) > 0).any() else ""
    return Analysis(Finding(f"effectiveness.profitability.top_and_lost{overdue}", values | lost), rows)
