"""Lives counted in rounds that end before each with a chance of the customer's own: the beta-geometric.

Fader & Hardie (2007), "How to Project Customer Retention", Journal of Interactive Marketing 21(1). A customer stops
before each round with a chance θ ~ Beta(a, b) over customers. Shares that survive t rounds:

    S(t) = B(a, b+t) / B(a, b)

Who has survived n rounds is like a new customer of a population with b + n in place of b, so every function here serves
new and old customers alike.
"""

from itertools import count

import numpy as np
from scipy.special import betaln

MIN_RATE = 1e-6  # below it, what is discounted converges too slowly to be worked out
CLOSE = 1e-13  # a step that counts as none; rounding alone makes steps of 1e-14
DAYS_A_YEAR = 365


def survival(a: float, b: np.ndarray | float, rounds: np.ndarray | float) -> np.ndarray:
    """Return the share that survives so many rounds."""
    return np.asarray(np.exp(betaln(a, np.add(b, rounds)) - betaln(a, b)))


def rounds_survived(a: float, b: float, n_rounds: int) -> float:
    """Return how many of the next rounds a customer survives on average: S(1) + … + S(n_rounds)."""
    j = np.arange(n_rounds)
    return float(np.cumprod((b + j) / (a + b + j)).sum())


def round_rate(annual_rate: float, rounds_a_year: float) -> float:
    """Return the rate for a round that compounds to an annual effective rate.

    Raises
    ------
    ValueError
        A rate below 0, or one so small that nothing can be told from 0; or rounds that take no time.
    """
    if not rounds_a_year > 0:
        raise ValueError(f"rounds_a_year must be above 0, not {rounds_a_year:g}.")
    rate = float(np.expm1(np.log1p(annual_rate) / rounds_a_year)) if annual_rate >= 0 else annual_rate
    if not (rate == 0 or rate >= MIN_RATE):
        raise ValueError(f"annual_rate must be 0 or at least {MIN_RATE:g} in a round, not {rate:g}.")
    return rate


def discounted_rounds(a: float, b: np.ndarray, rate: float) -> np.ndarray:
    """Return S(0) + S(1)/(1+rate) + S(2)/(1+rate)² + …, shape of b: what 1 in every round survived is worth.

    It is 2F1(1, b; a+b; 1/(1+rate)), by Gauss's continued fraction, evaluated from its front as Lentz (1976) does:
    SciPy's 2F1 is NaN for large b at small rates. Infinite at rate 0 where a <= 1, for lives then have no mean.
    """
    b = np.asarray(b, dtype=np.float64)
    if rate == 0:
        return (a + b - 1) / (a - 1) if a > 1 else np.full_like(b, np.inf)
    z, c = 1 / (1 + rate), a + b
    inverse = over = 1 - z * b / c
    under = np.ones_like(b)
    for m in count(1):
        before = inverse
        odd = m * (a + m - 1) / ((c + 2 * m - 2) * (c + 2 * m - 1))
        even = (b + m) * (c + m - 1) / ((c + 2 * m - 1) * (c + 2 * m))
        for term in (odd, even):
            under, over = 1 / (1 - term * z * under), 1 - term * z / over
            inverse = inverse * under * over
        if not np.abs(inverse / before - 1).max(initial=0) > CLOSE:  # so that NaN ends it too
            break
    return np.asarray(1 / inverse)
