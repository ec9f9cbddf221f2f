"""How long contracts lasted, counted: all that a model of renewals needs to know of any number of customers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from crmwb.value.models.summary import fingerprint


@dataclass(frozen=True)
class ContractSummary:
    """Counts of distinct contract histories; exact, sorted, and mergeable over partitions.

    A contract runs in periods (months, years) and is renewed, or not, at the end of each. Build it with `of` or
    `of_survivors`, which check what they are given.

    Attributes
    ----------
    periods : ndarray of shape (n,)
        Of a customer who left: periods that they paid for, at least 1. Of one who is still there: renewals made, 0 in
        the first period.
    is_lost : ndarray of bool of shape (n,)
        Whether the customer left.
    n_customers : ndarray of shape (n,)
        Customers with this history.

    Examples
    --------
    1,000 contracts, of which 869 were renewed after a year and 743 after two:

    >>> from crmwb.value.models import ContractSummary
    >>> summary = ContractSummary.of_survivors([1000, 869, 743])
    >>> summary.periods.tolist(), summary.is_lost.tolist(), summary.n_customers.tolist()
    ([1.0, 2.0, 2.0], [True, False, True], [131, 743, 126])
    """

    periods: np.ndarray
    is_lost: np.ndarray
    n_customers: np.ndarray

    @classmethod
    def of(cls, periods: np.ndarray, is_lost: np.ndarray, n_customers: np.ndarray | None = None) -> Self:
        """Count the distinct histories.

        Parameters
        ----------
        periods : ndarray of shape (n_rows,)
            As the attribute; one customer each, or as many as `n_customers` says.
        is_lost : ndarray of bool of shape (n_rows,)
            Whether they left.
        n_customers : ndarray of shape (n_rows,), optional
            Customers in each row, where the rows are counts already; one each by default.

        Raises
        ------
        ValueError
            A history that cannot be: unknown, negative or broken periods, or lost before paying for one.
        """
        t, lost = np.asarray(periods, dtype=np.float64), np.asarray(is_lost, dtype=bool)
        each = np.ones(len(t)) if n_customers is None else np.asarray(n_customers, dtype=np.float64)
        _check(t, lost, each)
        rows, row_of = np.unique(np.column_stack([t, lost]), axis=0, return_inverse=True)
        counts = np.bincount(row_of, weights=each, minlength=len(rows)).astype(np.int64)
        return cls(rows[:, 0].copy(), rows[:, 1] > 0, counts)

    @classmethod
    def of_survivors(cls, survivors: Sequence[int]) -> Self:
        """Count the histories of one cohort, from how many were there at the start and after each renewal date.

        Parameters
        ----------
        survivors : sequence of int
            Customers at the start, then those left after the first, second, … renewal date.
        """
        left = np.asarray(survivors)
        lost, periods = -np.diff(left), np.arange(1, len(left))
        seen = lost != 0  # a negative loss is for `of` to refuse
        stay = [len(left) - 1] if left[-1] else []
        return cls.of(
            np.concatenate([periods[seen], stay]),
            np.concatenate([np.ones(seen.sum()), np.zeros(len(stay))]),
            np.concatenate([lost[seen], left[-1:][: len(stay)]]),
        )

    def merge(self, *others: Self) -> Self:
        """Return the counts over all partitions' customers."""
        parts = (self, *others)
        return self.of(
            np.concatenate([part.periods for part in parts]),
            np.concatenate([part.is_lost for part in parts]),
            np.concatenate([part.n_customers for part in parts]),
        )

    @property
    def sha256(self) -> str:
        """What tells these counts from any others."""
        return fingerprint(self.periods, self.is_lost, self.n_customers)

    def __len__(self) -> int:
        return len(self.periods)

    @property
    def total_customers(self) -> int:
        """How many customers there are."""
        return int(self.n_customers.sum())

    @property
    def total_lost(self) -> int:
        """How many customers left."""
        return int(self.n_customers[self.is_lost].sum())


def _check(t: np.ndarray, lost: np.ndarray, each: np.ndarray) -> None:
    """Raise ValueError, with the first row concerned, where a history cannot be."""
    if not t.shape == lost.shape == each.shape or t.ndim != 1:
        raise ValueError(f"periods, is_lost and n_customers must be alike and flat: {t.shape, lost.shape, each.shape}")
    possible = np.isfinite(t) & (t == np.floor(t)) & (t >= lost) & (each == np.floor(each)) & (each >= 1)
    if not possible.all():
        i = int(np.argmin(possible))
        raise ValueError(
            f"row {i}: {t[i]:g} periods of {each[i]:g} {'lost' if lost[i] else 'kept'} customers is no contract "
            "history: whole periods, from 1 on where the customer was lost and from 0 on where not."
        )
