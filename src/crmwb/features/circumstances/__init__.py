"""What happened to the company that changes how its figures read: numbers replaced, days lost, prices, accounts."""

from crmwb.features.circumstances.build import Circumstances, build, write

__all__ = ["Circumstances", "build", "write"]
