"""Who is leaving: the chance of no purchase within each customer's own horizon, tested at past moments."""

from crmwb.lifecycle.risk.build import Risk, build
from crmwb.lifecycle.risk.classes import AT_RISK, CLASSES
from crmwb.lifecycle.risk.paid_ahead import without_paid_ahead

__all__ = ["AT_RISK", "CLASSES", "Risk", "build", "without_paid_ahead"]
