"""What each segment is: its size, its money, how its customers typically buy."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from crmwb.contract.segments import PROFILES
from crmwb.lifecycle.names import STAGES
from crmwb.segmentation.model import NEVER_BOUGHT
from crmwb.segmentation.rfm import CLASSES

SCHEMES = ("rfm_segment", "rfm_class", "tier", "value_class", "cluster_name", "stage")
DESCRIBED = (
    *("revenue_cents", "margin_cents", "profit_cents", "clv_cents", "n_orders", "days_since_last", "mean_gap_days"),
    *("n_categories", "discount_share", "response_share"),
)
DECIMALS = 6


def profiles(
    features: pd.DataFrame, customers: pd.DataFrame, model: dict[str, Any], tiers: Sequence[str]
) -> pd.DataFrame:
    """Describe every segment that holds a customer, per scheme.

    Parameters
    ----------
    features : DataFrame
        One row per customer: features and, where they are there, value and stage.
    customers : DataFrame
        Their segments, from `score`.
    model : dict
        What `fit` returned; it knows the segments' order.
    tiers : sequence of str
        The tiers, best first.

    Returns
    -------
    DataFrame
        The columns of `PROFILES`, one row per scheme and segment, in the scheme's own order (`position`, from
        1). Within a scheme customers and money add up to those of all customers; a share of money is NULL where the
        sum of all is not positive. Money is in whole cents; mean_profit_cents and mean_clv_cents are per customer of
        whom it is known, mean_revenue_cents per customer, mean_order_cents per order; other means and medians are over
        the customers of whom the value is known, and NULL where there are none or the source does not have it.
        Schemes that neither frame has are left out.
    """
    if model["rfm"] is None:
        return pd.DataFrame(columns=PROFILES.names)
    own = [name for name in SCHEMES if name in customers]
    theirs = features[[name for name in ("customer_id", *SCHEMES, *DESCRIBED) if name in features and name not in own]]
    both = customers.merge(theirs, on="customer_id", validate="one_to_one").sort_values("customer_id")
    present = [name for name in SCHEMES if name in both and both[name].notna().any()]
    return pd.concat(
        [_scheme(both, scheme, _order(both, scheme, model, tiers)) for scheme in present], ignore_index=True
    )


def _order(both: pd.DataFrame, scheme: str, model: dict[str, Any], tiers: Sequence[str]) -> list[str]:
    """Return a scheme's segments in its own order: that of the model, of life, or else by revenue per customer."""
    learnt = {
        "rfm_segment": [rule["name"] for rule in model["rfm"]["segments"]],
        "rfm_class": [c.name for c in CLASSES],
        "tier": list(tiers),
        "cluster_name": [cluster["name"] for cluster in model["clusters"]["clusters"]],
        "stage": list(STAGES),
    }
    if scheme in learnt:
        return [*learnt[scheme], *([NEVER_BOUGHT[scheme]] if scheme in NEVER_BOUGHT else [])]
    each = both.groupby(scheme)["revenue_cents"].mean()
    return sorted(each.index, key=lambda name: (-round(float(each[name]), DECIMALS), name))


def _scheme(both: pd.DataFrame, scheme: str, order: list[str]) -> pd.DataFrame:
    present = [segment for segment in dict.fromkeys(order) if (both[scheme] == segment).any()]
    groups = both.groupby(scheme, sort=False)
    sizes, revenue = groups.size(), groups["revenue_cents"].sum().astype("int64")
    out = pd.DataFrame({"n_customers": sizes, "customer_share": sizes / len(both), "revenue_cents": revenue})
    total = int(revenue.sum())
    out["revenue_share"] = revenue / total if total else float("nan")
    out["margin_cents"] = _known(groups, "margin_cents", "sum").round().astype("Int64")
    for money in ("profit", "clv"):
        own = _known(groups, f"{money}_cents", "sum")
        out[f"{money}_cents"] = own.round().astype("Int64")
        out[f"{money}_share"] = own / own.sum() if own.sum() > 0 else float("nan")
        out[f"mean_{money}_cents"] = _known(groups, f"{money}_cents", "mean").round().astype("Int64")
    out["mean_revenue_cents"] = (revenue / sizes).round().astype("Int64")
    orders = groups["n_orders"].sum()
    out["mean_order_cents"] = (revenue / orders.where(orders > 0)).round().astype("Int64")
    out["mean_n_orders"] = orders / sizes
    out["median_days_since_last"] = _known(groups, "days_since_last", "median")
    out["median_mean_gap_days"] = _known(groups, "mean_gap_days", "median")
    out["mean_n_categories"] = _known(groups, "n_categories", "mean")
    out["mean_discount_share"] = _known(groups, "discount_share", "mean")
    out["mean_response_share"] = _known(groups, "response_share", "mean")
    shares = out.select_dtypes("float").columns
    out[shares] = out[shares].round(DECIMALS)
    out = out.loc[present].rename_axis("segment").reset_index()
    out.insert(0, "scheme", scheme)
    out.insert(1, "position", range(1, len(out) + 1))
    return out.reindex(columns=PROFILES.names)


def _known(groups: Any, column: str, how: str) -> pd.Series:
    """Return one number per group over the values that are known; NaN where the source does not have the column."""
    if column not in groups.obj:
        return pd.Series(float("nan"), index=groups.size().index)
    values = pd.to_numeric(groups.obj[column]).astype(float)
    by = values.groupby(groups.obj[groups.keys], sort=False)
    numbers: pd.Series = by.sum(min_count=1) if how == "sum" else by.agg(how)
    return numbers
