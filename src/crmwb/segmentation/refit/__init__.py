"""Segments that keep their meaning from month to month: the accepted model, and what a new one changes against it.

`crmwb accept` records a model (`accept`). From then on every run learns segments anew, gives the clusters the ids and
names of the accepted ones that they match (`settle`), and reports who moved because they changed and who because the
definition did, how far features and segments have drifted, and whether it is time to accept anew (`report`).
"""

from crmwb.segmentation.refit.accepted import accept, accepted, columns
from crmwb.segmentation.refit.report import report
from crmwb.segmentation.refit.settling import settle

__all__ = ["accept", "accepted", "columns", "report", "settle"]
