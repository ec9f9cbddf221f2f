"""Customers on the first month end after their first purchase, and what they brought in the months ahead."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from crmwb.calendar import month_of
from crmwb.history.places import Places, month_end_rows
from crmwb.params import PredictParams

NEW_DAYS = 31
READ = ("customer_id", "revenue_cents", "age_days", "n_purchase_days")  # beside the columns of newcomers


def candidates(features: pd.DataFrame, params: PredictParams) -> pd.DataFrame:
    """Return those of some customers who never bought, or for the first time lately: who may be sorted."""
    n_days = features["n_purchase_days"].fillna(0)
    return features[(n_days == 0) | ((n_days <= params.max_purchases) & (features["age_days"] <= 3 * NEW_DAYS))]


def newcomers(
    snapshots: Path, ends: Sequence[date], columns: Sequence[str], ahead: int, *, params: PredictParams, places: Places
) -> pd.DataFrame:
    """Return newcomers on their first month end, with `is_best` where the months ahead are over.

    The best are the top share of all customers known at that month end by their revenue of the months ahead. One month
    end is read after another, part by part; of those whose months ahead are not over, the revenue is held.

    Parameters
    ----------
    snapshots : Path
        Features at month ends.
    ends : sequence of date
        The month ends, ascending.
    columns : sequence of str
        Those of newcomers; texts become categories.
    ahead : int
        Months.
    params : PredictParams
        best_share, max_purchases.
    places : Places
        All customers.

    Returns
    -------
    DataFrame
        place (the customer's), `columns`, month, ahead_cents (NaN where the months ahead are not over), is_best; by
        month, then customer.
    """
    new: dict[int, pa.Table] = {}
    brought: dict[int, np.ndarray] = {}  # by newcomers in the months ahead
    revenue: dict[int, np.ndarray] = {}  # of all customers; NaN where unknown
    bounds: dict[int, float] = {}
    seen = np.zeros(len(places.ids), dtype=bool)
    for end in ends:
        month, cents, parts = month_of(end), np.full(len(seen), np.nan), []
        for rows in month_end_rows(snapshots, end, list(dict.fromkeys((*READ, *columns)))):
            place = places.of(rows["customer_id"])
            cents[place[place >= 0]] = _floats(rows["revenue_cents"])[place >= 0]
            is_new = (_floats(rows["age_days"]) <= NEW_DAYS) & (place >= 0) & ~seen[place]
            is_new &= _floats(rows["n_purchase_days"]) <= params.max_purchases
            seen[place[is_new]] = True
            parts.append(_columns(rows.filter(pa.array(is_new)), columns, place[is_new]))
        revenue[month], new[month] = cents, pa.concat_tables(parts)
        brought[month] = np.full(new[month].num_rows, np.nan)
        if (then := revenue.pop(month - ahead, None)) is not None:
            came = cents - then
            bounds[month - ahead] = float(pd.Series(came).quantile(1 - params.best_share))
            brought[month - ahead] = came[new[month - ahead]["place"].to_numpy()]
    known: pd.DataFrame = pa.concat_tables(new.values()).unify_dictionaries().to_pandas()
    known["month"] = np.repeat(list(new), [part.num_rows for part in new.values()])
    known["ahead_cents"] = np.concatenate(list(brought.values()))
    is_best = (known["ahead_cents"] > known["month"].map(bounds)) & (known["ahead_cents"] > 0)
    known["is_best"] = is_best.where(known["ahead_cents"].notna(), False).astype(bool)
    return known


def _columns(rows: pa.RecordBatch, columns: Sequence[str], place: np.ndarray) -> pa.Table:
    """Return columns of newcomers in little memory: of texts, each is held once."""
    values = {name: rows[name] for name in columns}
    coded = {name: of.dictionary_encode() if pa.types.is_string(of.type) else of for name, of in values.items()}
    return pa.table({"place": place} | coded)


def _floats(column: pa.Array) -> np.ndarray:
    return np.asarray(column.cast(pa.float64()).to_numpy(zero_copy_only=False))
