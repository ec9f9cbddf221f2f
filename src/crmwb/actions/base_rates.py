"""What customers in the same condition brought at earlier moments, as the company dealt with them then."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from crmwb.actions.buyers import Buyers

GROUPS = (2, 5)  # purchase days from which on customers are compared among themselves: once, seldom, often
NEAR = 1.5  # silence longer or shorter by this factor is about as long
LEAST = 30  # cases: where fewer are that near, so many of the nearest; a group of fewer says nothing
PRIOR_RETURNS = 10  # returns of all groups together that the money of those nearest is drawn towards
LEVEL = 0.95  # of the one-sided upper bound


@dataclass(frozen=True)
class BaseRate:
    """What those of earlier moments brought who had bought as often and were silent for as long; arrays of shape (n,).

    Attributes
    ----------
    days : int
        How far each of these moments looked ahead.
    n_like : ndarray of int
        Cases compared with, a customer at one moment each; 0 where fewer than `LEAST` were silent for about as long.
    share : ndarray of float
        Of the cases compared with, those who bought in these days.
    expected, upper : ndarray of float
        The chance to buy in these days that this lets one expect of the customer, and its upper bound; NaN where
        unknown.
    each_cents : ndarray of float
        Margin that the customer brings in these days on buying in them; NaN where unknown.

    Examples
    --------
    >>> import numpy as np
    >>> from crmwb.actions.base_rates import BaseRate
    >>> known = (np.array([0.1, np.nan]), np.array([0.102, np.nan]), np.array([0.15, np.nan]))
    >>> rate = BaseRate(90, np.array([100, 0]), *known, each_cents=np.array([5000.0, np.nan]))
    >>> rate.at_most(2.0), rate.no_more_than(np.array([0.05, 0.05])).at_most(2.0)
    (array([1020.,   inf]), array([500.,  inf]))
    """

    days: int
    n_like: np.ndarray
    share: np.ndarray
    expected: np.ndarray
    upper: np.ndarray
    each_cents: np.ndarray

    @property
    def is_known(self) -> np.ndarray:
        """Of whom anything is known."""
        return np.asarray(~np.isnan(self.expected * self.each_cents))

    def at_most(self, times: float, *, upper: bool = False) -> np.ndarray:
        """Return so many times the margin expected, or its upper bound; no limit where it is unknown."""
        chance = np.maximum(self.upper, self.expected) if upper else self.expected
        return np.where(self.is_known, times * chance * self.each_cents, np.inf)

    def no_more_than(self, chance: np.ndarray) -> "BaseRate":
        """Return the same with no higher chance expected than another one; NaN there sets no limit."""
        return replace(self, expected=np.where(chance < self.expected, chance, self.expected))

    def of_all(self, customer: np.ndarray, n: int) -> "BaseRate":
        """Return the same for `n` customers, those here having these numbers; unknown of all others."""
        n_like = np.zeros(n, int)
        n_like[customer] = self.n_like
        amounts = np.full((4, n), np.nan)
        amounts[:, customer] = self.share, self.expected, self.upper, self.each_cents
        return BaseRate(self.days, n_like, *amounts)


def base_rate(now: Buyers, earlier: Sequence[Buyers], days: int, margin_share: float) -> BaseRate:
    """Look up, for each buyer of now, what those most like them at earlier moments brought.

    Like are those of the same group by purchase days (`GROUPS`) who were silent for about as long in their own rhythm.
    Where few were, the nearest are taken: mostly less silent ones, who come back more often, so that what is expected
    is too high rather than too low. Their share of buyers is drawn towards a half as if there had been one case more
    (Jeffreys); a returning customer brings so many of their own usual purchases as those did. The upper bound counts
    each customer once who stands in several moments.

    Parameters
    ----------
    now : Buyers
        Whom to look up.
    earlier : sequence of Buyers
        At moments whose days ahead have ended.
    days : int
        How far they look ahead.
    margin_share : float
        Margin over revenue.
    """
    shape = len(now.customer)
    n_like = np.zeros(shape, int)
    share, expected, upper, each = (np.full(shape, np.nan) for _ in range(4))
    if earlier:
        names = ("n_days", "silence", "day_cents", "came", "next_cents", "customer")
        n_days, silence, usual, came, brought, ids = (np.concatenate([getattr(b, x) for b in earlier]) for x in names)
        brought = np.where(came, np.maximum(brought, 0.0), 0.0)
        own = np.where(came, usual, 0.0)
        of_all = (own.sum(), brought.sum(), came.sum())
        for group in range(len(GROUPS) + 1):
            past = np.flatnonzero(np.digitize(n_days, GROUPS) == group)
            wanted = np.flatnonzero(np.digitize(now.n_days, GROUPS) == group)
            if len(past) < LEAST or not len(wanted):
                continue
            past = past[np.argsort(silence[past], kind="stable")]
            first, last, are_near = _near(silence[past], now.silence[wanted])
            size = last - first
            returned, own_sum, sums = (_window(x[past], first, last) for x in (came, own, brought))
            alone = len(np.unique(ids[past])) / len(past)
            n_like[wanted], share[wanted] = np.where(are_near, size, 0), returned / size
            expected[wanted], upper[wanted] = (returned + 0.5) / (size + 1), _upper(returned * alone, size * alone)
            each[wanted] = _purchases(own_sum, sums, of_all) * now.day_cents[wanted] * margin_share
    return BaseRate(days, n_like, share, expected, upper, each)


def _near(silence: np.ndarray, own: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return from where to where in ascending silences those about as long as each own one are, at least `LEAST`.

    And whether there are so many that are about as long.
    """
    first, last = np.searchsorted(silence, own / NEAR, "left"), np.searchsorted(silence, own * NEAR, "right")
    are_near = last - first >= LEAST
    middle = (np.searchsorted(silence, own) - LEAST // 2).clip(0, len(silence) - LEAST)
    return np.where(are_near, first, middle), np.where(are_near, last, middle + LEAST), are_near


def _window(values: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Return the sums of values from places to before others."""
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=float)])
    return np.asarray(sums[last] - sums[first])


def _purchases(own: np.ndarray, brought: np.ndarray, of_all: tuple[float, float, float]) -> np.ndarray:
    """Return how many of their own usual purchases those who came back brought, drawn towards all who did."""
    own_all, brought_all, n = of_all
    if own_all <= 0:
        return np.ones(len(own))
    more = PRIOR_RETURNS / n
    return np.asarray((brought + more * brought_all) / (own + more * own_all))


def _upper(returned: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Return the upper bound of a share by Jeffreys' interval; each different count is worked out once."""
    from scipy.special import betaincinv  # slow to import

    counts, place = np.unique(np.column_stack([returned, n]), axis=0, return_inverse=True)
    return np.asarray(betaincinv(counts[:, 0] + 0.5, counts[:, 1] - counts[:, 0] + 0.5, LEVEL)[place.ravel()])
