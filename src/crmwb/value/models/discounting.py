"""Sums over time to come, each moment weighed by what money at it is worth today."""

import math

import numpy as np

CUT = 40.0  # exp(-40): what is later than this many times 1/rate is worth nothing today
NODES_AT_LEAST, NODES_A_UNIT = 16, 4.0  # of log(1 + t/scale)


def moments(scale: np.ndarray, rate: float, horizon: float) -> tuple[np.ndarray, np.ndarray]:
    """Return times t and weights w such that sum(w f(t)) is the integral of exp(-rate t) f(t) from 0 to the horizon.

    By Gauss & Legendre's rule in log(1 + t/scale), in which what falls as a power of 1 + t/scale is smooth.

    Parameters
    ----------
    scale : ndarray of shape (n,)
        The time in which f changes at first, > 0.
    rate, horizon : float
        Of which one at least ends the sum: rate > 0 or a finite horizon > 0.

    Returns
    -------
    times, weights : ndarray of shape (k, n)
    """
    ends = min(horizon, CUT / rate) if rate > 0 else horizon
    longest = np.log1p(ends / scale)
    places, shares = np.polynomial.legendre.leggauss(NODES_AT_LEAST + math.ceil(NODES_A_UNIT * longest.max(initial=0)))
    half = longest / 2
    v = half * (1 + places[:, None])
    times = scale * np.expm1(v)
    return times, shares[:, None] * half * (scale * np.exp(v)) * np.exp(-rate * times)
