"""RFM segments at month ends, each from what was known then, in the order of time and by the rule of today's."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb import storage
from crmwb.calendar import day_column
from crmwb.contract.segments import RFM_MONTHS
from crmwb.history.month_places import month_places
from crmwb.params import RfmParams
from crmwb.segmentation.rfm.scores import READ_FROM, SCORES, fit, rules, scores


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


def follow(snapshots: Path, as_of: date, params: RfmParams, ids: pa.Array) -> Followed:
    """Name the segment of each buyer at every month end up to `as_of`.

    Parameters
    ----------
    snapshots : Path
        Customers at month ends.
    as_of : date
        The present; it may be a month end itself.
    params : RfmParams
        How scores are cut and kept.
    ids : Array
        All customers, in the order of their ids.
    """
    frames, history = [], []
    texts: pd.Index[str] = pd.Index(ids.to_pandas(), name="customer_id")
    of_rules = ["", *(rule.name for rule in params.segments)]
    names: pd.Index[str] = pd.Index(list(dict.fromkeys(of_rules)))  # codes take a fraction of the memory of texts
    named = names.get_indexer(pd.Index(of_rules))
    before: pd.DataFrame | None = None
    former: dict[str, Any] | None = None
    for end, buyers in _month_ends(snapshots, as_of, ids):
        model = fit(buyers, params)
        was = None if before is None else before.reindex(buyers.index)
        placed, fresh = scores(buyers, model, before=was), scores(buyers, model)
        segment, of_fresh = (named[rules(each, model) + 1] for each in (placed, fresh))
        unchanged = segment if former is None else named[rules(scores(buyers, former, before=was), former) + 1]
        frames.append(
            pd.DataFrame(
                {
                    "as_of": day_column(end, len(buyers)),
                    "customer_id": pd.Categorical.from_codes(buyers.index, texts),
                    "rfm_segment": pd.Categorical.from_codes(segment, names),
                    "rfm_segment_by_former_definition": pd.Categorical.from_codes(unchanged, names),
                }
            )
        )
        known = np.zeros(len(buyers), dtype=bool) if was is None else was["segment"].notna().to_numpy()
        n_changed = 0 if was is None else int((known & (was["segment"] != segment)).sum())
        history.append((end, len(buyers), int(known.sum()), n_changed, int((segment != of_fresh).sum())))
        if end < as_of:
            before, former = placed[list(SCORES)].assign(segment=segment), model
    return Followed(
        pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=RFM_MONTHS.names),
        pd.DataFrame(history, columns=["as_of", "n_customers", "n_before", "n_changed", "n_held"]),
        None if before is None else _named(before, texts, names),
    )


def _named(before: pd.DataFrame, texts: pd.Index, names: pd.Index) -> pd.DataFrame:
    """Return the scores of customers known by places on their ids, with the name of the segment."""
    segment = names.to_numpy()[before["segment"].to_numpy()]
    return before[list(SCORES)].assign(rfm_segment=segment).set_axis(texts.take(before.index.to_numpy()))


def _month_ends(snapshots: Path, as_of: date, ids: pa.Array) -> Iterator[tuple[date, pd.DataFrame]]:
    """Yield the buyers of each month end on their places in `ids`."""
    columns = list(dict.fromkeys(["n_purchase_days", *READ_FROM.values()]))
    ends = [end for end in storage.values_of(snapshots, "as_of") if end <= as_of]
    places = month_places([snapshots], ends, ids)
    for end in ends:
        place = places.of[snapshots, end]
        frame = storage.read_frame(snapshots, columns, ("as_of", [end])).set_axis(pd.Index(place.astype(np.int64)))
        frame = frame[(place >= 0) & (frame["n_purchase_days"].fillna(0) > 0).to_numpy()]
        if len(frame):
            yield end, frame if frame.index.is_monotonic_increasing else frame.sort_index()
