"""What customers did who had been silent for as long: chances that models of dropout get wrong are brought to it.

To most models of purchases here, a customer who has been silent for long beside the own rhythm is as good as gone, and
the longer the surer; to the one without dropout silence says nothing. Where buying follows events in customers' lives
(a move, a house, a renewal), silence of years ends in purchases again: the one kind expects nobody back, the other all.
So customers of one earlier origin, the stated horizon before this one, are put into classes by how long they had been
silent at it. Where the forecast made then missed a class by a multiple, beyond chance, silence means something else
than the models say: as many of each class are expected now as bought of it then, unless about as many are anyway.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from crmwb.value.challenger.counts import LARGEST, Counts

CLASS_CUSTOMERS, MOST_CLASSES = 50, 12
TIMES = 2.0  # as many as expected, or as few: less is the level of the forecast
BEYOND = 3.0  # standard errors: there are several classes
MOST = 0.95  # chance
MORE = 1 + 1e-6  # purchases to expect of who has a chance of any, over that chance
TINY = 1e-9
DECIMALS = 6


@dataclass(frozen=True)
class AfterSilence:
    """What customers did over the horizon, by class of silence.

    Attributes
    ----------
    since : tuple of float
        The days of silence from which on each class counts, ascending; empty where nothing is changed.
    size : tuple of int
        Customers of each class.
    bought, purchases : tuple of float
        How many of them bought, and how many times in all.
    """

    since: tuple[float, ...] = ()
    size: tuple[int, ...] = ()
    bought: tuple[float, ...] = ()
    purchases: tuple[float, ...] = ()

    @classmethod
    def learn(cls, silent_days: np.ndarray, counts: Counts, later: np.ndarray) -> Self:
        """Learn from customers of an earlier origin.

        Parameters
        ----------
        silent_days : ndarray of shape (n,)
            Since their last purchase, at that origin.
        counts : Counts
            What was expected of them over the horizon.
        later : ndarray of shape (n,)
            Purchases that came.

        Examples
        --------
        Nothing was expected of a hundred customers, and 20 of those who had been silent for longer bought three times:

        >>> silent, later = np.repeat([400.0, 800.0], 50), np.repeat([0, 3, 0], [50, 20, 30])
        >>> expected = Counts(np.full(100, 0.01), np.full(100, 0.01), np.full(100, 1.0))
        >>> AfterSilence.learn(silent, expected, later)
        AfterSilence(since=(400.0, 800.0), size=(50, 50), bought=(0.0, 20.0), purchases=(0.0, 60.0))
        """
        n_classes = min(len(silent_days) // CLASS_CUSTOMERS, MOST_CLASSES)
        if n_classes < 2:
            return cls()
        since = np.unique(np.quantile(silent_days, np.arange(n_classes) / n_classes, method="higher"))
        of = np.searchsorted(since, silent_days, side="right") - 1
        size, bought, purchases, expected = (
            np.bincount(of, weights, len(since)) for weights in (None, later > 0, later, counts.p_any)
        )
        if not _misses(bought, expected).any():
            return cls()
        first, *others = (tuple(values.tolist()) for values in (since, size, bought, purchases))
        return cls(first, *others)

    def of(self, counts: Counts, silent_days: np.ndarray) -> Counts:
        """Return the distributions with classes that are expected to do otherwise brought to what was seen of them.

        Longer silence than was seen counts as the longest that was, shorter as the shortest.
        """
        if not self.since or not len(counts.mean):
            return counts
        own = np.maximum(np.searchsorted(self.since, silent_days, side="right") - 1, 0)
        now = np.maximum(np.bincount(own, minlength=len(self.since)), 1)
        p_now, mean_now = (np.bincount(own, each, len(self.since)) / now for each in (counts.p_any, counts.mean))
        size, bought, purchases = (
            np.array(each, dtype=np.float64) for each in (self.size, self.bought, self.purchases)
        )
        rows = np.flatnonzero(_misses(bought, size * p_now)[own])
        if not len(rows):
            return counts
        who = own[rows]
        before, share, times = counts.rows(rows), (bought / size)[who], (purchases / size)[who]
        # fewer: all chances of a class alike; more: a chance for each, besides the own one
        some, none = before.p_any, (1 - share) / np.maximum(1 - p_now[who], TINY)
        p_any = np.clip(
            np.where(share < p_now[who], some * share / np.maximum(p_now[who], TINY), 1 - (1 - some) * none), TINY, MOST
        )
        is_less = times < mean_now[who]
        mean = np.where(
            is_less, before.mean * times / np.maximum(mean_now[who], TINY), before.mean + times - mean_now[who]
        )
        size_now = np.where(
            p_any > TIMES * some, LARGEST, before.size
        )  # their rate is known: that of all who came back
        changed = replace(
            before, alive=np.maximum(before.alive, p_any), mean=np.maximum(mean, MORE * p_any), size=size_now
        )
        return _put(counts, rows, changed.with_p_any(p_any))


def _misses(bought: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """Say where a multiple of what was expected came, or was expected of what came, beyond chance."""
    is_multiple = (bought > TIMES * expected) | (expected > TIMES * bought)
    return np.asarray(is_multiple & (np.abs(bought - expected) > BEYOND * np.sqrt(np.minimum(bought, expected) + 1)))


def _put(counts: Counts, rows: np.ndarray, changed: Counts) -> Counts:
    """Return the distributions with those of some customers in place of theirs."""
    alive, mean, size, factor = (
        np.broadcast_to(each, counts.mean.shape).copy()
        for each in (counts.alive, counts.mean, counts.size, counts.factor)
    )
    alive[rows], mean[rows], size[rows], factor[rows] = changed.alive, changed.mean, changed.size, changed.factor
    return replace(counts, alive=alive, mean=mean, size=size, factor=factor)
