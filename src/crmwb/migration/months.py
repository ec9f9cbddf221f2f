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
from crmwb.history.month_places import MonthPlaces, month_places
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
        Customers who had bought by then, sorted: their places in `Sources.places`.
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

    def places(self, n_months: int) -> MonthPlaces:
        """Return who stands where: month after month customers are known by their places, not by texts.

        Parameters
        ----------
        n_months : int
            As for `months`.
        """
        every = ends(self.snapshots)
        return month_places([self.snapshots, self.stages], every[_first(every, n_months) :])


def months(
    sources: Sources, schemes: Schemes, columns: Sequence[str], places: MonthPlaces, *, n_months: int, first_event: date
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
    places : MonthPlaces
        As `sources.places` returns them.
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
    for end in every[_first(every, n_months) :]:
        place = places.of[snapshots, end]
        frame, texts = _at(snapshots, end, read if end in wanted else ["customer_id", "revenue_cents"], place)
        own = pd.Index(frame["customer_id"])
        cents = frame["revenue_cents"].to_numpy().astype(np.int64)
        if end in wanted:
            stage_ids, stage_codes = _stages(sources.stages, end, schemes, places)
            codes, unchanged = schemes.label(frame, _written(sources.written, end, places.ids, (texts, place)))
            since = cents if whole and len(past) < YEAR else cents - _aligned(past[0], own) if past else 0 * cents
            yield Month(end, own, frame, since, codes, stage_ids, stage_codes, unchanged)
        past.append((own, cents))


def _first(every: Sequence[date], n_months: int) -> int:
    """Return the first of the month ends that are looked at: a year before those whose segments are."""
    return max(0, len(every) - len(every[-(n_months + 1) :]) - YEAR)


def _at(path: Path, end: date, columns: Sequence[str], place: Array) -> tuple[pd.DataFrame, pd.Series]:
    """Return the rows of a month end by the places of its customers, and their ids as they were read."""
    frame = storage.read_frame(path, columns, ("as_of", [end]))
    texts = frame["customer_id"]
    frame["customer_id"] = place.astype(np.int64)
    return frame if _rises(place) else frame.sort_values("customer_id", ignore_index=True), texts


def _rises(place: Array) -> bool:
    return bool((place[1:] > place[:-1]).all())


def _aligned(before: tuple[pd.Index, Array], ids: pd.Index) -> Array:
    """Return the earlier revenue of customers, 0 for new ones."""
    place = before[0].get_indexer(ids)
    return np.where(place >= 0, before[1][place], 0)


def _written(
    paths: Mapping[str, Path], end: date, ids: pa.Array, known: tuple[pd.Series, Array]
) -> dict[str, pd.DataFrame]:
    """Return the segments of a month end as they were written; `known` is a column of ids with their places."""
    frames = {}
    for scheme, path in paths.items():
        if not path.exists():
            continue
        frame = storage.read_frame(path, ["customer_id", scheme, f"{scheme}_by_former_definition"], ("as_of", [end]))
        texts = _texts(frame.pop("customer_id"))
        is_same = texts.equals(_texts(known[0]))  # nearly always: no other look-up then
        place = known[1] if is_same else storage.places(texts, ids)
        frames[scheme] = frame.set_axis(pd.Index(place.astype(np.int64), name="customer_id"))
    return {scheme: frame for scheme, frame in frames.items() if len(frame)}


def _texts(column: pd.Series) -> pa.ChunkedArray:
    texts = pa.array(column, type=pa.string())
    return texts if isinstance(texts, pa.ChunkedArray) else pa.chunked_array([texts])


def _stages(path: Path, end: date, schemes: Schemes, places: MonthPlaces) -> tuple[pd.Index | None, Array | None]:
    if (path, end) not in places.of:
        return None, None
    place = places.of[path, end]
    stage = storage.read_frame(path, ["stage"], ("as_of", [end]))["stage"]
    order = slice(None) if _rises(place) else np.argsort(place)
    return pd.Index(place.astype(np.int64)[order]), schemes.codes(("stage", "frozen"), stage)[order]
