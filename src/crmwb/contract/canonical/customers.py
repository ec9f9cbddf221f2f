"""What sources tell of customers: themselves, and what others have summed up of them."""

from crmwb import layout
from crmwb.contract.columns import Column, Kind, id_, maybe, money
from crmwb.contract.tables import Artefact, Rule, Severity

CUSTOMERS = Artefact(
    name="customers",
    path=layout.CANONICAL / "customers.parquet",
    grain="one row per customer or account",
    key=("customer_id",),
    columns=(
        id_("customer_id", "the customer's number"),
        Column("kind", Kind.CATEGORY, "a person or a company", allowed=("person", "company")),
        maybe("acquired_on", Kind.DATE, "when they became a customer"),
        maybe("acquisition_channel", Kind.CATEGORY, "what brought them"),
        maybe("acquisition_route", Kind.CATEGORY, "who made the first step", allowed=("inbound", "outbound")),
        money("acquisition_cost_cents", "what it cost to win them", minimum=0),
        maybe("country", Kind.CATEGORY, "country"),
        maybe("region", Kind.CATEGORY, "region within the country"),
        maybe("city", Kind.CATEGORY, "city"),
        maybe("industry", Kind.CATEGORY, "a company's industry"),
        maybe("company_size", Kind.CATEGORY, "a company's size band"),
        maybe("age_band", Kind.CATEGORY, "a person's age band"),
        maybe("income_band", Kind.CATEGORY, "a person's or household's income band"),
        maybe("gender", Kind.CATEGORY, "a person's gender"),
        maybe("marital_status", Kind.CATEGORY, "a person's marital status"),
        maybe("household_size", Kind.INTEGER, "people in the household; the top class where open-ended", minimum=1),
        maybe("children", Kind.INTEGER, "children in the household; the top class where open-ended", minimum=0),
        maybe("owner", Kind.CATEGORY, "who in our company looks after them"),
        id_("parent_id", "the company they belong to", nullable=True, references="customers"),
        id_("referred_by", "the customer who brought them", nullable=True, references="customers"),
        maybe("contactable", Kind.BOOLEAN, "they agreed to be contacted"),
        money("wallet_cents", "their estimated yearly spend in our category", minimum=0),
        money("credit_limit_cents", "how much they may owe", minimum=0),
    ),
)

CUSTOMER_SUMMARIES = Artefact(
    name="customer_summaries",
    path=layout.CANONICAL / "customer_summaries.parquet",
    grain="one row per customer, summed up elsewhere",
    key=("customer_id",),
    columns=(
        id_("customer_id", "of whom", references="customers"),
        Column("summarised_on", Kind.DATE, "the day before which everything in the row was known"),
        maybe("days_since_last", Kind.INTEGER, "days from the last purchase to summarised_on", minimum=0),
        maybe("tenure_days", Kind.INTEGER, "days from becoming a customer to summarised_on", minimum=0),
        maybe("n_orders", Kind.INTEGER, "orders", minimum=0),
        money("revenue_cents", "what they spent"),
        money("clv_cents", "what the source says that they are worth"),
        maybe("n_campaigns_received", Kind.INTEGER, "campaigns that reached them", minimum=0),
        maybe("n_campaigns_answered", Kind.INTEGER, "campaigns that they answered", minimum=0),
        maybe("n_complaints", Kind.INTEGER, "complaints", minimum=0),
    ),
    rules=(
        Rule(
            "answered_at_most_received",
            "no more campaigns are answered than were received",
            lambda t: (
                t.n_campaigns_answered.isnull()
                | t.n_campaigns_received.isnull()
                | (t.n_campaigns_answered <= t.n_campaigns_received)
            ),
            Severity.WARNING,
        ),
    ),
)

CATEGORY_SUMMARIES = Artefact(
    name="category_summaries",
    path=layout.CANONICAL / "category_summaries.parquet",
    grain="one row per customer and category of goods, summed up elsewhere",
    key=("customer_id", "category"),
    columns=(
        id_("customer_id", "of whom", references="customers"),
        Column("category", Kind.CATEGORY, "category of goods, or channel"),
        money("revenue_cents", "what they spent in it"),
        maybe("n_orders", Kind.INTEGER, "orders with it", minimum=0),
    ),
)
