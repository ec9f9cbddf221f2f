"""What a model expects of many customers over many periods.

What a customer still alive will do depends on the repeat purchases x and the age T alone, and P(alive) takes in the
silence. A million customers have hundreds of thousands of histories (x, t_x, T), but some ten thousand pairs (x, T), so
that periods are worked out by pair, and customers added up by pair.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from crmwb.value.equity.activity import Histories
from crmwb.value.models import PurchaseModel, PurchaseSummary


@dataclass(frozen=True)
class Ahead:
    """Customers by pair of x and T, and what is to be expected of somebody alive.

    Attributes
    ----------
    pair_of : ndarray of shape (n,)
        The pair of each customer.
    p_alive : ndarray of shape (n,)
        Of each customer.
    purchases : ndarray of shape (p, n_periods)
        Purchases to expect in each period of somebody alive, by pair.
    chances : ndarray of shape (p, n_periods)
        The chance of at least one; see `chance_to_buy`.
    """

    pair_of: np.ndarray
    p_alive: np.ndarray
    purchases: np.ndarray
    chances: np.ndarray

    @classmethod
    def of(cls, histories: Histories, model: PurchaseModel, edges_days: Sequence[float]) -> Self:
        """Look ahead over periods.

        Parameters
        ----------
        histories : Histories
            Of n customers.
        model : PurchaseModel
            Fitted in days.
        edges_days : sequence of float
            Where the periods begin, from 0, and where the last one ends.
        """
        summary, row_of = PurchaseSummary.compress(histories.frequency, histories.recency_days, histories.age_days)
        x, age, pair_of = summary.at_age
        until = [model.expected_if_alive(x, age, days) if days else np.zeros(len(x)) for days in edges_days]
        purchases = np.maximum(np.diff(np.column_stack(until), axis=1), 0.0)
        chances = chance_to_buy(purchases, model.r_ + x, edges_days)
        return cls(pair_of[row_of], model.p_alive(summary)[row_of], purchases, chances)

    def sums(self, weights: np.ndarray | None = None) -> np.ndarray:
        """Return P(alive), times `weights` of shape (n,), added up over the customers of each pair, shape (p,)."""
        each = self.p_alive if weights is None else self.p_alive * weights
        return np.bincount(self.pair_of, weights=each, minlength=len(self.purchases))


def chance_to_buy(purchases: np.ndarray, shape: np.ndarray, edges_days: Sequence[float]) -> np.ndarray:
    """Return the chance of at least one purchase in each period of somebody alive, shape (p, n_periods).

    Purchases of a customer who lives through a period are negative binomial: their rate is Gamma distributed with shape
    r + x whatever the model. What is expected in the first period goes on while they live, so by how much less is
    expected later says how many do.

    Parameters
    ----------
    purchases : ndarray of shape (p, n_periods)
        Expected in each period.
    shape : ndarray of shape (p,)
        r + x.
    edges_days : sequence of float
        As for `Ahead.of`.
    """
    lengths = np.diff(np.asarray(edges_days, dtype=np.float64))
    living = purchases[:, :1] / lengths[0] * lengths  # had nobody stopped since the first period
    survives = np.divide(purchases, living, out=np.zeros_like(purchases), where=living > 0)
    return np.asarray(survives * -np.expm1(-shape[:, None] * np.log1p(living / shape[:, None])))
