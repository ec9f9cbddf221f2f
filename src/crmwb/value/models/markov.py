"""Customer value as a Markov chain: customers move between states from period to period, and each state brings money.

Pfeifer & Carraway (2000), "Modeling Customer Relationships as Markov Chains", Journal of Interactive Marketing 14(2).
With P the probabilities to move between states in a period, R what a period in each state brings and d the rate, a
customer's value by the state they are in is

    V(T) = Σ over t from 0 to T of (P / (1+d))^t R            V = (I - P / (1+d))^-1 R

Where R counts the cost of marketing to a customer, it may pay to stop at some states: a customer let go
there brings and costs nothing any more.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Self

import numpy as np

from crmwb.errors import CrmwbError

LAPSED = "lapsed"
ROUNDING = 1e-9


@dataclass(frozen=True)
class MarkovChain:
    """States of customers, how they move, and what each brings.

    Attributes
    ----------
    states : tuple of str
        k names.
    transitions : ndarray of shape (k, k)
        P: row by column, the probability to be in a state one period after being in another; rows add up to 1.
    rewards : ndarray of shape (k,)
        R: what a period in each state brings net of what it costs.
    rate : float
        d: effective rate for one period; at 0 only value over a limited time has a bound.

    Examples
    --------
    Pfeifer & Carraway (2000): a purchase brings 40, a period's mailing costs 4, at a rate of 20%. Mailing at recency 4
    and beyond does not pay:

    >>> import numpy as np
    >>> from crmwb.value.models import MarkovChain
    >>> chain = MarkovChain.of_recency(np.array([0.3, 0.2, 0.15, 0.05]), margin=40, cost=4, rate=0.2)
    >>> dict(zip(chain.states, chain.value().round(3).tolist()))
    {'recency 1': 52.32, 'recency 2': 5.554, 'recency 3': 1.251, 'recency 4': -1.82, 'lapsed': 0.0}
    >>> chain.states_to_let_go()
    ('recency 4',)
    """

    states: tuple[str, ...]
    transitions: np.ndarray
    rewards: np.ndarray
    rate: float

    def __post_init__(self) -> None:
        k = len(self.states)
        if len(set(self.states)) != k or self.transitions.shape != (k, k) or self.rewards.shape != (k,):
            raise CrmwbError(
                f"a Markov chain of {k} states needs {k} names that differ, transitions of shape ({k}, {k}) and "
                f"rewards of shape ({k},), not {self.transitions.shape} and {self.rewards.shape}."
            )
        sums = self.transitions.sum(axis=1)
        if not ((self.transitions >= 0).all() and (np.abs(sums - 1) <= ROUNDING).all()):
            worst = int(np.argmax(np.abs(sums - 1)))
            raise CrmwbError(
                f"transitions from a state must be probabilities that add up to 1; those from {self.states[worst]!r} "
                f"add up to {sums[worst]:g}."
            )
        if not (np.isfinite(self.rewards).all() and self.rate >= 0):
            raise CrmwbError(f"rewards must be finite and the rate at least 0, not {self.rate:g}.")

    @classmethod
    def of_recency(cls, p_purchase: np.ndarray, margin: float, cost: float, rate: float) -> Self:
        """Return the chain of a customer who is known by recency alone (Pfeifer & Carraway's first).

        Parameters
        ----------
        p_purchase : ndarray of shape (n,)
            Probability to buy in the next period at recency 1 (bought in the last period), 2, … n; who does not buy at
            recency n is lapsed for good.
        margin : float
            What a purchase brings.
        cost : float
            What marketing to a customer costs in a period.
        rate : float
            Effective rate for one period.
        """
        p = np.asarray(p_purchase, dtype=np.float64)
        n = len(p)
        transitions, rewards = np.zeros((n + 1, n + 1)), np.zeros(n + 1)
        transitions[:n, 0] = p
        transitions[np.arange(n), np.arange(1, n + 1)] += 1 - p
        transitions[n, n] = 1
        rewards[:n] = -cost
        rewards[0] += margin
        return cls((*(f"recency {i}" for i in range(1, n + 1)), LAPSED), transitions, rewards, rate)

    def value(self, n_periods: int | None = None) -> np.ndarray:
        """Return what a customer in each state is worth, shape (k,).

        Parameters
        ----------
        n_periods : int, optional
            T: periods ahead that count, besides the present one; for ever by default.
        """
        ahead = self.transitions / (1 + self.rate)
        if n_periods is None:
            self._require_rate()
            return np.asarray(np.linalg.solve(np.eye(len(self.states)) - ahead, self.rewards))
        value = self.rewards.astype(np.float64)
        for _ in range(n_periods):
            value = self.rewards + ahead @ value
        return value

    def without(self, states: Collection[str]) -> Self:
        """Return the chain in which customers are let go as soon as they come into any of these states.

        Raises
        ------
        CrmwbError
            A name is no state.
        """
        if unknown := sorted(set(states) - set(self.states)):
            raise CrmwbError(f"no state is called {unknown[0]!r}; states are {', '.join(self.states)}.")
        gone = np.isin(self.states, list(states))
        transitions = np.where(gone[:, np.newaxis], np.eye(len(gone)), self.transitions)
        return type(self)(self.states, transitions, np.where(gone, 0.0, self.rewards), self.rate)

    def states_to_let_go(self, n_periods: int | None = None) -> tuple[str, ...]:
        """Return the states at which marketing should stop now, for the highest value in every state.

        Howard (1960), "Dynamic Programming and Markov Processes": for ever by policy iteration (start with letting
        nobody go, then let go where going on is worth less than nothing, and look again with the values that this
        gives), over a limited time from its end backwards. It takes who is let go to buy no more; where they would go
        on buying unasked, letting go is worth more than this.

        Parameters
        ----------
        n_periods : int, optional
            T: periods ahead that count, besides the present one; for ever by default.
        """
        ahead, hair = self.transitions / (1 + self.rate), ROUNDING * float(np.abs(self.rewards).max(initial=0))
        if n_periods is not None:
            going_on = self.rewards
            for _ in range(n_periods):
                going_on = self.rewards + ahead @ np.maximum(going_on, 0)
            return self._where(going_on < -hair)
        self._require_rate()
        hair *= 1 + 1 / self.rate  # what changes a decision is more than rounding, so no decision comes back
        let_go = np.zeros(len(self.states), dtype=bool)
        while True:
            going_on = self.rewards + ahead @ self.without(self._where(let_go)).value()
            better = np.where(let_go, going_on <= hair, going_on < -hair)
            if (better == let_go).all():
                return self._where(let_go)
            let_go = better

    def _where(self, chosen: np.ndarray) -> tuple[str, ...]:
        return tuple(state for state, is_chosen in zip(self.states, chosen, strict=True) if is_chosen)

    def _require_rate(self) -> None:
        """Raise CrmwbError where value for ever has no bound."""
        if self.rate == 0:
            raise CrmwbError("at a rate of 0, value for ever has no bound; give a rate above 0 or a number of periods.")
