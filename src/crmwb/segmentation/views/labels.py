"""What a prepared column is called when people read of it."""

LABELS = {
    "active_month_share": "share of months with a purchase",
    "age_days": "days since the first purchase",
    "children": "children",
    "clv_cents": "value to come",
    "days_since_last": "days since the last purchase",
    "days_to_pay": "days to pay",
    "discount_cents": "discount",
    "discount_share": "share of discount",
    "frequency": "repeat purchases",
    "household_size": "people in the household",
    "lines_per_order": "lines per order",
    "mean_gap_days": "days between purchases",
    "mean_order_cents": "spend per order",
    "monetary_cents": "spend per purchase day",
    "n_brands": "brands bought",
    "n_campaigns_answered": "campaigns answered",
    "n_categories": "categories bought",
    "n_channels": "channels used",
    "n_lines": "lines bought",
    "n_orders": "orders",
    "n_product_lines": "product lines bought",
    "n_products": "products bought",
    "n_purchase_days": "purchase days",
    "n_returns": "returns",
    "n_stores": "stores visited",
    "off_season_share": "share bought off season",
    "p_alive": "chance of still being a customer",
    "profit_cents": "profit",
    "recency_days": "days from first to last purchase",
    "referral_value_cents": "value of those referred",
    "response_share": "share of campaigns answered",
    "return_share": "share returned",
    "revenue_cents": "revenue",
    "revenue_trend": "trend of revenue",
    "share_of_wallet": "share of wallet",
    "silence_ratio": "silence in own usual gaps",
    "std_gap_days": "irregularity of gaps",
    "top_brand_share": "share of the top brand",
    "top_category_share": "share of the top category",
    "top_channel_share": "share of the top channel",
    "top_product_line_share": "share of the top product line",
    "top_store_share": "share of the top store",
    "weekend_share": "share bought at weekends",
}


def label(column: str) -> str:
    """Return the words for a column of features or value: "n_service_contacts" → "service contacts"."""
    plain = column.removesuffix("_cents").removesuffix("_id").removeprefix("n_").replace("_", " ")
    return LABELS.get(column, plain)
