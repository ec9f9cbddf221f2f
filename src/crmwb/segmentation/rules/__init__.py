"""Rules: how to tell the customers of a segment by a few raw features, and how well that works on others.

`fit` finds one rule per cluster, `matches` tells which customers it picks.
"""

from crmwb.segmentation.rules.conditions import matches
from crmwb.segmentation.rules.rules import fit

__all__ = ["fit", "matches"]
