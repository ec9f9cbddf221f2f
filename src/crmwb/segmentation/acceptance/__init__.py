"""Acceptance (step 5): eight tests that tell whether a segment is fit for use, each with its number and a finding.

`test` makes them, `verdicts` and `metrics` sum them up, `stop_if_wanted` stops where params say so; `later` prepares
what the tests over time need, and `passes` is the cheap version for the choice among clusterings.
"""

from crmwb.segmentation.acceptance.later import REVENUE, Later, later, month_ends
from crmwb.segmentation.acceptance.table import passes, test
from crmwb.segmentation.acceptance.verdicts import finding, metrics, stop_if_wanted, terms, verdicts

__all__ = [
    "REVENUE",
    "Later",
    "finding",
    "later",
    "metrics",
    "month_ends",
    "passes",
    "stop_if_wanted",
    "terms",
    "test",
    "verdicts",
]
