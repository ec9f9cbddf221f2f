"""Ways to continue a monthly series: each takes what is known and returns the months after it, or NaN.

Every method is `(values of shape (n,), lump, n_ahead) -> ndarray of shape (n_ahead,)`. `lump` is what one event is
worth (1 for counts, the mean purchase for revenue); logs are taken of values plus a lump, so that an empty month
is no error.
"""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

Method = Callable[[np.ndarray, float, int], np.ndarray]

SEASON = 12
LEVEL_MONTHS = 3  # the level is the mean of so many months
HALF_TRUST_MONTHS = 6  # growth seen over so many months counts for half
ETS_MONTHS = 8  # fewer do not show a trend
DAMPINGS = (0.85, 0.98)
LEVEL_WEIGHTS = (0.1, 0.2, 0.35, 0.5, 0.8)
SEASON_WEIGHTS = (0.05, 0.2)
TREND_SHARE = 0.1  # the trend's smoothing weight over the level's


def level(values: np.ndarray, _lump: float, n_ahead: int) -> np.ndarray:
    """Repeat the mean of the last three months."""
    if len(values) < LEVEL_MONTHS:
        return _unknown(n_ahead)
    return np.full(n_ahead, max(float(values[-LEVEL_MONTHS:].mean()), 0.0))


def last_year(values: np.ndarray, _lump: float, n_ahead: int) -> np.ndarray:
    """Repeat the same months of the year before (the seasonal naive forecast)."""
    if len(values) < SEASON:
        return _unknown(n_ahead)
    return np.maximum(np.resize(values[-SEASON:], n_ahead), 0.0)


def last_year_growth(values: np.ndarray, lump: float, n_ahead: int) -> np.ndarray:
    """Repeat the same months of the year before, times the growth since then, shrunk towards none.

    Growth is what the last months (a year at most) brought over the same months a year before; its log counts
    k / (k + 6) with k months.
    """
    k = min(len(values) - SEASON, SEASON)
    if k < 1:
        return _unknown(n_ahead)
    now, before = (
        max(float(part.sum()), 0.0) + lump for part in (values[-k:], values[-SEASON - k : len(values) - SEASON])
    )
    growth = np.exp(np.log(now / before) * k / (k + HALF_TRUST_MONTHS))
    return np.asarray(last_year(values, lump, n_ahead) * growth)


def half_season(values: np.ndarray, lump: float, n_ahead: int) -> np.ndarray:
    """Go half way, in logs, between the last level and the same months of the year before.

    A season seen once cannot be told from growth: the level takes the last months' rise for growth, last year's months
    take it for season.
    """
    seen = last_year if len(values) <= SEASON else last_year_growth
    both = [level(values, lump, n_ahead) + lump, seen(values, lump, n_ahead) + lump]
    return np.maximum(np.sqrt(both[0] * both[1]) - lump, 0.0)


def ets(values: np.ndarray, lump: float, n_ahead: int) -> np.ndarray:
    """Smooth exponentially: error, damped trend and, from two years on, season, additive in logs.

    Smoothing weights are taken from a short list by the sum of squared one-month errors: no optimiser, so that every
    processor finds the same (Hyndman et al., Forecasting with Exponential Smoothing, 2008).
    """
    if len(values) < ETS_MONTHS:
        return _unknown(n_ahead)
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel  # takes seconds to import

    logs = np.log(np.maximum(values, 0.0) + lump)
    is_seasonal = len(values) >= 2 * SEASON
    model = ETSModel(
        logs,
        error="add",
        trend="add",
        damped_trend=True,
        seasonal="add" if is_seasonal else None,
        seasonal_periods=SEASON if is_seasonal else None,
        initialization_method="known",
        **_begin(logs, is_seasonal=is_seasonal),
    )
    fits: list[tuple[float, int, Any]] = []
    for damping, a, c in product(DAMPINGS, LEVEL_WEIGHTS, SEASON_WEIGHTS if is_seasonal else (0.0,)):
        weights = {"smoothing_level": a, "smoothing_trend": a * TREND_SHARE, "smoothing_seasonal": c * (1 - a)}
        weights["damping_trend"] = damping
        with np.errstate(divide="ignore", invalid="ignore"):  # the log-likelihood of a series that is met exactly
            fit = model.smooth([weights[name] for name in model.param_names if name in weights])
        fits.append((round(float(fit.sse), 9), len(fits), fit))
    ahead = min(fits)[2].forecast(n_ahead)
    return np.asarray(np.maximum(np.exp(ahead) - lump, 0.0))


METHODS: dict[str, Method] = {
    "level": level,
    "last_year": last_year,
    "half_season": half_season,
    "last_year_growth": last_year_growth,
    "ets": ets,
}
"""By name, the simplest first."""


def _begin(logs: np.ndarray, *, is_seasonal: bool) -> dict[str, object]:
    """Return where smoothing begins: by the first three months, or by the first two years where there are two."""
    if not is_seasonal:
        return {"initial_level": float(logs[:LEVEL_MONTHS].mean()), "initial_trend": 0.0}
    years = logs[: 2 * SEASON].reshape(2, SEASON)
    growth = float(np.diff(years.mean(axis=1))[0]) / SEASON
    season = years.mean(axis=0) - growth * np.arange(SEASON)
    return {
        "initial_level": float(years[0].mean()) - growth * SEASON / 2,
        "initial_trend": growth,
        "initial_seasonal": season - season.mean(),
    }


def _unknown(n_ahead: int) -> np.ndarray:
    return np.full(n_ahead, np.nan)
