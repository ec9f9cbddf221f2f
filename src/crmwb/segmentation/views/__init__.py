"""Views: the columns that customers can be distinguished by, prepared so that they can be compared.

`check` refuses what is no column, `fit` learns each column's steps on a sample and reports what it did, `apply`
prepares any customers with them, batch by batch to the same numbers. A model is plain JSON.
"""

from crmwb.segmentation.views.checking import check
from crmwb.segmentation.views.preparation import apply, features, fit, in_deviations, labels

__all__ = ["apply", "check", "features", "fit", "in_deviations", "labels"]
