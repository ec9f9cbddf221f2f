"""What customers brought so far: margin and profit, who earned it and who cost more than they brought."""

from crmwb.value.realised.customers import FEATURES, customers, spent_on, spent_then
from crmwb.value.realised.facts import facts

__all__ = ["FEATURES", "customers", "facts", "spent_on", "spent_then"]
