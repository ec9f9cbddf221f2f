"""Findings: what the data shows, as a code with typed values; the words come last, in the reader's language.

Stages write `Finding` and `Unavailable`. `findings.say` says them from the catalogues in `locales`; stages do not
import it, so a change of wording runs no stage again.
"""

from crmwb.findings.codec import dumps, from_json, loads, to_json
from crmwb.findings.finding import Finding, Unavailable, by_weight
from crmwb.findings.values import (
    Change,
    Count,
    Day,
    Days,
    Interval,
    Listing,
    Money,
    Month,
    Name,
    Number,
    Passage,
    Share,
    Span,
    Term,
    Times,
    Value,
    Wording,
)

__all__ = [
    "Change",
    "Count",
    "Day",
    "Days",
    "Finding",
    "Interval",
    "Listing",
    "Money",
    "Month",
    "Name",
    "Number",
    "Passage",
    "Share",
    "Span",
    "Term",
    "Times",
    "Unavailable",
    "Value",
    "Wording",
    "by_weight",
    "dumps",
    "from_json",
    "loads",
    "to_json",
]
