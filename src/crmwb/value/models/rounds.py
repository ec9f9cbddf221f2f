"""Histories of rounds in which a customer could buy once: all that a discrete-time model needs to know."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from crmwb.value.models.summary import fingerprint

MOST_ROUNDS = 1_000_000  # so that three counts of rounds fit into one whole number


@dataclass(frozen=True)
class RoundsSummary:
    """Counts of distinct histories (x, t_x, n) of rounds; exact, sorted, and mergeable over partitions.

    A round is a chance to buy that a customer takes or leaves: a yearly appeal, a season's catalogue, a fair. Rounds
    count from 1, after the one in which the customer was won. Build it with `of`, `compress` or `of_answers`, which
    check what they are given.

    Attributes
    ----------
    frequency : ndarray of shape (n,)
        x: rounds in which the customer bought.
    last_round : ndarray of shape (n,)
        t_x: the last of these; 0 where there is none.
    n_rounds : ndarray of shape (n,)
        n: rounds that the customer could have bought in.
    n_customers : ndarray of shape (n,)
        Customers with this history.

    Examples
    --------
    Three donors and four yearly appeals:

    >>> import numpy as np
    >>> from crmwb.value.models import RoundsSummary
    >>> gave = np.array([[True, True, False, True], [False] * 4, [True, False, False, False]])
    >>> summary = RoundsSummary.of_answers(gave)
    >>> summary.frequency.tolist(), summary.last_round.tolist(), summary.n_rounds.tolist()
    ([0.0, 1.0, 3.0], [0.0, 1.0, 4.0], [4.0, 4.0, 4.0])
    """

    frequency: np.ndarray
    last_round: np.ndarray
    n_rounds: np.ndarray
    n_customers: np.ndarray

    @classmethod
    def of(
        cls,
        frequency: np.ndarray,
        last_round: np.ndarray,
        n_rounds: np.ndarray,
        n_customers: np.ndarray | None = None,
    ) -> Self:
        """Count the distinct histories; see `compress`."""
        return cls.compress(frequency, last_round, n_rounds, n_customers)[0]

    @classmethod
    def compress(
        cls,
        frequency: np.ndarray,
        last_round: np.ndarray,
        n_rounds: np.ndarray,
        n_customers: np.ndarray | None = None,
    ) -> tuple[Self, np.ndarray]:
        """Count the distinct histories, and say which is whose.

        Parameters
        ----------
        frequency, last_round, n_rounds : ndarray of shape (n_rows,)
            One customer each, or as many as `n_customers` says.
        n_customers : ndarray of shape (n_rows,), optional
            Customers in each row, where the rows are counts already; one each by default.

        Returns
        -------
        summary : RoundsSummary
            Sorted by frequency, last_round, n_rounds.
        row_of : ndarray of shape (n_rows,)
            The row of `summary` for each row given: `model.p_alive(summary)[row_of]` is one number for each.

        Raises
        ------
        ValueError
            A history that cannot be: something unknown, negative or not whole, x <= t_x <= n broken, a purchase at
            t_x = 0 or t_x > 0 without one.
        """
        x, t_x, n = (np.asarray(values, dtype=np.float64) for values in (frequency, last_round, n_rounds))
        each = np.ones(len(x)) if n_customers is None else np.asarray(n_customers, dtype=np.float64)
        _check(x, t_x, n, each)
        key = (x.astype(np.int64) * (MOST_ROUNDS + 1) + t_x.astype(np.int64)) * (MOST_ROUNDS + 1) + n.astype(np.int64)
        _, first, row_of = np.unique(key, return_index=True, return_inverse=True)
        counts = np.bincount(row_of, weights=each, minlength=len(first)).astype(np.int64)
        return cls(x[first], t_x[first], n[first], counts), row_of

    @classmethod
    def of_answers(cls, bought: np.ndarray) -> Self:
        """Count the histories of customers who all had the same rounds.

        Parameters
        ----------
        bought : ndarray of bool of shape (n_customers, n_rounds)
            Whether each customer bought in each round, the oldest first.
        """
        bought = np.asarray(bought, dtype=bool)
        rounds = np.arange(1, bought.shape[1] + 1)
        last = (bought * rounds).max(axis=1, initial=0)
        return cls.of(bought.sum(axis=1), last, np.full(len(bought), bought.shape[1]))

    def merge(self, other: Self) -> Self:
        """Return the counts over both partitions' customers."""
        return self.of(
            np.concatenate([self.frequency, other.frequency]),
            np.concatenate([self.last_round, other.last_round]),
            np.concatenate([self.n_rounds, other.n_rounds]),
            np.concatenate([self.n_customers, other.n_customers]),
        )

    @property
    def sha256(self) -> str:
        """What tells these counts from any others."""
        return fingerprint(self.frequency, self.last_round, self.n_rounds, self.n_customers)

    def __len__(self) -> int:
        return len(self.frequency)

    @property
    def total_customers(self) -> int:
        """How many customers there are."""
        return int(self.n_customers.sum())

    @property
    def total_repeaters(self) -> int:
        """How many customers bought in any round."""
        return int(self.n_customers[self.frequency > 0].sum())


def _check(x: np.ndarray, t_x: np.ndarray, n: np.ndarray, each: np.ndarray) -> None:
    """Raise ValueError, with the first row concerned, where a history cannot be."""
    if not x.shape == t_x.shape == n.shape == each.shape or x.ndim != 1:
        raise ValueError(
            "frequency, last_round, n_rounds and n_customers must be alike and flat: "
            f"{x.shape, t_x.shape, n.shape, each.shape}"
        )
    whole = np.isfinite(n) & (x == np.floor(x)) & (t_x == np.floor(t_x)) & (n == np.floor(n)) & (each == np.floor(each))
    possible = whole & (x >= 0) & (x <= t_x) & (t_x <= n) & (n <= MOST_ROUNDS) & ((x > 0) == (t_x > 0)) & (each >= 1)
    if not possible.all():
        i = int(np.argmin(possible))
        raise ValueError(
            f"row {i}: frequency {x[i]:g}, last_round {t_x[i]:g}, n_rounds {n[i]:g} of {each[i]:g} customers is no "
            "history of rounds: whole numbers with 0 <= frequency <= last_round <= n_rounds <= "
            f"{MOST_ROUNDS:,}, and last_round > 0 just where frequency is."
        )
