"""Customer equity: the sum of what all customers are worth, through time, and the months ahead."""

from crmwb.value.equity.bridge import COMPONENTS
from crmwb.value.equity.equity import Equity, build
from crmwb.value.equity.gates import active_agree, supported, without_active, without_new_share
from crmwb.value.equity.returning import looks_new

__all__ = [
    "COMPONENTS",
    "Equity",
    "active_agree",
    "build",
    "looks_new",
    "supported",
    "without_active",
    "without_new_share",
]
