"""Where each customer stands between the first contact and the last purchase, through time."""

from crmwb.lifecycle.artefacts import write
from crmwb.lifecycle.customers import SCHEMA as CUSTOMERS_SCHEMA
from crmwb.lifecycle.lifecycle import Lifecycle, build
from crmwb.lifecycle.names import RULES, STAGES
from crmwb.lifecycle.risk import RISK_SCHEMA

__all__ = ["CUSTOMERS_SCHEMA", "RISK_SCHEMA", "RULES", "STAGES", "Lifecycle", "build", "write"]
