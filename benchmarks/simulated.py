"""Customers drawn from the BG/NBD's story, seen for up to two years, counted in whole days."""

import numpy as np

DAYS = 730


def customers(
    rng: np.random.Generator, n: int, *, r: float = 0.25, alpha: float = 31.0, a: float = 0.8, b: float = 2.4
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return frequency, recency_days and age_days of n customers; several purchases on a day are one occasion."""
    rates, stops = rng.gamma(r, 1 / alpha, n), rng.beta(a, b, n)
    ages = rng.integers(1, DAYS, n).astype(float)
    frequency, recency, clock = np.zeros(n), np.zeros(n), np.zeros(n)
    rows = np.arange(n)
    while len(rows):
        clock[rows] += rng.exponential(1, len(rows)) / rates[rows]
        rows = rows[np.ceil(clock[rows]) <= ages[rows]]
        days = np.ceil(clock[rows])
        frequency[rows] += days > recency[rows]
        recency[rows] = days
        rows = rows[rng.random(len(rows)) >= stops[rows]]
    return frequency, recency, ages
