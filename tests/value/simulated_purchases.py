"""Customers drawn from the models' own stories."""

import numpy as np

from crmwb.features.purchase_days import PurchaseDays
from crmwb.value.models import NBD, BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD, PurchaseModel, PurchaseSummary

MODELS = (BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD, NBD)
TRUTH = {
    BetaGeoNBD: {"r": 0.6, "alpha": 40.0, "a": 0.9, "b": 2.5},
    ModifiedBetaGeoNBD: {"r": 0.8, "alpha": 40.0, "a": 0.9, "b": 2.5},
    ParetoNBD: {"r": 0.8, "alpha": 40.0, "s": 0.9, "beta": 200.0},
    NBD: {"r": 0.6, "alpha": 40.0},
}


def simulate(rng: np.random.Generator, n: int, kind: type[PurchaseModel], **parameters: float) -> PurchaseSummary:
    """Draw customers from the story of a model, each seen for 100 to 700 days."""
    rates, stops = rng.gamma(parameters["r"], 1 / parameters["alpha"], n), np.zeros(n)
    if "a" in parameters:
        stops = rng.beta(parameters["a"], parameters["b"], n)
    ages = rng.integers(100, 700, n).astype(float)
    ends = ages
    if "s" in parameters:
        ends = np.minimum(ages, rng.exponential(1, n) / rng.gamma(parameters["s"], 1 / parameters["beta"], n))
    alive = np.ones(n, dtype=bool) if kind is not ModifiedBetaGeoNBD else rng.random(n) >= stops
    frequency, recency, clock = np.zeros(n), np.zeros(n), np.zeros(n)
    while alive.any():
        clock += rng.exponential(1, n) / rates
        buys = alive & (clock <= ends)
        frequency[buys] += 1
        recency[buys] = clock[buys]
        alive = buys & (rng.random(n) >= stops)
    return PurchaseSummary.of(frequency, recency, ages)


def seasonal_company(*, n: int, n_days: int, seed: int) -> PurchaseDays:
    """Draw customers who come at an even rate, buy for 10.00 to 40.00 at random, most often before Christmas, and stop.

    Days are counted from 1 January 2020 on.
    """
    rng = np.random.default_rng(seed)
    begins = np.sort(rng.uniform(0, n_days - 30, n))
    ends = begins + rng.exponential(700, n)
    days = np.arange(n_days)
    season = 0.7 + 1.8 * np.exp(-0.5 * (((days % 365.25) / 365.25 - 0.92) / 0.06) ** 2)
    chance = rng.gamma(1.0, 1 / 50, n)[:, None] * season * (days > begins[:, None]) * (days < ends[:, None])
    bought = rng.random((n, n_days)) < chance
    bought[np.arange(n), begins.astype(int)] = True
    customer, day = np.nonzero(bought)
    ids = np.array([f"k{i:05d}" for i in range(n)])
    cents = rng.integers(10_00, 40_00, len(day))
    return PurchaseDays(ids, customer.astype(np.int32), (day + 18_262).astype(np.int32), cents)
