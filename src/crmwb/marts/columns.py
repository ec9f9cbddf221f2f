"""What the columns mean that segments and value add to the features of a customer."""

from crmwb.contract import Column, Kind, segments


def _known(name: str, kind: Kind, meaning: str) -> Column:
    """Return a column that is unknown for a customer of whom the source does not tell enough."""
    return Column(name, kind, meaning, nullable=True)


SEGMENTS = segments.CUSTOMERS.columns[1:]
LIFECYCLE = (
    _known("stage", Kind.CATEGORY, "stage of the customer's life"),
    _known("previous_stage", Kind.CATEGORY, "the stage before it, within the history"),
    _known("stage_since", Kind.DATE, "the first month end at which the stage held"),
    _known(
        "n_months_in_stage", Kind.INTEGER, "whole months since then; at least so many where the beginning is unknown"
    ),
    _known("usual_gap_days", Kind.NUMBER, "the own median gap between purchases, drawn towards that of all customers"),
    _known("late_after_days", Kind.NUMBER, "silent for longer than this, they are late"),
    _known("lapsed_after_days", Kind.NUMBER, "silent for longer than this, they have lapsed"),
    _known("stage_reason", Kind.CATEGORY, "why this stage: the stage itself, or of a decline late or fewer_orders"),
)

RISK = (
    _known("risk", Kind.SHARE, "calibrated chance of no purchase within risk_horizon_days"),
    _known("risk_class", Kind.CATEGORY, "low, at_risk or likely_lost, by risk"),
    _known("risk_horizon_days", Kind.INTEGER, "the customer's own horizon, from their own gaps between purchases"),
    _known("margin_at_stake_cents", Kind.MONEY, "risk times clv_cents: to rank those at risk by"),
)

PREDICT = (
    _known(
        "buy_probability", Kind.SHARE, "chance to buy within predict.buy_days; unknown where it cannot be predicted"
    ),
    _known(
        "best_customer_probability",
        Kind.SHARE,
        "of new customers: chance to become one of the best (predict.best_share) within predict.ahead_months",
    ),
    _known("likeness_rank", Kind.INTEGER, "place among new customers, or among prospects, by likeness to the best"),
)

CONTRACTS = (
    _known("n_contracts", Kind.INTEGER, "contracts so far"),
    _known("n_contracts_running", Kind.INTEGER, "contracts that run"),
    _known("contract_status", Kind.CATEGORY, "running, returned (running after a time without any) or ended"),
    _known("contract_since", Kind.DATE, "from when on the latest unbroken time with contracts runs"),
    _known("contract_until", Kind.DATE, "when it ended; unknown while it runs"),
    _known("contract_months", Kind.INTEGER, "whole months of it"),
    _known("mrr_cents", Kind.MONEY, "monthly recurring revenue: what running contracts bring in a month"),
    _known(
        "contract_clv_cents",
        Kind.MONEY,
        "discounted margin that running contracts are expected to bring within value.horizon_days (renewals by sBG)",
    ),
)
OPEN = (
    _known("n_open_matters", Kind.INTEGER, "service matters not settled, of kinds whose settlement is recorded"),
    _known("open_invoice_cents", Kind.MONEY, "what invoices not paid ask for, due or not"),
    _known("over_limit_cents", Kind.MONEY, "what they owe (balance, else open invoices) beyond their limit"),
)
UPGRADE = (
    _known("next_tier", Kind.CATEGORY, "the tier above theirs"),
    _known("next_tier_points", Kind.NUMBER, "points that value_score lacks for it"),
    _known(
        "next_tier_revenue_cents",
        Kind.MONEY,
        "revenue that would bring those points if nothing else changed; unknown where none could",
    ),
)

ENDS = ("lower_95", "lower_80", "lower_50", "upper_50", "upper_80", "upper_95")


def _ends(name: str, kind: Kind, meaning: str) -> tuple[Column, ...]:
    """Return the columns of the ends of three intervals, lowest first; `name` and `meaning` have a place for each."""
    words = (end.replace("_", " end of the ") + "% interval" for end in ENDS)
    return tuple(_known(name.format(end), kind, meaning.format(said)) for end, said in zip(ENDS, words, strict=True))


