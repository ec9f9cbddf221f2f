"""RFM segments at month ends, each from what was known then, in the order of time and by the rule of today's."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb import storage
from crmwb.params import RfmParams
from crmwb.segmentation.columns import texts
from crmwb.segmentation.rfm.scores import READ_FROM, SCORES, fit, rules, scores


@dataclass(frozen=True)
class Months:
    """The RFM segments of all customers at month ends, a byte each.

    Attributes
    ----------
    ids : Array of length n
        All customers, in order.
    names : tuple of str
        The segments.
    segments, by_former_definition : dict of date to int8 ndarray of shape (n,)
        By month end, the place in `names` of each customer's segment, -1 of those who had not bought: by the definition
        of the month, and by that of the month before, which tells a customer who changed from a definition that did.
    """

    ids: pa.Array
    names: tuple[str, ...]
    segments: dict[date, np.ndarray] = field(default_factory=dict)
    by_former_definition: dict[date, np.ndarray] = field(default_factory=dict)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the rows of `RFM_MONTHS`, in order."""
        names = pa.array(self.names, pa.string())
        for end, segment in self.segments.items():
            who = np.flatnonzero(segment >= 0)
            for start in range(0, len(who), storage.ROW_GROUP_ROWS):
                rows = who[start : start + storage.ROW_GROUP_ROWS]
                yield pa.RecordBatch.from_pydict(
                    {
                        "as_of": pa.repeat(pa.scalar(end, pa.date32()), len(rows)),
                        "customer_id": self.ids.take(pa.array(rows)),
                        "rfm_segment": names.take(pa.array(segment[rows])),
                        "rfm_segment_by_former_definition": names.take(pa.array(self.by_former_definition[end][rows])),
                    }
                )


@dataclass(frozen=True)
class Followed:
    """The RFM segments of past month ends.

    Attributes
    ----------
    months : Months
        All of them.
    history : DataFrame
        One row per month end: as_of, n_customers, n_before (of them, with a segment a month earlier), n_changed (of
        these), n_held (in another segment than without hysteresis).
    before : DataFrame or None
        The scores of all customers at the last month end before the present, in the order of their ids; 0 of those who
        had not bought.
    """

    months: Months
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
    of_rules = ["", *(rule.name for rule in params.segments)]
    names = list(dict.fromkeys(of_rules))
    named = np.array([names.index(name) for name in of_rules], dtype=np.int8)
    months, history = Months(ids, tuple(names)), []
    before: pd.DataFrame | None = None
    former: dict[str, Any] | None = None
    last = np.full(len(ids), -1, dtype=np.int8)  # each customer's segment a month earlier
    for end, place, buyers in _month_ends(snapshots, as_of, ids):
        model = fit(buyers, params)
        was = None if before is None else before.take(place)
        placed = scores(buyers, model, before=was)
        segment, of_fresh = (named[rules(each, model) + 1] for each in (placed, scores(buyers, model)))
        unchanged = segment if former is None else named[rules(scores(buyers, former, before=was), former) + 1]
        months.segments[end], months.by_former_definition[end] = (
            _of_all(c, place, len(ids), -1) for c in (segment, unchanged)
        )
        known = last[place] >= 0
        n_changed = int((known & (last[place] != segment)).sum())
        history.append((end, len(buyers), int(known.sum()), n_changed, int((segment != of_fresh).sum())))
        if end < as_of:
            before = pd.DataFrame({name: _of_all(placed[name].to_numpy(), place, len(ids), 0) for name in SCORES})
            former, last = model, months.segments[end]
    return Followed(
        months, pd.DataFrame(history, columns=["as_of", "n_customers", "n_before", "n_changed", "n_held"]), before
    )


def _of_all(values: np.ndarray, place: np.ndarray, n: int, none: int) -> np.ndarray:
    """Return a small number of each of all customers, from those of some at their places."""
    out = np.full(n, none, dtype=np.int8)
    out[place] = values
    return out


def _month_ends(snapshots: Path, as_of: date, ids: pa.Array) -> Iterator[tuple[date, np.ndarray, pd.DataFrame]]:
    """Yield the buyers of each month end, with their places in `ids`, in the order of these."""
    columns = list(dict.fromkeys(["customer_id", "n_purchase_days", *READ_FROM.values()]))
    for end in (end for end in storage.values_of(snapshots, "as_of") if end <= as_of):
        frame = storage.read_frame(snapshots, columns, ("as_of", [end]))
        place = storage.places(texts(frame.pop("customer_id")), ids).astype(np.int32)
        counts = (place >= 0) & (frame["n_purchase_days"].fillna(0) > 0).to_numpy()
        if not counts.all():
            frame, place = frame[counts], place[counts]
        if not (place[1:] > place[:-1]).all():
            order = np.argsort(place)
            frame, place = frame.iloc[order], place[order]
        if len(frame):
            yield end, place, frame.reset_index(drop=True)
