"""What the mart stage writes: data/marts/, the customer mart and what explains risk."""

from crmwb import layout
from crmwb.contract import contracts, lifecycle, predict, segments, value
from crmwb.contract.columns import Column, Kind, id_, maybe
from crmwb.contract.feature_columns import FEATURES
from crmwb.contract.tables import Artefact, Table

CUSTOMER = id_("customer_id", "the customer", references="customers")
PREDICTED = ("buy_probability", "best_customer_probability", "likeness_rank")

OPEN = Table(
    name="open",
    grain="one row per customer",
    key=("customer_id",),
    columns=(
        CUSTOMER,
        maybe("n_open_matters", Kind.INTEGER, "service matters not settled, of kinds whose settlement is recorded"),
        maybe("open_invoice_cents", Kind.MONEY, "what invoices not paid ask for, due or not"),
        maybe("over_limit_cents", Kind.MONEY, "what they owe (balance, else open invoices) beyond their limit"),
    ),
)

UPGRADE = Table(
    name="upgrade",
    grain="one row per customer with a score",
    key=("customer_id",),
    columns=(
        CUSTOMER,
        maybe("next_tier", Kind.CATEGORY, "the tier above theirs"),
        maybe("next_tier_points", Kind.NUMBER, "points that value_score lacks for it"),
        maybe(
            "next_tier_revenue_cents",
            Kind.MONEY,
            "revenue that would bring those points if nothing else changed; unknown where none could",
        ),
    ),
)

PARTS: dict[str, tuple[Column, ...]] = {  # columns of the mart by what they are from, in order; but for the key
    "features": FEATURES,
    "segments": segments.CUSTOMERS.columns[1:],
    "value": value.CUSTOMERS.columns[1:],
    "lifecycle": lifecycle.CUSTOMERS.columns[1:],
    "risk": lifecycle.RISK.columns[1:],
    "predict": tuple(predict.CUSTOMERS.column(name) for name in PREDICTED),
    "contract_status": contracts.CUSTOMERS.columns[1:],
    "open": OPEN.columns[1:],
    "upgrade": UPGRADE.columns[1:],
}

CUSTOMERS = Artefact(
    name="customers",
    path=layout.CUSTOMER_MART,
    grain="one row per customer",
    key=("customer_id",),
    columns=tuple(column for part in PARTS.values() for column in part),
)

RISK = Artefact(
    name="risk",
    path=layout.RISK_EXPLAINED,
    grain="one row per scheme, segment and class of risk that a customer who bought is in",
    key=("scheme", "position"),
    columns=(
        Column("scheme", Kind.CATEGORY, "what customers are divided by: stage, rfm_segment or silence"),
        Column("position", Kind.INTEGER, "place within the scheme, from 1"),
        Column("segment", Kind.CATEGORY, "the stage, the RFM segment, or how long they have been silent"),
        Column("risk_class", Kind.CATEGORY, "low, at_risk, likely_lost, or unknown where the history is too short"),
        Column("n_customers", Kind.INTEGER, "customers in both"),
        maybe("revenue_cents", Kind.MONEY, "what they spent so far, net of returns"),
        maybe("clv_cents", Kind.MONEY, "their lifetime value"),
        maybe("margin_at_stake_cents", Kind.MONEY, "what of it is at stake: risk times lifetime value"),
    ),
)

ARTEFACTS = (CUSTOMERS, RISK)
