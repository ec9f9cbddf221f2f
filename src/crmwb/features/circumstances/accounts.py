"""How much hangs on a few customers, and whether one of them has fallen silent."""

from typing import TYPE_CHECKING

from crmwb.features.circumstances.sales import Sales
from crmwb.findings import Count, Days, Finding, Money, Share

if TYPE_CHECKING:
    import pandas as pd

HEAVY = 0.10  # of a year's revenue: one customer with more is a dependence
LARGE = 0.03  # of a year's revenue: one with more is missed when silent
GAPS, MANY_GAPS = 8, 20  # gaps between purchases, with fewer of which no rhythm is known, or known well
SILENT, SILENT_OF_MANY = 2.0, 1.5  # times the longest gap so far, by how well the rhythm is known
YEAR = 365
DAILY, MANY_DAYS = 0.7, 100  # of at least so many days with sales: nobody buys on so many of them


def dependence(sales: Sales, currency: str) -> Finding | None:
    """Find that one customer brings a large part of the last year's revenue, and has not fallen silent."""
    total = _year(sales)
    rows = sales.largest
    rows = rows[~_is_silent(rows)] if len(rows) else rows
    if rows.empty or total <= 0:
        return None
    top = float(rows["cents"].iloc[0]) / total
    if top < HEAVY:
        return None
    values = {
        "share": Share(top),
        "money": Money(int(rows["cents"].iloc[0]), currency),
        "n": Count(len(rows)),
        "all": Share(float(rows["cents"].sum()) / total),
    }
    bought = sales.days["n_purchases"].loc[sales.as_of - YEAR :] > 0
    on_days = float(rows["n_days"].iloc[0]) / max(int(bought.sum()), 1)
    code = "dependence"
    if on_days >= DAILY and int(bought.sum()) >= MANY_DAYS:
        code, values = "dependence_number", values | {"days": Share(on_days)}
    return Finding(f"circumstances.{code}", values, weight=float(rows["cents"].iloc[0]))


def silent(sales: Sales, currency: str) -> Finding | None:
    """Find large customers who have been silent for far longer than ever before."""
    total = _year(sales)
    rows = sales.largest
    if rows.empty or total <= 0:
        return None
    gone: pd.DataFrame = rows[_is_silent(rows) & (rows["cents"] >= LARGE * total)]
    if gone.empty:
        return None
    first = gone.iloc[0]
    values = {
        "n": Count(len(gone), "customer"),
        "share": Share(float(gone["cents"].sum()) / total),
        "money": Money(int(gone["cents"].sum()), currency),
        "days": Days(int(first["days_since"])),
        "longest": Days(int(first["longest_gap"])),
    }
    return Finding(f"circumstances.silent{'' if len(gone) > 1 else '_one'}", values, weight=float(gone["cents"].sum()))


def _is_silent(rows: "pd.DataFrame") -> "pd.Series[bool]":
    times = rows["n_gaps"].ge(MANY_GAPS).map({True: SILENT_OF_MANY, False: SILENT})
    return (rows["n_gaps"] >= GAPS) & (rows["days_since"] > times * rows["longest_gap"])


def _year(sales: Sales) -> float:
    return float(sales.days["cents"].loc[sales.as_of - YEAR :].sum())
