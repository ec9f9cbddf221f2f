"""What the segment stage writes: data/segments/."""

from crmwb import layout
from crmwb.contract.columns import Column, Kind, id_, maybe
from crmwb.contract.tables import Artefact, Table

SCHEME = Column("scheme", Kind.CATEGORY, "the way to divide customers, such as tier or cluster_name")
SEGMENT = Column("segment", Kind.CATEGORY, "a segment of the scheme")
CLUSTER = Column("cluster", Kind.INTEGER, "the cluster's number, 1 earning the most per customer")
CLUSTER_NAME = Column("cluster_name", Kind.CATEGORY, "what sets it apart, as codes (large_orders+buys_rarely)")

CUSTOMERS = Artefact(
    name="customers",
    path=layout.CUSTOMER_SEGMENTS,
    grain="one row per customer",
    key=("customer_id",),
    columns=(
        id_("customer_id", "the customer", references="customers"),
        maybe("recency_score", Kind.INTEGER, "RFM: days since the last purchase, 1 to n_bins (best)"),
        maybe("frequency_score", Kind.INTEGER, "RFM: how often they buy, 1 to n_bins (best)"),
        maybe("monetary_score", Kind.INTEGER, "RFM: how much they spend, 1 to n_bins (best)"),
        maybe("frequency_monetary_score", Kind.INTEGER, "mean of frequency and monetary score, half up"),
        maybe("rfm_segment", Kind.CATEGORY, "named RFM segment; never_bought for who never bought"),
        maybe("rfm_class", Kind.CATEGORY, "one of eight RFM classes: high or low recency, frequency and money"),
        maybe("value_class", Kind.CATEGORY, "high, potential, general or low: worth so far and worth to come"),
        maybe("cluster", Kind.INTEGER, "group by likeness, 1 earning the most per customer"),
        maybe("cluster_name", Kind.CATEGORY, "what sets the cluster apart, as codes (large_orders+buys_rarely)"),
        maybe("cluster_probability", Kind.SHARE, "probability of that cluster, where the method knows one"),
        maybe("is_outlier", Kind.BOOLEAN, "unlike all clusters"),
    ),
)

RFM_MONTHS = Artefact(
    name="rfm_months",
    path=layout.RFM_MONTHS,
    grain="one row per month end and customer who had bought",
    key=("as_of", "customer_id"),
    columns=(
        Column("as_of", Kind.DATE, "the month end, exclusive: the day before which everything was known"),
        id_("customer_id", "the customer", references="customers"),
        Column("rfm_segment", Kind.CATEGORY, "RFM segment with hysteresis, by the definition learnt at this month end"),
        Column(
            "rfm_segment_by_former_definition",
            Kind.CATEGORY,
            "the same by the definition of the month end before, which tells changes of customers from changes of it",
        ),
    ),
)

PROFILES = Artefact(
    name="profiles",
    path=layout.SEGMENT_PROFILES,
    grain="one row per scheme and segment that holds a customer",
    key=("scheme", "position"),
    columns=(
        SCHEME,
        Column("position", Kind.INTEGER, "place in the scheme's own order, from 1"),
        SEGMENT,
        Column("n_customers", Kind.INTEGER, "customers in the segment"),
        Column("customer_share", Kind.SHARE, "of all customers"),
        Column("revenue_cents", Kind.MONEY, "what they spent so far, net of returns"),
        maybe("revenue_share", Kind.NUMBER, "of the revenue of all, as a fraction"),
        maybe("margin_cents", Kind.MONEY, "their margin so far, of those of whom it is known"),
        maybe("profit_cents", Kind.MONEY, "their profit so far, of those of whom it is known"),
        maybe("profit_share", Kind.NUMBER, "of the profit of all, as a fraction; beyond 0 and 1 where some lose money"),
        maybe("clv_cents", Kind.MONEY, "their customer lifetime value within value.horizon_days"),
        maybe("clv_share", Kind.NUMBER, "of the lifetime value of all, as a fraction"),
        maybe("mean_revenue_cents", Kind.MONEY, "revenue per customer"),
        maybe("mean_profit_cents", Kind.MONEY, "profit per customer of whom it is known"),
        maybe("mean_clv_cents", Kind.MONEY, "lifetime value per customer of whom it is known"),
        maybe("mean_order_cents", Kind.MONEY, "revenue per order"),
        maybe("mean_n_orders", Kind.NUMBER, "orders per customer"),
        maybe("median_days_since_last", Kind.NUMBER, "median of the feature days_since_last"),
        maybe("median_mean_gap_days", Kind.NUMBER, "median of the feature mean_gap_days"),
        maybe("mean_n_categories", Kind.NUMBER, "mean of the feature n_categories"),
        maybe("mean_discount_share", Kind.NUMBER, "mean of the feature discount_share, of whom it is known"),
        maybe("mean_response_share", Kind.SHARE, "mean of the feature response_share, of whom it is known"),
    ),
)

