"""What customers alive will do who may stop whenever they buy, each time with a chance p ~ Beta(a, b) of their own.

Arguments throughout are what is known of the n customers: they buy at rates Gamma(shape, 1/wait) and stop with chances
Beta(a, b), b of shape (n,) too: for a customer after x purchases in T, shape = r + x, wait = α + T and b + k after k
chances that were survived.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import hyp2f1

from crmwb.value.models.discounting import moments

LOST_DIGITS = 1e-9  # how far the formula's difference may cancel
STEP = 0.1
TAIL = 60.0  # chances whose weight is below exp(-60) of the highest do not count
SMALLEST = -350.0  # log of the smallest chance: its square is still a number
BLOCK = 256


class Alive(NamedTuple):
    """Customers alive; all of shape (n,) but a."""

    shape: np.ndarray
    wait: np.ndarray
    a: float
    b: np.ndarray


def expected(alive: Alive, horizon: float) -> np.ndarray:
    """Return the purchases to expect in `horizon`, shape (n,)."""
    if horizon <= 0:
        return np.zeros_like(alive.shape)
    purchases, exact = formula(alive, horizon)
    if not exact.all():
        rest = Alive(alive.shape[~exact], alive.wait[~exact], alive.a, alive.b[~exact])
        purchases[~exact] = integral(rest, horizon)
    return purchases


def formula(alive: Alive, horizon: float) -> tuple[np.ndarray, np.ndarray]:
    """Fader, Hardie & Lee's (2005) eq. 10 given alive, after Euler's transformation of 2F1: its parameters stay small.

    Also says where it is exact: it is 0/0 at a = 1 and at a + b = 1, loses its digits near them and for short
    horizons, and SciPy's 2F1 is infinite for some whole parameters.
    """
    shape, wait, a, b = alive
    z = horizon / (wait + horizon)
    c = a + b - 1
    with np.errstate(all="ignore"):
        scale = c / (a - 1)
        purchases = np.asarray(scale * (1 - (1 - z) ** (a - 1) * hyp2f1(a - 1, c - shape, c, z)))
        most = shape * horizon / wait  # if nobody ever stopped
        exact = (purchases > LOST_DIGITS * np.abs(scale)) & (purchases <= most * (1 + LOST_DIGITS))
    return purchases, np.asarray(exact)


def integral(alive: Alive, horizon: float) -> np.ndarray:
    """Average E[purchases | p] = (1 - (1 + p horizon/wait)^-shape) / p over the chances: the same."""
    out = np.empty_like(alive.shape)
    for rows in _blocks(len(out)):
        p, weights = chances(alive.a, alive.b[rows])
        bought = -np.expm1(-alive.shape[rows] * np.log1p(p * (horizon / alive.wait[rows]))) / p
        out[rows] = (weights * bought).sum(axis=0)
    return out


def discounted(alive: Alive, rate: float, horizon: float) -> tuple[np.ndarray, np.ndarray]:
    """Return purchases and time alive to expect, discounted at a continuous rate, each of shape (n,).

    Of who stops with chance p, (1 + p t/wait)^-shape are alive at t, and buy at the rate shape / (wait + p t).
    """
    purchases, time_alive = np.empty_like(alive.shape), np.empty_like(alive.shape)
    for rows in _blocks(len(purchases)):
        shape, wait = alive.shape[rows], alive.wait[rows]
        values, row_of = np.unique(alive.b[rows], return_inverse=True)
        p, weights = (nodes[:, row_of] for nodes in chances(alive.a, values))
        times, worth = moments(wait / (1 + shape), rate, horizon)
        bought, stayed = np.zeros_like(shape), np.zeros_like(shape)
        for t, w in zip(times / wait, worth, strict=True):
            slower = np.log1p(p * t)
            share = weights * np.exp(-shape * slower)
            stayed += w * share.sum(axis=0)
            bought += w * (share * np.exp(-slower)).sum(axis=0)
        purchases[rows], time_alive[rows] = bought * shape / wait, stayed
    return purchases, time_alive


def chances(a: float, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return chances p and weights w, both of shape (k, n), such that sum(w f(p)) is the mean of f over Beta(a, b).

    By the trapezoidal rule in s, where log p/(1-p) = middle + width sinh(s): the integrand then falls doubly
    exponentially at both ends and the rule converges exponentially (Takahasi & Mori 1974).
    """
    middle = math.log(a) - np.log(b)
    width = np.minimum(1.0, np.sqrt(1 / a + 1 / b))
    reach = float(np.arcsinh(TAIL / (width * np.minimum(a, b)).min(initial=1.0)))
    s = np.arange(-math.ceil(reach / STEP), math.ceil(reach / STEP) + 1)[:, None] * STEP
    odds = middle + width * np.sinh(s)
    log_p, log_stay = -np.logaddexp(0, -odds), -np.logaddexp(0, odds)
    top = -a * np.logaddexp(0, -middle) - b * np.logaddexp(0, middle)
    weights = np.cosh(s) * np.exp(np.minimum(a * log_p + b * log_stay - top, 0.0))
    return np.exp(np.maximum(log_p, SMALLEST)), weights / weights.sum(axis=0)


def _blocks(n: int) -> list[slice]:
    return [slice(start, start + BLOCK) for start in range(0, n, BLOCK)]