VALUE = (
    _known(
        "p_alive",
        Kind.SHARE,
        "P(alive): probability of still being a customer; unknown of all where the data do not show who left",
    ),
    _known("p_purchase", Kind.SHARE, "probability of a purchase within value.horizon_days"),
    _known("expected_purchases", Kind.NUMBER, "purchase days expected within value.horizon_days"),
    *_ends("purchases_{}", Kind.INTEGER, "purchase days within value.horizon_days: {}"),
    _known("expected_spend_cents", Kind.NUMBER, "revenue expected per purchase day"),
    _known("clv_cents", Kind.MONEY, "discounted margin expected within value.horizon_days"),
    *_ends("clv_{}_cents", Kind.MONEY, "discounted margin within value.horizon_days: {}"),
    _known("realised_revenue_cents", Kind.MONEY, "revenue so far, net of returns"),
    _known("realised_margin_cents", Kind.MONEY, "margin so far"),
    _known("margin_is_assumed", Kind.BOOLEAN, "the margin, or some of it, is a share assumed of revenue"),
    _known("serve_cost_cents", Kind.MONEY, "cost of contacts and campaigns so far"),
    _known("profit_cents", Kind.MONEY, "margin less serving and winning the customer; needs cost of goods"),
    _known("profit_is_complete", Kind.BOOLEAN, "no cost that is known of others is unknown here"),
    _known("first_order_margin_cents", Kind.MONEY, "margin of the first order, where all of it has a cost"),
    _known("is_first_order_loss", Kind.BOOLEAN, "the first order earned less than winning them cost"),
    _known("payback_month", Kind.INTEGER, "first month, from 1, with nothing left to pay back"),
    _known("is_paid_back", Kind.BOOLEAN, "brought what winning and serving them cost, so far"),
    _known("loss_cents", Kind.MONEY, "what is lost with them, overdue invoices taken off; only of who loses"),
    _known("loss_reason", Kind.CATEGORY, "what most of that loss is due to"),
    _known("n_referred", Kind.INTEGER, "customers they brought who bought"),
    _known("referral_value_cents", Kind.MONEY, "what those they brought are worth, as far as due to them"),
    _known("saved_acquisition_cents", Kind.MONEY, "of it, what winning those would have cost otherwise"),
    _known("referral_chain_value_cents", Kind.MONEY, "the same with those whom those brought, and so on"),
    _known("industry_rank", Kind.INTEGER, "place by revenue in their industry, 1 the first"),
    _known("industry_percentile", Kind.NUMBER, "buyers of their industry with less revenue, in percent"),
    _known("region_rank", Kind.INTEGER, "place by revenue in their region, 1 the first"),
    _known("region_percentile", Kind.NUMBER, "buyers of their region with less revenue, in percent"),
    _known("yearly_revenue_cents", Kind.MONEY, "revenue of the last year, scaled up where less is known"),
    _known("share_of_wallet", Kind.SHARE, "yearly_revenue_cents over their wallet, at most 1"),
    _known("wallet_headroom_cents", Kind.MONEY, "what they spend elsewhere in our category in a year"),
    _known("wallet_basis", Kind.CATEGORY, "stated, or by the allocation rule (an estimate by rank)"),
    _known("income_points", Kind.NUMBER, "points for revenue, profit and value to come, 0 to 100 (best)"),
    _known("influence_points", Kind.NUMBER, "points for standing and referrals, 0 to 100 (best)"),
    _known("credit_points", Kind.NUMBER, "points for paying on time and within limits, 0 to 100 (best)"),
    _known("loyalty_points", Kind.NUMBER, "points for loyalty, 0 to 100 (best)"),
    _known("response_points", Kind.NUMBER, "of loyalty: points for answering campaigns, 0 to 100 (best)"),
    _known("revenue_points", Kind.NUMBER, "of income: points for revenue so far, 0 to 100 (best)"),
    _known("profit_points", Kind.NUMBER, "of income: points for profit so far, 0 to 100 (best)"),
    _known("referrals_points", Kind.NUMBER, "of influence: points for customers brought, 0 to 100 (best)"),
    _known("n_dimensions_known", Kind.INTEGER, "of those four, how many are known"),
    _known("value_score", Kind.NUMBER, "weighted mean of the dimensions known, 0 to 100 (best)"),
    _known("tier", Kind.CATEGORY, "the tier by value_score, with hysteresis; potential for who never bought"),
    _known("tier_probability", Kind.SHARE, "probability that tier is right"),
    _known("is_tier_held", Kind.BOOLEAN, "just beyond a boundary, and kept in the tier of the month before"),
    _known("is_tier_sensitive", Kind.BOOLEAN, "in another tier if any one weight moved by a quarter"),
)
