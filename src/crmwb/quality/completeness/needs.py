"""Who in the company needs which columns, and which analyses wait for them."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Need:
    """Columns of a table, any of which serves the purpose."""

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
    ("opportunities", "closed_on"),
    ("opportunities", "won"),
}

DEPARTMENTS = {
    "marketing": (
        Need("customers", ("contactable",), "whether we may contact them"),
        Need("customers", ("acquisition_channel", "acquisition_route"), "what brought them"),
        Need("customers", ("acquisition_cost_cents",), "what winning them cost"),
        Need("customers", ("country", "region", "city"), "where they are"),
        Need("customers", ("age_band", "income_band", "industry", "company_size"), "who they are"),
        Need("transactions", ("channel", "store_id"), "where they buy"),
        Need("transactions", ("discount_cents", "gross_cents"), "whether price moves them"),
        Need("products", ("category", "line"), "what they want"),
        Need("campaign_members", ("arm",), "whom campaigns reach"),
        Need("campaign_members", ("responded_at", "outcome_cents"), "who answers"),
        Need("campaigns", ("cost_cents",), "what campaigns cost"),
    ),
    "sales": (
        Need("customers", ("owner",), "who looks after them"),
        Need("customers", ("industry", "company_size", "income_band"), "how large they can become"),
        Need("customers", ("wallet_cents",), "what they spend elsewhere"),
        Need("customers", ("credit_limit_cents",), "how much they may owe"),
        Need("transactions", ("product_id",), "what they bought"),
        Need("transactions", ("cost_cents",), "what the goods cost us"),
        Need("opportunities", ("amount_cents",), "what is in the pipeline"),
        Need("opportunities", ("owner",), "who works on it"),
        Need("opportunities", ("closed_on", "won"), "what was won and lost"),
        Need("invoices", ("paid_on", "paid_cents"), "whether they pay"),
    ),
    "service": (
        Need("customers", ("contactable",), "whether we may contact them"),
        Need("customers", ("owner",), "who looks after them"),
        Need("interactions", ("kind",), "why they call"),
        Need("interactions", ("direction",), "who calls whom"),
        Need("interactions", ("resolved_at",), "how fast it is settled"),
        Need("interactions", ("satisfaction",), "how content they are"),
        Need("interactions", ("cost_cents",), "what service costs"),
        Need("transactions", ("product_id",), "what they have"),
        Need("invoices", ("disputed",), "what they contest"),
    ),
}

ANALYSES = {
    "profit of each customer, and who destroys it": (
        Need("transactions", ("customer_id",)),
        Need("transactions", ("cost_cents",)),
    ),
    "when the cost of winning a customer is paid back": (
        Need("transactions", ("customer_id",)),
        Need("customers", ("acquisition_cost_cents",)),
    ),
    "which channels win the best customers": (
        Need("transactions", ("customer_id",)),
        Need("customers", ("acquisition_channel",)),
    ),
    "what serving a customer costs": (Need("interactions", ("cost_cents",)),),
    "headroom in their wallets": (Need("transactions", ("customer_id",)), Need("customers", ("wallet_cents",))),
    "value through referrals": (Need("customers", ("referred_by",)),),
    "groups of companies": (Need("customers", ("parent_id",)),),
    "who pays late": (Need("invoices", ("due_on",)), Need("invoices", ("paid_on", "paid_cents"))),
    "who answers campaigns": (Need("campaign_members", ("responded_at", "outcome_cents")),),
    "who buys at a discount": (Need("transactions", ("discount_cents",)),),
    "needs by category": (Need("transactions", ("product_id",)), Need("products", ("category", "line"))),
    "where customers buy": (Need("transactions", ("channel", "store_id")),),
    "segments by place": (Need("customers", ("country", "region", "city")),),
    "segments by who they are": (
        Need("customers", ("age_band", "income_band", "industry", "company_size", "marital_status")),
    ),
    "how content customers are": (Need("interactions", ("satisfaction",)),),
    "the sales pipeline": (Need("opportunities", ("stage",)), Need("opportunities", ("amount_cents",))),
    "who may be contacted": (Need("customers", ("contactable",)),),
    "each owner's customers": (Need("customers", ("owner",)),),
    "whether initiatives reach their aims": (Need("initiatives", ("criterion",)),),
}


def met(need: Need, known: Mapping[str, Mapping[str, float | None]]) -> float:
    """Return how far a need is met (0–1): the share known of the best known of its columns; 0 without its table."""
    shares = known.get(need.table, {})
    return max(_known(need.table, column, shares.get(column) or 0.0) for column in need.columns)


def _known(table: str, column: str, share: float) -> float:
    return float(share > 0) if (table, column) in EVENTUAL else share
