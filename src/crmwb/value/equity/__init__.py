"""Customer equity: the sum of what all customers are worth, through time, and the months ahead."""

from crmwb.value.equity.bridge import COMPONENTS
from crmwb.value.equity.bridge import SCHEMA as BRIDGE_SCHEMA
from crmwb.value.equity.equity import MONTHS_SCHEMA, Equity, build
from crmwb.value.equity.gates import supported
from crmwb.value.equity.monthly import FORECAST_SCHEMA, PAST_SCHEMA

__all__ = [
    "BRIDGE_SCHEMA",
    "COMPONENTS",
    "FORECAST_SCHEMA",
    "MONTHS_SCHEMA",
    "PAST_SCHEMA",
    "Equity",
    "build",
    "supported",
]
