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

    def some(self, rows: slice) -> "Orders":
        """Return those of some customers, in double precision."""
        some = (values[rows].astype(np.float64) for values in (self.recent, self.previous, self.age_days))
        return Orders(*some)


def odds(orders: Orders, period_days: int) -> float:
    """Return the orders of the recent period over those of the one before, of all who had bought before both."""
    known = _known(orders) & (orders.age_days >= 2 * period_days)
    together = (np.where(known, values, 0.0).sum(dtype=np.float64) for values in (orders.recent, orders.previous))
    recent, previous = (float(total) for total in together)
    return recent / previous if min(recent, previous) > 0 else 1.0


def deviations(orders: Orders, period_days: int, of_all: float | None = None) -> np.ndarray:
    """Return by how many standard deviations each customer's recent orders differ from what was to be expected.

    Were nothing to change, each order would fall into the recent period with the share of orders that fall there of all
    customers who bought before both periods, so neither the season nor anything else that affects all customers counts.
    A customer who came within the previous period had less of it, and the first purchase does not count, because there
    always is one. The deviation is that of the binomial distribution, with a continuity correction of half an order.

    Parameters
    ----------
    orders : Orders
        Of some customers.
    period_days : int
        The length of each of the two periods.
    of_all : float, optional
        The `odds` of all customers; those of `orders` where not given.

    Returns
    -------
    ndarray of shape (n,)
        0 where the periods are not known or hold no order.
    """
    known = _known(orders)
    recent, previous = (np.where(known, values, 0.0) for values in (orders.recent, orders.previous))
    whole = known & (orders.age_days >= 2 * period_days)
    of_all = odds(orders, period_days) if of_all is None else of_all
    watched = np.clip(orders.age_days - period_days, 0, period_days) / period_days
    previous = np.where(whole, previous, np.maximum(previous - 1, 0))
    expected_share = of_all / (of_all + watched)
    n = recent + previous
    spread = np.sqrt(n * expected_share * (1 - expected_share))
    off = recent - n * expected_share
    off = np.sign(off) * np.maximum(np.abs(off) - 0.5, 0.0)
    return np.asarray(np.divide(off, spread, out=np.zeros(len(n)), where=known & (spread > 0)))


def _known(orders: Orders) -> np.ndarray:
    return np.asarray(np.isfinite(orders.recent) & np.isfinite(orders.previous))
