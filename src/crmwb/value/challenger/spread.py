"""How much wider or narrower customers fall around their forecasts than the classic models say."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from scipy.optimize import minimize

from crmwb.value.challenger.counts import LARGEST, SMALLEST, Counts

DOUBT = 5.0  # customers' worth of belief that the models are right
BEYOND = 1.645  # standard errors: one-sided, 5%
DECIMALS = 3
LEAST = 1e-9


@dataclass(frozen=True)
class Spread:
    """Size = the models' own size at the horizon · exp(constant + of_mean · log mean if alive).

    The models say how sure a customer's rate is, and how the chance to stop within the horizon widens that: what is
    learned here, at the longest horizon that the history allows, is carried to others as this factor.
    """

    constant: float = 0.0
    of_mean: float = 0.0

    @classmethod
    def learn(cls, counts: Counts, purchases: np.ndarray) -> Self:
        """Fit to forecasts and what came of them, shape (n,), by maximum likelihood; none where it may be chance."""

        def loss(at: np.ndarray) -> float:
            own = cls(float(at[0]), float(at[1])).of(counts)
            return float(DOUBT * (at @ at) - own.log_likelihood(purchases).sum())

        optimum = minimize(loss, [0.0, 0.0], method="Nelder-Mead", options={"xatol": 1e-5, "fatol": 1e-7})
        learned = cls(*(round(float(value), DECIMALS) for value in optimum.x))
        gain = learned.of(counts).log_likelihood(purchases) - counts.log_likelihood(purchases)
        return learned if gain.sum() > BEYOND * gain.std() * np.sqrt(len(gain)) else cls()

    def of(self, counts: Counts, level_spread: float = 0.0) -> Counts:
        """Return the distributions with the size that was learned, and how sure the total is put into it.

        An error of the level is the same for all: for one customer it is one more thing not known of the rate, and
        the relative variances 1/size and level_spread² add up.
        """
        log_mean = np.log(np.maximum(counts.mean / counts.alive, LEAST))
        size = counts.size * np.exp(np.clip(self.constant + self.of_mean * log_mean, -4.0, 4.0))
        size = 1 / (1 / np.clip(size, SMALLEST, LARGEST) + level_spread**2)
        return replace(counts, size=size)
