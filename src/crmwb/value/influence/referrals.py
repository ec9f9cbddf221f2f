"""What the customers are worth whom a customer has brought.

After Kumar, Petersen & Leone (2010), "Driving Profitability by Encouraging Customer Referrals: Who, When, and How",
Journal of Marketing 74(5). Of a type-1 referral, who would not have come otherwise, the referrer is credited with the
margin of the referred after serving them, and with the acquisition cost saved; of a type-2 referral, who would have
come anyway, only with the cost saved. Whether one referral is type-1 or type-2 is not known, so each counts as type-1
with the probability `type_1_share`, an assumption. We count the referrals that were made, not those still to come: past
money at its face value, money to come discounted to as_of as CLV is.

A type-1 referral also brings whom that customer refers in turn; `referral_chain_value_cents` credits this through
chains of any length. It counts a customer once for every referrer up the chain, so it must not be summed over
customers. Nobody refers themselves, directly or in a circle: such links are cut.
"""

import numpy as np
import pandas as pd


def referrals(
    referred_by: pd.Series, worth_cents: pd.Series, acquisition_cost_cents: pd.Series, type_1_share: float
) -> pd.DataFrame:
    """Credit referrers with the customers they brought.

    Parameters
    ----------
    referred_by : Series of shape (n,)
        Who brought each customer, on the index customer_id; NULL for nobody. Referrers who are no customers are none.
    worth_cents : Series of shape (n,)
        What each brought and will bring after serving them, before acquisition; NaN for who never bought, and
        then nobody is credited with them.
    acquisition_cost_cents : Series of shape (n,)
        What it cost to win each, NaN where unknown.
    type_1_share : float
        Probability that a referred customer would not have come otherwise.

    Returns
    -------
    DataFrame of shape (n, 5)
        On the same index: n_referred (customers brought who bought), referral_value_cents (their own value to the
        referrer), saved_acquisition_cents (the part of it that is acquisition cost saved: what it costs to win those
        whom nobody brought, on average, less what it cost to win these; 0 where costs are unknown),
        referral_chain_value_cents, in_circle (their referrer is cut away).
    """
    n = len(referred_by)
    parent = referred_by.index.get_indexer(pd.Index(referred_by))
    circle = _in_circle(parent)
    linked = (parent >= 0) & ~circle
    counts = linked & worth_cents.notna().to_numpy()
    worth = worth_cents.fillna(0).to_numpy(dtype=np.float64)
    saved = np.where(counts, _saved(acquisition_cost_cents, referred=parent >= 0), 0.0)
    own = np.where(counts, type_1_share * worth, 0.0) + saved
    direct, spared, chain = (np.zeros(n) for _ in range(3))
    np.add.at(direct, parent[counts], own[counts])
    np.add.at(spared, parent[counts], saved[counts])
    for level in _leaves_first(parent, linked):
        np.add.at(chain, parent[level], own[level] + type_1_share * chain[level])
    return pd.DataFrame(
        {
            "n_referred": np.bincount(parent[counts], minlength=n),
            "referral_value_cents": np.rint(direct),
            "saved_acquisition_cents": np.rint(spared),
            "referral_chain_value_cents": np.rint(chain),
            "in_circle": circle,
        },
        index=referred_by.index,
    )


def _saved(costs: pd.Series, *, referred: np.ndarray) -> np.ndarray:
    """Return what was saved on winning each referred customer; zero where either kind's cost is unknown."""
    values = costs.to_numpy(dtype=np.float64, na_value=np.nan)
    known = np.isfinite(values)
    if not (known & referred).any() or not (known & ~referred).any():
        return np.zeros(len(values))
    usual = values[known & ~referred].sum() / (known & ~referred).sum()
    of_referred = values[known & referred].sum() / (known & referred).sum()
    return np.asarray(usual - np.where(known, values, of_referred))


def _in_circle(parent: np.ndarray) -> np.ndarray:
    """Return who is part of a circle of referrals: what remains when those who refer nobody are taken away in turn."""
    circle, linked = np.ones(len(parent), dtype=bool), np.asarray(parent >= 0)
    for level in _leaves_first(parent, linked):
        circle[level] = False
    return circle & linked


def _leaves_first(parent: np.ndarray, linked: np.ndarray) -> list[np.ndarray]:
    """Order the linked customers so that whoever they brought comes before them; those in a circle never come."""
    waiting = np.bincount(parent[linked], minlength=len(parent))
    level, levels = np.flatnonzero(waiting == 0), []
    while len(level := level[linked[level]]):
        levels.append(level)
        above = parent[level]
        np.subtract.at(waiting, above, 1)
        level = np.unique(above)
        level = level[waiting[level] == 0]
    return levels
