"""What came after: customers given their cluster at an earlier month end, and what they spent in the months since."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from crmwb import storage
from crmwb.findings import Count, Day, Listing, Term, Unavailable
from crmwb.params import INTERESTS, AcceptanceParams
from crmwb.segmentation.columns import rises, texts

REVENUE = ("customer_id", "n_purchase_days", "revenue_cents")


@dataclass(frozen=True)
class Later:
    """Customers of an earlier month end and what they did since; `frame` is None where that cannot be known.

    Attributes
    ----------
    frame : DataFrame or None
        One row per customer who had bought by then: customer_id, cluster (by what was known then, with the clusters of
        now), later_revenue_cents, is_kept (in the same cluster now).
    cut, end : date or None
        The month end of the clusters, and the end of what came after; both exclusive.
    reason : Unavailable or None
        Why there is no frame.
    """

    frame: pd.DataFrame | None
    cut: date | None
    end: date | None
    reason: Unavailable | None = None


def month_ends(known: Collection[date], params: AcceptanceParams) -> tuple[date, date] | None:
    """Return the month end to give clusters at and the newest one, `params.months_ahead` apart; None: too few."""
    days = sorted(set(known))
    return (days[-1 - params.months_ahead], days[-1]) if len(days) > params.months_ahead else None


def later(
    snapshots: tuple[pd.DataFrame, pd.DataFrame],
    ends: tuple[date, date] | None,
    segments: pd.DataFrame,
    model: dict[str, Any],
    score: Callable[[pd.DataFrame], pd.DataFrame],
    *,
    params: AcceptanceParams,
) -> Later:
    """Give customers their cluster at an earlier month end, and measure what they did since.

    The clusters' centres are those of now; the customers are as they were known then, so what they spent afterwards is
    held out from the cluster that they are in.

    Parameters
    ----------
    snapshots : (DataFrame, DataFrame)
        One row per customer at each of the two month ends: what clusters read, and `REVENUE` beside it; of the later
        one, `REVENUE` alone.
    ends : (date, date) or None
        What `month_ends` returned.
    segments : DataFrame
        The clusters of now, by customer_id.
    model : dict
        The cluster model, with the columns that it takes.
    score : callable
        Customers (columns of snapshots) → frame on their index with `cluster`.
    params : AcceptanceParams
        How many months later.
    """
    if ends is None:
        months = Count(params.months_ahead, "month")
        return Later(None, None, None, Unavailable("acceptance.unavailable.history", values={"months": months}))
    if model.get("k", 0) < 2:
        return Later(None, *ends, Unavailable("acceptance.unavailable.one_group"))
    before, after = snapshots
    missing = sorted({c.get("column", c["feature"]) for c in model["columns"]} - set(before.columns))
    if missing:
        if missing == [INTERESTS]:
            return Later(None, *ends, Unavailable("acceptance.unavailable.interests"))
        columns = Listing(tuple(Term("column", name) for name in missing))
        return Later(None, *ends, Unavailable("acceptance.unavailable.columns", values={"columns": columns}))
    cut, end = ends
    bought = (pd.to_numeric(before["n_purchase_days"]) > 0).to_numpy()
    if not bought.any():
        return Later(None, *ends, Unavailable("acceptance.unavailable.no_buyers", values={"day": Day(cut)}))
    before = before if bought.all() else before[bought]
    ids = texts(before["customer_id"])
    if not rises(ids):
        before = before.iloc[pc.sort_indices(ids).to_numpy()]
        ids = texts(before["customer_id"])
    then = score(before)["cluster"].to_numpy(dtype=int)
    spent, now = (
        np.append(known, np.nan)[storage.places(ids, texts(frame["customer_id"]))]  # the last one where it is not there
        for frame, known in (
            (after, after["revenue_cents"].to_numpy(dtype=float, na_value=np.nan)),
            (segments, segments["cluster"].to_numpy(dtype=float, na_value=np.nan)),
        )
    )
    frame = pd.DataFrame(
        {
            "customer_id": ids.to_pandas(),
            "cluster": then,
            "later_revenue_cents": spent - before["revenue_cents"].to_numpy(dtype=float),
            "is_kept": now == then,
        }
    )
    return Later(frame, cut, end)
