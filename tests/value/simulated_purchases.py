"""Customers drawn from the models' own stories."""

import numpy as np

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
