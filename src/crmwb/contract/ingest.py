"""What the ingest stage writes beside the canonical tables: data/canonical/."""

from crmwb import layout
from crmwb.contract.columns import Column, Kind, id_, maybe
from crmwb.contract.tables import Artefact

UNREADABLE = Artefact(
    name="unreadable",
    path=layout.UNREADABLE,
    partition="table",
    grain="one row per row of a source that could not be read as a table's columns are declared, and reason",
    key=("source_file", "source_row", "column", "reason"),
    columns=(
        Column("source_file", Kind.TEXT, "the source's file"),
        Column("source_row", Kind.INTEGER, "the row's number in it"),
        maybe("column", Kind.CATEGORY, "the column that could not be read; unknown where the whole row could not"),
        Column("reason", Kind.TEXT, "why"),
        maybe("values", Kind.JSON, "what stood there"),
    ),
)

PROVENANCE = Artefact(
    name="provenance",
    path=layout.PROVENANCE,
    partition="table",
    grain="one row per row of a canonical table that comes from files, in its order",
    key=(),
    columns=(
        maybe("source_file", Kind.TEXT, "the source's file"),
        maybe("source_row", Kind.INTEGER, "the row's number in it"),
    ),
)

TRUTH_CUSTOMERS = Artefact(
    name="truth/customers",
    path=layout.TRUTH / "customers.parquet",
    grain="one row per account of the simulated company",
    key=("customer_id",),
    columns=(
        id_("customer_id", "the account", references="customers"),
        Column("is_customer", Kind.BOOLEAN, "it has bought; what follows is known of such accounts alone"),
        maybe("segment", Kind.CATEGORY, "the segment that it was drawn from"),
        maybe("is_in_pool", Kind.BOOLEAN, "that segment is the pool, which follows the purchase model exactly"),
        maybe("orders_per_day", Kind.NUMBER, "its rate of orders while it is a customer"),
        maybe("stops_per_day", Kind.NUMBER, "its hazard of leaving"),
        maybe("mean_order_cents", Kind.NUMBER, "its mean order, in hundredths"),
        maybe("is_alive", Kind.BOOLEAN, "it has not left"),
        maybe("stopped_on", Kind.DATE, "when it left"),
        maybe("loss_reason", Kind.CATEGORY, "why it loses us money, where it does"),
        maybe("is_late_payer", Kind.BOOLEAN, "it pays late"),
        maybe("is_advocate", Kind.BOOLEAN, "it brings other customers"),
        maybe("answers_share", Kind.SHARE, "chance that a campaign of strength 1 brings an order"),
        maybe("wallet_share", Kind.SHARE, "our share of its wallet"),
    ),
)

TRUTH_MEMBERS = Artefact(
    name="truth/campaign_members",
    path=layout.TRUTH / "campaign_members.parquet",
    grain="one row per campaign and customer of the simulated company, in both arms",
    key=("campaign_id", "customer_id"),
    columns=(
        id_("campaign_id", "the campaign", references="campaigns"),
        id_("customer_id", "the customer", references="customers"),
        Column("extra_orders", Kind.NUMBER, "orders that a contact is expected to bring"),
        Column("extra_cents", Kind.NUMBER, "revenue that it is expected to bring, in hundredths"),
        Column("answered", Kind.BOOLEAN, "the contact brought something"),
    ),
)

ARTEFACTS = (UNREADABLE, PROVENANCE, TRUTH_CUSTOMERS, TRUTH_MEMBERS)
