"""Persistency: who stays."""

import pandas as pd

from crmwb.effectiveness.analyses.analysis import Analysis, rows_by
from crmwb.effectiveness.inputs import Inputs
from crmwb.findings import Count, Finding, Share, Term, Unavailable, Value
from crmwb.marts.regulars import Regulars
from crmwb.params.lifecycle import LEAVING

MONTHS = ("3", "6", "12", "1")  # retention is stated for the first of them that is known


def persistency(inputs: Inputs) -> Analysis:
    """Describe who is at risk, by stage of life, and how many new customers come back.

    Where most are at risk, it is said of regular buyers first.
    """
    buyers = inputs.buyers
    if not buyers["risk_class"].notna().any():
        return Analysis(Unavailable(f"lifecycle.no_risk.{inputs.lifecycle['risk']['not_available']}"))

    def at_risk(part: pd.DataFrame) -> Share:
        return Share(float(part["risk_class"].dropna().isin(LEAVING).mean()))  # of those whose risk is known

    rows = rows_by(buyers, "stage", "revenue_cents", lambda stage: Term("stage", stage), at_risk)
    code, regulars = "at_risk", Regulars.where_most_leave(buyers)
    values: dict[str, Value] = {
        "n": Count(len(inputs.at_risk), "customer"),
        "share": Share(len(inputs.at_risk) / len(buyers)),
    }
    if regulars and not regulars.are_news and regulars.is_mostly_once:
        code = "once"
        values |= {"once": Count(regulars.n_once)}
    if regulars and regulars.are_news:
        code = "regulars"
        values |= {
            "regulars": Count(regulars.n_customers, "customer"),
            "at_risk": Count(len(regulars.at_risk)),
            "lost": Count(len(regulars.likely_lost)),
        }
    retention = inputs.lifecycle.get("retention") or {}
    month = next((m for m in MONTHS if retention.get(m) is not None), None)
    if month is None:
        return Analysis(Finding(f"effectiveness.persistency.{code}", values), rows)
    kept = {"kept": Share(retention[month]), "months": Count(int(month), "month")}
    return Analysis(Finding(f"effectiveness.persistency.{code}_and_kept", values | kept), rows)
