"""What the respond stage writes: data/response/."""

from crmwb import layout
from crmwb.contract.columns import Column, Kind, id_, maybe
from crmwb.contract.tables import Artefact

CAMPAIGN = id_("campaign_id", "the campaign", references="campaigns")
TREATED = Column("n_treated", Kind.INTEGER, "customers contacted")
CONTROL = Column("n_control", Kind.INTEGER, "customers not contacted that they are compared with")

CAMPAIGNS = Artefact(
    name="campaigns",
    path=layout.response("campaigns"),
    grain="one row per campaign whose outcome was seen",
    key=("campaign_id",),
    columns=(
        CAMPAIGN,
        maybe("name", Kind.TEXT, "what it is called"),
        maybe("kind", Kind.CATEGORY, "what sort of campaign"),
        Column("starts_on", Kind.DATE, "its first day"),
        maybe("cost_cents", Kind.NUMBER, "what it cost, in hundredths"),
        maybe("n_days_not_counted", Kind.INTEGER, "days it still ran after those whose purchases count as its outcome"),
        Column("design", Kind.CATEGORY, "experiment (with a control group) or observational"),
        TREATED,
        CONTROL,
        maybe("p_sizes", Kind.SHARE, "p-value of arms so far from the intended sizes"),
        maybe("p_balance", Kind.SHARE, "p-value of arms so unlike before the campaign, if customers were drawn by lot"),
        maybe("answer", Kind.CATEGORY, "whom to contact next time: all, none, sort (the best first) or open"),
        maybe("answer_outcome", Kind.CATEGORY, "the outcome that the answer rests on"),
        maybe("p_heterogeneity", Kind.SHARE, "p-value that a ranking of customers by uplift tells nothing"),
    ),
)

EFFECTS = Artefact(
    name="effects",
    path=layout.response("effects"),
    grain="one row per campaign, outcome, group of customers and method",
    key=("campaign_id", "outcome", "grouping", "group", "method"),
    columns=(
        CAMPAIGN,
        Column("grouping", Kind.CATEGORY, "what customers are divided by, as before the campaign; empty: not divided"),
        Column("group", Kind.CATEGORY, "the group"),
        Column("outcome", Kind.CATEGORY, "revenue_cents, or a share of customers: responded or bought"),
        Column(
            "method",
            Kind.CATEGORY,
            "difference, adjusted (CUPED), unadjusted or doubly_robust (without a control group)",
        ),
        TREATED,
        CONTROL,
        maybe("mean_treated", Kind.NUMBER, "mean outcome a head of those contacted"),
        maybe("mean_control", Kind.NUMBER, "mean outcome a head of the others"),
        maybe("difference", Kind.NUMBER, "what a contact added a head"),
        maybe("low", Kind.NUMBER, "lower end of its interval at level"),
        maybe("high", Kind.NUMBER, "upper end"),
        maybe("standard_error", Kind.NUMBER, "of the difference"),
        maybe("p_value", Kind.SHARE, "that chance brings so large a difference, for all groups together"),
        maybe("smallest", Kind.NUMBER, "the smallest difference that would have been seen with a power of 80%"),
        maybe("level", Kind.SHARE, "of the interval"),
        maybe("kept_share", Kind.SHARE, "without a control group: customers with others like them in both arms"),
    ),
)

BALANCE = Artefact(
    name="balance",
    path=layout.response("balance"),
    grain="one row per experiment and trait known before it",
    key=("campaign_id", "trait"),
    columns=(
        CAMPAIGN,
        Column("trait", Kind.CATEGORY, "the feature"),
        maybe("mean_treated", Kind.NUMBER, "its mean of those contacted"),
        maybe("mean_control", Kind.NUMBER, "its mean of the control group"),
        maybe("difference", Kind.NUMBER, "of the means, in standard deviations"),
    ),
)

LEARNERS = Artefact(
    name="learners",
    path=layout.response("learners"),
    grain="one row per experiment and way to rank customers by uplift",
    key=("campaign_id", "learner", "base"),
    columns=(
        CAMPAIGN,
        Column("learner", Kind.CATEGORY, "the uplift learner; response: a plain model of who buys"),
        Column("base", Kind.CATEGORY, "the model within it: linear or boosted"),
        maybe("qini", Kind.NUMBER, "Qini coefficient out of fold: 1 is a perfect ranking, 0 a random one"),
        maybe("autoc", Kind.NUMBER, "area under the targeting curve, in the unit of the outcome"),
        maybe("autoc_error", Kind.NUMBER, "its standard error"),
        maybe("p_value", Kind.SHARE, "that the ranking tells nothing"),
    ),
)

DECILES = Artefact(
    name="deciles",
    path=layout.response("deciles"),
    grain="one row per experiment and tenth of its customers by uplift",
    key=("campaign_id", "group"),
    columns=(
        CAMPAIGN,
        Column("group", Kind.INTEGER, "the tenth, 1 the best"),
        Column("n_customers", Kind.INTEGER, "customers in it"),
        maybe("predicted", Kind.NUMBER, "mean uplift that was predicted, in the unit of the outcome"),
        maybe("observed", Kind.NUMBER, "mean uplift that came"),
        maybe("low", Kind.NUMBER, "lower end of its 95% interval"),
        maybe("high", Kind.NUMBER, "upper end"),
    ),
)

POLICIES = Artefact(
    name="policies",
    path=layout.response("policies"),
    grain="one row per experiment and share of customers contacted, the best first",
    key=("campaign_id", "share"),
    columns=(
        CAMPAIGN,
        Column("share", Kind.SHARE, "of customers contacted"),
        Column("n_customers", Kind.INTEGER, "so many"),
        maybe("gain", Kind.NUMBER, "what contacting them adds, as a mean over all customers"),
        maybe("low", Kind.NUMBER, "lower end of its 95% interval"),
        maybe("high", Kind.NUMBER, "upper end"),
        maybe("by_chance", Kind.NUMBER, "what contacting as many drawn by lot adds"),
    ),
)

ARTEFACTS = (CAMPAIGNS, EFFECTS, BALANCE, LEARNERS, DECILES, POLICIES)
