"""Who belongs together: RFM scores, value tiers and clusters, each with its evidence and a profile.

`fit` learns a model from customer features, `score` gives every customer its segments from that model, `profiles`
describes the segments, `metrics` keeps the few numbers worth tracking. A model is plain JSON: what `fit` returned,
written and read back, scores the same.
"""

from crmwb.segmentation.model import fit, metrics, score
from crmwb.segmentation.profiles import profiles

__all__ = ["fit", "metrics", "profiles", "score"]
