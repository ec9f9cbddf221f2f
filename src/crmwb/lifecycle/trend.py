"""Whether customers buy more or less often than in the period before, beyond chance and season."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Orders:
    """Orders of customers in two periods of the same length, one right after the other; NaN where not known.

    Attributes
    ----------
    recent, previous : ndarray of shape (n,)
        Orders in the last `period_days` and in as many days before.
    age_days : ndarray of shape (n,)
        Days since the first purchase.
    """

    recent: np.ndarray
    previous: np.ndarray
    age_days: np.ndarray


def deviations(orders: Orders, period_days: int) -> np.ndarray:
    """Return by how many standard deviations each customer's recent orders differ from what was to be expected.

    Were nothing to change, each order would fall into the recent period with the share of orders that fall there of all
    customers who bought before both periods, so neither the season nor anything else that affects all customers counts.
    A customer who came within the previous period had less of it, and the first purchase does not count, because there
    always is one. The deviation is that of the binomial distribution, with a continuity correction of half an order.

    Returns
    -------
    ndarray of shape (n,)
        0 where the periods are not known or hold no order.
    """
    known = np.isfinite(orders.recent) & np.isfinite(orders.previous)
    recent, previous = (np.where(known, values, 0.0) for values in (orders.recent, orders.previous))
    whole = known & (orders.age_days >= 2 * period_days)
    together = recent[whole].sum(), previous[whole].sum()
    odds = together[0] / together[1] if min(together) > 0 else 1.0
    watched = np.clip(orders.age_days - period_days, 0, period_days) / period_days
    previous = np.where(whole, previous, np.maximum(previous - 1, 0))
    expected_share = odds / (odds + watched)
    n = recent + previous
    spread = np.sqrt(n * expected_share * (1 - expected_share))
    off = recent - n * expected_share
    off = np.sign(off) * np.maximum(np.abs(off) - 0.5, 0.0)
    return np.asarray(np.divide(off, spread, out=np.zeros(len(n)), where=known & (spread > 0)))
