"""What the value stage works out of each customer, by the package that does."""

from crmwb.contract.columns import Column, Kind, id_, maybe
from crmwb.contract.tables import Table

CUSTOMER = id_("customer_id", "the customer", references="customers")

ENDS = ("lower_95", "lower_80", "lower_50", "upper_50", "upper_80", "upper_95")


def _ends(name: str, kind: Kind, meaning: str) -> tuple[Column, ...]:
    """Return the columns of the ends of three intervals, lowest first; `name` and `meaning` have a place for each."""
    texts = (end.replace("_", " end of the ") + "% interval" for end in ENDS)
    return tuple(maybe(name.format(end), kind, meaning.format(text)) for end, text in zip(ENDS, texts, strict=True))


POTENTIAL = Table(
    name="potential",
    grain="one row per customer who bought",
    key=("customer_id",),
    columns=(
        CUSTOMER,
        maybe(
            "p_alive",
            Kind.SHARE,
            "P(alive): probability of still being a customer; unknown of all where the data do not show who left",
        ),
        maybe("p_purchase", Kind.SHARE, "probability of a purchase within value.horizon_days"),
        maybe("expected_purchases", Kind.NUMBER, "purchase days expected within value.horizon_days"),
        *_ends("purchases_{}", Kind.INTEGER, "purchase days within value.horizon_days: {}"),
        maybe("expected_spend_cents", Kind.NUMBER, "revenue expected per purchase day"),
        maybe("clv_cents", Kind.MONEY, "discounted margin expected within value.horizon_days"),
        *_ends("clv_{}_cents", Kind.MONEY, "discounted margin within value.horizon_days: {}, drawn out to clv_cents"),
    ),
)

REALISED = Table(
    name="realised",
    grain="one row per customer",
    key=("customer_id",),
    columns=(
        CUSTOMER,
        maybe("realised_revenue_cents", Kind.MONEY, "revenue so far, net of returns"),
        maybe("realised_margin_cents", Kind.MONEY, "margin so far"),
        maybe("margin_is_assumed", Kind.BOOLEAN, "the margin, or some of it, is a share assumed of revenue"),
        maybe("serve_cost_cents", Kind.MONEY, "cost of contacts and campaigns so far"),
        maybe("profit_cents", Kind.MONEY, "margin less serving and winning the customer; needs cost of goods"),
        maybe("profit_is_complete", Kind.BOOLEAN, "no cost that is known of others is unknown here"),
        maybe("first_order_margin_cents", Kind.MONEY, "margin of the first order, where all of it has a cost"),
        maybe("is_first_order_loss", Kind.BOOLEAN, "the first order earned less than winning them cost"),
        maybe("payback_month", Kind.INTEGER, "first month, from 1, with nothing left to pay back"),
        maybe("is_paid_back", Kind.BOOLEAN, "brought what winning and serving them cost, so far"),
        maybe("loss_cents", Kind.MONEY, "what is lost with them, overdue invoices taken off; only of who loses"),
        maybe("loss_reason", Kind.CATEGORY, "what most of that loss is due to"),
    ),
)
INFLUENCE = Table(
    name="influence",
    grain="one row per customer",
    key=("customer_id",),
    columns=(
        CUSTOMER,
        maybe("n_referred", Kind.INTEGER, "customers they brought who bought"),
        maybe("referral_value_cents", Kind.MONEY, "what those they brought are worth, as far as due to them"),
        maybe("saved_acquisition_cents", Kind.MONEY, "of it, what winning those would have cost otherwise"),
        maybe("referral_chain_value_cents", Kind.MONEY, "the same with those whom those brought, and so on"),
        maybe("industry_rank", Kind.INTEGER, "place by revenue in their industry, 1 the first"),
        maybe("industry_percentile", Kind.NUMBER, "buyers of their industry with less revenue, in percent"),
        maybe("region_rank", Kind.INTEGER, "place by revenue in their region, 1 the first"),
        maybe("region_percentile", Kind.NUMBER, "buyers of their region with less revenue, in percent"),
    ),
)
WALLET = Table(
    name="wallet",
    grain="one row per customer",
    key=("customer_id",),
    columns=(
        CUSTOMER,
        maybe("yearly_revenue_cents", Kind.MONEY, "revenue of the last year, scaled up where less is known"),
        maybe("share_of_wallet", Kind.SHARE, "yearly_revenue_cents over their wallet, at most 1"),
        maybe("wallet_headroom_cents", Kind.MONEY, "what they spend elsewhere in our category in a year"),
        maybe("wallet_basis", Kind.CATEGORY, "stated, or by the allocation rule (an estimate by rank)"),
    ),
)
SCORECARD = Table(
    name="scorecard",
    grain="one row per customer",
    key=("customer_id",),
    columns=(
        CUSTOMER,
        maybe("income_points", Kind.NUMBER, "points for revenue, profit and value to come, 0 to 100 (best)"),
        maybe("influence_points", Kind.NUMBER, "points for standing and referrals, 0 to 100 (best)"),
        maybe("credit_points", Kind.NUMBER, "points for paying on time and within limits, 0 to 100 (best)"),
        maybe("loyalty_points", Kind.NUMBER, "points for loyalty, 0 to 100 (best)"),
        maybe("response_points", Kind.NUMBER, "of loyalty: points for answering campaigns, 0 to 100 (best)"),
        maybe("revenue_points", Kind.NUMBER, "of income: points for revenue so far, 0 to 100 (best)"),
        maybe("profit_points", Kind.NUMBER, "of income: points for profit so far, 0 to 100 (best)"),
        maybe("referrals_points", Kind.NUMBER, "of influence: points for customers brought, 0 to 100 (best)"),
        maybe("n_dimensions_known", Kind.INTEGER, "of those four, how many are known"),
        maybe("value_score", Kind.NUMBER, "weighted mean of the dimensions known, 0 to 100 (best)"),
        maybe("tier", Kind.CATEGORY, "the tier by value_score, with hysteresis; potential for who never bought"),
        maybe(
            "tier_probability", Kind.SHARE, "probability that tier is right; unknown where it is that of income alone"
        ),
        maybe("is_tier_held", Kind.BOOLEAN, "just beyond a boundary, and kept in the tier of the month before"),
        maybe(
            "is_tier_by_income",
            Kind.BOOLEAN,
            "brought so much (value.scorecard.income_alone_from) that income alone gives the tier, better than score",
        ),
        maybe("is_tier_sensitive", Kind.BOOLEAN, "in another tier if any one weight moved by a quarter"),
    ),
)
