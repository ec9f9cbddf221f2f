"""Customers at month ends, one month end at a time, with the segments they were in."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb import storage
from crmwb.migration.schemes import Key, Schemes

Array = np.ndarray
YEAR = 12
LONGEST_MONTH = timedelta(days=31)
NEEDED = ("customer_id", "n_purchase_days", "days_since_last", "n_orders", "revenue_cents")


@dataclass(frozen=True)
class Month:
    """The segments of customers at one month end.

    Attributes
    ----------
    as_of : date
        The first day after the month.
    ids : Index of int, length n
        Customers who had bought by then, sorted: their places in `Sources.ids`.
    frame : DataFrame of shape (n, ...)
        Their features then; customer_id holds places too.
    year_cents : int64 ndarray of shape (n,)
        Their revenue of the twelve months before, or of as many as are known.
    codes : mapping of (scheme, definition) to int ndarray of shape (n,)
        The place of each customer's segment in `Schemes.segments`.
    stage_ids, stage_codes
        The same for the stages of life, which customers without a purchase have too; None where they are not known.
    unchanged : mapping of (scheme, definition) to int ndarray of shape (n,)
        The same by the definition of the month before, of schemes whose boundaries are set anew each month.
    """

    as_of: date
    ids: pd.Index
    frame: pd.DataFrame
    year_cents: Array
    codes: Mapping[Key, Array]
    stage_ids: pd.Index | None
    stage_codes: Array | None
    unchanged: Mapping[Key, Array]


def ends(snapshots: Path) -> list[date]:
    """Return the month ends that were kept, in order."""
    return storage.values_of(snapshots, "as_of")


@dataclass(frozen=True)
class Sources:
    """The files of customers and their segments at month ends.

    Attributes
    ----------
    snapshots : Path
        `layout.SNAPSHOTS`.
    stages : Path
        `layout.LIFECYCLE_MONTHS`; may be missing.
    written : mapping of str to Path
        By scheme: `layout.TIER_MONTHS` and `layout.RFM_MONTHS`; may be missing.
    """

    snapshots: Path
    stages: Path
    written: Mapping[str, Path]

    def ids(self) -> pa.Array:
        """Return all customers: month after month they are known by their places in it, not by texts."""
        return storage.ids_of(self.snapshots, self.stages)


def months(
    sources: Sources, schemes: Schemes, columns: Sequence[str], ids: pa.Array, *, n_months: int, first_event: date
) -> Iterator[Month]:
    """Yield the last `n_months` + 1 month ends in order; never more than two are in memory, and a year of revenue.

    Parameters
    ----------
    sources : Sources
        The files.
    schemes : Schemes
        Assign segments to customers.
    columns : sequence of str
        The features to read; those that do not exist are left out.
    ids : Array
        As `sources.ids()` returns them.
    n_months : int
        How many transitions from one month end to the next.
    first_event : date
        The first day of the source: a history that begins with it is whole.
    """
    snapshots = sources.snapshots
    every = ends(snapshots)
    wanted = every[-(n_months + 1) :]
    there = set(storage.columns_of(snapshots))
    read = [name for name in dict.fromkeys((*NEEDED, *columns)) if name in there]
    whole = bool(every) and every[0] - first_event <= LONGEST_MONTH
    past: deque[tuple[pd.Index, Array]] = deque(maxlen=YEAR)
    begin = max(0, len(every) - len(wanted) - YEAR)
    for end in every[begin:]:
        frame = _at(snapshots, end, read if end in wanted else ["customer_id", "revenue_cents"], ids)
        own = pd.Index(frame["customer_id"])
        cents = frame["revenue_cents"].to_numpy().astype(np.int64)
        if end in wanted:
            stage_ids, stage_codes = _stages(sources.stages, end, schemes, ids)
            codes, unchanged = schemes.label(frame, _written(sources.written, end, ids))
            since = cents if whole and len(past) < YEAR else cents - _aligned(past[0], own) if past else 0 * cents
            yield Month(end, own, frame, since, codes, stage_ids, stage_codes, unchanged)
        past.append((own, cents))


def _at(path: Path, end: date, columns: Sequence[str], ids: pa.Array) -> pd.DataFrame:
    frame = storage.read_frame(path, columns, ("as_of", [end]))
    frame["customer_id"] = storage.places(pa.array(frame["customer_id"], type=ids.type), ids)
    return frame.sort_values("customer_id", ignore_index=True)


def _aligned(before: tuple[pd.Index, Array], ids: pd.Index) -> Array:
    """Return the earlier revenue of customers, 0 for new ones."""
    place = before[0].get_indexer(ids)
    return np.where(place >= 0, before[1][place], 0)


def _written(paths: Mapping[str, Path], end: date, ids: pa.Array) -> dict[str, pd.DataFrame]:
    there = {scheme: path for scheme, path in paths.items() if path.exists()}
    frames = {
        scheme: _at(path, end, ["customer_id", scheme, f"{scheme}_by_former_definition"], ids).set_index("customer_id")
        for scheme, path in there.items()
    }
    return {scheme: frame for scheme, frame in frames.items() if len(frame)}


def _stages(path: Path, end: date, schemes: Schemes, ids: pa.Array) -> tuple[pd.Index | None, Array | None]:
    if not path.exists():
        return None, None
    frame = _at(path, end, ["customer_id", "stage"], ids)
    if frame.empty:
        return None, None
    return pd.Index(frame["customer_id"]), schemes.codes(("stage", "frozen"), frame["stage"])
