"""Who in the company needs which columns, and which analyses wait for them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Need:
    """Columns of a table, any of which serves the purpose (of `quality.purpose` in the catalogues)."""

    table: str
    columns: tuple[str, ...]
    purpose: str = ""


# What has not happened, or happens to few, is rightly unknown: these are there where any of them is known.
EVENTUAL = {
    ("customers", "parent_id"),
    ("customers", "referred_by"),
    ("transactions", "discount_cents"),
    ("interactions", "responded"),
    ("interactions", "satisfaction"),
    ("interactions", "resolved_at"),
    ("campaign_members", "responded_at"),
    ("campaign_members", "outcome_cents"),
    ("invoices", "paid_on"),
    ("payments", "invoice_id"),
    ("contracts", "ends_on"),
    ("contracts", "reason_for_leaving"),
    ("opportunities", "closed_on"),
    ("opportunities", "won"),
}

DEPARTMENTS = {
    "marketing": (
        Need("customers", ("contactable",), "may_contact"),
        Need("customers", ("acquisition_channel", "acquisition_route"), "acquired_by"),
        Need("customers", ("acquisition_cost_cents",), "acquisition_cost"),
        Need("customers", ("country", "region", "city"), "where"),
        Need("customers", ("age_band", "income_band", "industry", "company_size"), "who"),
        Need("transactions", ("channel", "store_id"), "buy_where"),
        Need("transactions", ("discount_cents", "gross_cents"), "price_moves"),
        Need("products", ("category", "line"), "wants"),
        Need("campaign_members", ("arm",), "campaign_reach"),
        Need("campaign_members", ("responded_at", "outcome_cents"), "responders"),
        Need("campaigns", ("cost_cents",), "campaign_cost"),
    ),
    "sales": (
        Need("customers", ("owner",), "owner"),
        Need("customers", ("industry", "company_size", "income_band"), "potential_size"),
        Need("customers", ("wallet_cents",), "wallet"),
        Need("customers", ("credit_limit_cents",), "credit"),
        Need("transactions", ("product_id",), "bought"),
        Need("transactions", ("cost_cents",), "goods_cost"),
        Need("opportunities", ("amount_cents",), "pipeline"),
        Need("opportunities", ("owner",), "works_on"),
        Need("opportunities", ("closed_on", "won"), "won_lost"),
        Need("invoices", ("paid_on", "paid_cents"), "pays"),
    ),
    "service": (
        Need("customers", ("contactable",), "may_contact"),
        Need("customers", ("owner",), "owner"),
        Need("interactions", ("kind",), "calls_why"),
        Need("interactions", ("direction",), "direction"),
        Need("interactions", ("resolved_at",), "settled"),
        Need("interactions", ("satisfaction",), "satisfaction"),
        Need("interactions", ("cost_cents",), "service_cost"),
        Need("transactions", ("product_id",), "have"),
        Need("invoices", ("disputed",), "disputed"),
    ),
}

ANALYSES = {
    "profit": (
        Need("transactions", ("customer_id",)),
        Need("transactions", ("cost_cents",)),
    ),
    "payback": (
        Need("transactions", ("customer_id",)),
        Need("customers", ("acquisition_cost_cents",)),
    ),
    "channels": (
        Need("transactions", ("customer_id",)),
        Need("customers", ("acquisition_channel",)),
    ),
    "cost_to_serve": (Need("interactions", ("cost_cents",)),),
    "wallet": (Need("transactions", ("customer_id",)), Need("customers", ("wallet_cents",))),
    "referrals": (Need("customers", ("referred_by",)),),
    "groups": (Need("customers", ("parent_id",)),),
    "late_payers": (Need("invoices", ("due_on",)), Need("invoices", ("paid_on", "paid_cents"))),
    "responders": (Need("campaign_members", ("responded_at", "outcome_cents")),),
    "discounts": (Need("transactions", ("discount_cents",)),),
    "categories": (Need("transactions", ("product_id",)), Need("products", ("category", "line"))),
    "places_of_purchase": (Need("transactions", ("channel", "store_id")),),
    "geographic": (Need("customers", ("country", "region", "city")),),
    "social": (Need("customers", ("age_band", "income_band", "industry", "company_size", "marital_status")),),
    "satisfaction": (Need("interactions", ("satisfaction",)),),
    "pipeline": (Need("opportunities", ("stage",)), Need("opportunities", ("amount_cents",))),
    "contactable": (Need("customers", ("contactable",)),),
    "owners": (Need("customers", ("owner",)),),
    "initiatives": (Need("initiatives", ("metric",)),),
}


def met(need: Need, known: Mapping[str, Mapping[str, float | None]]) -> float:
    """Return how far a need is met (0–1): the share known of the best known of its columns; 0 without its table."""
    shares = known.get(need.table, {})
    return max(_known(need.table, column, shares.get(column) or 0.0) for column in need.columns)


def _known(table: str, column: str, share: float) -> float:
    return float(share > 0) if (table, column) in EVENTUAL else share