RULES = Artefact(
    name="rules",
    path=layout.SEGMENT_RULES,
    grain="one row per cluster",
    key=("cluster",),
    columns=(
        CLUSTER,
        CLUSTER_NAME,
        maybe(
            "rule", Kind.FINDING, "who belongs to it, in conditions on features; unknown where nothing tells it apart"
        ),
        maybe("conditions", Kind.JSON, "the same: alternatives, each a list of column, operator and value"),
        maybe("sql", Kind.TEXT, "the same as a condition in SQL on data/features/customers.parquet"),
        maybe("n_held_out", Kind.INTEGER, "customers that the rule was measured on and not learnt from"),
        maybe("n_picked", Kind.INTEGER, "of those, whom the rule picks"),
        maybe("n_right", Kind.INTEGER, "of those picked, who are in the cluster"),
        maybe("precision", Kind.SHARE, "n_right over n_picked"),
        maybe("precision_lower", Kind.SHARE, "lower end of its Wilson interval at segmentation.cards.confidence"),
        maybe("precision_upper", Kind.SHARE, "upper end"),
        maybe("recall", Kind.SHARE, "n_right over the cluster's customers among those held out"),
        maybe("base_share", Kind.SHARE, "the cluster's share of the customers held out"),
    ),
)

TRAITS = Artefact(
    name="traits",
    path=layout.SEGMENT_TRAITS,
    grain="one row per scheme, segment and trait that sets it apart, the strongest first",
    key=("scheme", "segment", "position"),
    columns=(
        SCHEME,
        SEGMENT,
        Column("position", Kind.INTEGER, "place by strength, from 1"),
        Column("kind", Kind.CATEGORY, "of what: number, level or category", allowed=("number", "level", "category")),
        Column("column", Kind.CATEGORY, "the feature; category for what they bought"),
        maybe("level", Kind.CATEGORY, "the level of the feature, or the category that was bought"),
        Column("unit", Kind.CATEGORY, "of value and everyone: money (cents), days, count, ratio or share"),
        Column(
            "compared_with",
            Kind.CATEGORY,
            "all who bought, or those of them with as many orders, where more orders alone bring more of it",
            allowed=("all", "as_many_orders"),
        ),
        Column("n_known", Kind.INTEGER, "customers of the segment of whom it is known"),
        Column(
            "value",
            Kind.NUMBER,
            "mean of the segment's customers; for a level their share, for a category its mean share of their spend",
        ),
        Column("everyone", Kind.NUMBER, "the same of those whom the segment is compared with"),
        Column("index", Kind.NUMBER, "value over everyone"),
        Column("lower", Kind.NUMBER, "lower end of the index's interval at segmentation.cards.confidence"),
        Column("upper", Kind.NUMBER, "upper end"),
    ),
)

_MONEY = {"revenue": "revenue so far", "profit": "profit so far (see profit_basis)", "clv": "lifetime value"}

CARDS = Artefact(
    name="cards",
    path=layout.SEGMENT_CARDS,
    grain="one row per cluster",
    key=("cluster",),
    columns=(
        CLUSTER,
        CLUSTER_NAME,
        Column("description", Kind.FINDING, "the cluster in a sentence or two"),
        Column("n_customers", Kind.INTEGER, "its customers"),
        Column("customer_share", Kind.SHARE, "of the customers who bought"),
        *(
            column
            for money, meaning in _MONEY.items()
            for column in (
                maybe(f"{money}_cents", Kind.MONEY, f"their {meaning}"),
                maybe(f"{money}_share", Kind.NUMBER, f"of the {meaning} of all who bought, as a fraction"),
            )
        ),
        maybe("profit_basis", Kind.CATEGORY, "what stands for profit: profit, margin or assumed_margin"),
        *(
            maybe(f"mean_{money}{end}_cents", Kind.MONEY, f"{meaning} per customer{of}")
            for money, meaning in _MONEY.items()
            for end, of in (("", ""), ("_lower", ": lower end of the 95% interval"), ("_upper", ": upper end"))
        ),
        maybe("rule", Kind.FINDING, "who belongs to it, as in rules"),
        maybe("precision", Kind.SHARE, "of those whom the rule picks, who are in the cluster"),
        maybe("recall", Kind.SHARE, "of the cluster's customers, whom the rule picks"),
        maybe("stages", Kind.JSON, "share of its customers by stage, the largest five"),
        maybe("channels", Kind.JSON, "share of its customers by the channel that they buy most through, likewise"),
        maybe("categories", Kind.JSON, "share of its revenue by category, likewise (of customers where that is all)"),
    ),
)

