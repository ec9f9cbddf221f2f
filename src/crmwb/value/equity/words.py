"""The earlier names of `findings.numbers`, for sentences of equity that are not findings yet."""

from crmwb.findings import numbers

money = numbers.money
share = numbers.share
day = numbers.day
month = numbers.month
listing = numbers.listing
