"""Clusters: customers who are alike, found in several ways on a sample, chosen by evidence, and given to everybody.

`fit` learns a model (plain JSON), `score` gives each customer a cluster from it, `compare` sets two groupings side
by side, `project` lays clusters out on a sheet of paper. `methods/` are the ways to cluster; `evidence.py`
gathers what speaks for each, `choice.py` chooses.
"""

from crmwb.segmentation.clusters.compare import Comparison, compare
from crmwb.segmentation.clusters.model import SCORED_ROWS, fit, none, score
from crmwb.segmentation.clusters.projection import Projection, project

__all__ = ["SCORED_ROWS", "Comparison", "Projection", "compare", "fit", "none", "project", "score"]
