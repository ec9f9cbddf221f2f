"""What sources tell of contacts: interactions, campaigns and who was in them."""

from crmwb import layout
from crmwb.contract.columns import Column, Kind, id_, maybe, money
from crmwb.contract.tables import Artefact, Rule, Severity

INTERACTIONS = Artefact(
    name="interactions",
    path=layout.CANONICAL / "interactions.parquet",
    grain="one row per contact",
    key=("interaction_id",),
    columns=(
        id_("interaction_id", "the contact's number"),
        id_("customer_id", "with whom", references="customers"),
        Column("occurred_at", Kind.TIMESTAMP, "when"),
        Column("department", Kind.CATEGORY, "which of our departments", allowed=("marketing", "sales", "service")),
        Column("kind", Kind.CATEGORY, "what sort of contact"),
        maybe("direction", Kind.CATEGORY, "who made it", allowed=("inbound", "outbound")),
        money("cost_cents", "what it cost us", minimum=0),
        maybe("responded", Kind.BOOLEAN, "they answered"),
        maybe("satisfaction", Kind.SHARE, "how content they were", minimum=0, maximum=1),
        maybe("resolved_at", Kind.TIMESTAMP, "when their matter was settled"),
    ),
    rules=(
        Rule(
            "resolved_after_start",
            "a matter is settled after it came up",
            lambda t: t.resolved_at.isnull() | (t.resolved_at >= t.occurred_at),
        ),
    ),
)

CAMPAIGNS = Artefact(
    name="campaigns",
    path=layout.CANONICAL / "campaigns.parquet",
    grain="one row per campaign",
    key=("campaign_id",),
    columns=(
        id_("campaign_id", "the campaign's number"),
        maybe("name", Kind.TEXT, "what it is called"),
        maybe("kind", Kind.CATEGORY, "what sort of campaign"),
        Column("starts_on", Kind.DATE, "first day"),
        maybe("ends_on", Kind.DATE, "last day"),
        money("cost_cents", "what it cost", minimum=0),
    ),
    rules=(
        Rule(
            "ends_after_start",
            "a campaign ends on or after its first day",
            lambda t: t.ends_on.isnull() | (t.ends_on >= t.starts_on),
        ),
    ),
)

CAMPAIGN_MEMBERS = Artefact(
    name="campaign_members",
    path=layout.CANONICAL / "campaign_members.parquet",
    grain="one row per campaign and customer",
    key=("campaign_id", "customer_id"),
    columns=(
        id_("campaign_id", "the campaign", references="campaigns"),
        id_("customer_id", "the customer", references="customers"),
        Column("arm", Kind.CATEGORY, "contacted, or held back as control", allowed=("treatment", "control")),
        maybe("contacted_at", Kind.TIMESTAMP, "when they were contacted"),
        maybe("responded_at", Kind.TIMESTAMP, "when they first answered"),
        money("outcome_cents", "what they spent because of it, as the source says"),
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
