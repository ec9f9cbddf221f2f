"""Purchase histories, counted: all that a model of purchases needs to know of any number of customers."""

from dataclasses import dataclass
from typing import Self

import numpy as np


@dataclass(frozen=True)
class PurchaseSummary:
    """Counts of distinct purchase histories (x, t_x, T); exact, sorted, and mergeable over partitions.

    Customers with the same history have the same likelihood and the same forecast, so a model looks at each distinct
    history once. Build it with `of` or `compress`, which check what they are given.

    Attributes
    ----------
    frequency : ndarray of shape (n,)
        x: repeat purchase occasions.
    recency_days : ndarray of shape (n,)
        t_x: days from the first to the last purchase; 0 without a repeat.
    age_days : ndarray of shape (n,)
        T: days from the first purchase to the end of observation.
    n_customers : ndarray of shape (n,)
        Customers with this history.
    """

    frequency: np.ndarray
    recency_days: np.ndarray
    age_days: np.ndarray
    n_customers: np.ndarray

    @classmethod
    def of(cls, frequency: np.ndarray, recency_days: np.ndarray, age_days: np.ndarray) -> Self:
        """Count the distinct histories among customers; see `compress`."""
        return cls.compress(frequency, recency_days, age_days)[0]

    @classmethod
    def compress(cls, frequency: np.ndarray, recency_days: np.ndarray, age_days: np.ndarray) -> tuple[Self, np.ndarray]:
        """Count the distinct histories among customers, and say which is whose.

        Parameters
        ----------
        frequency, recency_days, age_days : ndarray of shape (n_customers,)
            One customer each.

        Returns
        -------
        summary : PurchaseSummary
            Sorted by frequency, recency_days, age_days.
        row_of : ndarray of shape (n_customers,)
            The row of `summary` for each customer: `model.p_alive(summary)[row_of]` is one number per customer.

        Raises
        ------
        ValueError
            A history that cannot be: something unknown or negative, 0 <= t_x <= T broken, a repeat purchase at t_x = 0
            or t_x > 0 without one.
        """
        x, t_x, age = (np.asarray(values, dtype=np.float64) for values in (frequency, recency_days, age_days))
        _check(x, t_x, age)
        return cls._count(x, t_x, age, np.ones(len(x), dtype=np.int64))

    @classmethod
    def _count(cls, x: np.ndarray, t_x: np.ndarray, age: np.ndarray, n: np.ndarray) -> tuple[Self, np.ndarray]:
        order = np.lexsort((age, t_x, x))
        x, t_x, age = x[order], t_x[order], age[order]
        is_new = np.ones(len(x), dtype=bool)
        is_new[1:] = (np.diff(x) != 0) | (np.diff(t_x) != 0) | (np.diff(age) != 0)
        starts = np.flatnonzero(is_new)
        row_of = np.empty(len(x), dtype=np.int64)
        row_of[order] = np.cumsum(is_new) - 1
        counts = np.add.reduceat(n[order], starts) if len(x) else n
        return cls(x[starts], t_x[starts], age[starts], counts), row_of

    def merge(self, other: Self) -> Self:
        """Return the counts over both partitions' customers."""
        columns = (
            np.concatenate([mine, theirs])
            for mine, theirs in (
                (self.frequency, other.frequency),
                (self.recency_days, other.recency_days),
                (self.age_days, other.age_days),
                (self.n_customers, other.n_customers),
            )
        )
        return self._count(*columns)[0]

    def __len__(self) -> int:
        return len(self.frequency)

    @property
    def total_customers(self) -> int:
        """How many customers there are."""
        return int(self.n_customers.sum())

    @property
    def total_repeaters(self) -> int:
        """How many customers bought more than once."""
        return int(self.n_customers[self.frequency > 0].sum())


def _check(x: np.ndarray, t_x: np.ndarray, age: np.ndarray) -> None:
    """Raise ValueError, with the first customer concerned, where a history cannot be."""
    if not x.shape == t_x.shape == age.shape or x.ndim != 1:
        raise ValueError(
            f"frequency, recency_days and age_days must be alike and flat: {x.shape, t_x.shape, age.shape}"
        )
    possible = (x >= 0) & (x == np.floor(x)) & (t_x >= 0) & (t_x <= age) & ((x > 0) == (t_x > 0)) & np.isfinite(age)
    if not possible.all():
        i = int(np.argmin(possible))
        raise ValueError(
            f"customer {i}: frequency {x[i]:g}, recency_days {t_x[i]:g}, age_days {age[i]:g} is no purchase history: "
            "whole frequency >= 0, 0 <= recency_days <= age_days, and recency_days > 0 just where frequency is."
        )
