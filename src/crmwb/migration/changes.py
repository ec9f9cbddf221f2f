"""Customers whose segment changed in the last month, with the main reason of each."""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from crmwb.findings import Count, Days, Finding, Money, Name, Number, Share, Term, Value, dumps
from crmwb.migration.months import Array, Month
from crmwb.migration.transitions import Pair
from crmwb.segmentation.refit.causes import BOTH, CAUSES, REDEFINITION, causes

LESS_IS_BETTER = {"days_since_last", "mean_gap_days", "silence_ratio", "return_share", "overdue_share"}
INDIFFERENT = {"discount_share"}  # neither up nor down by itself
TIER_COLUMNS = (
    *("revenue_cents", "margin_cents", "n_purchase_days", "recent_orders", "n_product_lines"),
    *("response_share", "overdue_share"),
)
RFM_COLUMNS = ("days_since_last", "n_purchase_days", "revenue_cents")
STAGE_COLUMNS = ("days_since_last", "n_orders", "mean_gap_days")
LEAST_STEP = 1e-9


def changes(
    pair: Pair,
    segments: list[str],
    rank: pd.Series,
    annual_revenue: pd.Series,
    *,
    months: tuple[Month, Month],
    columns: Sequence[str],
    currency: str,
) -> pd.DataFrame:
    """Return every customer whose segment changed.

    The main reason is the column in which the customer overtook most others, or was overtaken by most: the change in
    percentile rank among the customers of now, of the columns that the scheme reads; for a change up or down, of the
    columns that changed for the better or the worse. Where only the definition changed, that is the reason.

    Parameters
    ----------
    pair : Pair
        The two month ends of one scheme.
    segments : list of str
        The scheme's segments, in order.
    rank, annual_revenue : Series
        Of the segments: their order, and cents a year per customer.
    months : (Month, Month)
        The earlier and the later month, with features.
    columns : sequence of str
        What the scheme reads.
    currency : str
        Of money in reasons.

    Returns
    -------
    DataFrame
        customer_id (the place in `Sources.places`), scheme, from_segment, to_segment, direction, cause, reason (a
        finding, as `findings.dumps` writes it), revenue_cents (of the twelve months before), expected_change_cents (a
        year).
    """
    changed = np.flatnonzero((pair.before >= 0) & (pair.before != pair.after))
    names = np.array(segments, dtype=object)
    before, after = names[pair.before[changed]], names[pair.after[changed]]
    step = rank.reindex(after).to_numpy() - rank.reindex(before).to_numpy()
    direction = np.select([step > 0, step < 0], ["up", "down"], default="across").astype(object)
    cause = np.array(CAUSES, dtype=object)[causes(pair.before[changed], pair.unchanged[changed], pair.after[changed])]
    gain = annual_revenue.reindex(after).to_numpy() - annual_revenue.reindex(before).to_numpy()
    main = _Main(pair.ids[changed], direction, months, any_way=pair.key[0] == "cluster_name")
    for column in columns:
        main.consider(column)
    by_definition = dumps(Finding("migration.reason.definition"))
    reasons = [
        by_definition if why == REDEFINITION else reason
        for why, reason in zip(cause, main.reasons(currency), strict=True)
    ]
    return pd.DataFrame(
        {
            "customer_id": pair.ids[changed],
            "scheme": pair.key[0],
            "from_segment": before,
            "to_segment": after,
            "direction": direction,
            "cause": cause,
            "reason": pd.Series(reasons, dtype=object),
            "revenue_cents": pair.year_cents[changed],
            "expected_change_cents": pd.Series(gain).round().astype("Int64"),
        }
    )


def by_cause(rows: pd.DataFrame) -> dict[str, int]:
    """Count changed customers by cause."""
    counts = rows["cause"].value_counts()
    return {cause: int(counts.get(cause, 0)) for cause in (*CAUSES[1:-1], BOTH)}