ACCEPTANCE = Artefact(
    name="acceptance",
    path=layout.SEGMENT_ACCEPTANCE,
    grain="one row per cluster and test",
    key=("cluster", "test"),
    columns=(
        CLUSTER,
        CLUSTER_NAME,
        Column("test", Kind.CATEGORY, "one of the eight tests, such as substantial or stable"),
        maybe(
            "number", Kind.NUMBER, "what was measured: a share; of profitable cents per customer, of actionable rules"
        ),
        maybe("threshold", Kind.NUMBER, "what it has to reach, in the same unit"),
        maybe("is_passed", Kind.BOOLEAN, "the test is passed; unknown where it cannot be made"),
        Column("meaning", Kind.FINDING, "what the figures say, or what is missing"),
    ),
)

NEEDS = Artefact(
    name="needs",
    path=layout.SEGMENT_NEEDS,
    grain="one row per scheme, segment, measure and item",
    key=("scheme", "segment", "measure", "item"),
    columns=(
        SCHEME,
        SEGMENT,
        Column("kind", Kind.CATEGORY, "what sort of need, such as category, price or timing"),
        Column("measure", Kind.CATEGORY, "what is measured, such as category_spend_share or order_cents"),
        Column("item", Kind.CATEGORY, "of what, such as the category; empty where the measure is of no single thing"),
        Column("n_customers", Kind.INTEGER, "the segment's customers of whom it is known"),
        maybe("value", Kind.NUMBER, "of the segment's customers: a share, cents, or a number, by the measure"),
        maybe("everyone_else", Kind.NUMBER, "the same of the customers in the scheme's other segments"),
        maybe("lift", Kind.NUMBER, "value over everyone_else"),
        maybe("lower", Kind.NUMBER, "lower end of the lift's interval, for as many comparisons as are made"),
        maybe("upper", Kind.NUMBER, "upper end"),
        Column("is_clear", Kind.BOOLEAN, "the difference is more than chance"),
        maybe("affinity", Kind.NUMBER, "of a bundle: how many times as often as by chance the pair is bought together"),
    ),
)

CROSSWALK = Artefact(
    name="crosswalk",
    path=layout.TIER_CROSSWALK,
    grain="one row per pair of segments of two schemes that share a customer",
    key=("scheme", "other_scheme", "segment", "other_segment"),
    columns=(
        SCHEME,
        SEGMENT,
        Column("other_scheme", Kind.CATEGORY, "another scheme"),
        Column("other_segment", Kind.CATEGORY, "a segment of that"),
        Column("n_customers", Kind.INTEGER, "customers in both"),
        Column("share_of_segment", Kind.SHARE, "of the segment's customers who have a segment in the other scheme"),
        Column("revenue_cents", Kind.MONEY, "what they spent so far, net of returns"),
        maybe("clv_cents", Kind.MONEY, "their lifetime value; unknown where it is known of none"),
    ),
)

MIX = Artefact(
    name="mix",
    path=layout.SEGMENT_MIX,
    grain="one row per scheme, segment, p of the marketing mix and advice",
    key=("scheme", "segment", "p", "position"),
    columns=(
        SCHEME,
        SEGMENT,
        Column("p", Kind.CATEGORY, "what the advice is on", allowed=("product", "price", "place", "promotion")),
        Column("position", Kind.INTEGER, "place by importance, from 1"),
        Column("advice", Kind.FINDING, "what to do for the segment"),
        Column("because", Kind.FINDING, "the figures that speak for it"),
        Column("rule", Kind.CATEGORY, "the rule of marketing_mix.yaml; standard where none fits"),
    ),
)

ARTEFACTS = (CUSTOMERS, RFM_MONTHS, PROFILES, RULES, TRAITS, CARDS, ACCEPTANCE, NEEDS, CROSSWALK, MIX)

CROSSINGS = Table(
    name="crossings",
    grain="one row per level of a dimension, and per two levels of two dimensions, that hold a customer",
    key=("dimension", "level", "other_dimension", "other_level"),
    columns=(
        Column("dimension", Kind.CATEGORY, "what customers are divided by"),
        Column("level", Kind.CATEGORY, "one of its levels; (other) for those that are not kept"),
        maybe("other_dimension", Kind.CATEGORY, "of a pair, the other dimension"),
        maybe("other_level", Kind.CATEGORY, "one of its levels"),
        Column("n_customers", Kind.INTEGER, "customers in the cell"),
        Column("customer_share", Kind.SHARE, "of all customers"),
        Column("revenue_cents", Kind.MONEY, "what they spent so far, net of returns"),
        maybe("revenue_share", Kind.NUMBER, "of the revenue of all, as a fraction"),
        maybe("recent_revenue_cents", Kind.MONEY, "revenue of the last features.recent_days"),
        maybe("previous_revenue_cents", Kind.MONEY, "revenue of as many days before"),
        maybe("growth", Kind.NUMBER, "recent over previous revenue, less 1"),
        maybe("growth_lower", Kind.NUMBER, "lower end of its 95% interval"),
        maybe("growth_upper", Kind.NUMBER, "upper end"),
        maybe("overall_growth", Kind.NUMBER, "the growth of all customers"),
        maybe("trend", Kind.CATEGORY, "growing, shrinking or like_all, beside the growth of all customers"),
    ),
)
