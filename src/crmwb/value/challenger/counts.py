"""The distribution of a customer's purchases ahead: one for the chance of any, for the intervals and for their value.

A customer is still one with probability `alive`, and then buys as a negative binomial process, of which every k-th
event is a purchase: with k = 1 purchases come at random, with larger k at more regular times (see
`models.mbg_cnbd_k`; how far the gap under way has come is not known, so all k places in it are alike likely). The
chance of any purchase is therefore never above `alive`, whatever the mean.

    P(N >= n) = alive · mean over j < k of P(M >= nk - j),  M ~ NB(mean k · mean / alive, size)

Where chances of any purchase were recalibrated, the distribution is zero-modified (a hurdle; Mullahy 1986, Journal of
Econometrics 33): alive · factor stands for alive in this formula, so that the mean stays.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from scipy.special import betainc, gammaln
from scipy.stats import nbinom

from crmwb.value.blocks import blocks

LARGEST, SMALLEST = 3000.0, 0.02  # sizes: beyond the first purchases are as good as Poisson
LEAST = 1e-9
HALVINGS = 30
MOST_FACTOR = 8.0  # log of the largest factor, and of the smallest


@dataclass(frozen=True)
class Counts:
    """Distributions of n customers' purchases within a horizon.

    Attributes
    ----------
    alive : ndarray of shape (n,)
        Chance of being a customer still, above 0.
    mean : ndarray of shape (n,)
        Purchases to expect, those who are gone included.
    size : ndarray of shape (n,)
        How sure the rate of a customer who is alive is: the smaller, the wider the spread.
    k : int
        How regular purchases are.
    factor : ndarray of shape (n,) or (1,)
        See `with_p_any`; 1 where chances are those of the formula.
    """

    alive: np.ndarray
    mean: np.ndarray
    size: np.ndarray
    k: int = 1
    factor: np.ndarray = field(default_factory=lambda: np.ones(1))

    @classmethod
    def matching(cls, alive: np.ndarray, mean: np.ndarray, p_any: np.ndarray, k: int = 1) -> Self:
        """Return the distributions with these means and chances of any purchase, as far as a size can give them."""
        low, high = np.full(len(mean), np.log(SMALLEST)), np.full(len(mean), np.log(LARGEST))
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            falls_short = cls(alive, mean, np.exp(middle), k).p_any < p_any
            low, high = np.where(falls_short, middle, low), np.where(falls_short, high, middle)
        return cls(alive, mean, np.exp((low + high) / 2), k)

    def rows(self, rows: np.ndarray | slice) -> Self:
        """Return the distributions of some customers."""
        factor = np.broadcast_to(self.factor, self.mean.shape)[rows]
        return replace(self, alive=self.alive[rows], mean=self.mean[rows], size=self.size[rows], factor=factor)

    def with_p_any(self, p_any: np.ndarray) -> Self:
        """Return the distributions with these chances of any purchase, or the next below, and the same means.

        Parameters
        ----------
        p_any : ndarray of shape (n,)
            At most `alive`, and below `mean`.
        """
        first, place = self._distinct(p_any)
        factor = np.empty(len(first))
        for rows in blocks(len(first)):
            each, wanted = self.rows(first[rows]), p_any[first[rows]]
            low, high = np.full(len(wanted), -MOST_FACTOR), np.full(len(wanted), MOST_FACTOR)
            for _ in range(HALVINGS):
                middle = (low + high) / 2
                falls_short = replace(each, factor=np.exp(middle)).p_any <= wanted
                low, high = np.where(falls_short, middle, low), np.where(falls_short, high, middle)
            factor[rows] = np.exp(low)
        return replace(self, factor=factor[place])

    @property
    def _weight(self) -> np.ndarray:
        return np.asarray(self.alive * self.factor)

    @property
    def _mean_events(self) -> np.ndarray:
        """Events to expect of who is alive, k for each purchase."""
        return np.asarray(self.k * np.maximum(self.mean, LEAST) / self._weight)

    @property
    def p_any(self) -> np.ndarray:
        """The chance of at least one purchase, shape (n,); never above `alive`."""
        return self.at_least(np.ones(len(self.mean)))

    @property
    def mean_square(self) -> np.ndarray:
        """The mean of the square of purchases, shape (n,)."""
        weight = self._weight
        if_alive = self.mean / weight
        variance = if_alive / self.k + (1 - 1 / self.k**2) / 6 * (self.k > 1) + if_alive**2 / self.size
        return np.asarray(weight * (np.minimum(variance, if_alive + if_alive**2 / self.size) + if_alive**2))

    def at_least(self, counts: np.ndarray) -> np.ndarray:
        """Return the chance of at least so many purchases, shape (n,); 1 for none."""
        return np.asarray(np.where(counts > 0, self._weight * self._events(np.maximum(counts, 1.0)), 1.0))

    def _events(self, counts: np.ndarray) -> np.ndarray:
        events = self._mean_events
        share = events / (events + self.size)
        return np.asarray(sum(betainc(self.k * counts - j, self.size, share) for j in range(self.k)) / self.k)

    def quantiles(self, probabilities: np.ndarray) -> np.ndarray:
        """Return the smallest counts that are not exceeded with each probability, shape (n, m)."""
        return np.stack(list(self.quantile_columns(probabilities)), axis=1)

    def quantile_columns(self, probabilities: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the same for one probability after the other, whole numbers of shape (n,)."""
        first, place = self._distinct(np.broadcast_to(self.factor, self.mean.shape))
        for p in probabilities.tolist():
            each = [self.rows(first[rows]).quantile(p).astype(np.int64) for rows in blocks(len(first))]
            yield np.concatenate(each)[place]

    def _distinct(self, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return a customer of each distribution, and for each customer the place of their own among these.

        What takes long is worked out once for customers who are alike, of whom there are many where nothing but their
        histories tells them apart; `other` tells them apart too.
        """
        n = len(self.mean)
        columns = (self.mean, self.alive, self.size, other)
        order = np.lexsort(columns)
        is_new = np.ones(n, dtype=bool)
        is_new[1:] = False
        for values in columns:
            ordered = values[order]
            is_new[1:] |= ordered[1:] != ordered[:-1]
        place = np.empty(n, dtype=np.int32)
        place[order] = np.cumsum(is_new, dtype=np.int32) - 1
        return order[is_new], place

    def quantile(self, p: float) -> np.ndarray:
        """Return the smallest counts that are not exceeded with a probability, shape (n,).

        It starts from the quantile of the events, which is near, and walks to where it is right.
        """
        weight = self._weight
        events = self._mean_events
        among = np.clip((p - (1 - weight)) / weight, 0.0, 1 - 1e-12)
        quantiles = np.floor(nbinom.ppf(among, self.size, self.size / (self.size + events)) / self.k)
        quantiles = np.maximum(quantiles, 0.0)
        while self.k > 1:
            short = self.at_least(quantiles + 1) > 1 - p
            far = (quantiles > 0) & (self.at_least(quantiles) <= 1 - p)
            if not (short | far).any():
                break
            quantiles = quantiles + short - (far & ~short)
        return np.asarray(np.where(1 - self.at_least(np.ones(len(quantiles))) >= p, 0.0, quantiles))

    def log_likelihood(self, purchases: np.ndarray) -> np.ndarray:
        """Return the log of the chance of just these purchases, shape (n,).

        With m events there are n purchases with a chance of 1 - |m - nk| / k, by how far the first gap had come.
        """
        events, weight = self._mean_events, self._weight
        share = events / (events + self.size)
        due = self.k * purchases
        m = np.maximum(due - self.k + 1, 0.0)  # the fewest events, and from here on their chance
        chance = np.exp(
            gammaln(m + self.size) - gammaln(self.size) - gammaln(m + 1)
            + self.size * np.log(self.size / (events + self.size)) + m * np.log(share)
        )  # fmt: skip
        among_alive = np.zeros(len(m))
        for _ in range(2 * self.k - 1):
            among_alive += np.maximum(1 - np.abs(m - due) / self.k, 0.0) * chance
            chance, m = chance * share * (m + self.size) / (m + 1), m + 1
        return np.asarray(np.log(np.maximum(weight * among_alive + (1 - weight) * (purchases == 0), 1e-12)))

    def coverage(self, purchases: np.ndarray, level: float) -> float:
        """Return the share of customers whose purchases fell in the interval of that level; see `inside`."""
        return inside(self.at_least(purchases), self.at_least(purchases + 1), level)


def inside(at_least: np.ndarray, more: np.ndarray, level: float) -> float:
    """Return the share of customers whose purchases fell in the interval of that level.

    A count that straddles an end of the interval counts as far as its probability lies inside: the mean of the
    randomised probability integral transform (Czado, Gneiting & Held 2009, Biometrics 65(4)).

    Parameters
    ----------
    at_least, more : ndarray of shape (n,)
        The chances given to at least as many purchases as came, and to more.
    level : float
        Of the interval, such as 0.8.
    """
    top, bottom = 1 - more, 1 - at_least
    within = np.minimum(top, 0.5 + level / 2) - np.maximum(bottom, 0.5 - level / 2)
    return float((np.clip(within, 0, None) / np.maximum(top - bottom, 1e-12)).clip(max=1.0).mean())
