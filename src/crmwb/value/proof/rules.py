"""Rules of thumb: the forecasts that a model must beat to be worth having."""

from collections.abc import Callable

import numpy as np

from crmwb.value.challenger.known import Known

HIATUS_DAYS = 84  # twelve weeks (Wübben & von Wangenheim 2008, Journal of Marketing 72(3), ask managers for theirs)


def nothing(known: Known) -> np.ndarray:
    """Nobody buys again."""
    return np.zeros(len(known))


def last_period(known: Known) -> np.ndarray:
    """Everybody buys as often as in the period just past, which is as long as the one ahead."""
    return known.count(known.horizon_days)


def rate(known: Known) -> np.ndarray:
    """Everybody goes on at their past rate x/T."""
    return np.asarray(known.frequency / known.age_days * known.horizon_days)


def hiatus(known: Known) -> np.ndarray:
    """Who bought in the last twelve weeks goes on at their past rate, the others are gone."""
    return np.where(known.age_days - known.recency_days <= HIATUS_DAYS, rate(known), 0.0)


def past_spend(known: Known) -> np.ndarray:
    """Who spent most buys most: all purchases of the past rates, shared out by what was spent so far."""
    cents = np.maximum(known.cents, 0).astype(np.float64)
    return np.asarray(rate(known).sum() * cents / max(cents.sum(), 1.0))


PAST_SPEND = "past_spend"
RULES: dict[str, Callable[[Known], np.ndarray]] = {
    "nothing": nothing,
    "last_period": last_period,
    "rate": rate,
    "hiatus": hiatus,
    PAST_SPEND: past_spend,
}
"""By name: what was known → purchases forecast within the horizon, shape (n,)."""
