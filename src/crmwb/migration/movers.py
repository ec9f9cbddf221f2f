"""Who moved in the last month, and the main reason, in words."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmwb.migration.months import Array, Month
from crmwb.migration.moves import Pair
from crmwb.segmentation import vocabulary, words
from crmwb.segmentation.refit.causes import BOTH, CAUSES, REDEFINITION, causes

LESS_IS_BETTER = {"days_since_last", "mean_gap_days", "silence_ratio", "return_share", "overdue_share"}
INDIFFERENT = {"discount_share"}  # neither up nor down by itself
TIER_COLUMNS = (
    *("revenue_cents", "margin_cents", "n_purchase_days", "recent_orders", "n_product_lines"),
    *("response_share", "overdue_share"),
)
RFM_COLUMNS = ("days_since_last", "n_purchase_days", "revenue_cents")
STAGE_COLUMNS = ("days_since_last", "n_orders", "mean_gap_days")
OVERTAKEN = {"up": "others fell behind them", "down": "others moved past them"}
REDEFINED = "the definition moved, not the customer"
LEAST_STEP = 1e-9


def movers(
    pair: Pair,
    segments: list[str],
    rank: pd.Series,
    worth: pd.Series,
    *,
    months: tuple[Month, Month],
    columns: Sequence[str],
) -> pd.DataFrame:
    """Return everybody who was in one segment and now is in another.

    The main reason is the column that moved the customer furthest past others: the change in percentile rank among
    the customers of now, of the columns that the scheme reads; for a move up or down, of those that changed for the
    better or the worse. Where the definition alone moved the customer, that is the reason.

    Parameters
    ----------
    pair : Pair
        The two month ends of one scheme.
    segments : list of str
        The scheme's segments, in order.
    rank, worth : Series
        Of the segments: how high they are, and cents a year per customer.
    months : (Month, Month)
        The earlier and the later month, with features.
    columns : sequence of str
        What the scheme reads.

    Returns
    -------
    DataFrame
        customer_id, scheme, from_segment, to_segment, direction, cause, reason, revenue_cents (of the twelve months
        before), expected_change_cents (a year).
    """
    moved = np.flatnonzero((pair.before >= 0) & (pair.before != pair.after))
    names = np.array(segments, dtype=object)
    before, after = names[pair.before[moved]], names[pair.after[moved]]
    step = rank.reindex(after).to_numpy() - rank.reindex(before).to_numpy()
    direction = np.select([step > 0, step < 0], ["up", "down"], default="across").astype(object)
    why = causes(pair.before[moved], pair.unchanged[moved], pair.after[moved])
    gain = worth.reindex(after).to_numpy() - worth.reindex(before).to_numpy()
    out = pd.DataFrame(
        {
            "customer_id": pair.ids[moved],
            "scheme": pair.key[0],
            "from_segment": before,
            "to_segment": after,
            "direction": direction,
            "cause": np.array(CAUSES, dtype=object)[why],
            "revenue_cents": pair.year_cents[moved],
            "expected_change_cents": pd.Series(gain).round().astype("Int64"),
        }
    )
    free = pair.key[0] == "cluster_name"  # clusters differ in kind: a change either way may be the reason
    said = _reasons(pair.ids[moved], direction, months, columns, free=free)
    by_definition = out["cause"].to_numpy() == REDEFINITION
    out["reason"] = np.where(by_definition, REDEFINED, said)
    return out


def total(found: pd.DataFrame) -> dict[str, int]:
    """Count movers by cause."""
    counts = found["cause"].value_counts()
    return {cause: int(counts.get(cause, 0)) for cause in (*CAUSES[1:-1], BOTH)}


def _reasons(
    ids: pd.Index, direction: Array, months: tuple[Month, Month], columns: Sequence[str], *, free: bool
) -> Array:
    earlier, later = months
    was, now = earlier.ids.get_indexer(ids), later.ids.get_indexer(ids)
    best = np.full(len(ids), LEAST_STEP)
    said = np.array([OVERTAKEN.get(way, "their mix of purchases changed") for way in direction], dtype=object)
    if not len(ids):
        return said
    wanted = np.select([direction == "up", direction == "down"], [1, -1], default=0)
    for column in columns:
        if column not in later.frame or column not in earlier.frame:
            continue
        if not pd.api.types.is_numeric_dtype(later.frame[column]):
            a, b = (month.frame[column].to_numpy(dtype=object) for month in months)
            a, b = a[was], b[now]
            changed = (best <= LEAST_STEP) & pd.notna(a) & pd.notna(b) & (a != b)
            label = vocabulary.label(column)
            said[changed] = [f"{label} now {y}, before {x}" for x, y in zip(a[changed], b[changed], strict=True)]
            continue
        everyone = _floats(later.frame[column])
        a, b = _floats(earlier.frame[column])[was], everyone[now]
        ranked = np.sort(everyone[np.isfinite(everyone)])
        if not ranked.size:
            continue
        step = (_rank(ranked, b) - _rank(ranked, a)) * (-1 if column in LESS_IS_BETTER else 1)
        fits = np.ones(len(ids), bool) if free or column in INDIFFERENT else (wanted == 0) | (step * wanted > 0)
        better = fits & np.isfinite(step) & (np.abs(step) > best)
        best[better] = np.abs(step)[better]
        said[better] = _says(column, a[better], b[better])
    return said


def _rank(ranked: Array, values: Array) -> Array:
    """Return the share of values below, plus half of those that are equal; NaN for NaN."""
    below = np.searchsorted(ranked, values, side="left") + np.searchsorted(ranked, values, side="right")
    return np.where(np.isfinite(values), below / (2 * len(ranked)), np.nan)


def _says(column: str, before: Array, after: Array) -> list[str]:
    """Write what changed: "orders up from 3 to 7"."""
    if column == "days_since_last":
        return [
            f"no purchase for {b:.0f} days" if b > a else f"bought {b:.0f} day{'s' * (round(b) != 1)} ago"
            for a, b in zip(before, after, strict=True)
        ]
    label, unit = vocabulary.label(column), _unit(column)
    return [
        f"{label} {'up' if b > a else 'down'} from {words.amount(a, unit)} to {words.amount(b, unit)}"
        for a, b in zip(before.tolist(), after.tolist(), strict=True)
    ]


def _unit(column: str) -> str:
    if column.endswith("_cents"):
        return "money"
    return "share" if column.endswith("_share") else "ratio"


def _floats(column: pd.Series) -> Array:
    return np.asarray(column.to_numpy(dtype=float, na_value=np.nan))
