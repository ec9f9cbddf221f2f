"""Purchase histories, counted: all that a model of purchases needs to know of any number of customers."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np

MOST_KEYS = 2**62  # histories that one whole number can tell apart


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

    Examples
    --------
    Four customers seen for a year, two of them with the same history:

    >>> import numpy as np
    >>> from crmwb.value.models import PurchaseSummary
    >>> summary = PurchaseSummary.of(np.array([0, 2, 2, 5]), np.array([0, 90, 90, 300]), np.full(4, 365))
    >>> len(summary), summary.total_customers, summary.n_customers.tolist()
    (3, 4, [1, 2, 1])
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
        order = _order(x, t_x, age)
        x, t_x, age = x[order], t_x[order], age[order]
        is_new = np.ones(len(x), dtype=bool)
        is_new[1:] = (x[1:] != x[:-1]) | (t_x[1:] != t_x[:-1]) | (age[1:] != age[:-1])
        starts = np.flatnonzero(is_new)
        row_of = np.empty(len(x), dtype=np.int64)
        row_of[order] = np.cumsum(is_new) - 1
        counts = np.add.reduceat(n[order], starts) if len(x) else n
        return cls(x[starts], t_x[starts], age[starts], counts), row_of

    @classmethod
    def merged(cls, parts: Iterable[Self]) -> Self:
        """Return the counts over all partitions' customers, the same whatever the order of the parts.

        Parts are taken in one after the other and never held together: besides the result, memory holds at most about
        as many histories again.
        """
        whole, waiting, size = cls.of(np.empty(0), np.empty(0), np.empty(0)), [], 0
        for part in parts:
            waiting.append(part)
            size += len(part)
            if size >= len(whole):
                whole, waiting, size = cls._stacked([whole, *waiting]), [], 0
        return cls._stacked([whole, *waiting]) if waiting else whole

    def merge(self, other: Self) -> Self:
        """Return the counts over both partitions' customers."""
        return self._stacked([self, other])

    @classmethod
    def _stacked(cls, parts: list[Self]) -> Self:
        names = ("frequency", "recency_days", "age_days", "n_customers")
        return cls._count(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))[0]

    @cached_property
    def at_age(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The distinct pairs of frequency and age_days, sorted, and for each history which pair is its own.

        What a customer does next depends, if alive, on x and T alone; there are ten or twenty times fewer such pairs
        than histories.
        """
        ages, age_rank = np.unique(self.age_days, return_inverse=True)
        counts, count_rank = np.unique(self.frequency, return_inverse=True)
        keys, pair_of = np.unique(count_rank * len(ages) + age_rank, return_inverse=True)
        return counts[keys // len(ages)], ages[keys % len(ages)], pair_of

    def every(self, nth: int) -> Self:
        """Return every n-th history with its customers: a part that is like the whole, for histories are sorted."""
        parts = (self.frequency, self.recency_days, self.age_days, self.n_customers)
        return type(self)(*(values[nth // 2 :: nth] for values in parts))

    def take(self, rows: np.ndarray) -> Self:
        """Return these histories, of one customer each, in this order and as often as they are named."""
        one = np.ones(len(rows), dtype=np.int64)
        return type(self)(self.frequency[rows], self.recency_days[rows], self.age_days[rows], one)

    @property
    def sha256(self) -> str:
        """What tells these counts from any others."""
        return fingerprint(self.frequency, self.recency_days, self.age_days, self.n_customers)

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


def fingerprint(*columns: np.ndarray) -> str:
    """Return the SHA-256 of the columns' numbers, in their order."""
    digest = hashlib.sha256()
    for column in columns:
        digest.update(np.ascontiguousarray(column, dtype=np.float64).data)
    return digest.hexdigest()


def _order(x: np.ndarray, t_x: np.ndarray, age: np.ndarray) -> np.ndarray:
    """Return the order by x, t_x, age: by one key where all are whole numbers that fit into one, ten times faster."""
    if len(x):
        days = int(age.max()) + 1  # t_x <= age
        fits = (float(x.max()) + 1) * days * days < MOST_KEYS
        if fits and all((values == np.floor(values)).all() for values in (t_x, age)):
            key = (x.astype(np.int64) * days + t_x.astype(np.int64)) * days + age.astype(np.int64)
            return np.argsort(key)
    return np.lexsort((age, t_x, x))


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
