"""The demo company: a B2B wholesaler that never existed, simulated customer by customer, its truth kept beside it."""

from crmwb.sources.b2b_demo.adapter import read

__all__ = ["read"]
