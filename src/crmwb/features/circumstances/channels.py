"""Channels that change how figures read: every order has a customer number of its own, or the channel has stopped."""

import numpy as np
import pandas as pd

from crmwb.calendar import day_at
from crmwb.features.circumstances.growth import windows
from crmwb.features.circumstances.sales import MATURE_DAYS, Sales
from crmwb.findings import Change, Count, Day, Days, Finding, Money, Name, Share, Value

MANY = 100  # customers of a channel, and of all others, below which their shares tell little
NEVER = 0.01  # share of customers who bought again, at most: next to nobody
YEAR = 365
LARGE = 0.1  # of the revenue of the year up to its last sale: a channel that brought less is no news
SELLING_DAYS = 30  # of a channel, from where on its pauses are known
SILENT_DAYS, SILENT = 28, 3.0  # since its last sale, at least, and times its longest pause
USUALLY = 0.15  # share of the customers of other channels who did, at least


def numbers_per_order(sales: Sales) -> Finding | None:
    """Find the largest channel whose customers next to never buy again where those of the others do."""
    rows = sales.channels
    share = rows["n_again"] / rows["n"]
    never = rows[(rows["n"] >= MANY) & (share <= NEVER)].sort_values(["n", "channel"], ascending=[False, True])
    others = rows[share > NEVER]
    n = int(others["n"].sum())
    if never.empty or n < MANY or others["n_again"].sum() < USUALLY * n:
        return None
    first = never.iloc[0]
    values = {
        "channel": Name(str(first["channel"])),
        "n": Count(int(first["n"]), "customer"),
        "days": Days(MATURE_DAYS),
        "share": Share(float(first["n_again"] / first["n"])),
        "usual": Share(float(others["n_again"].sum() / n)),
    }
    return Finding("circumstances.numbers_per_order", values, weight=float(first["n"]))


def stopped(sales: Sales, currency: str) -> Finding | None:
    """Find the largest channel that brought much until its sales stopped within the last year, for longer than ever."""
    largest: Finding | None = None
    others = sales.days["n_purchases"] > 0
    for channel, rows in sales.channel_days.groupby("channel"):
        days = rows["day"].to_numpy()
        last, since = int(days[-1]), sales.as_of - int(days[-1])
        if len(days) < SELLING_DAYS or not SILENT_DAYS <= since <= YEAR:
            continue
        goes_on = int(others.loc[last + 1 :].sum()) >= SILENT_DAYS / 2
        if not goes_on or since <= SILENT * int(np.diff(days).max()):
            continue
        cents = int(rows.loc[rows["day"] > last - YEAR, "cents"].sum())
        of_all = int(sales.days["sold_cents"].loc[last - YEAR + 1 : last].sum())
        if cents < LARGE * of_all or (largest is not None and cents <= largest.weight):
            continue
        values = {
            "channel": Name(str(channel)),
            "day": Day(day_at(last)),
            "share": Share(cents / of_all),
            "money": Money(cents, currency),
            **_on_year_before(sales, rows, currency),
        }
        largest = Finding("circumstances.channel_stopped", values, weight=float(cents))
    return largest


def _on_year_before(sales: Sales, rows: pd.DataFrame, currency: str) -> dict[str, Value]:
    """Return how much less a channel sold in the recent days than 52 weeks before, and how all other sales changed."""
    now, before = windows(sales)
    own = [int(rows.loc[rows["day"].between(since, until - 1), "cents"].sum()) for since, until in (before, now)]
    sold = sales.days["sold_cents"]
    others = [
        int(sold.loc[since : until - 1].sum()) - cents for (since, until), cents in zip((before, now), own, strict=True)
    ]
    return {"fell": Money(own[0] - own[1], currency), "others": Change.between(*others)}
