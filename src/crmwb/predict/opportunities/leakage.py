"""Columns that are filled, or corrected, only when an opportunity closes: a forecast must not read them.

A column known of hardly any open opportunity and of closed ones (a closing value, a reason for losing) is a record of
the outcome. So is one that alone tells won from lost almost without fail. Such leakage makes a model look perfect on
the past and useless on what is open (Kaufman, Rosset, Perlich & Stitelman 2012, ACM TKDD 6(4)). What is known of
customers is judged alike: an attribute that hardly anybody has before the first purchase is filled because of it.
"""

import numpy as np
import pandas as pd

from crmwb.predict.losses import auc
from crmwb.predict.opportunities.deals import PROFILE, Deals

CANDIDATES = ("amount_cents", "owner", "product_id", "customer_id", "win_probability", "expected_close")
MIN_DEALS = 30  # of each kind; fewer show nothing
MISSING = 0.5  # known of closed ones more often than of open ones by so much,
HARDLY, SOME = 0.05, 0.1  # or of hardly any open one and of some closed ones
PERFECT = 0.95  # chance to tell a won from a lost one
OK, AFTER_CLOSE, AFTER_PURCHASE, SEPARATES = "ok", "filled_after_close", "filled_after_purchase", "separates"
COLUMNS = ["column", "known_open_share", "known_won_share", "known_lost_share", "separation", "verdict"]


def leakage(deals: Deals) -> pd.DataFrame:
    """Judge each column of opportunities, and the attributes of their customers.

    Parameters
    ----------
    deals : Deals
        Everything known.

    Returns
    -------
    DataFrame
        COLUMNS, one row per column that any opportunity has a value of; an amount of 0 counts as unknown.
        `separation` is the chance that the column alone tells a won from a lost one (0.5: not at all).
    """
    rows = deals.rows
    is_open = np.isinf(rows["closed"].to_numpy())
    won = rows["won"].to_numpy()
    groups = (is_open, won, ~is_open & ~won)
    judged = []
    buyers = set(deals.purchases["customer_id"])
    has_bought = rows["customer_id"].isin(buyers).to_numpy()
    for name in (*CANDIDATES, *PROFILE):
        known = rows[name].notna().to_numpy()
        if name == "amount_cents":
            known = known & (rows[name].to_numpy() != 0)
        if not known.any():
            continue
        shares = [float(known[group].mean()) if group.any() else float("nan") for group in groups]
        enough = all(group.sum() >= MIN_DEALS for group in groups)
        separation = _separation(rows.loc[~is_open, name], known[~is_open], won[~is_open])
        closed_share = float(known[~is_open].mean()) if (~is_open).any() else 0.0
        verdict = OK
        if enough and separation >= PERFECT:
            verdict = SEPARATES
        if enough and _is_filled_late(shares[0], closed_share):
            verdict = AFTER_CLOSE
        if name in PROFILE and _comes_with_purchases(known, has_bought, rows["customer_id"]):
            verdict = AFTER_PURCHASE
        judged.append((name, *shares, separation, verdict))
    return pd.DataFrame(judged, columns=COLUMNS)


def _is_filled_late(known_open: float, known_closed: float) -> bool:
    return known_closed - known_open >= MISSING or (known_open <= HARDLY and known_closed >= SOME)


def _comes_with_purchases(known: np.ndarray, has_bought: np.ndarray, customers: pd.Series) -> bool:
    """Whether an attribute is known of customers who bought, and of hardly any who never did."""
    each = pd.DataFrame({"known": known, "bought": has_bought, "customer": customers}).dropna()
    each = each.drop_duplicates("customer")
    with_purchases, without = each[each["bought"]], each[~each["bought"]]
    if min(len(with_purchases), len(without)) < MIN_DEALS:
        return False
    return bool(with_purchases["known"].mean() - without["known"].mean() >= MISSING)


def _separation(values: pd.Series, known: np.ndarray, won: np.ndarray) -> float:
    """Return how well a column of closed opportunities tells won from lost: by its value, or by being known."""
    by_known = auc(known.astype(np.float64), won)
    separations = [max(by_known, 1 - by_known)]
    if pd.api.types.is_numeric_dtype(values):
        numbers = values.to_numpy(np.float64)
        middle = np.nanmedian(numbers) if np.isfinite(numbers).any() else 0.0
        by_value = auc(np.where(np.isnan(numbers), middle, numbers), won)
        separations.append(max(by_value, 1 - by_value))
    else:
        separations.append(_by_text(values.fillna("").astype(str), won))
    return round(max((one for one in separations if np.isfinite(one)), default=0.5), 6)


def _by_text(texts: pd.Series, won: np.ndarray) -> float:
    """Return the same of a text: each half of the opportunities is told apart by the shares won in the other half."""
    code, _ = pd.factorize(texts)
    odd = np.arange(len(code)) % 2 == 1
    y, separations = won.astype(np.float64), []
    for half in (odd, ~odd):
        mean = y[~half].mean() if (~half).any() else 0.0
        n, sums = (np.bincount(code[~half], weight, code.max(initial=0) + 1) for weight in (None, y[~half]))
        separations.append(auc((sums[code[half]] + mean) / (n[code[half]] + 1), won[half]))
    return float(np.mean(separations))
