"""Choose at most one action per customer under a budget, owners' hours and limits of actions, by prices.

The problem is a multiple-choice knapsack with several resources. Each resource gets a price; at given prices every
customer takes the action with the largest gain less priced use, or none, so a million customers are one pass over
columns. Prices rise until nothing is overspent (Lagrangian dual, Everett 1963, Operations Research 11(3)); what the
prices leave open is filled greedily. The dual value bounds what any choice can gain, and the gap to it is returned.
"""

from dataclasses import dataclass

import numpy as np

HALVINGS = 18  # of a price's interval in one search: to 4e-6 of the largest price
ROUNDS = 4  # over the prices of all resources, at most
SETTLED = 1e-4  # relative change of the dual value between two rounds that ends them
NO_ACTION = -1


@dataclass(frozen=True)
class Limits:
    """What there is to spend.

    Attributes
    ----------
    budget : float
        In the unit of costs; infinity for no limit.
    hours : ndarray of shape (n_owners,)
        Each owner's time in the period; infinity for no limit.
    most : ndarray of shape (n_actions,)
        How often each action may be taken in the period; infinity for no limit.
    """

    budget: float
    hours: np.ndarray
    most: np.ndarray


@dataclass(frozen=True)
class Allocation:
    """Who gets which action.

    Attributes
    ----------
    action : ndarray of shape (n_customers,)
        The action's place, or `NO_ACTION`.
    gain, bound : float
        What the choice brings, and what no choice can exceed.
    cost : float
        What it spends of the budget.
    budget_price : float
        What the next unit of budget would bring; 0 where the budget is not used up.
    hour_prices : ndarray of shape (n_owners,)
        The same for an owner's next hour.
    """

    action: np.ndarray
    gain: float
    bound: float
    cost: float
    budget_price: float
    hour_prices: np.ndarray

    @property
    def gap(self) -> float:
        """Share of the bound that the choice may miss at most."""
        return 0.0 if self.bound <= 0 else max(0.0, 1 - self.gain / self.bound)


def allocate(gain: np.ndarray, cost: np.ndarray, hours: np.ndarray, owner: np.ndarray, limits: Limits) -> Allocation:
    """Choose the actions that gain most within the limits.

    Parameters
    ----------
    gain : ndarray of shape (n_actions, n_customers)
        Expected gain less the action's cost, in the unit of costs; -inf (or not above 0) where it may not be taken.
    cost, hours : ndarray of shape (n_actions,)
        What one use of each action takes of the budget and of its owner's time; not negative.
    owner : ndarray of int, shape (n_customers,)
        The owner's place in `limits.hours`.
    limits : Limits
        What there is to spend.

    Returns
    -------
    Allocation
        The same for the same input; equal gains go to the action and the customer that come first.

    Examples
    --------
    Two customers, a call that gains 9 or 5 and a letter that gains 4 each, and time for one call:

    >>> import numpy as np
    >>> from crmwb.actions.allocation import Limits, allocate
    >>> gain = np.array([[9.0, 5.0], [4.0, 4.0]])
    >>> limits = Limits(budget=np.inf, hours=np.array([1.0]), most=np.array([np.inf, np.inf]))
    >>> allocate(gain, np.zeros(2), np.array([1.0, 0.0]), np.zeros(2, int), limits).action.tolist()
    [0, 1]
    """
    market = _Market(gain, cost, hours, owner, limits)
    market.settle()
    return market.allocation()


