"""The measures of needs: of what kind each is, in which unit, and which items it has; values and rows as findings."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from crmwb.findings import Finding, Interval, Money, Name, Number, Share, Term, Value
from crmwb.segmentation.needs.orders import HOURS, MONTHS

SHARE, PERCENT, MONEY, NUMBER = "share", "percent", "money", "number"


@dataclass(frozen=True)
class About:
    """What a measure is about.

    Attributes
    ----------
    kind : str
        What sort of need.
    unit : str
        share; percent (a share around 1, written to the tenth of a percent), money or number.
    has_items : bool
        It is measured of each of several things, such as channels.
    items : tuple of str
        Which, where they are fixed; from the data where empty.
    vocabulary : str
        Of fixed items.
    """

    kind: str
    unit: str
    has_items: bool = False
    items: tuple[str, ...] = ()
    vocabulary: str = ""


MEASURES = {
    "line_spend_share": About("line", SHARE, has_items=True),
    "category_spend_share": About("category", SHARE, has_items=True),
    "brand_spend_share": About("brand", SHARE, has_items=True),
    "product_order_share": About("product", SHARE, has_items=True),
    "bundle_order_share": About("bundle", SHARE, has_items=True),
    "price_index": About("price", PERCENT),
    "below_usual_share": About("price", SHARE),
    "discount_share": About("promotion", SHARE),
    "discounted_line_share": About("promotion", SHARE),
    "order_cents": About("basket", MONEY),
    "lines_per_order": About("basket", NUMBER),
    "bulk_line_share": About("basket", SHARE),
    "weekend_order_share": About("timing", SHARE),
    "month_order_share": About("timing", SHARE, has_items=True, items=MONTHS, vocabulary="month_of_year"),
    "hour_order_share": About("timing", SHARE, has_items=True, items=HOURS, vocabulary="part_of_day"),
    "channel_order_share": About("channel", SHARE, has_items=True),
    "store_order_share": About("store", SHARE, has_items=True),
    "response_share": About("response", SHARE),
    "campaign_response_share": About("response", SHARE, has_items=True),
}


def amount(measure: str, value: float, currency: str) -> Value:
    """Return a value of a measure as a value of findings."""
    unit = MEASURES[measure].unit
    if unit == MONEY:
        return Money(value, currency)
    if unit == PERCENT and not pd.isna(value):
        return Finding("needs.percent", {"n": Number(100 * value)})
    return Number(value) if unit == NUMBER else Share(value)


def item(measure: str, name: str) -> Value:
    """Return an item of a measure as a value of findings."""
    vocabulary = MEASURES[measure].vocabulary
    return Term(vocabulary, name) if vocabulary else Name(name)


def finding(row: Mapping[Any, Any], currency: str) -> Finding:
    """Return a row of the needs frame as a finding: both values, the lift with its interval, whether it is clear."""
    measure, lift, lower, upper = (row[name] for name in ("measure", "lift", "lower", "upper"))
    values = {
        name: amount(measure, row[of], currency) for name, of in (("value", "value"), ("others", "everyone_else"))
    }
    what = Finding(f"needs.{measure}", {"item": item(measure, str(row["item"]))} | values)
    if pd.isna(lift):
        return Finding("needs.difference.no_lift", {"what": what})
    if pd.isna(lower):
        return Finding("needs.difference.no_interval", {"what": what, "lift": Number(lift)})
    end = "" if row["is_clear"] else "_unclear"
    if row["everyone_else"] == 0:
        return Finding(f"needs.difference.at_least{end}", {"what": what, "bound": Number(lower)})
    if row["value"] == 0:
        return Finding(f"needs.difference.at_most{end}", {"what": what, "bound": Number(upper)})
    between = Interval(Number(lower), Number(upper))
    return Finding(f"needs.difference.known{end}", {"what": what, "lift": Number(lift), "range": between})
