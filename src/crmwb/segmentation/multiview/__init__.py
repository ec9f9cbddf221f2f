"""Cross-tables of segments with everything else: where customers and money are, and where they grow or shrink."""

from crmwb.segmentation.multiview.crossings import crossings
from crmwb.segmentation.multiview.dimensions import DIMENSIONS, available, levels
from crmwb.segmentation.multiview.ranking import growing, largest, shrinking
from crmwb.segmentation.multiview.through_time import changes, through_time

__all__ = [
    "DIMENSIONS",
    "available",
    "changes",
    "crossings",
    "growing",
    "largest",
    "levels",
    "shrinking",
    "through_time",
]