class _Main:
    """The main reason of each changed customer: the column with the largest change in percentile rank.

    Parameters
    ----------
    ids : Index of int, length n
        The customers.
    direction : ndarray of shape (n,)
        up, down or across.
    months : (Month, Month)
        The earlier and the later month, with features.
    any_way : bool
        Segments differ in kind, so a change of a column either way may be the reason.
    """

    def __init__(self, ids: pd.Index, direction: Array, months: tuple[Month, Month], *, any_way: bool) -> None:
        self._frames = [month.frame for month in months]
        self._rows = [month.ids.get_indexer(ids) for month in months]
        self._direction = direction
        self._wanted = np.select([direction == "up", direction == "down"], [1, -1], default=0)
        self._any_way = any_way
        self._step = np.full(len(ids), LEAST_STEP)
        self._column = np.full(len(ids), None, dtype=object)
        self._before, self._after = (np.full(len(ids), None, dtype=object) for _ in range(2))

    def consider(self, column: str) -> None:
        """Take a column as the reason of those customers whom it moved furthest."""
        if not len(self._step) or any(column not in frame for frame in self._frames):
            return
        if not pd.api.types.is_numeric_dtype(self._frames[1][column]):
            self._consider_levels(column)
            return
        now = _floats(self._frames[1][column])
        a, b = _floats(self._frames[0][column])[self._rows[0]], now[self._rows[1]]
        ranked = np.sort(now[np.isfinite(now)])
        if not ranked.size:
            return
        step = (_rank(ranked, b) - _rank(ranked, a)) * (-1 if column in LESS_IS_BETTER else 1)
        either_way = self._any_way or column in INDIFFERENT
        fits = np.ones(len(step), bool) if either_way else (self._wanted == 0) | (step * self._wanted > 0)
        best = fits & np.isfinite(step) & (np.abs(step) > self._step)
        self._step[best] = np.abs(step)[best]
        self._take(column, best, a, b)

    def reasons(self, currency: str) -> Iterator[str]:
        """Yield the reason of each customer, as `findings.dumps` writes it: many share one."""
        written = cache(lambda column, a, b, way: dumps(_reason(column, a, b, way, currency)))
        yield from map(written, self._column, self._before, self._after, self._direction)

    def _consider_levels(self, column: str) -> None:
        """Take a changed level as the reason of customers without another."""
        a, b = (
            frame[column].to_numpy(dtype=object)[rows] for frame, rows in zip(self._frames, self._rows, strict=True)
        )
        changed = (self._step <= LEAST_STEP) & pd.notna(a) & pd.notna(b) & (a != b)
        self._take(column, changed, a.astype(str), b.astype(str))

    def _take(self, column: str, rows: Array, before: Array, after: Array) -> None:
        self._column[rows], self._before[rows], self._after[rows] = column, before[rows], after[rows]


def _reason(column: str | None, before: Any, after: Any, way: str, currency: str) -> Finding:
    """Return why a customer changed: what a column was at the earlier and at the later month end."""
    if column is None:
        return Finding(f"migration.reason.no_column.{way}")
    what: dict[str, Value] = {"what": Term("column", column)}
    if isinstance(before, str):
        return Finding("migration.reason.became", what | {"before": Name(before), "after": Name(after)})
    if column == "days_since_last":
        return Finding(f"migration.reason.{'no_purchase' if after > before else 'bought'}", {"days": Days(after)})
    values = {"before": _value(column, before, currency), "after": _value(column, after, currency)}
    return Finding(f"migration.reason.{'rose' if after > before else 'fell'}", what | values)


def _value(column: str, value: float, currency: str) -> Value:
    """Return a value of a column as what its name says."""
    if column.endswith("_cents"):
        return Money(value, currency)
    if column.endswith("_share"):
        return Share(value)
    if column.startswith("n_"):
        return Count(value)
    return Days(value) if column.endswith("_days") else Number(value)


def _rank(ranked: Array, values: Array) -> Array:
    """Return the share of values below, plus half of those that are equal; NaN for NaN."""
    below = np.searchsorted(ranked, values, side="left") + np.searchsorted(ranked, values, side="right")
    return np.where(np.isfinite(values), below / (2 * len(ranked)), np.nan)


def _floats(column: pd.Series) -> Array:
    return np.asarray(column.to_numpy(dtype=float, na_value=np.nan))
