"""What the effectiveness stage writes: data/effectiveness/."""

from crmwb import layout
from crmwb.contract.columns import Column, Kind, id_, maybe
from crmwb.contract.tables import Artefact

POSITION = Column("position", Kind.INTEGER, "place in the order in which they are shown, from 1")

INITIATIVES = Artefact(
    name="initiatives",
    path=layout.effectiveness("initiatives"),
    grain="one row per CRM initiative",
    key=("initiative_id",),
    columns=(
        id_("initiative_id", "the initiative", references="initiatives"),
        Column("name", Kind.TEXT, "what it is called"),
        Column("classes", Kind.CATEGORY, "cim, cem or csm, several joined by +"),
        Column("starts_on", Kind.DATE, "its first day"),
        maybe("cost_cents", Kind.MONEY, "what it cost"),
        Column("metric", Kind.CATEGORY, "what shall change"),
        maybe("metric_of", Kind.CATEGORY, "the one channel that the metric is about, where it is about one"),
        Column("direction", Kind.CATEGORY, "which way it shall change: up or down"),
        Column("verdict", Kind.CATEGORY, "met, not_met, open, or refused (criteria written after the start)"),
        Column("why", Kind.FINDING, "what the verdict rests on"),
        maybe("before", Kind.NUMBER, "the metric in the comparison period, in its unit"),
        maybe("goal", Kind.NUMBER, "what was to be reached"),
        maybe("after", Kind.NUMBER, "the metric since the start"),
        maybe("effect", Kind.NUMBER, "what the initiative changed"),
        maybe("effect_low", Kind.NUMBER, "lower end of its interval at effectiveness.level"),
        maybe("effect_high", Kind.NUMBER, "upper end"),
        maybe("p_value", Kind.SHARE, "that chance brings so large a change"),
        maybe("basis", Kind.CATEGORY, "how the effect was worked out"),
        maybe("effect_why", Kind.FINDING, "why there is no effect, where there is none"),
    ),
)

SCORE_CARDS = Artefact(
    name="score_cards",
    path=layout.effectiveness("score_cards"),
    grain="one row per measure of the CRM's processes and parts",
    key=("position",),
    columns=(
        POSITION,
        Column("card", Kind.CATEGORY, "of what: process or part"),
        Column("area", Kind.CATEGORY, "which process or part"),
        Column("measure", Kind.CATEGORY, "what is measured"),
        maybe("n", Kind.INTEGER, "how many it is there of"),
        maybe("of", Kind.INTEGER, "how many it should be there of"),
        maybe("share", Kind.SHARE, "how far it is there"),
        Column("state", Kind.CATEGORY, "in_place, partly, lacking or not_measured"),
    ),
)

SWOT = Artefact(
    name="swot",
    path=layout.effectiveness("swot"),
    grain="one row per strength, weakness, opportunity and threat",
    key=("position",),
    columns=(
        POSITION,
        Column("quadrant", Kind.CATEGORY, "strength, weakness, opportunity or threat"),
        Column("figure", Kind.FINDING, "what it is, with its figures"),
    ),
)

SURVEY_GROUPS = Artefact(
    name="survey_groups",
    path=layout.effectiveness("survey_groups"),
    grain="one row per dimension of customers and group",
    key=("dimension", "group"),
    columns=(
        Column("dimension", Kind.CATEGORY, "what customers are divided by"),
        Column("group", Kind.CATEGORY, "the group"),
        Column("n_customers", Kind.INTEGER, "customers in it"),
        maybe("customer_share", Kind.SHARE, "of all customers"),
        Column("n_respondents", Kind.INTEGER, "of those, who stated how content they are"),
        maybe("respondent_share", Kind.SHARE, "of all respondents"),
        maybe("response_share", Kind.SHARE, "n_respondents over n_customers"),
    ),
)

SURVEY_TESTS = Artefact(
    name="survey_tests",
    path=layout.effectiveness("survey_tests"),
    grain="one row per dimension of customers",
    key=("dimension",),
    columns=(
        Column("dimension", Kind.CATEGORY, "what customers are divided by"),
        maybe("unlike_share", Kind.SHARE, "respondents who are in other groups than customers"),
        maybe("p_value", Kind.SHARE, "that chance makes them so unlike"),
        Column("is_unlike", Kind.BOOLEAN, "they are unlike beyond chance"),
    ),
)

