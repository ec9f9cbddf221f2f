"""What the act stage writes: data/actions/."""

from crmwb import layout
from crmwb.contract.columns import Column, Kind, id_, maybe
from crmwb.contract.tables import Artefact

ACTION = Column("action", Kind.CATEGORY, "the action, a name of actions.yaml")
BASIS = "what the expected share rests on: assumed (actions.yaml), measured (a campaign) or learned (earlier lists)"

LIST = Artefact(
    name="list",
    path=layout.ACTION_LIST,
    grain="one row per customer with an action, held out or not",
    key=("customer_id",),
    columns=(
        id_("customer_id", "the customer", references="customers"),
        Column("owner", Kind.CATEGORY, "who looks after them; empty where unknown"),
        ACTION,
        Column("channel", Kind.CATEGORY, "by which channel"),
        Column("reason", Kind.FINDING, "why this customer"),
        Column("gain_cents", Kind.MONEY, "margin that the action is expected to bring, before its cost"),
        Column("gain_low_cents", Kind.MONEY, "lower end of its interval"),
        Column("gain_high_cents", Kind.MONEY, "upper end"),
        Column("at_stake_cents", Kind.MONEY, "margin that gain_cents is a share of"),
        Column("basis", Kind.CATEGORY, BASIS),
        Column("cost_cents", Kind.MONEY, "what the action costs"),
        Column("hours", Kind.NUMBER, "hours that it takes"),
        Column("due_on", Kind.DATE, "by when"),
        Column("review_on", Kind.DATE, "when its result is judged"),
        Column("is_held_out", Kind.BOOLEAN, "nothing is done, so that the others can be compared with them"),
    ),
)

SUMMARY = Artefact(
    name="summary",
    path=layout.ACTION_SUMMARY,
    grain="one row per action of the plan",
    key=("action",),
    columns=(
        ACTION,
        Column("n_fitting", Kind.INTEGER, "customers whom it fits"),
        Column("n_chosen", Kind.INTEGER, "customers listed with it, without those held out"),
        Column("n_held_out", Kind.INTEGER, "customers held out"),
        Column("is_too_small", Kind.BOOLEAN, "nobody is held out: chosen for too few to measure what it brings by"),
        Column("gain_cents", Kind.MONEY, "margin expected from those chosen, before cost"),
        Column("gain_low_cents", Kind.MONEY, "lower end of its interval"),
        Column("gain_high_cents", Kind.MONEY, "upper end"),
        Column("cost_cents", Kind.MONEY, "what they cost"),
        Column("hours", Kind.NUMBER, "hours that they take"),
        Column("basis", Kind.CATEGORY, BASIS),
        Column("share", Kind.SHARE, "share of what is at stake that the action is expected to bring"),
        maybe(
            "return_share",
            Kind.SHARE,
            "mean chance of those it fits to buy until the review, by what others did earlier",
        ),
        Column("n_lowered", Kind.INTEGER, "customers it fits whose assumed gain the history lowers"),
        Column("n_dropped", Kind.INTEGER, "of those, who are not worth its cost any more"),
    ),
)

RESULTS = Artefact(
    name="results",
    path=layout.ACTION_RESULTS,
    grain="one row per action of earlier lists that are due for review",
    key=("action",),
    columns=(
        ACTION,
        Column("verdict", Kind.CATEGORY, "what came of it"),
        Column("n_treated", Kind.INTEGER, "customers acted on"),
        Column("n_control", Kind.INTEGER, "customers held out"),
        maybe("difference", Kind.NUMBER, "margin that the action added a head from issue to review, in hundredths"),
        maybe("low", Kind.NUMBER, "lower end of its 95% interval"),
        maybe("high", Kind.NUMBER, "upper end"),
        maybe("p_value", Kind.SHARE, "that chance brings so large a difference"),
        maybe("cost_cents", Kind.NUMBER, "what it cost a head, in hundredths"),
        maybe("assumed_cents", Kind.NUMBER, "margin a head that was expected, in hundredths"),
        maybe("share", Kind.NUMBER, "share of what was at stake that it brought, drawn towards the assumption"),
    ),
)

READINESS = Artefact(
    name="readiness",
    path=layout.READINESS,
    grain="one row per analysis, in the order in which they build on each other",
    key=("position",),
    columns=(
        Column("position", Kind.INTEGER, "place in that order, from 1"),
        Column("analysis", Kind.CATEGORY, "the analysis"),
        Column("is_ready", Kind.BOOLEAN, "the history supports it"),
        Column("has", Kind.FINDING, "what there is"),
        Column("needs", Kind.FINDING, "what it takes"),
    ),
)

ARTEFACTS = (LIST, SUMMARY, RESULTS, READINESS)
