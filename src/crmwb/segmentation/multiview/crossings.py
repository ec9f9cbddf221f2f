"""Every dimension, and every two of them crossed: customers, money and growth of each cell."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from crmwb.contract.segments import CROSSINGS
from crmwb.segmentation.multiview.dimensions import MADE_FROM_PURCHASES, available, levels

CONFIDENCE = 0.95
GROWING, SHRINKING, LIKE_ALL = "growing", "shrinking", "like_all"


def crossings(
    customers: pd.DataFrame, dimensions: Sequence[str], *, min_customers: int = 30, max_levels: int = 12
) -> pd.DataFrame:
    """Add up customers and money in the cells of each dimension and of each pair of dimensions.

    Parameters
    ----------
    customers : DataFrame
        One row per customer: the dimensions, revenue_cents, recent_revenue_cents and previous_revenue_cents (of two
        periods of the same length, one after the other; unknown where the source is younger than both).
    dimensions : sequence of str
        Which to cross; those that cannot be (see `dimensions.available`) are left out.
    min_customers : int
        A cell with fewer customers has no trend: what few do is chance.
    max_levels : int
        Levels kept of each dimension, the most common; the rest is "(other)".

    Returns
    -------
    DataFrame
        Columns of `CROSSINGS`; cells without customers have no row. `growth` is recent over previous revenue less 1,
        with the 95% interval of a ratio of two sums over customers (Cochran 1977, §2.11): how much it would vary were
        the customers others like them. `trend` compares it with the growth of all customers, who share the season: one
        of "growing", "shrinking" or "like_all", at 5% over all cells together (Bonferroni), so that chance does not
        lead among many cells. It is unknown where the cell is too small, the periods are not known, or one of its
        dimensions is made from the purchases of these very periods (a tier, a stage): such a cell grows or shrinks by
        definition, and `through_time.changes` compares its customers instead.
    """
    usable, _ = available(customers, dimensions)
    cut = pd.DataFrame({name: levels(customers[name], max_levels) for name in usable})
    money = _money(customers)
    whole = _summed(money, np.zeros(len(customers), dtype=np.int64), 1)
    parts = []
    cuts: list[tuple[str, ...]] = [*((name,) for name in usable), *combinations(usable, 2)]
    for names in cuts:
        sizes = [len(cut[name].cat.categories) for name in names]
        codes = [cut[name].cat.codes.to_numpy(dtype=np.int64) for name in names]
        cell = np.ravel_multi_index(codes, sizes)
        sums = _summed(money, cell, int(np.prod(sizes)))
        there = np.flatnonzero(sums["n_customers"])
        at = np.unravel_index(there, sizes)
        of = [np.asarray(cut[name].cat.categories, dtype=object)[i] for name, i in zip(names, at, strict=True)]
        is_pair = len(names) > 1
        parts.append(
            _growth(
                sums.iloc[there].reset_index(drop=True),
                whole,
                min_customers,
                can_grow=not set(names) & set(MADE_FROM_PURCHASES),
            ).assign(
                dimension=names[0],
                level=of[0],
                other_dimension=names[1] if is_pair else None,
                other_level=of[1] if is_pair else None,
            )
        )
    if not parts:
        return pd.DataFrame(columns=CROSSINGS.names)
    cells = pd.concat(parts, ignore_index=True)
    return pd.DataFrame(cells.assign(trend=_trend(cells["off_by"])), columns=CROSSINGS.names)


def _trend(off_by: pd.Series) -> np.ndarray:
    """Name the cells that differ from all customers by more than chance among so many cells explains."""
    limit = float(ndtri(1 - (1 - CONFIDENCE) / 2 / max(int(off_by.notna().sum()), 1)))
    trend = np.select([off_by > limit, off_by < -limit], [GROWING, SHRINKING], LIKE_ALL).astype(object)
    trend[off_by.isna()] = None
    return trend


def _money(customers: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return what is added up, one number per customer; the periods as floats with NaN where they are not known."""
    floats = {
        name: pd.to_numeric(customers[name]).to_numpy(dtype=np.float64, na_value=np.nan)
        for name in ("revenue_cents", "recent_revenue_cents", "previous_revenue_cents")
    }
    recent, previous = floats["recent_revenue_cents"], floats["previous_revenue_cents"]
    known = np.isfinite(recent) & np.isfinite(previous)
    recent, previous = (np.where(known, values, 0.0) for values in (recent, previous))
    return {
        "revenue_cents": np.nan_to_num(floats["revenue_cents"]),
        "recent_revenue_cents": recent,
        "previous_revenue_cents": previous,
        "is_watched": known.astype(np.float64),
        "recent_squares": recent * recent,
        "previous_squares": previous * previous,
        "products": recent * previous,
    }


