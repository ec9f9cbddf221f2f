"""How much hangs on a few customers, and whether one of them has fallen silent."""

from typing import TYPE_CHECKING

from crmwb.calendar import day_at
from crmwb.features.circumstances.sales import Sales
from crmwb.findings import Count, Day, Days, Finding, Money, Share

if TYPE_CHECKING:
    import pandas as pd

HEAVY = 0.10  # of a year's revenue: one customer with more is a dependence
LARGE = 0.03  # of a year's revenue: one with more is missed when silent
GAPS, MANY_GAPS = 8, 20  # gaps between purchases, with fewer of which no rhythm is known, or known well
SILENT, SILENT_OF_MANY = 2.0, 1.5  # times the longest gap so far, by how well the rhythm is known
YEAR = 365
ONE_DAY = 0.8  # of a customer's revenue of the year, on one day: an order of its own kind, on which nothing rests
DAILY, MANY_DAYS = 0.7, 100  # of at least so many days with sales: nobody buys on so many of them


def dependence(sales: Sales, currency: str) -> Finding | None:
    """Find that one customer brings a large part of the year's revenue, in several orders, and is not silent."""
    total = _year(sales)
    rows = sales.largest
    rows = rows[~_is_silent(rows) & ~_is_one_order(rows)] if len(rows) else rows
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


def one_order(sales: Sales, currency: str) -> Finding | None:
    """Find that a customer brought a large part of the last year's revenue on a single day."""
    total = _year(sales)
    rows = sales.largest
    if rows.empty or total <= 0:
        return None
    large: pd.DataFrame = rows[_is_one_order(rows) & (rows["day_cents"] >= HEAVY * total)]
    if large.empty:
        return None
    first = large.iloc[0]
    values = {
        "day": Day(day_at(int(first["largest_day"]))),
        "share": Share(float(first["day_cents"]) / total),
        "money": Money(int(first["day_cents"]), currency),
    }
    return Finding("circumstances.one_order", values, weight=float(first["day_cents"]))


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


def _is_one_order(rows: "pd.DataFrame") -> "pd.Series[bool]":
    return (rows["day_cents"] >= ONE_DAY * rows["cents"]) & (rows["cents"] > 0)


def _year(sales: Sales) -> float:
    return float(sales.days["cents"].loc[sales.as_of - YEAR :].sum())
