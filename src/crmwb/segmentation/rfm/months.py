"""RFM segments at month ends, each from what was known then, in the order of time and by the rule of today's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crmwb import storage
from crmwb.contract.segments import RFM_MONTHS
from crmwb.params import RfmParams
from crmwb.segmentation.rfm.scores import READ_FROM, SCORES, fit, score


@dataclass(frozen=True)
class Followed:
    """The RFM segments of past month ends.

    Attributes
    ----------
    months : DataFrame
        Columns of `RFM_MONTHS`: with hysteresis by the definition of the month, and by that of the month before,
        which tells a customer who changed from a definition that did.
    history : DataFrame
        One row per month end: as_of, n_customers, n_before (of them, with a segment a month earlier), n_changed (of
        these), n_held (in another segment than without hysteresis).
    before : DataFrame or None
        The scores at the last month end before the present, on the index customer_id.
    """

    months: pd.DataFrame
    history: pd.DataFrame
    before: pd.DataFrame | None


def follow(snapshots: Path, as_of: date, params: RfmParams) -> Followed:
    """Name the segment of each buyer at every month end up to `as_of`.

    Parameters
    ----------
    snapshots : Path
        Customers at month ends.
    as_of : date
        The present; it may be a month end itself.
    params : RfmParams
        How scores are cut and kept.
    """
    frames, history = [], []
    names = list(dict.fromkeys(["", *(rule.name for rule in params.segments)]))  # texts take much memory
    before: pd.DataFrame | None = None
    former: dict[str, Any] | None = None
    for end, buyers in _month_ends(snapshots, as_of):
        model = fit(buyers, params)
        ids = pd.Index(buyers["customer_id"])
        was = None if before is None else before.reindex(ids)  # once: of many customers it takes its time
        placed = score(buyers, model, before=was).set_axis(ids)
        fresh = score(buyers, model)["rfm_segment"].set_axis(ids)
        segment = placed["rfm_segment"]
        unchanged = segment if former is None else score(buyers, former, before=was)["rfm_segment"].set_axis(ids)
        frames.append(
            pd.DataFrame(
                {
                    "as_of": end,
                    "customer_id": ids,
                    "rfm_segment": pd.Categorical(segment.to_numpy(), names),
                    "rfm_segment_by_former_definition": pd.Categorical(unchanged.to_numpy(), names),
                }
            )
        )
        known = np.zeros(len(ids), dtype=bool) if was is None else was["rfm_segment"].notna().to_numpy()
        n_changed = 0 if was is None else int((known & (was["rfm_segment"] != segment)).sum())
        history.append((end, len(ids), int(known.sum()), n_changed, int((segment != fresh).sum())))
        if end < as_of:
            before, former = placed[[*SCORES, "rfm_segment"]], model
    return Followed(
        pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=RFM_MONTHS.names),
        pd.DataFrame(history, columns=["as_of", "n_customers", "n_before", "n_changed", "n_held"]),
        before,
    )


def _month_ends(snapshots: Path, as_of: date) -> Iterator[tuple[date, pd.DataFrame]]:
    columns = list(dict.fromkeys(["customer_id", "n_purchase_days", *READ_FROM.values()]))
    for end in (end for end in storage.values_of(snapshots, "as_of") if end <= as_of):
        frame = storage.read_frame(snapshots, columns, ("as_of", [end]))
        frame = frame[frame["n_purchase_days"].fillna(0) > 0].sort_values("customer_id", ignore_index=True)
        if len(frame):
            yield end, frame
