"""What customers brought so far: margin and profit, who earned it and who cost more than they brought."""

from crmwb.value.realised.customers import FEATURES, SCHEMA, customers, spent_on
from crmwb.value.realised.facts import facts

__all__ = ["FEATURES", "SCHEMA", "customers", "facts", "spent_on"]
