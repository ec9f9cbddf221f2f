"""Persistency: who stays."""

import pandas as pd

from crmwb.effectiveness.analyses.analysis import Analysis, rows_by
from crmwb.effectiveness.inputs import Inputs
from crmwb.findings import Count, Finding, Share, Term, Unavailable
from crmwb.params.lifecycle import LEAVING

MONTHS = ("3", "6", "12", "1")  # retention is stated for the first of them that is known


def persistency(inputs: Inputs) -> Analysis:
    """Describe who is at risk, by stage of life, and how many new customers come back."""
    buyers = inputs.buyers
    if not buyers["risk_class"].notna().any():
        return Analysis(Unavailable(f"lifecycle.no_risk.{inputs.lifecycle['risk']['not_available']}"))

    def at_risk(part: pd.DataFrame) -> Share:
        return Share(float(part["risk_class"].dropna().isin(LEAVING).mean()))  # of those whose risk is known

    rows = rows_by(buyers, "stage", "revenue_cents", lambda stage: Term("stage", stage), at_risk)
    values = {
        "n": Count(len(inputs.at_risk), "customer"),
        "share": Share(len(inputs.at_risk) / len(buyers)),
    }
    retention = inputs.lifecycle.get("retention") or {}
    month = next((m for m in MONTHS if retention.get(m) is not None), None)
    if month is None:
        return Analysis(Finding("effectiveness.persistency.at_risk", values), rows)
    kept = {"kept": Share(retention[month]), "months": Count(int(month), "month")}
    return Analysis(Finding("effectiveness.persistency.at_risk_and_kept", values | kept), rows)
