"""What the migrate stage writes: data/migration/."""

from crmwb import layout
from crmwb.contract.columns import Column, Kind, id_, maybe
from crmwb.contract.tables import Artefact

SCHEME = Column("scheme", Kind.CATEGORY, "the way to divide customers: tier, rfm_segment, cluster_name or stage")
DEFINITION = Column(
    "definition", Kind.CATEGORY, "monthly: by the boundaries of each month end; frozen: by today's throughout"
)
FROM = Column("from_segment", Kind.CATEGORY, "the segment at the month end before")
TO = Column("to_segment", Kind.CATEGORY, "the segment at as_of")

TRANSITIONS = Artefact(
    name="transitions",
    path=layout.MIGRATION_TRANSITIONS,
    grain="one row per scheme, definition, month end, segment before and segment after",
    key=("scheme", "definition", "as_of", "from_segment", "to_segment"),
    columns=(
        SCHEME,
        DEFINITION,
        Column("as_of", Kind.DATE, "the month end after the change, exclusive"),
        Column("from_segment", Kind.CATEGORY, "the segment at the month end before; new: the customer's first one"),
        TO,
        Column("direction", Kind.CATEGORY, "up, down, across, stayed or new"),
        Column("n_customers", Kind.INTEGER, "customers who went that way"),
        maybe("from_share", Kind.SHARE, "of the customers in from_segment; unknown of new customers"),
        Column("n_behaviour", Kind.INTEGER, "of those who changed, because they bought otherwise"),
        Column("n_redefinition", Kind.INTEGER, "because the segments were defined anew"),
        Column("n_both", Kind.INTEGER, "because of both"),
        Column("revenue_cents", Kind.MONEY, "their revenue of the twelve months before as_of"),
        maybe(
            "expected_change_cents",
            Kind.MONEY,
            "a year: revenue per customer of to_segment less that of from_segment, for all of them",
        ),
    ),
)

SHARES = Artefact(
    name="shares",
    path=layout.MIGRATION_SHARES,
    grain="one row per scheme, definition, month end and segment",
    key=("scheme", "definition", "as_of", "position"),
    columns=(
        SCHEME,
        DEFINITION,
        Column("as_of", Kind.DATE, "the month end, exclusive"),
        Column("position", Kind.INTEGER, "the segment's place in the scheme's order, from 1"),
        Column("segment", Kind.CATEGORY, "the segment"),
        Column("n_customers", Kind.INTEGER, "customers in it"),
        maybe("customer_share", Kind.SHARE, "of all customers with a segment then"),
        Column("revenue_cents", Kind.MONEY, "their revenue of the twelve months before"),
    ),
)

PROBABILITIES = Artefact(
    name="transition_probabilities",
    path=layout.MIGRATION_PROBABILITIES,
    grain="one row per scheme, definition, segment before and segment after",
    key=("scheme", "definition", "from_segment", "to_segment"),
    columns=(
        SCHEME,
        DEFINITION,
        FROM,
        Column("to_segment", Kind.CATEGORY, "the segment a month later"),
        Column("n_customers", Kind.INTEGER, "customers who went that way, in all months together"),
        maybe("probability", Kind.SHARE, "of those in from_segment, a month"),
        maybe("first_half_probability", Kind.SHARE, "the same in the first half of the months"),
        maybe("second_half_probability", Kind.SHARE, "the same in the second half"),
    ),
)

LONG_RUN = Artefact(
    name="long_run",
    path=layout.MIGRATION_LONG_RUN,
    grain="one row per scheme, definition and segment",
    key=("scheme", "definition", "position"),
    columns=(
        SCHEME,
        DEFINITION,
        Column("position", Kind.INTEGER, "the segment's place in the scheme's order, from 1"),
        Column("segment", Kind.CATEGORY, "the segment"),
        maybe("annual_revenue_cents", Kind.NUMBER, "revenue a year per customer, from the month after each month end"),
        maybe("now_share", Kind.SHARE, "of customers at the last month end"),
        maybe("long_run_share", Kind.SHARE, "of customers where the transitions of the past went on, without new ones"),
        maybe("long_run_with_new_share", Kind.SHARE, "the same with as many new customers as in the past"),
    ),
)

CHANGES = Artefact(
    name="changes",
    path=layout.MIGRATION_CHANGES,
    grain="one row per customer, scheme and change of segment that is listed, the largest revenue first",
    key=("position",),
    columns=(
        Column("position", Kind.INTEGER, "place by revenue, from 1"),
        Column("as_of", Kind.DATE, "the month end after the change, exclusive"),
        id_("customer_id", "the customer", references="customers"),
        SCHEME,
        FROM,
        TO,
        Column("direction", Kind.CATEGORY, "up, down or across"),
        Column("cause", Kind.CATEGORY, "behaviour, redefinition or both"),
        Column("reason", Kind.FINDING, "which figures of the customer changed for the better or the worse"),
        Column("revenue_cents", Kind.MONEY, "the customer's revenue of the twelve months before as_of"),
        maybe(
            "expected_change_cents",
            Kind.MONEY,
            "a year: revenue per customer of to_segment less that of from_segment",
        ),
    ),
)

ARTEFACTS = (TRANSITIONS, SHARES, PROBABILITIES, LONG_RUN, CHANGES)
