"""What was measured, in sentences for people."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

SHARE, MONEY, NUMBER = "share", "money", "number"

# A measure's kind, how it is written, and its sentence: value and others are the segment's and everyone else's.
MEASURES: dict[str, tuple[str, str, str]] = {
    "line_customer_share": ("line", SHARE, "{value} of them buy {item}, against {others} of everyone else"),
    "line_spend_share": ("line", SHARE, "{item} takes {value} of their spend, against {others} of everyone else's"),
    "category_customer_share": ("category", SHARE, "{value} of them buy {item}, against {others} of everyone else"),
    "category_spend_share": (
        "category",
        SHARE,
        "{item} takes {value} of their spend, against {others} of everyone else's",
    ),
    "brand_customer_share": ("brand", SHARE, "{value} of them buy {item}, against {others} of everyone else"),
    "brand_spend_share": ("brand", SHARE, "{item} takes {value} of their spend, against {others} of everyone else's"),
    "product_customer_share": ("product", SHARE, "{value} of them buy {item}, against {others} of everyone else"),
    "bundle_order_share": (
        "bundle",
        SHARE,
        "{value} of their orders hold {item} together, against {others} of everyone else's",
    ),
    "price_index": ("price", SHARE, "they pay {value} of a product's usual price, everyone else {others}"),
    "below_usual_share": (
        "price",
        SHARE,
        "{value} of their lines are bought below the usual price, everyone else's {others}",
    ),
    "discount_share": (
        "promotion",
        SHARE,
        "discounts take {value} off their list prices, {others} off everyone else's",
    ),
    "discounted_line_share": (
        "promotion",
        SHARE,
        "{value} of their lines carry a discount, against {others} of everyone else's",
    ),
    "order_cents": ("basket", MONEY, "an order of theirs brings {value}, everyone else's {others}"),
    "lines_per_order": ("basket", NUMBER, "an order of theirs has {value} lines, everyone else's {others}"),
    "bulk_line_share": (
        "basket",
        SHARE,
        "{value} of their lines are for twice the usual quantity or more, everyone else's {others}",
    ),
    "weekend_order_share": (
        "timing",
        SHARE,
        "{value} of their orders come at the weekend, {others} of everyone else's",
    ),
    "month_order_share": ("timing", SHARE, "{value} of their orders come in {item}, {others} of everyone else's"),
    "hour_order_share": ("timing", SHARE, "{value} of their orders come in the {item}, {others} of everyone else's"),
    "channel_order_share": (
        "channel",
        SHARE,
        "{value} of their orders come through {item}, {others} of everyone else's",
    ),
    "store_order_share": (
        "store",
        SHARE,
        "{value} of their orders come from store {item}, {others} of everyone else's",
    ),
    "response_share": ("response", SHARE, "they answer {value} of campaigns, everyone else {others}"),
    "campaign_response_share": (
        "response",
        SHARE,
        "they answer {value} of campaigns of kind {item}, everyone else {others}",
    ),
}

CANNOT_TELL = (
    "These are associations, not effects: whether an offer changes what they do, a test with a control group would "
    "tell. Segments that were made from how customers buy differ in that by construction; months also tell when their "
    "customers joined or left, and hours are those of the source's clock."
)


def written(measure: str, value: float, currency: str) -> str:
    """Write a value of a measure: a share as percent, money with its currency, others with three digits."""
    style = MEASURES[measure][1]
    if pd.isna(value):
        return "an unknown part"
    if style == SHARE:
        return f"{100 * value:.1f}%" if abs(value) < 0.0995 or measure == "price_index" else f"{100 * value:.0f}%"
    if style == MONEY:
        return f"{currency} {value / 100:,.2f}".strip()
    return f"{value:,.1f}"


def sentence(row: Mapping[Any, Any], currency: str) -> str:
    """Say one comparison, a row of the needs frame: both values, the lift with its interval, whether it is clear."""
    measure, lift, lower, upper = (row[name] for name in ("measure", "lift", "lower", "upper"))
    values = {"value": row["value"], "others": row["everyone_else"]}
    said = MEASURES[measure][2].format(
        item=row["item"], **{name: written(measure, value, currency) for name, value in values.items()}
    )
    said = said[:1].upper() + said[1:]
    if pd.isna(lift):
        return f"{said}."
    if pd.isna(lower):
        return f"{said}: {lift:.2f} times; too little to say how sure that is."
    if row["everyone_else"] == 0 or row["value"] == 0:
        bound = f"at least {lower:.2f}" if row["everyone_else"] == 0 else f"at most {upper:.2f}"
        return f"{said}: {bound} times{'' if row['is_clear'] else ', no clear difference'}."
    interval = f"{lift:.2f} times (interval {lower:.2f} to {upper:.2f})"
    return f"{said}: {interval}." if row["is_clear"] else f"{said}: {interval}, no clear difference."
