"""What customers alive will do who may stop at any time: Pareto/NBD.

Who is alive at T after x purchases buys at a rate Gamma(r+x, α+T) and stops at a rate Gamma(s, β+T); (1 + t/(β+T))^-s
are still alive a time t later.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import betaln, expit

from crmwb.value.models.discounting import moments

CUT = 36.0  # where the integrand is below exp(-CUT) of its highest, it does not count
PLACES, SHARES = np.polynomial.legendre.leggauss(48)
BLOCK = 2048
CLOSINGS = 8


class Alive(NamedTuple):
    """Customers alive: shape = r+x, wait = α+T and life = β+T of shape (n,), and s."""

    shape: np.ndarray
    wait: np.ndarray
    life: np.ndarray
    s: float


def at_least(counts: np.ndarray | float, alive: Alive, horizon: np.ndarray | float) -> np.ndarray:
    """Return P(at least `counts` > 0 purchases in `horizon` > 0); arguments broadcast.

    The n-th purchase would come after t = wait e^v, where e^v has a beta prime distribution (n, shape); it comes if the
    customer is alive then. The logarithm of that integrand is concave in v, and each tail an exponential: Gauss &
    Legendre's rule in asinh((v - mode) / width), from where it is above exp(-CUT) to the end of the horizon.
    """
    arguments = np.broadcast_arrays(counts, alive.shape, alive.wait, alive.life, horizon)
    flat = [np.ravel(values) for values in arguments]
    out = np.empty(flat[0].size)
    for start in range(0, out.size, BLOCK):
        part = slice(start, start + BLOCK)
        n, shape, wait, life, end = (values[part] for values in flat)
        law = _Law(shape, alive.s, np.log(wait / life))
        nodes = _nodes(n, n, law, np.log(end) - np.log(wait))
        out[part] = np.minimum(nodes[1].sum(axis=0), 1.0)
    return out.reshape(arguments[0].shape)


def tails(counts: np.ndarray, alive: Alive, horizon: float) -> np.ndarray:
    """Return P(at least so many purchases in `horizon` > 0) for rising counts, shape (n, k); else as `at_least`.

    Neighbouring counts share their nodes: from one count to the next the integrand only gains a power of expit(v).
    """
    out = np.empty((len(alive.shape), len(counts)))
    for start in range(0, len(out), BLOCK):
        part = slice(start, start + BLOCK)
        shape, wait = alive.shape[part], alive.wait[part]
        law, end = _Law(shape, alive.s, np.log(wait / alive.life[part])), np.log(horizon) - np.log(wait)
        column = 0
        while column < len(counts):
            first = float(counts[column])
            beyond = int(np.searchsorted(counts, first + 2 * np.sqrt(first)))
            n = np.full_like(shape, first)
            v, masses = _nodes(n, np.full_like(shape, counts[beyond - 1]), law, end)
            bought, log_beta = expit(v), betaln(n, shape)
            out[part, column] = masses.sum(axis=0)
            for k in range(column + 1, beyond):
                masses *= bought ** (counts[k] - counts[k - 1])
                out[part, k] = masses.sum(axis=0) * np.exp(log_beta - betaln(counts[k], shape))
            column = beyond
    return np.minimum(out, 1.0)


class _Law(NamedTuple):
    """What the integrand hangs on but n: ratio is log(wait/life)."""

    shape: np.ndarray
    s: float
    ratio: np.ndarray


def _nodes(n: np.ndarray, n_last: np.ndarray, law: _Law, end: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return nodes v up to `end` for counts from n to n_last, and their masses for n."""
    shape, s, ratio = law
    mode, width = _peak(n, law)
    last_mode, last_width = (mode, width) if n_last is n else _peak(n_last, law)
    slope = n - (n + shape) * expit(end) - s * expit(end + ratio)
    left = CUT * (width + 1 / n)
    cut_short = slope > 0  # left of the mode it falls at least as fast as at the end
    left[cut_short] = np.minimum(left[cut_short], CUT / slope[cut_short])
    low = np.arcsinh((np.minimum(end, mode) - left - mode) / width)
    high = np.arcsinh((np.minimum(end, last_mode + CUT * (last_width + 1 / (shape + s))) - mode) / width)
    half = (high - low) / 2
    u = low + half * (1 + PLACES[:, None])
    v = mode + width * np.sinh(u)
    log_density = n * v - (n + shape) * np.logaddexp(0, v) - s * np.logaddexp(0, v + ratio) - betaln(n, shape)
    return v, SHARES[:, None] * np.exp(log_density) * (width * np.cosh(u)) * half


def _peak(n: np.ndarray, law: _Law) -> tuple[np.ndarray, np.ndarray]:
    """Return where the integrand is highest, and its width there, by Newton's steps inside closing bounds."""
    shape, s, ratio = law
    high = np.log(n) - np.log(shape)  # if nobody stopped
    low = np.log(n) - np.logaddexp(np.log(n + shape), np.log(s) + ratio)  # for expit(v) < exp(v)
    v = high
    for _ in range(CLOSINGS):
        buys, stops = expit(v), expit(v + ratio)
        slope = n - (n + shape) * buys - s * stops
        curvature = (n + shape) * buys * (1 - buys) + s * stops * (1 - stops)
        low, high = np.where(slope > 0, v, low), np.where(slope < 0, v, high)
        ahead = v + slope / curvature
        v = np.where((ahead > low) & (ahead < high), ahead, (low + high) / 2)
    return v, np.minimum(1.0, 1 / np.sqrt(curvature))


def first_purchase_at(t: np.ndarray, alive: Alive) -> np.ndarray:
    """Return the density of the time of the next purchase at t."""
    shape, wait, life, s = alive
    return np.asarray(shape / wait * np.exp(-(shape + 1) * np.log1p(t / wait) - s * np.log1p(t / life)))


def time_alive(alive: Alive, rate: float, horizon: float) -> np.ndarray:
    """Return the time alive to expect, discounted at a continuous rate, shape (n,).

    The integral of exp(-rate t) (1 + t/life)^-s: with an endless horizon life · Ψ(1, 2-s, rate life), the confluent
    hypergeometric function of the second kind in Fader, Hardie & Lee's (2005) DERT.
    """
    values, row_of = np.unique(alive.life, return_inverse=True)
    times, worth = moments(values / (1 + alive.s), rate, horizon)
    return np.asarray((worth * np.exp(-alive.s * np.log1p(times / values))).sum(axis=0)[row_of])
