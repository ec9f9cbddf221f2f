"""Value tiers (step 2): one score of worth per customer, cut into tiers that remember and say how sure they are.

`fit` learns ranks and boundaries from one moment, `score` gives customers their tiers, `remembered` follows them
through past month ends so that a customer at a boundary does not flap, `classes` sets what they brought against what
they are expected to bring, and `crosswalk` compares the schemes.
"""

from crmwb.segmentation.tiers.classes import CLASSES, CROSSWALK_SCHEMA, classes, crosswalk, cuts
from crmwb.segmentation.tiers.memory import remembered
from crmwb.segmentation.tiers.tiers import fit, score

__all__ = ["CLASSES", "CROSSWALK_SCHEMA", "classes", "crosswalk", "cuts", "fit", "remembered", "score"]