class _Market:
    """The prices of all resources, and what customers choose at them."""

    def __init__(
        self, gain: np.ndarray, cost: np.ndarray, hours: np.ndarray, owner: np.ndarray, limits: Limits
    ) -> None:
        self.gain, self.cost, self.hours, self.owner, self.limits = gain, cost, hours, owner, limits
        self.n_owners = len(limits.hours)
        self.budget_price = 0.0
        self.hour_prices = np.zeros(self.n_owners)
        self.action_prices = np.zeros(len(gain))
        self.bound = np.inf
        self.best = (self.budget_price, self.hour_prices, self.action_prices)

    def choose(self) -> tuple[np.ndarray, np.ndarray]:
        """Return what each customer takes at the present prices, and its surplus (0 for none)."""
        choice = np.full(self.gain.shape[1], NO_ACTION)
        surplus = np.zeros(self.gain.shape[1])
        of_owner = self.hour_prices[self.owner]
        for j, gains in enumerate(self.gain):
            fixed = self.budget_price * self.cost[j] + self.action_prices[j]
            left = gains - fixed - self.hours[j] * of_owner if self.hours[j] else gains - fixed
            better = left > surplus
            surplus[better], choice[better] = left[better], j
        return choice, surplus

    def used(self, choice: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        """Return the budget, each owner's hours and each action's uses that a choice takes."""
        taken = choice >= 0
        uses = np.bincount(choice[taken], minlength=len(self.cost)).astype(float)
        hours = np.bincount(self.owner[taken], self.hours[choice[taken]], self.n_owners)
        return float(uses @ self.cost), hours, uses

    def settle(self) -> None:
        """Raise prices, one resource after the other, until the dual value stands still."""
        self._note(self.choose()[1])
        for _ in range(ROUNDS):
            before = self.bound
            if np.isfinite(self.limits.hours).any():
                self._search_hours()
            if np.isfinite(self.limits.budget):
                self._search_budget()
            if np.isfinite(self.limits.most).any():
                self._search_actions()
            self._note(self.choose()[1])
            if before - self.bound <= SETTLED * abs(self.bound):
                break
        self.budget_price, self.hour_prices, self.action_prices = self.best

    def _note(self, surplus: np.ndarray) -> None:
        """Keep the lowest dual value so far and its prices."""
        bound = float(surplus.sum())
        bound += self.budget_price * self.limits.budget if self.budget_price else 0.0
        for prices, limits in ((self.hour_prices, self.limits.hours), (self.action_prices, self.limits.most)):
            bound += float(prices[prices > 0] @ limits[prices > 0])
        if bound < self.bound:
            self.bound = bound
            self.best = (self.budget_price, self.hour_prices.copy(), self.action_prices.copy())

    def _top(self) -> float:
        finite = self.gain[np.isfinite(self.gain)]
        return max(float(finite.max(initial=0.0)), 0.0)

    def _search_budget(self) -> None:
        self.budget_price = 0.0
        if self.used(self.choose()[0])[0] <= self.limits.budget:
            return
        paid = self.cost[self.cost > 0]
        low, high = 0.0, self._top() / float(paid.min())
        for _ in range(HALVINGS):
            self.budget_price = (low + high) / 2
            if self.used(self.choose()[0])[0] > self.limits.budget:
                low = self.budget_price
            else:
                high = self.budget_price
        self.budget_price = high

    def _search_hours(self) -> None:
        timed = self.hours[self.hours > 0]
        if not len(timed):
            return
        self.hour_prices = np.zeros(self.n_owners)
        short = self.used(self.choose()[0])[1] > self.limits.hours
        low, high = np.zeros(self.n_owners), np.where(short, self._top() / float(timed.min()), 0.0)
        for _ in range(HALVINGS if short.any() else 0):
            self.hour_prices = (low + high) / 2
            over = self.used(self.choose()[0])[1] > self.limits.hours
            low, high = np.where(over, self.hour_prices, low), np.where(over, high, self.hour_prices)
        self.hour_prices = high

    def _search_actions(self) -> None:
        """One action at a time: raising one price sends customers to other actions."""
        for j in np.flatnonzero(np.isfinite(self.limits.most)):
            self.action_prices[j] = 0.0
            if self.used(self.choose()[0])[2][j] <= self.limits.most[j]:
                continue
            low, high = 0.0, self._top()
            for _ in range(HALVINGS):
                self.action_prices[j] = (low + high) / 2
                if self.used(self.choose()[0])[2][j] > self.limits.most[j]:
                    low = self.action_prices[j]
                else:
                    high = self.action_prices[j]
            self.action_prices[j] = high

    def allocation(self) -> Allocation:
        """Return a choice within all limits: that of the prices, cut where it overspends, filled where room is left."""
        choice, surplus = self.choose()
        self._cut(choice, surplus)
        self._fill(choice)
        taken = np.flatnonzero(choice >= 0)
        value = float(self.gain[choice[taken], taken].sum())
        cost = self.used(choice)[0]
        return Allocation(choice, value, max(self.bound, value), cost, self.budget_price, self.hour_prices)

    def _cut(self, choice: np.ndarray, surplus: np.ndarray) -> None:
        """Take actions from the customers with the least surplus until no limit is overspent."""
        best_first = np.argsort(-surplus, kind="stable")
        best_first = best_first[choice[best_first] >= 0]
        spent = np.cumsum(self.cost[choice[best_first]])
        choice[best_first[spent > self.limits.budget]] = NO_ACTION
        groups = ((self.owner, self.hours, self.limits.hours), (None, np.ones(len(self.cost)), self.limits.most))
        for of, use, most in groups:
            left = best_first[choice[best_first] >= 0]
            key = choice[left] if of is None else of[left]
            order = np.argsort(key, kind="stable")
            left, key = left[order], key[order]
            running = np.cumsum(use[choice[left]])
            starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.array([], int)
            before = (
                np.repeat(np.r_[0.0, running[starts[1:] - 1]], np.diff(np.r_[starts, len(key)])) if len(key) else 0.0
            )
            choice[left[running - before > most[key]]] = NO_ACTION

    def _fill(self, choice: np.ndarray) -> None:
        """Give what is left to those who gain most from it, also by a better action than the one they have."""
        budget, hours, uses = self.used(choice)
        budget, hours, uses = self.limits.budget - budget, self.limits.hours - hours, self.limits.most - uses
        n = len(choice)
        rows = np.arange(n)
        has = np.where(choice >= 0, self.gain[choice, rows], 0.0)
        of_owner = self.hour_prices[self.owner]
        rank, what = np.full(n, -np.inf), np.full(n, NO_ACTION)
        for j, gains in enumerate(self.gain):
            useful = (
                (gains > has)
                & (uses[j] >= 1)
                & (self.hours[j] <= hours[self.owner] + np.where(choice >= 0, self.hours[choice], 0))
            )
            priced = gains - has - self.budget_price * self.cost[j] - self.hours[j] * of_owner - self.action_prices[j]
            better = useful & (priced > rank)
            rank[better], what[better] = priced[better], j
        waiting = np.flatnonzero(what >= 0)
        for i in waiting[np.argsort(-rank[waiting], kind="stable")]:
            j, k, o = what[i], choice[i], self.owner[i]
            more_cost = self.cost[j] - (self.cost[k] if k >= 0 else 0.0)
            more_hours = self.hours[j] - (self.hours[k] if k >= 0 else 0.0)
            if more_cost > budget or more_hours > hours[o] or uses[j] < 1:
                continue
            budget, hours[o], uses[j], choice[i] = budget - more_cost, hours[o] - more_hours, uses[j] - 1, j
            if k >= 0:
                uses[k] += 1
