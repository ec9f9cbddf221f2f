"""Where each customer stands between the first contact and the last purchase, through time."""

from crmwb.lifecycle.artefacts import write
from crmwb.lifecycle.lifecycle import Lifecycle, build
from crmwb.lifecycle.names import RULES, STAGES

__all__ = ["RULES", "STAGES", "Lifecycle", "build", "write"]
