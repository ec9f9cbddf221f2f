"""Classes by what customers brought and are expected to bring; and the schemes side by side."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd

from crmwb.contract.segments import CROSSWALK
from crmwb.tiers import boundaries

CLASSES = ("high", "potential", "general", "low")
SCHEMES = ("tier", "value_class")
BROUGHT = ("profit_cents", "realised_revenue_cents", "revenue_cents")  # the first that is known of anybody


def brought(customers: pd.DataFrame) -> pd.Series:
    """Return what each customer brought so far, in cents: profit, or revenue where costs are unknown."""
    there = [name for name in BROUGHT if name in customers]
    column = next((name for name in there if customers[name].notna().any()), there[-1])  # nobody bought: all unknown
    return pd.to_numeric(customers[column]).astype(float)


def cuts(brought_cents: pd.Series, clv_cents: pd.Series | None, upper_share: float) -> dict[str, float] | None:
    """Find where the upper part begins, of what customers brought and of what is to come.

    Parameters
    ----------
    brought_cents : Series of shape (n,)
        Of the customers who bought.
    clv_cents : Series of shape (n,), or None
        What each is expected to bring; may be unknown for some.
    upper_share : float
        The share of customers in the upper part of each.

    Returns
    -------
    dict or None
        `brought_at_least_cents` and `clv_at_least_cents`; None where nothing is known of what is to come.
    """
    if clv_cents is None or not clv_cents.notna().any():
        return None
    shares = np.array([upper_share, 1 - upper_share])
    ends = [boundaries(values.dropna().to_numpy(dtype=float), shares)[1] for values in (brought_cents, clv_cents)]
    return dict(zip(("brought_at_least_cents", "clv_at_least_cents"), np.clip(ends, -1e18, 1e18).tolist(), strict=True))


def classes(brought_cents: pd.Series, clv_cents: pd.Series | None, at: dict[str, float] | None) -> pd.Series:
    """Give each customer a class.

    Parameters
    ----------
    brought_cents, clv_cents : Series of shape (n,)
        As for `cuts`.
    at : dict or None
        What `cuts` returned.

    Returns
    -------
    Series of shape (n,)
        high (upper part of both), potential (of what is to come alone), general (of what they brought alone) or low;
        None where what is to come is unknown.
    """
    if at is None or clv_cents is None:
        return pd.Series(None, index=brought_cents.index, dtype=object)
    much = brought_cents >= at["brought_at_least_cents"]
    comes = clv_cents >= at["clv_at_least_cents"]
    named = np.select([much & comes, comes, much], CLASSES[:3], default=CLASSES[3])
    return pd.Series(named, index=brought_cents.index, dtype=object).where(clv_cents.notna(), None)


def crosswalk(customers: pd.DataFrame, schemes: Sequence[str] = SCHEMES) -> pd.DataFrame:
    """Set schemes side by side: who of one is where in another.

    Parameters
    ----------
    customers : DataFrame
        One row per customer: the schemes (those there are), revenue_cents, and clv_cents where it is known.

    Returns
    -------
    DataFrame
        Columns of `CROSSWALK`, a row for each pair of segments that share a customer; for each two schemes once.
        clv_cents is NULL where it is known of none of them.
    """
    there = [name for name in schemes if name in customers and customers[name].notna().any()]
    clv = customers["clv_cents"] if "clv_cents" in customers else pd.Series(np.nan, index=customers.index)
    frame = customers[there].astype("category")
    frame = frame.assign(revenue_cents=customers["revenue_cents"], clv_cents=clv, n_customers=1)
    out = [_pair(frame, *two) for two in combinations(there, 2)]
    return pd.concat(out, ignore_index=True) if out else pd.DataFrame(columns=CROSSWALK.names)


def _pair(frame: pd.DataFrame, scheme: str, other: str) -> pd.DataFrame:
    sums = ["n_customers", "revenue_cents", "clv_cents"]
    rows = frame.groupby([scheme, other], sort=True)[sums].sum(min_count=1).reset_index()
    rows = rows.astype({scheme: "str", other: "str"})
    whole = rows.groupby(scheme)["n_customers"].transform("sum")
    rows = rows.assign(scheme=scheme, other_scheme=other, share_of_segment=rows["n_customers"] / whole)
    rows = rows.rename(columns={scheme: "segment", other: "other_segment"})
    whole_cents: pd.DataFrame = rows.astype({"n_customers": "int64", "revenue_cents": "int64", "clv_cents": "Int64"})
    return whole_cents.reindex(columns=CROSSWALK.names)
