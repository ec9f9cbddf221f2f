"""What customers bought, from the history: orders, money, margin, rhythm, variety, places and seasons."""

from datetime import date

import ibis
import ibis.expr.types as ir

from crmwb.calendar import month_column
from crmwb.history.asof import Day, day_of, days_between, share
from crmwb.history.lines import ATTRIBUTES

# what is followed in the history, and what its number of values, its top value and the share of that are called here
MIXES = {
    "line": ("n_product_lines", "top_product_line", "top_product_line_share"),
    "category": ("n_categories", "top_category", "top_category_share"),
    "brand": ("n_brands", "top_brand", "top_brand_share"),
    "channel": ("n_channels", "top_channel", "top_channel_share"),
    "store_id": ("n_stores", "top_store_id", "top_store_share"),
    "calendar_month": ("n_calendar_months", "strongest_month", "strongest_month_share"),
    "weekday": ("n_weekdays", "strongest_weekday", "strongest_weekday_share"),
}


def bought(state: ir.Table, as_of: Day, *, has_products: bool) -> ir.Table:
    """Describe what customers bought before `as_of`.

    Parameters
    ----------
    state : ir.Table
        One row per customer with an order line: what had added up by `as_of`, as in `history.History.months`.
    as_of : date or ir.DateValue
        Exclusive; one day, or a column of `state`.
    has_products : bool
        Whether the state follows the attributes of products.

    Returns
    -------
    ir.Table
        One row per row of `state`: customer_id, as_of where it is a column, and features.
    """
    today = day_of(as_of)
    parts = purchases(state, today) | orders(state) | rhythm(state, today) | money(state) | margin(state)
    parts |= seasonality(state, today)
    for by, names in MIXES.items():
        if has_products or by not in ATTRIBUTES:
            parts |= mix(state, by, *names)
    parts["n_products"] = _of_sales(state, state.n_products)
    return state.select("customer_id", **({} if isinstance(as_of, date) else {"as_of": as_of}), **parts)


def purchases(state: ir.Table, today: ir.DateValue) -> dict[str, ir.Value]:
    """Sum up the purchase days, the input of purchase models.

    `recency_days` and `age_days` are t_x and T of Fader, Hardie & Lee (2005), in days; `monetary_cents` is the z of
    Fader & Hardie's Gamma-Gamma note (2013): the first purchase day is left out.
    """
    frequency = state.n_purchase_days - 1
    some = state.n_purchase_days > 0
    repeat_cents = state.purchase_cents - state.first_day_revenue_cents
    return {
        "first_purchase_on": state.first_purchase_on,
        "last_purchase_on": state.last_purchase_on,
        "n_purchase_days": state.n_purchase_days,
        "frequency": _where(some, frequency),
        "recency_days": days_between(state.first_purchase_on, state.last_purchase_on),
        "age_days": days_between(state.first_purchase_on, today),
        "days_since_last": days_between(state.last_purchase_on, today),
        "first_day_revenue_cents": _where(some, state.first_day_revenue_cents),
        "monetary_cents": _where(some, share(repeat_cents, frequency)),
    }


def orders(state: ir.Table) -> dict[str, ir.Value]:
    """Count and size the orders; returns are no orders. Money in cents, before returns."""
    return {
        "n_orders": state.n_orders,
        "n_lines": state.n_lines,
        "lines_per_order": share(state.n_lines, state.n_orders),
        "mean_order_cents": share(state.sales_cents, state.n_orders),
        "median_order_cents": state.median_order_cents,
        "largest_order_cents": state.largest_order_cents,
    }


def rhythm(state: ir.Table, today: ir.DateValue) -> dict[str, ir.Value]:
    """Describe the gaps between purchase days, and the silence since against them.

    NULL without two purchase days. The spread is the sample standard deviation, computed from the exact integers n, Σ
    and Σ²: √((n·Σ² - Σ·Σ) / (n·(n - 1))); it needs two gaps.
    """
    n = _where(state.n_purchase_days > 1, state.n_purchase_days - 1)
    total = _where(state.n_purchase_days > 1, days_between(state.first_purchase_on, state.last_purchase_on))
    silence = days_between(state.last_purchase_on, today)
    mean = share(total, n)
    spread = share(n * state.gap_squares - total * total, n * (n - 1)).sqrt()
    expected = (state.last_purchase_on + mean.round().cast("int64").as_interval("D")).cast("date")
    return {
        "mean_gap_days": mean,
        "std_gap_days": spread,
        "gap_variation": spread / mean,
        "longest_gap_days": state.longest_gap_days,
        "silence_ratio": share(silence * n, total),
        "next_expected_on": expected,
    }


def money(state: ir.Table) -> dict[str, ir.Value]:
    """Sum sales, returns and discounts, in cents: revenue is sales less returned.

    Discounts count on sales whose discount is known, and are unknown where none is.
    """
    return {
        "revenue_cents": state.sales_cents - state.returned_cents,
        "sales_cents": state.sales_cents,
        "n_returns": state.n_returns,
        "returned_cents": state.returned_cents,
        "return_share": share(state.returned_cents, state.sales_cents),
        "discount_cents": _where(state.n_discount_known > 0, state.discount_cents),
        "discount_share": share(state.discount_cents, state.discount_cents + state.after_discount_cents),
        "discounted_line_share": share(state.n_discounted, state.n_discount_known),
    }


def margin(state: ir.Table) -> dict[str, ir.Value]:
    """Return revenue less the cost of goods: never a guess, so unknown where one line's cost is."""
    n, revenue = state.n_lines + state.n_returns, state.sales_cents - state.returned_cents
    margin_cents = _where(state.n_costed == n, revenue - state.cost_cents)
    return {
        "margin_cents": margin_cents,
        "margin_share": _where(revenue > 0, share(margin_cents, revenue)),
        "costed_line_share": share(state.n_costed, n),
    }


def seasonality(state: ir.Table, today: ir.DateValue) -> dict[str, ir.Value]:
    """Describe months and weekdays: the share of the off season, active months (of a year each), weekends."""
    last = (today - ibis.interval(days=1)).cast("date")
    months_since = (month_column(last) - month_column(state.first_purchase_on)).cast("int64") + 1
    return {
        "off_season_share": share(state.off_season_cents, state.sales_cents),
        "n_active_months": state.n_active_months,
        "active_month_share": share(state.n_active_months, months_since),
        "weekend_share": share(state.n_weekend_days, state.n_purchase_days),
    }


def mix(state: ir.Table, by: str, n: str, top: str, top_share: str) -> dict[str, ir.Value]:
    """Describe the mix of sales by a column: different values, the one that brought most, and its share of the known.

    Unknown where the customer has sales but none with a known value.
    """
    top_cents, known_cents = state[f"top_{by}_cents"], state[f"known_{by}_cents"]
    return {n: _of_sales(state, state[f"n_{by}"]), top: state[f"top_{by}"], top_share: share(top_cents, known_cents)}


def _of_sales(state: ir.Table, n: ir.IntegerValue) -> ir.IntegerValue:
    """Return a count of what sales name: unknown where there are sales and none names anything."""
    return ibis.ifelse(state.n_lines > 0, n.nullif(0), n)


def _where(holds: ir.BooleanValue, value: ir.Value) -> ir.Value:
    return ibis.ifelse(holds, value, ibis.null(value.type()))
