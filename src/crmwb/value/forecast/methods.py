"""Ways to continue a monthly series: each takes what is known and returns the months after it, or NaN.

Every method is `(values of shape (n,), lump, n_ahead) -> ndarray of shape (n_ahead,)`. `lump` is what one event is
worth (1 for counts, the mean purchase for revenue); logs are taken of values plus a lump, so that an empty month
is no error.
"""

from collections.abc import Callable, Mapping
from itertools import product
from typing import Any

import numpy as np

Method = Callable[[np.ndarray, float, int], np.ndarray]

SEASON = 12
LEVEL_MONTHS = 3  # the level is the mean of so many months
HALF_TRUST_MONTHS = 3  # growth seen over so many months counts for half
FADING = 0.8  # the growth of a month counts so much less than that of the month after it
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

    Growth is the mean log of months over the same months a year before, the latest counting most; it counts k / (k + 3)
    with k months, a year at most.
    """
    k = min(len(values) - SEASON, SEASON)
    if k < 1:
        return _unknown(n_ahead)
    logs = np.log(np.maximum(values, 0.0) + lump)
    growths = logs[SEASON:] - logs[:-SEASON]
    growth = np.average(growths, weights=FADING ** np.arange(len(growths))[::-1])
    return np.asarray(last_year(values, lump, n_ahead) * np.exp(growth * k / (k + HALF_TRUST_MONTHS)))


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
    "last_year_growth": last_year_growth,
    "ets": ets,
}
"""By name, the simplest first."""

SEEN_ONCE, COMBINED = "season_seen_once", "combined"
"""Means of several: see `means`."""


def means(n_known: int, lump: float, parts: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return means, in logs, of forecasts of the same months by different methods, each of shape (n_ahead,).

    season_seen_once: of the level and last year's months with growth, from one year on and before two are known. A
    season seen once cannot be told from growth: the level takes the last months' rise for growth, last year's months
    take it for season. The latter count as much as the share of two years that is known.

    combined: of last year's months with growth and exponential smoothing. What one gets wrong, the other often does not
    (Makridakis, Spiliotis & Assimakopoulos 2020, "The M4 Competition"). Before two years are known smoothing knows no
    season, and it is last year's months with growth alone.

    Parameters
    ----------
    n_known : int
        Months known.
    lump : float
        What one event is worth.
    parts : mapping of str to ndarray of shape (n_ahead,)
        By the names in `METHODS`.
    """
    grown = parts["last_year" if n_known == SEASON else "last_year_growth"]
    none = _unknown(len(grown))
    if n_known < SEASON:
        return {SEEN_ONCE: none, COMBINED: none}
    if n_known < 2 * SEASON:
        return {SEEN_ONCE: _mean(grown, parts["level"], n_known / (2 * SEASON), lump), COMBINED: grown}
    return {SEEN_ONCE: none, COMBINED: _mean(grown, parts["ets"], 0.5, lump)}


def _mean(one: np.ndarray, other: np.ndarray, share: float, lump: float) -> np.ndarray:
    logs = share * np.log(one + lump) + (1 - share) * np.log(other + lump)
    return np.asarray(np.maximum(np.exp(logs) - lump, 0.0))


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
