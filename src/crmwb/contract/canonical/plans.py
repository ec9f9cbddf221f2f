"""What sources tell of what is to come: opportunities and CRM initiatives."""

from crmwb import layout
from crmwb.contract.columns import Column, Kind, id_, maybe, money
from crmwb.contract.tables import Artefact, Rule, Severity

OPPORTUNITIES = Artefact(
    name="opportunities",
    path=layout.CANONICAL / "opportunities.parquet",
    grain="one row per opportunity",
    key=("opportunity_id",),
    columns=(
        id_("opportunity_id", "the opportunity's number"),
        id_("customer_id", "with whom", nullable=True, references="customers"),
        maybe("opened_on", Kind.DATE, "when it was opened; unknown while nobody has worked on it"),
        maybe("closed_on", Kind.DATE, "when it was won or lost; unknown while open"),
        Column("stage", Kind.CATEGORY, "how far it is"),
        money("amount_cents", "what it is worth", minimum=0),
        maybe("won", Kind.BOOLEAN, "it was won; unknown while open"),
        maybe("owner", Kind.CATEGORY, "who works on it"),
        id_("product_id", "what it is about", nullable=True, references="products"),
        maybe("win_probability", Kind.SHARE, "chance to win it that people state now", minimum=0, maximum=1),
        maybe("expected_close_on", Kind.DATE, "when people expect it to close now"),
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

OPPORTUNITY_HISTORY = Artefact(
    name="opportunity_history",
    path=layout.CANONICAL / "opportunity_history.parquet",
    grain="one row per opportunity and moment at which it was opened or changed",
    key=("opportunity_id", "changed_at"),
    columns=(
        id_("opportunity_id", "the opportunity", references="opportunities"),
        Column("changed_at", Kind.TIMESTAMP, "when"),
        id_("customer_id", "with whom", nullable=True, references="customers"),
        maybe("stage", Kind.CATEGORY, "how far it was from then on"),
        maybe("win_probability", Kind.SHARE, "chance to win it that people stated then", minimum=0, maximum=1),
        maybe("expected_close_on", Kind.DATE, "when people expected it to close then"),
    ),
)

INITIATIVES = Artefact(
    name="initiatives",
    path=layout.CANONICAL / "initiatives.parquet",
    grain="one row per CRM initiative",
    key=("initiative_id",),
    columns=(
        id_("initiative_id", "the initiative's number"),
        Column("name", Kind.TEXT, "what it is called"),
        Column("classes", Kind.CATEGORY, "cim, cem or csm, several joined by +"),
        Column("starts_on", Kind.DATE, "first day"),
        money("cost_cents", "what it cost", minimum=0),
        Column("metric", Kind.CATEGORY, "what shall change: a metric of docs/effectiveness.md, or a name of yours"),
        maybe("metric_of", Kind.CATEGORY, "the one channel that the metric is about, where it is about one"),
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
        maybe("criteria_on", Kind.DATE, "when metric, target and comparison period were written down"),
        maybe("judged_on", Kind.DATE, "the day it is to be judged as of; unknown: the end of the history"),
        maybe("scope_column", Kind.CATEGORY, "which column of customers says whom it is for; unknown: all"),
        maybe("scope_value", Kind.CATEGORY, "the value of those it is for; the other customers are the control group"),
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
