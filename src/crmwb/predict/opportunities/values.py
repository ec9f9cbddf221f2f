"""What opportunities are worth, and what was won in a window."""

from collections.abc import Collection

import numpy as np
import pandas as pd

from crmwb.predict.opportunities.deals import Deals
from crmwb.predict.opportunities.windows import Window

MIN_WON = 10  # opportunities won of a product, before their mean is used
MIN_ALL = 30


def values(deals: Deals, day: int, refused: Collection[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return what each opportunity is worth, and whether that is the mean of others.

    Where an amount is unknown, or recorded only at the close, it is the mean amount of the opportunities of the same
    product won before `day`, else of all; NaN where fewer than MIN_ALL were.

    Returns
    -------
    (ndarray of float, ndarray of bool), each of shape (n,)
    """
    rows = deals.rows
    amount = rows["amount_cents"].to_numpy(np.float64)
    is_known = np.isfinite(amount) & (amount > 0) & ("amount_cents" not in refused)
    won = rows[(rows["won"]) & (rows["closed"] < day) & (rows["amount_cents"] > 0)]
    if len(won) < MIN_ALL:
        return np.where(is_known, amount, np.nan), ~is_known
    sums = won.groupby("product_id")["amount_cents"].agg(["sum", "size"])
    of_product = (sums["sum"] / sums["size"])[sums["size"] >= MIN_WON]
    usual = of_product.reindex(rows["product_id"]).fillna(won["amount_cents"].mean()).to_numpy(np.float64)
    return np.where(is_known, amount, usual), ~is_known


def won_cents(rows: pd.DataFrame, begin: int, end: int) -> float:
    """Return the amounts won from one day to before another."""
    inside = rows["won"] & (rows["closed"] >= begin) & (rows["closed"] < end)
    return float(rows.loc[inside, "amount_cents"].fillna(0.0).sum())


def newly_won_cents(rows: pd.DataFrame, window: Window) -> float:
    """Return the amounts won in a window, from its origin on, with what was not yet open at the origin."""
    _, origin, end = window.numbers
    return won_cents(rows[~(rows["opened"] < origin)], origin, end)
