"""The history that the features stage keeps: data/history/, what customers bought by day and by month."""

from crmwb import layout
from crmwb.contract.columns import Column, Kind, maybe
from crmwb.contract.tables import Artefact

_DAY = {
    "n_lines": "order lines that are sales",
    "n_returns": "order lines that are returns",
    "sales_cents": "revenue of sales, before returns",
    "returned_cents": "what was paid back for returns",
    "discount_cents": "discounts on sales, where known",
    "after_discount_cents": "revenue of the sales whose discount is known",
    "n_discount_known": "sales whose discount is known",
    "n_discounted": "of those, with a discount",
    "n_costed": "order lines with a known cost",
    "cost_cents": "what those cost",
    "n_orders": "orders, by the day of their first sale",
}
_MONTH = {
    "off_season_cents": "revenue of sales in features.off_season_months",
    "n_purchase_days": "days with a sale of positive revenue",
    "n_active_months": "months with such a day",
    "n_weekend_days": "such days that are Saturdays or Sundays",
    "purchase_cents": "revenue of such days, net of their returns",
    "first_day_revenue_cents": "of that, on the first such day",
    "gap_squares": "squares of the days between such days",
    "n_products": "different products bought",
}
_MIXES = {
    "line": "product lines", "category": "categories", "brand": "brands", "channel": "channels", "store_id": "stores",
    "calendar_month": "months of the year", "weekday": "days of the week",
}  # fmt: skip
_NUMBERS = frozenset({"calendar_month", "weekday"})


def _sum(name: str, meaning: str) -> Column:
    return Column(name, Kind.MONEY if name.endswith("_cents") else Kind.INTEGER, meaning)


def _mix(by: str, values: str) -> tuple[Column, ...]:
    return (
        _sum(f"n_{by}", f"different {values} bought from"),
        maybe(f"top_{by}", Kind.INTEGER if by in _NUMBERS else Kind.CATEGORY, f"of {values}, the one with most sales"),
        maybe(f"top_{by}_cents", Kind.MONEY, "its sales"),
        _sum(f"known_{by}_cents", f"sales in all known {values}"),
    )


_CUSTOMER = Column("customer_id", Kind.ID, "whose", references="customers")

DAYS = Artefact(
    name="customer_days",
    path=layout.HISTORY / "customer_days",
    partition="day",
    grain="one row per customer and day with an order line",
    key=("customer_id", "day"),
    columns=(
        _CUSTOMER,
        Column("day", Kind.DATE, "a day with an order line"),
        *(_sum(name, meaning) for name, meaning in _DAY.items()),
        Column("is_purchase", Kind.BOOLEAN, "it has a sale of positive revenue"),
        maybe("gap_days", Kind.INTEGER, "of a purchase day, days since the purchase day before it"),
    ),
)

MONTHS = Artefact(
    name="customer_months",
    path=layout.HISTORY / "customer_months",
    partition="month",
    grain="one row per customer and month with an order line: what had added up by its end",
    key=("customer_id", "month"),
    columns=(
        _CUSTOMER,
        Column(
            "month", Kind.DATE, "the first day of a month with an order line; everything else is as of the month's end"
        ),
        Column("checksum", Kind.INTEGER, "of the month's order lines, by which a correction is recognised"),
        *(_sum(name, meaning) for name, meaning in (_DAY | _MONTH).items()),
        maybe("first_purchase_on", Kind.DATE, "first purchase day"),
        maybe("last_purchase_on", Kind.DATE, "last purchase day"),
        maybe("longest_gap_days", Kind.INTEGER, "most days between purchase days"),
        maybe("largest_order_cents", Kind.MONEY, "largest order, before returns"),
        maybe("median_order_cents", Kind.NUMBER, "median order, before returns"),
        *(column for by, values in _MIXES.items() for column in _mix(by, values)),
    ),
)

STATES = Artefact(
    name="customer_states",
    path=layout.HISTORY / "customer_states",
    partition="month",  # at whose end, of the last two
    grain="one row per customer with an order line by then: their last row of customer_months, at the ends of the last "
    "two months",
    key=("customer_id",),
    columns=MONTHS.columns,
)

SPREAD_ORDERS = Artefact(
    name="spread_orders",
    path=layout.HISTORY / "spread_orders.parquet",
    grain="one row per customer, order and day, of orders with sales on several days",
    key=("customer_id", "order_id", "day"),
    columns=(
        _CUSTOMER,
        Column("order_id", Kind.ID, "an order with sales on several days"),
        Column("day", Kind.DATE, "one of these days"),
        maybe("previous_day", Kind.DATE, "the one before it"),
    ),
)

ARTEFACTS = (DAYS, MONTHS, SPREAD_ORDERS, STATES)
