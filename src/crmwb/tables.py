"""The data contract: what each canonical table is, column by column.

The single source for ingest's casts, the Great Expectations suites, synthetic data and the data dictionary in docs/.
Ids are strings; money is int64 in hundredths of `params.source.currency`; timestamps are naive UTC; unknown is NULL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crmwb.contract import (
    ARROW_TYPES,
    FIRST_DAY,
    LAST_DAY,
    MOST_CENTS,
    MOST_UNITS,
    Column,
    Kind,
    Rule,
    Severity,
    Table,
)

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = [
    "ARROW_TYPES",
    "FIRST_DAY",
    "LAST_DAY",
    "MOST_CENTS",
    "MOST_UNITS",
    "Column",
    "Kind",
    "Rule",
    "Severity",
    "Table",
]


def _id(name: str, meaning: str, *, nullable: bool = False, references: str | None = None) -> Column:
    return Column(name, Kind.ID, meaning, nullable=nullable, references=references)


def _maybe(
    name: str,
    kind: Kind,
    meaning: str,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    allowed: tuple[str, ...] | None = None,
) -> Column:
    return Column(name, kind, meaning, nullable=True, minimum=minimum, maximum=maximum, allowed=allowed)


def _money(name: str, meaning: str, *, nullable: bool = True, minimum: int = -MOST_CENTS) -> Column:
    return Column(name, Kind.MONEY, meaning, nullable=nullable, minimum=minimum, maximum=MOST_CENTS)


CUSTOMERS = Table(
    name="customers",
    grain="one row per customer or account",
    key=("customer_id",),
    columns=(
        _id("customer_id", "the customer's number"),
        Column("kind", Kind.CATEGORY, "a person or a company", allowed=("person", "company")),
        _maybe("acquired_on", Kind.DATE, "when they became a customer"),
        _maybe("acquisition_channel", Kind.CATEGORY, "what brought them"),
        _maybe("acquisition_route", Kind.CATEGORY, "who made the first step", allowed=("inbound", "outbound")),
        _money("acquisition_cost_cents", "what it cost to win them", minimum=0),
        _maybe("country", Kind.CATEGORY, "country"),
        _maybe("region", Kind.CATEGORY, "region within the country"),
        _maybe("city", Kind.CATEGORY, "city"),
        _maybe("industry", Kind.CATEGORY, "a company's industry"),
        _maybe("company_size", Kind.CATEGORY, "a company's size band"),
        _maybe("age_band", Kind.CATEGORY, "a person's age band"),
        _maybe("income_band", Kind.CATEGORY, "a person's or household's income band"),
        _maybe("gender", Kind.CATEGORY, "a person's gender"),
        _maybe("marital_status", Kind.CATEGORY, "a person's marital status"),
        _maybe("household_size", Kind.INTEGER, "people in the household; the top class where open-ended", minimum=1),
        _maybe("children", Kind.INTEGER, "children in the household; the top class where open-ended", minimum=0),
        _maybe("owner", Kind.CATEGORY, "who in our company looks after them"),
        _id("parent_id", "the company they belong to", nullable=True, references="customers"),
        _id("referred_by", "the customer who brought them", nullable=True, references="customers"),
        _maybe("contactable", Kind.BOOLEAN, "they agreed to be contacted"),
        _money("wallet_cents", "their estimated yearly spend in our category", minimum=0),
        _money("credit_limit_cents", "how much they may owe", minimum=0),
    ),
)


def _net(transactions: ir.Table) -> ir.FloatingValue:
    """Return gross less discount, in cents; what came back, and its discount, count the other way round."""
    gross, discount = (transactions[name].cast("float64") for name in ("gross_cents", "discount_cents"))
    return gross - transactions.is_return.ifelse(-discount, discount)


TRANSACTIONS = Table(
    name="transactions",
    grain="one row per order line",
    key=("order_id", "line_no"),
    columns=(
        _id("customer_id", "who bought", references="customers"),
        _id("order_id", "the order or basket"),
        Column("line_no", Kind.INTEGER, "position within the order, from 1", minimum=1),
        Column("ordered_at", Kind.TIMESTAMP, "when it was ordered"),
        _id("product_id", "what was bought", nullable=True, references="products"),
        Column(
            "quantity",
            Kind.NUMBER,
            "how many units; negative for returns",
            minimum=-MOST_UNITS,
            maximum=MOST_UNITS,
        ),
        _money("revenue_cents", "what we received, net of discount; negative for returns", nullable=False),
        _money("gross_cents", "what it would have been at list price; negative for returns"),
        _money("discount_cents", "what was taken off the list price", minimum=0),
        _money("cost_cents", "what the goods cost us; negative for returns"),
        _maybe("channel", Kind.CATEGORY, "where the order came in"),
        _id("store_id", "the store", nullable=True),
        Column("is_return", Kind.BOOLEAN, "goods came back"),
    ),
    rules=(
        Rule("return_is_not_positive", "a return brings no revenue", lambda t: ~t.is_return | (t.revenue_cents <= 0)),
        Rule(
            "sale_is_not_negative", "a sale brings no negative revenue", lambda t: t.is_return | (t.revenue_cents >= 0)
        ),
        Rule(
            "revenue_has_quantity",
            "a line with revenue has units",
            lambda t: (t.revenue_cents == 0) | (t.quantity != 0),
            Severity.WARNING,
        ),
        Rule(
            "net_is_gross_less_discount",
            "revenue is what it would have been at list price less the discount, to a cent",
            lambda t: _net(t).between(t.revenue_cents - 1.0, t.revenue_cents + 1.0),
            Severity.WARNING,
        ),
    ),
)

PRODUCTS = Table(
    name="products",
    grain="one row per product",
    key=("product_id",),
    columns=(
        _id("product_id", "the product's number"),
        _maybe("name", Kind.TEXT, "what it is called"),
        _maybe("line", Kind.CATEGORY, "product line or department"),
        _maybe("category", Kind.CATEGORY, "category within the line"),
        _maybe("brand", Kind.CATEGORY, "brand"),
        _money("unit_cost_cents", "what one unit costs us", minimum=0),
    ),
)

INTERACTIONS = Table(
    name="interactions",
    grain="one row per contact",
    key=("interaction_id",),
    columns=(
        _id("interaction_id", "the contact's number"),
        _id("customer_id", "with whom", references="customers"),
        Column("occurred_at", Kind.TIMESTAMP, "when"),
        Column("department", Kind.CATEGORY, "which of our departments", allowed=("marketing", "sales", "service")),
        Column("kind", Kind.CATEGORY, "what sort of contact"),
        _maybe("direction", Kind.CATEGORY, "who made it", allowed=("inbound", "outbound")),
        _money("cost_cents", "what it cost us", minimum=0),
        _maybe("responded", Kind.BOOLEAN, "they answered"),
        _maybe("satisfaction", Kind.SHARE, "how content they were", minimum=0, maximum=1),
        _maybe("resolved_at", Kind.TIMESTAMP, "when their matter was settled"),
    ),
    rules=(
        Rule(
            "resolved_after_start",
            "a matter is settled after it came up",
            lambda t: t.resolved_at.isnull() | (t.resolved_at >= t.occurred_at),
        ),
    ),
)

CAMPAIGNS = Table(
    name="campaigns",
    grain="one row per campaign",
    key=("campaign_id",),
    columns=(
        _id("campaign_id", "the campaign's number"),
        _maybe("name", Kind.TEXT, "what it is called"),
        _maybe("kind", Kind.CATEGORY, "what sort of campaign"),
        Column("starts_on", Kind.DATE, "first day"),
        _maybe("ends_on", Kind.DATE, "last day"),
        _money("cost_cents", "what it cost", minimum=0),
    ),
    rules=(
        Rule(
            "ends_after_start",
            "a campaign ends on or after its first day",
            lambda t: t.ends_on.isnull() | (t.ends_on >= t.starts_on),
        ),
    ),
)

CAMPAIGN_MEMBERS = Table(
    name="campaign_members",
    grain="one row per campaign and customer",
    key=("campaign_id", "customer_id"),
    columns=(
        _id("campaign_id", "the campaign", references="campaigns"),
        _id("customer_id", "the customer", references="customers"),
        Column("arm", Kind.CATEGORY, "contacted, or held back as control", allowed=("treatment", "control")),
        _maybe("contacted_at", Kind.TIMESTAMP, "when they were contacted"),
        _maybe("responded_at", Kind.TIMESTAMP, "when they first answered"),
        _money("outcome_cents", "what they spent because of it, as the source says"),
    ),
    rules=(
        Rule(
            "responded_after_contact",
            "an answer follows the contact",
            lambda t: t.responded_at.isnull() | t.contacted_at.isnull() | (t.responded_at >= t.contacted_at),
            Severity.WARNING,
        ),
    ),
)

INVOICES = Table(
    name="invoices",
    grain="one row per invoice",
    key=("invoice_id",),
    columns=(
        _id("invoice_id", "the invoice's number"),
        _id("customer_id", "who owes", references="customers"),
        Column("issued_on", Kind.DATE, "when it was sent"),
        Column("due_on", Kind.DATE, "when it is due"),
        _maybe("paid_on", Kind.DATE, "when it was paid in full; unknown while open"),
        _money("amount_cents", "what it asks for", nullable=False),
        _money("paid_cents", "what was paid so far", minimum=0),
        _maybe("disputed", Kind.BOOLEAN, "the customer contested it"),
    ),
    rules=(
        Rule("due_after_issue", "an invoice is due on or after it was sent", lambda t: t.due_on >= t.issued_on),
        Rule(
            "paid_after_issue",
            "an invoice is paid on or after it was sent",
            lambda t: t.paid_on.isnull() | (t.paid_on >= t.issued_on),
            Severity.WARNING,
        ),
        Rule(
            "paid_at_most_amount",
            "no more is paid than was asked for",
            lambda t: t.paid_cents.isnull() | (t.paid_cents <= t.amount_cents),
            Severity.WARNING,
        ),
    ),
)

PAYMENTS = Table(
    name="payments",
    grain="one row per payment",
    key=("payment_id",),
    columns=(
        _id("payment_id", "the payment's number"),
        _id("customer_id", "who paid", references="customers"),
        Column("paid_on", Kind.DATE, "when the money came in"),
        _money("amount_cents", "what was paid; negative for what was paid back", nullable=False),
        _id("invoice_id", "what it pays, where the source says so", nullable=True, references="invoices"),
        _maybe("method", Kind.CATEGORY, "how it was paid"),
    ),
)

CONTRACTS = Table(
    name="contracts",
    grain="one row per contract",
    key=("contract_id",),
    columns=(
        _id("contract_id", "the contract's number"),
        _id("customer_id", "with whom", references="customers"),
        _maybe("plan", Kind.CATEGORY, "what was agreed"),
        Column("starts_on", Kind.DATE, "its first day"),
        _maybe("ends_on", Kind.DATE, "the first day on which it no longer runs; unknown while it runs"),
        _money("amount_cents", "what it brings in each period", nullable=False, minimum=0),
        _maybe("period_months", Kind.INTEGER, "months in a period; 1 where unknown", minimum=1, maximum=120),
        _maybe("reason_for_leaving", Kind.CATEGORY, "why it ended"),
    ),
    rules=(
        Rule(
            "ends_after_start",
            "a contract ends on or after its first day",
            lambda t: t.ends_on.isnull() | (t.ends_on >= t.starts_on),
        ),
    ),
)

CUSTOMER_SUMMARIES = Table(
    name="customer_summaries",
    grain="one row per customer, summed up elsewhere",
    key=("customer_id",),
    columns=(
        _id("customer_id", "of whom", references="customers"),
        Column("summarised_on", Kind.DATE, "the day before which everything in the row was known"),
        _maybe("days_since_last", Kind.INTEGER, "days from the last purchase to summarised_on", minimum=0),
        _maybe("tenure_days", Kind.INTEGER, "days from becoming a customer to summarised_on", minimum=0),
        _maybe("n_orders", Kind.INTEGER, "orders", minimum=0),
        _money("revenue_cents", "what they spent"),
        _money("clv_cents", "what the source says that they are worth"),
        _maybe("n_campaigns_received", Kind.INTEGER, "campaigns that reached them", minimum=0),
        _maybe("n_campaigns_answered", Kind.INTEGER, "campaigns that they answered", minimum=0),
        _maybe("n_complaints", Kind.INTEGER, "complaints", minimum=0),
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

CATEGORY_SUMMARIES = Table(
    name="category_summaries",
    grain="one row per customer and category of goods, summed up elsewhere",
    key=("customer_id", "category"),
    columns=(
        _id("customer_id", "of whom", references="customers"),
        Column("category", Kind.CATEGORY, "category of goods, or channel"),
        _money("revenue_cents", "what they spent in it"),
        _maybe("n_orders", Kind.INTEGER, "orders with it", minimum=0),
    ),
)

OPPORTUNITIES = Table(
    name="opportunities",
    grain="one row per opportunity",
    key=("opportunity_id",),
    columns=(
        _id("opportunity_id", "the opportunity's number"),
        _id("customer_id", "with whom", nullable=True, references="customers"),
        _maybe("opened_on", Kind.DATE, "when it was opened; unknown while nobody has worked on it"),
        _maybe("closed_on", Kind.DATE, "when it was won or lost; unknown while open"),
        Column("stage", Kind.CATEGORY, "how far it is"),
        _money("amount_cents", "what it is worth", minimum=0),
        _maybe("won", Kind.BOOLEAN, "it was won; unknown while open"),
        _maybe("owner", Kind.CATEGORY, "who works on it"),
        _id("product_id", "what it is about", nullable=True, references="products"),
        _maybe("win_probability", Kind.SHARE, "chance to win it that people state now", minimum=0, maximum=1),
        _maybe("expected_close_on", Kind.DATE, "when people expect it to close now"),
    ),
    rules=(
        Rule(
            "closed_after_open",
            "an opportunity closes on or after it was opened",
            lambda t: t.closed_on.isnull() | (t.closed_on >= t.opened_on),
        ),
        Rule(
            "won_is_closed",
            "a won opportunity has a closing date",
            lambda t: t.won.isnull() | ~t.won | t.closed_on.notnull(),
            Severity.WARNING,
        ),
    ),
)

OPPORTUNITY_HISTORY = Table(
    name="opportunity_history",
    grain="one row per opportunity and moment at which it was opened or changed",
    key=("opportunity_id", "changed_at"),
    columns=(
        _id("opportunity_id", "the opportunity", references="opportunities"),
        Column("changed_at", Kind.TIMESTAMP, "when"),
        _id("customer_id", "with whom", nullable=True, references="customers"),
        _maybe("stage", Kind.CATEGORY, "how far it was from then on"),
        _maybe("win_probability", Kind.SHARE, "chance to win it that people stated then", minimum=0, maximum=1),
        _maybe("expected_close_on", Kind.DATE, "when people expected it to close then"),
    ),
)

INITIATIVES = Table(
    name="initiatives",
    grain="one row per CRM initiative",
    key=("initiative_id",),
    columns=(
        _id("initiative_id", "the initiative's number"),
        Column("name", Kind.TEXT, "what it is called"),
        Column("classes", Kind.CATEGORY, "cim, cem or csm, several joined by +"),
        Column("starts_on", Kind.DATE, "first day"),
        _money("cost_cents", "what it cost", minimum=0),
        Column("metric", Kind.CATEGORY, "what shall change: a metric of docs/effectiveness.md, or a name of yours"),
        _maybe("metric_of", Kind.CATEGORY, "the one channel that the metric is about, where it is about one"),
        Column("direction", Kind.CATEGORY, "which way it shall change", allowed=("up", "down")),
        Column("target", Kind.NUMBER, "the level to reach, or the change, in the unit of the metric"),
        Column(
            "target_kind",
            Kind.CATEGORY,
            "whether target is a level, a change, or a change as a share of the level before",
            allowed=("level", "change", "relative_change"),
        ),
        Column("baseline_from", Kind.DATE, "first day of the comparison period"),
        Column("baseline_to", Kind.DATE, "last day of the comparison period"),
        _maybe("criteria_on", Kind.DATE, "when metric, target and comparison period were written down"),
        _maybe("judged_on", Kind.DATE, "the day it is to be judged as of; unknown: the end of the history"),
        _maybe("scope_column", Kind.CATEGORY, "which column of customers says whom it is for; unknown: all"),
        _maybe("scope_value", Kind.CATEGORY, "the value of those it is for; the other customers are the control group"),
    ),
    rules=(
        Rule(
            "baseline_before_start",
            "the comparison period ends before the initiative starts",
            lambda t: t.baseline_to < t.starts_on,
        ),
        Rule(
            "baseline_in_order",
            "the comparison period ends after it begins",
            lambda t: t.baseline_to >= t.baseline_from,
        ),
        Rule(
            "judged_after_start",
            "an initiative is judged after it starts",
            lambda t: t.judged_on.isnull() | (t.judged_on > t.starts_on),
        ),
        Rule(
            "scope_is_complete",
            "a scope has a column and a value",
            lambda t: t.scope_column.isnull() == t.scope_value.isnull(),
        ),
    ),
)

TABLES = {
    t.name: t
    for t in (
        CUSTOMERS,
        TRANSACTIONS,
        PRODUCTS,
        INTERACTIONS,
        CAMPAIGNS,
        CAMPAIGN_MEMBERS,
        INVOICES,
        PAYMENTS,
        OPPORTUNITIES,
        OPPORTUNITY_HISTORY,
        CONTRACTS,
        CUSTOMER_SUMMARIES,
        CATEGORY_SUMMARIES,
        INITIATIVES,
    )
}
