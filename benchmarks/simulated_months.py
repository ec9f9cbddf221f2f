"""Monthly series of known kinds, for tests of forecasts."""

import numpy as np

KINDS = (
    "flat",
    "seasonal",
    "trend",
    "trend_season",
    "walk",
    "walk_season",
    "decay",
    "break",
    "sparse",
    "steady",
    "steady_season",
    "fast",
    "fast_season",
)
YEARLY = (-0.2, -0.08, 0.08, 0.2)  # steady growth
FAST = (0.5, 0.65, 0.8, 1.0)
LENGTHS = (12, 18, 24, 36, 48)
SEEDS = 8


def series(kind: str, n: int, seed: int) -> tuple[np.ndarray, float]:
    """Return n months of a kind, and what one event is worth.

    flat: noise around a level; seasonal: a smooth season with a peak month; trend: a constant growth or fall; walk: a
    level that wanders; decay: a cohort that dies out; break: a level that changes once by half; sparse: six orders a
    month of very different sizes; steady: the same growth every year, of 8 or 20% either way; fast: of 50 to 100%.
    """
    rng = np.random.default_rng([seed, n, KINDS.index(kind)])
    t, phase = np.arange(n), int(rng.integers(12))
    season = rng.uniform(0.15, 0.5) * np.cos(2 * np.pi * (t + phase) / 12) + rng.normal(0, 0.08, 12)[(t + phase) % 12]
    season += np.where((t + phase) % 12 == 11, rng.uniform(0.4, 0.9), 0.0)
    trend = rng.uniform(-0.02, 0.03) * t
    noise = rng.normal(0, rng.uniform(0.03, 0.12), n)
    walk = np.cumsum(rng.normal(0, rng.uniform(0.02, 0.06), n))
    if kind == "sparse":
        return rng.poisson(6, n) * np.exp(rng.normal(10, 0.6, n)), float(np.exp(10))
    logs = {
        "flat": noise,
        "seasonal": season + noise,
        "trend": trend + noise,
        "trend_season": trend + season + noise,
        "walk": walk + 0.5 * noise,
        "walk_season": walk + season + 0.5 * noise,
        "decay": noise - rng.uniform(0.02, 0.06) * t,
        "steady": noise + np.log1p(YEARLY[seed % 4]) * t / 12,
        "steady_season": noise + season + np.log1p(YEARLY[seed % 4]) * t / 12,
        "fast": noise + np.log1p(FAST[seed % 4]) * t / 12,
        "fast_season": noise + season + np.log1p(FAST[seed % 4]) * t / 12,
        "break": noise + np.where(t > rng.integers(n // 3, n), rng.choice([-0.5, 0.5]), 0.0),
    }[kind]
    return rng.poisson(np.exp(rng.uniform(6, 9) + logs)).astype(float), 1.0
