"""What customers bring by example: those they refer, and their standing in industry and region."""

from crmwb.value.influence.customers import FEATURES, customers, facts

__all__ = ["FEATURES", "customers", "facts"]
