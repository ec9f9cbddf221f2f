"""What the columns mean that segments and value add to the features of a customer."""

from crmwb.tables import Column, Kind

SEGMENTS = (
    Column("recency_score", Kind.INTEGER, "RFM: days since the last purchase, 1 to n_bins (best)", nullable=True),
    Column("frequency_score", Kind.INTEGER, "RFM: how often they buy, 1 to n_bins (best)", nullable=True),
    Column("monetary_score", Kind.INTEGER, "RFM: how much they spend, 1 to n_bins (best)", nullable=True),
    Column("frequency_monetary_score", Kind.INTEGER, "mean of frequency and monetary score, half up", nullable=True),
    Column("rfm_segment", Kind.CATEGORY, "named RFM segment; unknown for who never bought", nullable=True),
    Column("tier", Kind.CATEGORY, "value tier by tier_score; potential for who never bought"),
    Column("tier_score", Kind.NUMBER, "weighted worth, 0 to 100 (best)", nullable=True),
    Column("cluster", Kind.INTEGER, "group by likeness, 1 earning the most per customer", nullable=True),
    Column("cluster_name", Kind.CATEGORY, "what sets the cluster apart", nullable=True),
)

VALUE = (
    Column("p_alive", Kind.SHARE, "P(alive): probability of still being a customer", nullable=True),
    Column("expected_purchases", Kind.NUMBER, "purchase days expected within value.horizon_days", nullable=True),
    Column("expected_spend_cents", Kind.NUMBER, "revenue expected per purchase day", nullable=True),
    Column("clv_cents", Kind.MONEY, "discounted margin expected within value.horizon_days", nullable=True),
    Column("realised_revenue_cents", Kind.MONEY, "revenue so far, net of returns", nullable=True),
    Column("realised_margin_cents", Kind.MONEY, "margin so far", nullable=True),
    Column("margin_is_assumed", Kind.BOOLEAN, "margin is value.assumed_margin_share of revenue", nullable=True),
)
