"""How much surer, or less sure, chances to buy were than what came of them: learned on the company's earlier origins.

The logit of what came is taken to be a straight line in the logit of the chance. A slope below 1 says that chances lay
too near to 0 and 1, one above 1 that they told customers apart too little. Its constant is left to the level of the
forecast: each origin has one of its own here.

Slopes of earlier origins are ~ N(slope, PASSING²) around one that lasts, ~ N(1, LASTING²); PASSING grows where origins
differ more than that and their standard errors explain (random effects; DerSimonian & Laird 1986). What is learned is
used only where it was borne out: each origin is forecast with what those before it taught, and all of them together
must have gained likelihood beyond chance. With a single origin there is nothing to test it on, and chances stay.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import numpy as np
from scipy.special import expit, logit

from crmwb.value.challenger.counts import Counts

LASTING, PASSING = 0.2, 0.1  # standard deviations of slopes
BELIEF = 2.0  # origins' worth of it in PASSING
BEYOND = 1.645  # standard errors: one-sided, 5%
LEAST_SLOPE = 0.2
SUREST = 0.001  # chances count as within this and 1 less this
STEPS, CLOSE, MOST_CONDITION = 50, 1e-9, 1e8
HALVINGS, WIDEST = 60, 30.0
DECIMALS = 3


@dataclass(frozen=True)
class Given:
    """Chances that were given at one origin, and what came of them.

    Attributes
    ----------
    chance : ndarray of shape (n,)
        Of any purchase.
    bought : ndarray of bool of shape (n,)
        Who made one.
    windows : ndarray of shape (n, k)
        What customers did in the same window of earlier years: see `own_year.same_windows`.
    """

    chance: np.ndarray
    bought: np.ndarray
    windows: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))


@dataclass(frozen=True)
class Calibration:
    """What the logit of a chance is multiplied by.

    Attributes
    ----------
    slope : float
        1 where nothing is changed.
    n_origins : int
        How many it was learned from; 0 where nothing is changed.
    days : int
        The horizon at which it was learned.
    """

    slope: float = 1.0
    n_origins: int = 0
    days: int = 0

    @classmethod
    def learn(cls, origins: Sequence[Given], days: int) -> Self:
        """Learn from earlier origins, the latest first, each forecast by what was known at it alone."""
        gains = [_loss(given, 1.0) - plain for given, plain in zip(origins[:-1], plain_losses(origins), strict=True)]
        if not is_beyond(gains):
            return cls()
        return cls(round(pooled(_slopes(origins)), DECIMALS), len(origins), days)

    def of(self, counts: Counts, horizon_days: float) -> Counts:
        """Return the distributions with recalibrated chances of any purchase: none above `alive`; means stay.

        Further ahead than was tested, less is believed: of slope - 1 the share days / horizon_days.
        """
        if self.slope == 1.0 or not len(counts.mean):
            return counts
        slope = 1 + (self.slope - 1) * min(1.0, self.days / horizon_days)
        before, most = counts.p_any, np.minimum(counts.alive, counts.mean)
        steep = slope * logit_of(before)
        return counts.with_p_any(np.minimum(expit(steep + constant_of(steep, float(before.sum()), most)), most))


def slope_of(chance: np.ndarray, bought: np.ndarray) -> tuple[float, float]:
    """Return the slope of a logistic regression of buying on the logit of the chance, and its standard error.

    Where all chances are much alike nothing can be told: 1, with an infinite error.
    """
    x, at = logit_of(chance), np.array([0.0, 1.0])
    inverse = np.full((2, 2), np.inf)
    for _ in range(STEPS):
        q = expit(at[0] + at[1] * x)
        weight, miss = q * (1 - q), bought - q
        information = np.array([[weight.sum(), (weight * x).sum()], [(weight * x).sum(), (weight * x * x).sum()]])
        if not information[0, 0] > 0 or np.linalg.cond(information) > MOST_CONDITION:
            return 1.0, np.inf
        inverse = np.linalg.inv(information)
        step = np.clip(inverse @ np.array([miss.sum(), (miss * x).sum()]), -1.0, 1.0)
        at = at + step
        if np.abs(step).max() < CLOSE:
            break
    return float(at[1]), float(np.sqrt(inverse[1, 1]))


def pooled(slopes: Sequence[tuple[float, float]]) -> float:
    """Return the slope that lasts, drawn towards 1, from slopes of origins and their standard errors."""
    known = [(slope, error) for slope, error in slopes if np.isfinite(error)]
    if not known:
        return 1.0
    off, error = np.array(known).T
    off = off - 1
    first = 1 / (PASSING**2 + error**2)
    around = float((first * (off - (first * off).sum() / first.sum()) ** 2).sum())
    passing = PASSING**2 * max(1.0, (BELIEF + around) / (BELIEF + len(off) - 1))
    weights = 1 / (passing + error**2)
    mean, variance = float((weights * off).sum() / weights.sum()), 1 / float(weights.sum())
    lasting = max(LASTING**2, mean**2 - variance)
    return max(1 + mean * lasting / (lasting + variance), LEAST_SLOPE)


def plain_losses(origins: Sequence[Given]) -> list[np.ndarray]:
    """Return the losses of each origin but the earliest, its chances recalibrated by those before it."""
    slopes = _slopes(origins)
    return [_loss(given, pooled(slopes[place + 1 :])) for place, given in enumerate(origins[:-1])]


def is_beyond(gains: Sequence[np.ndarray]) -> bool:
    """Whether gains of customers, by origin, add up to more than chance explains; not so where there are none."""
    gain = np.concatenate(gains) if gains else np.zeros(1)
    return bool(gain.sum() > BEYOND * gain.std() * np.sqrt(len(gain)))


def loss_of(steep: np.ndarray, bought: np.ndarray) -> np.ndarray:
    """Return -log of the chance given to what came by logits, the constant being the origin's own, shape (n,)."""
    z = steep + constant_of(steep, float(bought.sum()))
    return np.asarray(np.logaddexp(0.0, np.where(bought, -z, z)))


def _slopes(origins: Sequence[Given]) -> list[tuple[float, float]]:
    return [slope_of(given.chance, given.bought) for given in origins]


def _loss(given: Given, slope: float) -> np.ndarray:
    return loss_of(slope * logit_of(given.chance), given.bought)


def constant_of(steep: np.ndarray, total: float, most: np.ndarray | float = 1.0) -> float:
    """Return what must be added to logits so that their chances, each at its most, add up to a total."""
    low, high = -WIDEST, WIDEST
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if float(np.minimum(expit(steep + middle), most).sum()) < total else (low, middle)
    return (low + high) / 2


def logit_of(chance: np.ndarray) -> np.ndarray:
    """Return logits, of chances not nearer to 0 and 1 than SUREST."""
    return np.asarray(logit(np.clip(chance, SUREST, 1 - SUREST)))
