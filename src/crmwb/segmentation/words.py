"""The earlier names of `findings.numbers`, for sentences of segmentation that are not findings yet."""

import math

from crmwb.findings import numbers

UNKNOWN = numbers.UNKNOWN
share = numbers.share
money = numbers.money
number = numbers.number
times = numbers.times
listing = numbers.listing


def amount(value: float, unit: str, currency: str = "") -> str:
    """Write a value in its unit: `share`, `money`, `days`, `count`, `ratio`."""
    if value is None or math.isnan(value):
        return UNKNOWN
    if unit == "share":
        return share(value)
    if unit == "money":
        return money(value, currency)
    return f"{number(value)} days" if unit == "days" else number(value)
