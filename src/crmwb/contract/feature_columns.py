"""Every feature, once: its name, kind and meaning, its group, and the tables that it takes.

The order here is the order of the columns in data/features/. Where a table that a feature needs is absent, the feature
is NULL for everyone, or what `customer_summaries` says of it; where it is there but holds nothing of a customer, counts
and sums are 0 and the rest NULL. Everything is as known before `as_of`: events at or after it do not count.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from crmwb.contract.canonical import CUSTOMERS
from crmwb.contract.columns import Column, Kind


@dataclass(frozen=True, kw_only=True)
class Feature(Column):
    """One feature: a column, what it belongs to and what it is made from.

    Attributes
    ----------
    group : str
        The module of crmwb.features that makes it.
    needs : tuple of str
        Canonical tables without which it is unknown.
    zero : bool
        It is 0, not unknown, for a customer of whom those tables hold nothing.
    """

    group: str
    needs: tuple[str, ...]
    zero: bool = False


def _known(name: str, kind: Kind, meaning: str) -> Column:
    """Return a feature that is unknown for a customer without any row."""
    return Column(name, kind, meaning, nullable=True)


def _zero(name: str, meaning: str, kind: Kind = Kind.INTEGER) -> Column:
    """Return a count or sum that is 0 for a customer without any row; its minimum is only set by what it counts."""
    return Column(name, kind, meaning, nullable=False)


def _features(group: str, needs: tuple[str, ...], columns: Iterable[Column]) -> tuple[Feature, ...]:
    return tuple(
        Feature(c.name, c.kind, c.meaning, nullable=True, group=group, needs=needs, zero=not c.nullable)
        for c in columns
    )


CUSTOMER_ID = Feature(
    "customer_id", Kind.ID, "the customer's number", references="customers", group="profile", needs=("customers",)
)

AS_OF = Column("as_of", Kind.DATE, "the day before which everything in the row was known")

_BOUGHT = ("transactions",)

FEATURES: tuple[Feature, ...] = (
    CUSTOMER_ID,
    *_features(
        "profile",
        ("customers",),
        (
            *(_known(c.name, c.kind, c.meaning) for c in CUSTOMERS.columns if c.name != "customer_id"),
            _known("tenure_days", Kind.INTEGER, "days from acquired_on to as_of"),
        ),
    ),
    *_features(
        "purchases",
        _BOUGHT,
        (
            _known("first_purchase_on", Kind.DATE, "first day with a sale of positive revenue, in this source"),
            _known("last_purchase_on", Kind.DATE, "last such day before as_of"),
            _zero("n_purchase_days", "days with a sale of positive revenue (purchase occasions); orders, of a summary"),
            _known("frequency", Kind.INTEGER, "repeat purchase occasions: purchase days minus one"),
            _known("recency_days", Kind.INTEGER, "days from first to last purchase (t_x of CLV models)"),
            _known("age_days", Kind.INTEGER, "days from first purchase to as_of (T of CLV models)"),
            _known("days_since_last", Kind.INTEGER, "days from last purchase to as_of (recency of RFM)"),
            _known("first_day_revenue_cents", Kind.MONEY, "revenue of the first purchase day, net of its returns"),
            _known("monetary_cents", Kind.NUMBER, "mean revenue per repeat purchase day, in cents; needs one repeat"),
        ),
    ),
    *_features(
        "orders",
        _BOUGHT,
        (
            _zero("n_orders", "orders with a sale"),
            _zero("n_lines", "order lines that are sales"),
            _known("lines_per_order", Kind.NUMBER, "mean sale lines per order"),
            _known("mean_order_cents", Kind.NUMBER, "mean order, in cents, before returns"),
            _known("median_order_cents", Kind.NUMBER, "median order, in cents, before returns"),
            _known("largest_order_cents", Kind.MONEY, "largest order, before returns"),
        ),
    ),
    *_features(
        "rhythm",
        _BOUGHT,
        (
            _known("mean_gap_days", Kind.NUMBER, "mean days between purchase days; needs two purchase days"),
            _known("std_gap_days", Kind.NUMBER, "sample standard deviation of those gaps, in days; needs two gaps"),
            _known("gap_variation", Kind.NUMBER, "std_gap_days over mean_gap_days: 0 is clockwork, 1 is chance"),
            _known("longest_gap_days", Kind.INTEGER, "longest gap between purchase days"),
            _known("silence_ratio", Kind.NUMBER, "days_since_last over mean_gap_days: above 1 is later than usual"),
            _known("next_expected_on", Kind.DATE, "last purchase plus the mean gap, rounded to a day; may have passed"),
        ),
    ),
    *_features(
        "money",
        _BOUGHT,
        (
            _zero("revenue_cents", "revenue net of discounts and returns", Kind.MONEY),
            _zero("sales_cents", "revenue of sales, before returns", Kind.MONEY),
            _zero("n_returns", "order lines that are returns"),
            _zero("returned_cents", "what was paid back for returns", Kind.MONEY),
            _known("return_share", Kind.NUMBER, "returned_cents over sales_cents; above 1 for goods sold earlier"),
            _known("discount_cents", Kind.MONEY, "discounts on sales, where known"),
            _known("discount_share", Kind.SHARE, "discounts over list price, of sales whose discount is known"),
            _known("discounted_line_share", Kind.SHARE, "sale lines with a discount, of those where it is known"),
        ),
    ),
    *_features(
        "margin",
        _BOUGHT,
        (
            _known("margin_cents", Kind.MONEY, "revenue less cost of goods; unknown unless every line has a cost"),
            _known("margin_share", Kind.NUMBER, "margin_cents over revenue_cents, where that is positive"),
            _known("costed_line_share", Kind.SHARE, "order lines with a known cost"),
        ),
    ),
    *_features(
        "breadth", _BOUGHT, (_zero("n_products", "different products bought; unknown where no sale names one"),)
    ),
    *_features(
        "breadth",
        ("transactions", "products"),
        (
            _zero("n_product_lines", "different product lines bought from; unknown where no sale names one"),
            _known("top_product_line", Kind.CATEGORY, "product line with the most sales"),
            _known("top_product_line_share", Kind.SHARE, "its share of sales with a known product line"),
            _zero("n_categories", "different categories bought from; unknown where no sale names one"),
            _known("top_category", Kind.CATEGORY, "category with the most sales"),
            _known("top_category_share", Kind.SHARE, "its share of sales with a known category"),
            _zero("n_brands", "different brands bought; unknown where no sale names one"),
            _known("top_brand", Kind.CATEGORY, "brand with the most sales"),
            _known("top_brand_share", Kind.SHARE, "its share of sales with a known brand"),
        ),
    ),
    *_features(
        "places",
        _BOUGHT,
        (
            _zero("n_channels", "different channels bought through; unknown where no sale names one"),
            _known("top_channel", Kind.CATEGORY, "channel with the most sales"),
            _known("top_channel_share", Kind.SHARE, "its share of sales with a known channel"),
            _zero("n_stores", "different stores bought in; unknown where no sale names one"),
            _known("top_store_id", Kind.ID, "store with the most sales"),
            _known("top_store_share", Kind.SHARE, "its share of sales with a known store"),
        ),
    ),
    *_features(
        "trend",
        _BOUGHT,
        (
            _known("recent_revenue_cents", Kind.MONEY, "revenue of the last features.recent_days"),
            _known("previous_revenue_cents", Kind.MONEY, "revenue of the features.recent_days before those"),
            _known("year_ago_revenue_cents", Kind.MONEY, "revenue of the same days 52 weeks before the recent ones"),
            _known("revenue_trend", Kind.NUMBER, "(recent - previous) / (|recent| + |previous|) revenue, -1 to 1"),
            _known("recent_orders", Kind.INTEGER, "orders with a sale in the last features.recent_days"),
            _known("previous_orders", Kind.INTEGER, "orders with a sale in the features.recent_days before those"),
            _known("order_trend", Kind.NUMBER, "(recent - previous) / (recent + previous) orders, -1 to 1"),
        ),
    ),
    *_features(
        "seasonality",
        _BOUGHT,
        (
            _known("off_season_share", Kind.SHARE, "share of sales in features.off_season_months"),
            _zero("n_active_months", "months with a purchase day, every year's counted apart"),
            _known("active_month_share", Kind.SHARE, "n_active_months over the months since the first purchase"),
            _known("weekend_share", Kind.SHARE, "purchase days that are Saturdays or Sundays"),
            _zero("n_calendar_months", "different months of the year (at most 12) bought in"),
            _known("strongest_month", Kind.INTEGER, "month of the year with the most sales, 1 to 12"),
            _known("strongest_month_share", Kind.SHARE, "its share of sales"),
            _zero("n_weekdays", "different days of the week bought on"),
            _known("strongest_weekday", Kind.INTEGER, "day of the week with the most sales, 1 Monday to 7 Sunday"),
            _known("strongest_weekday_share", Kind.SHARE, "its share of sales"),
        ),
    ),
    *_features(
        "campaigns",
        ("campaign_members",),
        (
            _zero("n_campaigns_received", "campaigns that reached them; being held back as control is none"),
            _zero("n_campaigns_answered", "campaigns received and answered"),
            _known("response_share", Kind.SHARE, "n_campaigns_answered over n_campaigns_received"),
            _known("mean_answer_days", Kind.NUMBER, "mean days from contact to first answer"),
            _known("last_campaign_on", Kind.DATE, "when the last campaign reached them"),
            _known("days_since_campaign", Kind.INTEGER, "days from last_campaign_on to as_of"),
            _known("last_answer_on", Kind.DATE, "when they last answered a campaign"),
        ),
    ),
    *_features(
        "contacts",
        ("interactions",),
        (
            _zero("n_contacts", "contacts with any department"),
            _zero("n_marketing_contacts", "contacts with marketing"),
            _zero("n_sales_contacts", "contacts with sales"),
            _zero("n_service_contacts", "contacts with service"),
            _known("last_contact_on", Kind.DATE, "last contact"),
            _known("days_since_contact", Kind.INTEGER, "days from last_contact_on to as_of"),
            _known("contact_cost_cents", Kind.MONEY, "what contacts cost, where known"),
            _known("mean_settle_days", Kind.NUMBER, "mean days from contact to settlement, of matters settled"),
            _known("mean_satisfaction", Kind.SHARE, "mean satisfaction with contacts, 0 to 1"),
        ),
    ),
    *_features(
        "credit",
        ("invoices",),
        (
            _zero("n_invoices", "invoices issued"),
            _zero("invoiced_cents", "what those ask for", Kind.MONEY),
            _known("days_to_pay", Kind.NUMBER, "mean days from issue to payment, of invoices paid"),
            _known("late_payment_share", Kind.SHARE, "invoices paid after they were due, of those paid"),
            _zero("n_overdue", "invoices open and past due"),
            _zero("overdue_cents", "what those ask for", Kind.MONEY),
            _known("overdue_share", Kind.NUMBER, "overdue_cents over invoiced_cents"),
            _known("disputed_share", Kind.SHARE, "invoices disputed, of those where it is known"),
        ),
    ),
    *_features(
        "balance",
        ("invoices", "payments"),
        (
            _known("balance_cents", Kind.MONEY, "invoiced less paid, with or without an invoice's number"),
            _known("credit_used_share", Kind.NUMBER, "balance_cents over credit_limit_cents"),
        ),
    ),
    *_features(
        "deals",
        ("opportunities",),
        (
            _zero("n_opportunities", "opportunities opened"),
            _zero("n_opportunities_open", "of those, still open"),
            _zero("n_opportunities_won", "of those, won"),
            _known("won_share", Kind.SHARE, "opportunities won, of those closed"),
            _known("mean_close_days", Kind.NUMBER, "mean days from opening to closing"),
        ),
    ),
)
