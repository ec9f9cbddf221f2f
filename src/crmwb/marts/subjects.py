"""What each report shows of a part of the customers, and which reports cannot be made for one."""

from dataclasses import dataclass

from crmwb.errors import CrmwbError


@dataclass(frozen=True)
class Subject:
    """What a report shows of a part.

    Attributes
    ----------
    groups : tuple of str
        Columns of the mart by which its customers are counted.
    amounts : tuple of str
        Columns of the mart that are summed up.
    listed_by : str
        The amount by which its customers are listed, the largest first; empty where they are not.
    """

    groups: tuple[str, ...]
    amounts: tuple[str, ...]
    listed_by: str = ""


SUBJECTS = {
    "executive_summary": Subject(
        ("tier", "stage", "risk_class"), ("revenue_cents", "clv_cents", "margin_at_stake_cents", "overdue_cents")
    ),
    "value": Subject(
        ("tier", "value_class", "stage", "loss_reason"),
        ("revenue_cents", "realised_margin_cents", "profit_cents", "clv_cents", "loss_cents"),
        "clv_cents",
    ),
    "segments": Subject(("cluster_name", "rfm_segment", "rfm_class"), ("revenue_cents", "clv_cents"), "revenue_cents"),
    "lifecycle_and_retention": Subject(
        ("stage", "previous_stage"), ("revenue_cents", "recent_revenue_cents", "previous_revenue_cents", "clv_cents")
    ),
    "accounts_and_credit": Subject(
        ("tier",), ("invoiced_cents", "open_invoice_cents", "overdue_cents", "over_limit_cents"), "overdue_cents"
    ),
    "actions_and_alerts": Subject(("action", "tier"), ("gain_cents", "cost_cents", "revenue_cents"), "gain_cents"),
    "leads_and_pipeline": Subject(("opportunities", "tier"), ("revenue_cents", "clv_cents")),
    "products_and_cross_sell": Subject(("top_category", "top_channel", "tier"), ("revenue_cents",)),
}

WHOLE_ONLY = {
    "campaigns": "an effect is measured on everybody whom a campaign reached, and a part is too small for that",
    "crm_effectiveness": "it judges the company's own work and its initiatives, which have no customers of their own",
    "model_card": "the models are fitted to, and tested on, all customers at once",
    "data_quality": "it is about files and rows, of which many belong to no customer",
}


def check(report: str) -> None:
    """Refuse a report that says nothing of a part.

    Raises
    ------
    CrmwbError
        With the reason.
    """
    if report not in SUBJECTS:
        reason = WHOLE_ONLY.get(report, "its notebook has no parameter cut")
        raise CrmwbError(f"{report}: is not made for a part of the customers, for {reason}; take out its cut.")
