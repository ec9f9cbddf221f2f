"""What each segment is: its size, its money, how its customers typically buy."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from crmwb.contract.segments import PROFILES
from crmwb.lifecycle.names import STAGES
from crmwb.segmentation.columns import Columns, in_order
from crmwb.segmentation.model import NEVER_BOUGHT
from crmwb.segmentation.rfm import CLASSES

SCHEMES = ("rfm_segment", "rfm_class", "tier", "value_class", "cluster_name", "stage")
DESCRIBED = {  # and how it is summed up
    "revenue_cents": ("total", "mean"),
    "n_orders": ("total",),
    "margin_cents": ("sum",),
    "profit_cents": ("sum", "mean"),
    "clv_cents": ("sum", "mean"),
    "days_since_last": ("median",),
    "mean_gap_days": ("median",),
    "n_categories": ("mean",),
    "discount_share": ("mean",),
    "response_share": ("mean",),
}
SIZE = ("customers", "size")
Numbers = dict[tuple[str, str], pd.Series]  # of a scheme, by column and how it is summed up
DECIMALS = 6


def profiles(features: Columns, customers: pd.DataFrame, model: dict[str, Any], tiers: Sequence[str]) -> pd.DataFrame:
    """Describe every segment that holds a customer, per scheme.

    Parameters
    ----------
    features : Columns
        One row per customer: features and, where they are there, value and stage; one column at a time is read.
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
    own = in_order(customers, features)
    there = {name: own if name in own else features for name in SCHEMES if name in own or name in features}
    segments = {name: columns[name].reset_index(drop=True).astype("category") for name, columns in there.items()}
    known = {name: of for name, of in segments.items() if of.notna().any()}
    numbers: dict[str, Numbers] = {name: {SIZE: of.groupby(of, sort=False).size()} for name, of in known.items()}
    for column, sums in DESCRIBED.items():
        if column not in features:
            continue
        values = features[column].reset_index(drop=True)
        for name, of in known.items():
            numbers[name] |= {(column, how): _number(values, of, how) for how in sums}
    every = [_scheme(name, numbers[name], _order(name, numbers[name], model, tiers), len(own)) for name in known]
    return pd.concat(every, ignore_index=True)


def _number(values: pd.Series, of: pd.Series, how: str) -> pd.Series:
    """Return a number for each segment, in the order of their first customers; of how many is known but for a total."""
    if how == "total":
        total: pd.Series = values.groupby(of, sort=False).sum()
        return total
    groups = pd.to_numeric(values).astype(float).groupby(of, sort=False)
    number: pd.Series = groups.sum(min_count=1) if how == "sum" else groups.agg(how)
    return number


def _order(scheme: str, numbers: Numbers, model: dict[str, Any], tiers: Sequence[str]) -> list[str]:
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
    each = numbers["revenue_cents", "mean"]
    return sorted(each.index, key=lambda name: (-round(float(each[name]), DECIMALS), name))


def _scheme(scheme: str, numbers: Numbers, order: list[str], n_customers: int) -> pd.DataFrame:
    sizes = numbers[SIZE]
    names = [str(name) for name in sizes.index]
    unknown = pd.Series(float("nan"), index=sizes.index)

    def known(column: str, how: str) -> pd.Series:
        return numbers.get((column, how), unknown)

    revenue, orders = numbers["revenue_cents", "total"].astype("int64"), numbers["n_orders", "total"]
    out = pd.DataFrame({"n_customers": sizes, "customer_share": sizes / n_customers, "revenue_cents": revenue})
    total = int(revenue.sum())
    out["revenue_share"] = revenue / total if total else float("nan")
    out["margin_cents"] = known("margin_cents", "sum").round().astype("Int64")
    for money in ("profit", "clv"):
        own = known(f"{money}_cents", "sum")
        out[f"{money}_cents"] = own.round().astype("Int64")
        out[f"{money}_share"] = own / own.sum() if own.sum() > 0 else float("nan")
        out[f"mean_{money}_cents"] = known(f"{money}_cents", "mean").round().astype("Int64")
    out["mean_revenue_cents"] = (revenue / sizes).round().astype("Int64")
    out["mean_order_cents"] = (revenue / orders.where(orders > 0)).round().astype("Int64")
    out["mean_n_orders"] = orders / sizes
    for column, sums in DESCRIBED.items():
        if sums in {("mean",), ("median",)}:
            out[f"{sums[0]}_{column}"] = known(column, sums[0])
    shares = out.select_dtypes("float").columns
    out[shares] = out[shares].round(DECIMALS)
    present = [segment for segment in dict.fromkeys(order) if segment in names]
    out = out.set_axis(pd.Index(names, dtype="str")).loc[present].rename_axis("segment").reset_index()
    out.insert(0, "scheme", scheme)
    out.insert(1, "position", range(1, len(out) + 1))
    return out.reindex(columns=PROFILES.names)
