"""Transitions from one month end to the next: customers, their revenue, and the causes."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmwb.migration.months import Array, Month
from crmwb.migration.schemes import FROZEN, STAGE, Key
from crmwb.segmentation.refit.causes import CAUSES, causes

NEW = "new"
COUNTS = ("n_customers", *(f"n_{cause}" for cause in CAUSES[1:]))


@dataclass(frozen=True)
class Pair:
    """The customers of one scheme at two month ends that follow one another.

    Attributes
    ----------
    key : (str, str)
        Scheme and definition.
    ids : Index of int, length n
        All customers at the later month end, by their places in `Sources.places`.
    before : int ndarray of shape (n,)
        Code of the segment at the earlier one; -1 for new customers.
    unchanged, after : int ndarray of shape (n,)
        Code at the later one, by the earlier and by the later definition.
    year_cents, month_cents : int64 ndarray of shape (n,)
        Revenue of the twelve months, and of the month, before the later one.
    """

    key: Key
    ids: pd.Index
    before: Array
    unchanged: Array
    after: Array
    year_cents: Array
    month_cents: Array


def pairs(earlier: Month, later: Month) -> list[Pair]:
    """Put the segments of two month ends side by side, in every scheme known at both."""
    place = earlier.ids.get_indexer(later.ids)
    there = place >= 0
    total = later.frame["revenue_cents"].to_numpy().astype(np.int64)
    month = total - np.where(there, earlier.frame["revenue_cents"].to_numpy().astype(np.int64)[place], 0)
    result = []
    for key, after in later.codes.items():
        if key not in earlier.codes:
            continue
        unchanged = later.unchanged.get(key, after)
        before = np.where(there, earlier.codes[key][place], -1)
        result.append(Pair(key, later.ids, before, unchanged, after, later.year_cents, month))
    if earlier.stage_ids is not None and later.stage_ids is not None:
        codes = (earlier.stage_codes, later.stage_codes)
        if codes[0] is not None and codes[1] is not None:
            was = earlier.stage_ids.get_indexer(later.stage_ids)
            bought = later.ids.get_indexer(later.stage_ids)
            year, now = (np.where(bought >= 0, cents[bought], 0) for cents in (later.year_cents, month))
            before = np.where(was >= 0, codes[0][was], -1)
            result.append(Pair((STAGE, FROZEN), later.stage_ids, before, codes[1], codes[1], year, now))
    return result


def counted(pair: Pair, segments: list[str]) -> pd.DataFrame:
    """Count a pair: one row per from and to that occurs, including customers who stayed and new ones.

    Returns
    -------
    DataFrame
        from_segment, to_segment, n_customers, n_behaviour, n_redefinition, n_both, revenue_cents (of the twelve
        months), month_cents; in the segments' order.
    """
    k = len(segments)
    why = causes(pair.before, pair.unchanged, pair.after)
    at = (np.where(pair.before < 0, k, pair.before) * k + pair.after).astype(np.int64)
    size = (k + 1) * k
    counts = np.bincount(at * len(CAUSES) + why, minlength=size * len(CAUSES)).reshape(size, len(CAUSES))
    rows = np.flatnonzero(counts.sum(axis=1))
    names = np.array([*segments, NEW], dtype=object)
    out = pd.DataFrame({"from_segment": names[rows // k], "to_segment": names[rows % k]})
    out["n_customers"] = counts[rows].sum(axis=1)
    is_new = rows // k == k
    for place, cause in enumerate(CAUSES[1:], start=1):
        out[f"n_{cause}"] = np.where(is_new, 0, counts[rows, place])
    for name, cents in (("revenue_cents", pair.year_cents), ("month_cents", pair.month_cents)):
        sums = np.zeros(size, dtype=np.int64)
        np.add.at(sums, at, cents)
        out[name] = sums[rows]
    return out


class AnnualRevenue:
    """Revenue a year per customer of each segment: twelve times that of the following month, over all months."""

    def __init__(self) -> None:
        self._cents: dict[tuple[Key, str], int] = {}
        self._months: dict[tuple[Key, str], int] = {}

    def add(self, key: Key, rows: pd.DataFrame) -> None:
        """Add the revenue of the month after a month end, by the segment at that month end."""
        stayed = rows[rows["from_segment"] != NEW]
        sums = stayed.groupby("from_segment", sort=True)[["n_customers", "month_cents"]].sum()
        for segment, n, cents in sums.itertuples(name=None):
            self._cents[key, segment] = self._cents.get((key, segment), 0) + int(cents)
            self._months[key, segment] = self._months.get((key, segment), 0) + int(n)

    def of(self, key: Key, segments: list[str]) -> pd.Series:
        """Return cents a year per customer of each segment; NaN where it never had a customer."""
        each = [
            12 * self._cents[key, name] / self._months[key, name] if (key, name) in self._months else np.nan
            for name in segments
        ]
        return pd.Series(each, index=segments, dtype=float)


def ranks(key: Key, segments: list[str], annual_revenue: pd.Series) -> pd.Series:
    """Return the rank of each segment: tiers by their order, all others by annual revenue per customer."""
    if key[0] == "tier":
        return pd.Series(np.arange(len(segments), 0, -1, dtype=float), index=segments)
    return annual_revenue.rank(method="average").reindex(segments).fillna(0.0)


def directed(rows: pd.DataFrame, rank: pd.Series, annual_revenue: pd.Series) -> pd.DataFrame:
    """Add direction (up, down, across, stayed, new), from_share and expected_change_cents (a year) to counts."""
    out = rows.drop(columns="month_cents")
    change = out["to_segment"].map(rank) - out["from_segment"].map(rank)
    stayed, new = out["from_segment"] == out["to_segment"], out["from_segment"] == NEW
    out["direction"] = np.select(
        [new, stayed, change > 0, change < 0], [NEW, "stayed", "up", "down"], default="across"
    ).astype(object)
    totals = out.groupby(["as_of", "from_segment"])["n_customers"].transform("sum")
    out["from_share"] = (out["n_customers"] / totals).where(~new)
    gain = out["n_customers"] * (out["to_segment"].map(annual_revenue) - out["from_segment"].map(annual_revenue))
    out["expected_change_cents"] = gain.round().astype("Int64")
    return out
