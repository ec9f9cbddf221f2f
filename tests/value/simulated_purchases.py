"""Customers drawn from the BG/NBD's own story."""

import numpy as np

from crmwb.value.models import PurchaseSummary


def simulate(rng: np.random.Generator, n: int, *, r: float, alpha: float, a: float, b: float) -> PurchaseSummary:
    """Draw customers from the BG/NBD's story, each seen for 100 to 700 days."""
    rates, stops = rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n)
    ages = rng.integers(100, 700, n).astype(float)
    frequency, recency = np.zeros(n), np.zeros(n)
    clock, alive = np.zeros(n), np.ones(n, dtype=bool)
    while alive.any():
        clock += rng.exponential(1, n) / rates
        buys = alive & (clock <= ages)
        frequency[buys] += 1
        recency[buys] = clock[buys]
        alive = buys & (rng.random(n) >= stops)
    return PurchaseSummary.of(frequency, recency, ages)
