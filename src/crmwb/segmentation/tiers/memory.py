"""The tiers that customers had at past month ends, each told by what was known then."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from crmwb import storage
from crmwb.params import TierParams
from crmwb.segmentation.tiers.signs import SIGNS
from crmwb.segmentation.tiers.tiers import fit, score

NEEDED = ("customer_id", "n_purchase_days", "n_campaigns_received")


def remembered(snapshots: Path, as_of: date, params: TierParams) -> pd.Series | None:
    """Follow tiers through the last month ends, ranks and boundaries being those of each.

    Parameters
    ----------
    snapshots : Path
        Customers at month ends.
    as_of : date
        Month ends before it count.
    params : TierParams
        `memory_months` month ends at most.

    Returns
    -------
    Series or None
        The tier at the last of them, on the index customer_id; None where there is none.
    """
    before = None
    for _, frame in months(snapshots, as_of, params.memory_months):
        before = score(frame, fit(frame, params), before=before).set_axis(frame["customer_id"])["tier"]
    return before


def months(snapshots: Path, as_of: date, n_months: int) -> Iterator[tuple[date, pd.DataFrame]]:
    """Yield the last month ends before `as_of` and the customers who had bought by then, the earliest first."""
    storage.require(snapshots)
    ends = sorted(
        end for end in pq.read_table(snapshots, columns=["as_of"])["as_of"].unique().to_pylist() if end < as_of
    )
    there = set(pq.read_schema(snapshots).names)
    wanted = dict.fromkeys([*NEEDED, *(part.column for parts in SIGNS.values() for part in parts)])
    for end in ends[len(ends) - min(n_months, len(ends)) :]:
        frame = pd.read_parquet(snapshots, columns=[c for c in wanted if c in there], filters=[("as_of", "==", end)])
        frame = frame[frame["n_purchase_days"] > 0].sort_values("customer_id", ignore_index=True)
        if len(frame):
            yield end, frame
