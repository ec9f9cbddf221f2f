"""RFM: how recently, how often and for how much a customer bought, scored from 1 to n_bins (best), and named.

`fit` learns where scores are parted, `score` gives them and the name of the segment, `follow` does so month end by
month end, `grid` counts who is where.
"""

from crmwb.segmentation.rfm.classes import CLASSES, RfmClass, classes
from crmwb.segmentation.rfm.grid import grid
from crmwb.segmentation.rfm.months import Followed, Months, follow
from crmwb.segmentation.rfm.scores import SCORES, fit, score

__all__ = ["CLASSES", "SCORES", "Followed", "Months", "RfmClass", "classes", "fit", "follow", "grid", "score"]
