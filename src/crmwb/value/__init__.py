"""What each customer is worth: purchases and spend to come, what was realised, and how well forecasts came true."""

from crmwb.value.artefacts import write
from crmwb.value.customers import SCHEMA as CUSTOMERS_SCHEMA
from crmwb.value.valuation import Valuation, value_all

__all__ = ["CUSTOMERS_SCHEMA", "Valuation", "value_all", "write"]