def _summed(money: dict[str, np.ndarray], cell: np.ndarray, n_cells: int) -> pd.DataFrame:
    """Add up by cell; one thread, in the order of the rows, so the same every time. Cents are whole below 2^53."""
    sums = {name: np.bincount(cell, weights=values, minlength=n_cells) for name, values in money.items()}
    return pd.DataFrame({"n_customers": np.bincount(cell, minlength=n_cells), **sums})


def _growth(cells: pd.DataFrame, whole: pd.DataFrame, min_customers: int, *, can_grow: bool) -> pd.DataFrame:
    """Work out shares and growth of cells from their sums, and by how many deviations it differs from that of all."""
    n, recent, previous = (
        cells[c].to_numpy(dtype=np.float64) for c in ("n_customers", "recent_revenue_cents", "previous_revenue_cents")
    )
    watched = cells["is_watched"].to_numpy() > 0
    known = watched & (previous > 0) & can_grow
    below = np.where(known, previous, np.nan)
    ratio = recent / below
    squares = cells["recent_squares"] - 2 * ratio * cells["products"] + ratio**2 * cells["previous_squares"]
    correction = n / np.maximum(n - 1, 1)
    error = np.sqrt(np.maximum(squares.to_numpy() * correction, 0.0)) / below
    off = float(ndtri((1 + CONFIDENCE) / 2)) * error
    all_recent, all_previous = (float(whole[c].iloc[0]) for c in ("recent_revenue_cents", "previous_revenue_cents"))
    overall = all_recent / all_previous - 1 if all_previous > 0 else np.nan
    growth = ratio - 1
    if_like_all = 1 + overall  # the ratio expected: the spread about it is known even where no customer bought again
    spread = cells["recent_squares"] - 2 * if_like_all * cells["products"] + if_like_all**2 * cells["previous_squares"]
    expected_off = np.sqrt(np.maximum(spread.to_numpy() * correction, 0.0))
    off_by = np.full(len(cells), np.nan)
    is_large = known & (n >= min_customers) & (expected_off > 0)
    np.divide(recent - if_like_all * previous, expected_off, out=off_by, where=is_large)
    periods = {
        c: pd.array(np.where(watched, cells[c], 0).astype(np.int64), dtype="Int64")
        for c in ("recent_revenue_cents", "previous_revenue_cents")
    }
    for values in periods.values():
        values[~watched] = pd.NA
    cents = cells["revenue_cents"].to_numpy()
    total = float(whole["revenue_cents"].iloc[0])
    return pd.DataFrame(
        {
            "n_customers": cells["n_customers"].astype(np.int64),
            "customer_share": n / max(float(whole["n_customers"].iloc[0]), 1.0),
            "revenue_cents": cents.astype(np.int64),
            "revenue_share": cents / total if total else np.nan,
            **periods,
            "growth": growth,
            "growth_lower": np.maximum(growth - off, -1.0),
            "growth_upper": growth + off,
            "overall_growth": overall,
            "off_by": off_by,
        }
    )
