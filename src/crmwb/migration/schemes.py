"""The schemes between whose segments customers change, and their definitions.

The boundaries of tiers and RFM segments are shares of customers, so each month has its own (`monthly`); the value and
segment stages wrote the segments of every month end, by its own definition and by that of the month before. Clusters
and stages have one definition for all months (`frozen`).
"""

from typing import Any

import numpy as np
import pandas as pd

from crmwb.errors import CrmwbError
from crmwb.findings import Term, Unavailable
from crmwb.params import Params
from crmwb.segmentation import clusters

MONTHLY, FROZEN = "monthly", "frozen"
STAGE, CLUSTER = "stage", "cluster_name"
Key = tuple[str, str]  # scheme, definition
Array = np.ndarray
HEADLINE = {"tier": MONTHLY, "rfm_segment": MONTHLY, CLUSTER: FROZEN, STAGE: FROZEN}
WRITTEN = ("tier", "rfm_segment")  # at month ends, by the stages that define them
NO_STAGES = Unavailable("migration.unavailable.stages")
NOT_WRITTEN = Unavailable("migration.unavailable.month_ends")
NO_CLUSTERS = Unavailable("migration.unavailable.clusters")
NOT_SCORED = Unavailable("migration.unavailable.scores")


class Schemes:
    """The segments of every scheme in their order, and what is not available.

    Parameters
    ----------
    model : dict
        Today's segment model, which assigns clusters.
    params : Params
        The names of tiers and RFM segments.
    stages : tuple of str
        The stages of life, in order.

    Attributes
    ----------
    segments : dict of (scheme, definition) to list of str
        The segments, in the scheme's order; codes are places in it.
    not_available : dict of str to Unavailable
        By scheme, why it is not known at month ends.
    """

    def __init__(self, model: dict[str, Any], params: Params, stages: tuple[str, ...]) -> None:
        self._clusters = model["clusters"]
        self.not_available: dict[str, Unavailable] = {}
        self.segments: dict[Key, list[str]] = {
            ("tier", MONTHLY): [level.name for level in params.value.scorecard.levels],
            ("rfm_segment", MONTHLY): [segment.name for segment in params.segmentation.rfm.segments],
            (CLUSTER, FROZEN): [cluster["name"] for cluster in self._clusters["clusters"]],
            (STAGE, FROZEN): list(stages),
        }

    def label(self, frame: pd.DataFrame, written: dict[str, pd.DataFrame]) -> tuple[dict[Key, Array], dict[Key, Array]]:
        """Return each customer's segment in every scheme, and by the definition of the month before where it changes.

        Parameters
        ----------
        frame : DataFrame of shape (n, ...)
            Customers with a purchase at one month end, with the features that clusters read.
        written : dict of str to DataFrame
            By scheme of WRITTEN, its segments at this month end on the index customer_id.

        Returns
        -------
        codes, unchanged : dict of (scheme, definition) to int ndarray of shape (n,)
        """
        codes: dict[Key, Array] = {}
        unchanged: dict[Key, Array] = {}
        for scheme in WRITTEN:
            rows = written[scheme].reindex(frame["customer_id"]) if scheme in written else None
            if rows is None or rows[scheme].isna().any():
                self.not_available.setdefault(scheme, NOT_WRITTEN)
                continue
            codes[scheme, MONTHLY] = self.codes((scheme, MONTHLY), rows[scheme])
            unchanged[scheme, MONTHLY] = self.codes((scheme, MONTHLY), rows[f"{scheme}_by_former_definition"])
        if not self._clusters.get("clusters"):
            self.not_available.setdefault(CLUSTER, NO_CLUSTERS)
            return codes, unchanged
        assigned = self._assigned(frame)
        if isinstance(assigned, Unavailable):
            self.not_available.setdefault(CLUSTER, assigned)
        else:
            codes[CLUSTER, FROZEN] = self.codes((CLUSTER, FROZEN), assigned)
        return codes, unchanged

    def _assigned(self, frame: pd.DataFrame) -> pd.Series | Unavailable:
        """Return the cluster of each customer, or what the model needs that is not known at month ends."""
        try:
            return clusters.score(frame, self._clusters)[CLUSTER]
        except KeyError as error:
            feature = Term("column", str(error.args[0]))
            return Unavailable("migration.unavailable.feature", values={"feature": feature})
        except CrmwbError:
            return NOT_SCORED

    def codes(self, key: Key, segments: pd.Series) -> Array:
        """Return places in the scheme's order; a segment that is not in it yet goes to its end."""
        known = self.segments[key]
        categories = pd.Categorical(segments.astype("str"))
        known += sorted(str(name) for name in categories.categories if name not in known)
        place = np.array([known.index(str(name)) for name in categories.categories] or [0], dtype=np.int64)
        return np.asarray(place[categories.codes])
