"""The schemes that customers move in, and the definitions that say who is where.

Tiers and RFM segments are cut by shares of customers, so each run cuts them anew. They are told twice: `monthly`, cut
at each month end, as a run at that day would have; and `frozen`, by the cuts of today's model. Clusters and stages of
life have one definition for all months and are frozen.
"""

from typing import Any

import numpy as np
import pandas as pd

from crmwb.params import SegmentationParams
from crmwb.segmentation import clusters, rfm, tiers
from crmwb.segmentation.refit.labels import told

MONTHLY, FROZEN = "monthly", "frozen"
STAGE = "stage"
Key = tuple[str, str]  # scheme, definition
Array = np.ndarray
PARTS = {"rfm_segment": "rfm", "tier": "tiers"}  # of the model, cut anew each month
HEADLINE = {"rfm_segment": MONTHLY, "tier": MONTHLY, "cluster_name": FROZEN, STAGE: FROZEN}
NO_STAGES = "the stages of life at month ends are not there: run `dvc repro lifecycle`"


class Schemes:
    """Scores customers in every scheme and remembers the segments' order and what is not available.

    Parameters
    ----------
    model : dict
        Today's segment model.
    params : SegmentationParams
        How tiers and RFM segments are cut.
    stages : tuple of str
        The stages of life, in order.

    Attributes
    ----------
    segments : dict of (scheme, definition) to list of str
        The segments, in the scheme's order; codes are places in it.
    not_available : dict of str to str
        Scheme and why it cannot be told of month ends.
    """

    def __init__(self, model: dict[str, Any], params: SegmentationParams, stages: tuple[str, ...]) -> None:
        rfm_names = [segment.name for segment in params.rfm.segments]
        tier_names = [level.name for level in params.tiers.levels]
        self._model = model
        self._params = params
        self._before: dict[Key, pd.Series] = {}
        self.not_available: dict[str, str] = {}
        self.segments: dict[Key, list[str]] = {
            ("tier", MONTHLY): list(tier_names),
            ("tier", FROZEN): list(tier_names),
            ("rfm_segment", MONTHLY): list(rfm_names),
            ("rfm_segment", FROZEN): list(rfm_names),
            ("cluster_name", FROZEN): [cluster["name"] for cluster in model["clusters"]["clusters"]],
            (STAGE, FROZEN): list(stages),
        }

    def label(self, frame: pd.DataFrame) -> tuple[dict[Key, Array], dict[str, dict[str, Any]]]:
        """Return each customer's segment in every scheme, and the definitions that were learnt from `frame`."""
        found: dict[Key, Array] = {}
        models: dict[str, dict[str, Any]] = {}
        if len(frame):
            models = {"rfm_segment": rfm.fit(frame, self._params.rfm), "tier": tiers.fit(frame, self._params.tiers)}
        for scheme in PARTS:
            self._keep(found, (scheme, FROZEN), frame, self._model[PARTS[scheme]])
            self._keep(found, (scheme, MONTHLY), frame, models.get(scheme))
        self._keep(found, ("cluster_name", FROZEN), frame, self._model["clusters"])
        return found, models

    def score(
        self, scheme: str, frame: pd.DataFrame, model: dict[str, Any], before: pd.Series | None = None
    ) -> pd.Series | str:
        """Return the segments by one definition, or the sentence that says what it lacks.

        `before` holds the segments of a month earlier by customer_id: tiers remember them.
        """
        if scheme == "rfm_segment":
            return told(lambda: rfm.score(frame, model)[scheme])
        if scheme == "tier":
            return told(lambda: tiers.score(frame, model, before=before)[scheme])
        return told(lambda: clusters.score(frame, model)[scheme])

    def codes(self, key: Key, segments: pd.Series) -> Array:
        """Return places in the scheme's order; a segment that is not in it yet goes to its end."""
        known = self.segments[key]
        categories = pd.Categorical(segments.astype(object))
        known += sorted(str(name) for name in categories.categories if name not in known)
        place = np.array([known.index(str(name)) for name in categories.categories] or [0], dtype=np.int64)
        return np.asarray(place[categories.codes])

    def _keep(self, found: dict[Key, Array], key: Key, frame: pd.DataFrame, model: dict[str, Any] | None) -> None:
        if not model or not model.get("clusters", True):
            self.not_available.setdefault(key[0], "the model has no such segments")
            return
        scored = self.score(key[0], frame, model, self._before.get(key))
        if isinstance(scored, str):
            self.not_available.setdefault(f"{key[0]}, {key[1]}", scored)
            return
        found[key] = self.codes(key, scored)
        self._before[key] = pd.Series(scored.to_numpy(), index=pd.Index(frame["customer_id"]))
