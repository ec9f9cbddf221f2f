"""How much wider or narrower customers fall around their forecasts than the classic models say."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, logit

from crmwb.value.challenger.counts import LARGEST, SMALLEST, Counts

DOUBT = 5.0  # customers' worth of belief that the models are right
BEYOND = 1.645  # standard errors: one-sided, 5%
DECIMALS = 3
LEAST = 1e-9
STAYS = 1 - 1e-5  # P(alive) from which on the models do not tell customers apart
MOST_CUSTOMERS = 5_000  # of more, every so many
NAMES = ("constant", "of_mean", "of_alive", "log_slope")


@dataclass(frozen=True)
class Spread:
    """How customers fell around the forecasts of an earlier holdout, as four numbers; with all at 0 the models are right.

    Size = the models' own size at the horizon · exp(constant + of_mean · log mean if alive). The models say how sure a
    customer's rate is, and how the chance to stop within the horizon widens that: what is learned here, at the longest
    horizon that the history allows, is carried to others as this factor.

    Log odds of being a customer still = of_alive + exp(log_slope) · the models' own log odds: who was thought to have
    left and came back, or the other way round, sets P(alive) right (Platt 1999, "Probabilistic Outputs for Support
    Vector Machines"). Where no model with dropout has weight, everybody is alive and nothing of this is learned.
    """

    constant: float = 0.0
    of_mean: float = 0.0
    of_alive: float = 0.0
    log_slope: float = 0.0

    @classmethod
    def learn(cls, counts: Counts, purchases: np.ndarray) -> Self:
        """Fit to forecasts and what came of them, shape (n,), by maximum likelihood; none where it may be chance."""
        step = len(purchases) // MOST_CUSTOMERS + 1
        counts, purchases = counts.rows(slice(None, None, step)), purchases[::step]
        sizes = cls()._better(counts, purchases, 2)
        return sizes._better(counts, purchases, 4) if counts.alive.min() < STAYS else sizes

    def _better(self, counts: Counts, purchases: np.ndarray, n: int) -> Self:
        """Return the best first `n` numbers, the others as they are; self where that may be chance."""

        def loss(at: np.ndarray) -> float:
            own = self._with(at)
            return float(DOUBT * (at @ at) - own.of(counts).log_likelihood(purchases).sum())

        start = np.array([self.constant, self.of_mean, self.of_alive, self.log_slope])[:n]
        best = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-4, "fatol": 1e-4, "maxiter": 600})
        learned = self._with(np.round(best.x, DECIMALS))
        gain = learned.of(counts).log_likelihood(purchases) - self.of(counts).log_likelihood(purchases)
        return learned if gain.sum() > BEYOND * gain.std() * np.sqrt(len(gain)) else self

    def _with(self, numbers: np.ndarray) -> Self:
        return replace(self, **dict(zip(NAMES, map(float, numbers), strict=False)))

    def of(self, counts: Counts, level_spread: float = 0.0) -> Counts:
        """Return the distributions as they were learned, and how sure the total is put into them.

        An error of the level is the same for all: for one customer it is one more thing not known of the rate, and
        the relative variances 1/size and level_spread² add up.
        """
        alive = counts.alive
        if self.of_alive or self.log_slope:
            odds = logit(np.clip(alive, 1 - STAYS, STAYS))
            moved = expit(self.of_alive + np.exp(self.log_slope) * odds)
            alive = np.clip(moved, 1 - STAYS, 1.0)
        log_mean = np.log(np.maximum(counts.mean / alive, LEAST))
        size = counts.size * np.exp(np.clip(self.constant + self.of_mean * log_mean, -4.0, 4.0))
        size = 1 / (1 / np.clip(size, SMALLEST, LARGEST) + level_spread**2)
        return replace(counts, alive=alive, size=size)
