"""Rules of thumb: the forecasts that a model must beat to be worth having."""

from collections.abc import Callable

import numpy as np
import pandas as pd

HIATUS_DAYS = 84  # twelve weeks (Wübben & von Wangenheim 2008, Journal of Marketing 72(3), ask managers for theirs)


def nothing(histories: pd.DataFrame, holdout_days: int) -> np.ndarray:  # noqa: ARG001 - one signature for all rules
    """Nobody buys again."""
    return np.zeros(len(histories))


def last_period(histories: pd.DataFrame, holdout_days: int) -> np.ndarray:  # noqa: ARG001 - as above
    """Everybody buys as often as in the period just past, which is as long as the one ahead."""
    return histories["recent_purchases"].to_numpy(dtype=np.float64)


def rate(histories: pd.DataFrame, holdout_days: int) -> np.ndarray:
    """Everybody goes on at their past rate x/T."""
    past = histories["frequency"].to_numpy(dtype=np.float64) / histories["age_days"].to_numpy(dtype=np.float64)
    return np.asarray(past * holdout_days)


def hiatus(histories: pd.DataFrame, holdout_days: int) -> np.ndarray:
    """Who bought in the last twelve weeks goes on at their past rate, the others are gone."""
    silence = histories["age_days"] - histories["recency_days"]
    return np.where(silence <= HIATUS_DAYS, rate(histories, holdout_days), 0.0)


RULES: dict[str, Callable[[pd.DataFrame, int], np.ndarray]] = {
    "nothing": nothing,
    "last_period": last_period,
    "rate": rate,
    "hiatus": hiatus,
}
"""By name: histories (see `histories.histories`) and the days ahead → purchases forecast, shape (n,)."""