SATISFACTION = Artefact(
    name="satisfaction",
    path=layout.effectiveness("satisfaction"),
    grain="one row per tier",
    key=("position",),
    columns=(
        POSITION,
        Column("tier", Kind.CATEGORY, "the tier"),
        Column("n_customers", Kind.INTEGER, "customers in it"),
        Column("n_respondents", Kind.INTEGER, "of those, who stated how content they are"),
        maybe("mean", Kind.SHARE, "how content these are, 0 to 1 (best); unknown of few"),
        maybe("low", Kind.NUMBER, "lower end of its interval at effectiveness.level"),
        maybe("high", Kind.NUMBER, "upper end"),
    ),
)

CHAIN = Artefact(
    name="chain",
    path=layout.effectiveness("chain"),
    grain="one row per link from perceived value to loyalty to profit",
    key=("cause", "result"),
    columns=(
        Column("cause", Kind.CATEGORY, "what comes before: perceived_value or loyalty"),
        Column("result", Kind.CATEGORY, "what comes after: loyalty, and profit or revenue"),
        Column("n_customers", Kind.INTEGER, "customers of whom both are known"),
        maybe("correlation", Kind.NUMBER, "Spearman's rank correlation; an association, not a cause"),
        maybe("low", Kind.NUMBER, "lower end of its interval at effectiveness.level"),
        maybe("high", Kind.NUMBER, "upper end"),
        Column("is_shown", Kind.BOOLEAN, "the interval leaves out 0"),
    ),
)

LINES = Artefact(
    name="lines",
    path=layout.effectiveness("lines"),
    grain="one row per business line",
    key=("line",),
    columns=(
        Column("line", Kind.CATEGORY, "the product line"),
        Column("n_customers", Kind.INTEGER, "customers who bought from it"),
        Column("n_orders", Kind.INTEGER, "orders with it"),
        Column("revenue_cents", Kind.MONEY, "its revenue"),
        maybe("contacts_per_order", Kind.NUMBER, "contacts with its customers per order"),
        maybe("customers_per_owner", Kind.NUMBER, "its customers per person who looks after them"),
        maybe("mode", Kind.CATEGORY, "how its customers are served"),
    ),
)

HEAT_MAP = Artefact(
    name="heat_map",
    path=layout.effectiveness("heat_map"),
    grain="one row per mode of service and part of the CRM",
    key=("mode", "part"),
    columns=(
        Column("mode", Kind.CATEGORY, "how customers are served; all where modes are not known"),
        Column("part", Kind.CATEGORY, "the part of the CRM"),
        maybe("n", Kind.INTEGER, "customers of the mode whom the part reaches"),
        maybe("of", Kind.INTEGER, "customers of the mode"),
        maybe("share", Kind.SHARE, "n over of"),
    ),
)

CHECKS = Artefact(
    name="checks",
    path=layout.effectiveness("checks"),
    grain="one row per phase that the CRM may have reached, and per known defect",
    key=("kind", "position"),
    columns=(
        Column("kind", Kind.CATEGORY, "phase or defect"),
        POSITION,
        Column("key", Kind.CATEGORY, "which phase or defect"),
        maybe("holds", Kind.BOOLEAN, "it is reached, or there; unknown where the data do not show it"),
        Column("figure", Kind.FINDING, "what shows it"),
    ),
)

ANALYSES = Artefact(
    name="analyses",
    path=layout.effectiveness("analyses"),
    grain="one row per analysis of the CRM and group of customers",
    key=("analysis", "position"),
    columns=(
        Column("analysis", Kind.CATEGORY, "one of the seven, such as profiling or persistency"),
        POSITION,
        Column("label", Kind.FINDING, "the group, as a value of findings"),
        maybe("n_customers", Kind.INTEGER, "customers in it"),
        maybe("customer_share", Kind.SHARE, "of all customers"),
        maybe("amount_cents", Kind.MONEY, "the amount that figure speaks of"),
        maybe("figure", Kind.FINDING, "what is known of the group"),
    ),
)

ANSWERS = Artefact(
    name="answers",
    path=layout.effectiveness("answers"),
    grain="one row per question that a CRM should be able to answer",
    key=("position",),
    columns=(
        POSITION,
        Column("question", Kind.CATEGORY, "the question"),
        Column("answer", Kind.FINDING, "the answer, or what it takes"),
    ),
)

ARTEFACTS = (
    INITIATIVES,
    SCORE_CARDS,
    SWOT,
    SURVEY_GROUPS,
    SURVEY_TESTS,
    SATISFACTION,
    CHAIN,
    LINES,
    HEAT_MAP,
    CHECKS,
    ANALYSES,
    ANSWERS,
)
