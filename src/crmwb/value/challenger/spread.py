"""How far customers' purchases fall from what was forecast: a negative binomial whose spread earlier forecasts show."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.optimize import minimize
from scipy.special import gammaln
from scipy.stats import nbinom

MOST_LOG = 8.0  # of the size: beyond it purchases are as good as Poisson, or 0
DOUBT = 1e-4
LEAST = 1e-9


@dataclass(frozen=True)
class Spread:
    """The size of the negative binomial: log size = constant + of_mean · log mean + of_alive · P(alive).

    Variance = mean + mean²/size: the smaller the size, the wider the spread.
    """

    constant: float
    of_mean: float
    of_alive: float

    @classmethod
    def learn(cls, mean: np.ndarray, p_alive: np.ndarray, purchases: np.ndarray) -> Self:
        """Fit to forecasts and what came of them, by maximum likelihood; all of shape (n,)."""
        log_mean, log_factorial = np.log(np.maximum(mean, LEAST)), gammaln(purchases + 1)
        every = np.maximum(mean, LEAST)

        def loss(at: np.ndarray) -> float:
            size = np.exp(np.clip(at[0] + at[1] * log_mean + at[2] * p_alive, -MOST_LOG, MOST_LOG))
            likelihood = gammaln(purchases + size) - gammaln(size) - log_factorial
            likelihood += size * np.log(size / (size + every)) + purchases * np.log(every / (size + every))
            return float(DOUBT * (at @ at) - likelihood.mean())

        found = minimize(loss, [0.0, 0.5, 0.0], method="Nelder-Mead", options={"maxiter": 600})
        return cls(*map(float, found.x))

    def size(self, mean: np.ndarray, p_alive: np.ndarray) -> np.ndarray:
        """Return the size for each customer, shape (n,)."""
        log_size = self.constant + self.of_mean * np.log(np.maximum(mean, LEAST)) + self.of_alive * p_alive
        return np.asarray(np.exp(np.clip(log_size, -MOST_LOG, MOST_LOG)))


def p_any(mean: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Return the chance of at least one purchase, shape (n,)."""
    return np.asarray(-np.expm1(-size * np.log1p(mean / size)))


def at_most(counts: np.ndarray, mean: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Return the chance of at most so many purchases, shape (n,); 0 for fewer than none."""
    return np.asarray(nbinom.cdf(counts, size, size / (size + mean)))


def quantiles(probabilities: np.ndarray, mean: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Return the smallest counts that are not exceeded with each probability, shape (n, k)."""
    p, n = (values[:, None] for values in (size / (size + mean), size))
    return np.asarray(np.maximum(nbinom.ppf(probabilities[None, :], n, p), 0.0))


def transforms(purchases: np.ndarray, mean: np.ndarray, size: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return each customer's randomised probability integral transform, shape (n,); see `potential.coverage`."""
    below = at_most(purchases - 1, mean, size)
    return np.asarray(below + rng.random(len(purchases)) * (at_most(purchases, mean, size) - below))
