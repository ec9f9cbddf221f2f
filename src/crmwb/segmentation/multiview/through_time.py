"""A cross-table through time, and which of its cells grow or shrink."""

from collections.abc import Sequence

import ibis.expr.types as ir
import numpy as np
import pandas as pd
from scipy.special import ndtri

from crmwb.segmentation.multiview.crossings import CONFIDENCE, GROWING, LIKE_ALL, SHRINKING


def through_time(months: ir.Table, dimensions: Sequence[str]) -> ir.Table:
    """Count customers and their money in every cell at every month end.

    Parameters
    ----------
    months : ir.Table
        One row per month end and customer: as_of, revenue_cents of the month and the dimensions, such as
        data/lifecycle/customer_months.parquet joined with the customers' columns.
    dimensions : sequence of str
        Columns to cross, any number.

    Returns
    -------
    ir.Table
        as_of, the dimensions, n_customers, revenue_cents; sorted by all but the last two.
    """
    cells = months.group_by("as_of", *dimensions).aggregate(
        n_customers=months.count(), revenue_cents=months.revenue_cents.sum().cast("int64")
    )
    return cells.order_by("as_of", *dimensions)


def changes(cells: pd.DataFrame, dimensions: Sequence[str], n_months: int = 3, min_customers: int = 30) -> pd.DataFrame:
    """Compare the share of customers in each cell over the last months with that over as many before.

    Parameters
    ----------
    cells : DataFrame
        What `through_time` returns.
    dimensions : sequence of str
        The cells' columns.
    n_months : int
        How many month ends are the last ones; as many before are compared with them.
    min_customers : int
        A cell with fewer, on average, both times has no trend.

    Returns
    -------
    DataFrame
        One row per cell: n_customers and n_customers_before (means over the month ends), revenue_cents and
        revenue_cents_before (sums), change (of the share of all customers), change_lower and change_upper (95%, as for
        the ratio of two counts: its log has the variance 1/n + 1/n_before), trend. No rows where there are fewer than
        2 × n_months month ends.
    """
    ends = sorted(cells["as_of"].unique())
    columns = ["n_customers", "revenue_cents", "n_customers_before", "revenue_cents_before"]
    if len(ends) < 2 * n_months:
        return pd.DataFrame(columns=[*dimensions, *columns, "change", "change_lower", "change_upper", "trend"])
    sums = [
        cells[cells["as_of"].isin(when)].groupby(list(dimensions), dropna=False)[["n_customers", "revenue_cents"]].sum()
        for when in (ends[-n_months:], ends[-2 * n_months : -n_months])
    ]
    compared = sums[0].join(sums[1].add_suffix("_before"), how="outer").fillna(0).reset_index()
    now, before = (compared[c].to_numpy(dtype=np.float64) / n_months for c in ("n_customers", "n_customers_before"))
    compared["n_customers"], compared["n_customers_before"] = now, before
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (now / now.sum()) / (before / before.sum())
        factor = np.exp(float(ndtri((1 + CONFIDENCE) / 2)) * np.sqrt(1 / now + 1 / before))
        compared["change"] = ratio - 1
        compared["change_lower"], compared["change_upper"] = ratio / factor - 1, ratio * factor - 1
    trend = np.select([compared["change_lower"] > 0, compared["change_upper"] < 0], [GROWING, SHRINKING], LIKE_ALL)
    trend = trend.astype(object)
    trend[np.maximum(now, before) < min_customers] = None
    compared["trend"] = trend
    return compared.replace([np.inf, -np.inf], np.nan)
