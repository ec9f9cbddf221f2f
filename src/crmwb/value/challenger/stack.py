"""The stack: the classic forecast set right, corrected as far as a later test bears the correction out.

What learners found on earlier holdouts is put to the test on the last one before the origin, which they have not seen.
Of their correction, in logs, that share is believed that would have forecast it best: none where it found nothing that
lasts, all of it where it did. The same test shows how far customers fall from their forecasts. Nothing else is tuned.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from threadpoolctl import threadpool_limits

from crmwb.value.challenger.corrected import Corrected, TooShort, longest_holdout
from crmwb.value.challenger.inputs import LEAST
from crmwb.value.challenger.moments import Moment, Past
from crmwb.value.challenger.spread import Spread, p_any

FIT_CUSTOMERS = 25_000  # of more, every so many; each is looked at twice
SHARES = np.linspace(0, 1, 21)


@dataclass(frozen=True)
class Forecast:
    """Purchases of customers from an origin on.

    Attributes
    ----------
    purchases : ndarray of shape (n,)
        Within the horizon that the stack was tested on.
    factor : ndarray of shape (n,)
        What the classic forecast set right is multiplied by.
    size : ndarray of shape (n,)
        Of the negative binomial around them; see `spread`.
    """

    purchases: np.ndarray
    factor: np.ndarray
    size: np.ndarray

    @property
    def p_any(self) -> np.ndarray:
        """The chance of at least one purchase, shape (n,)."""
        return p_any(self.purchases, self.size)


class Stack:
    """Classic models, boosted trees and a log-linear regression as one forecast.

    Parameters
    ----------
    horizon_days : int
        How far ahead.

    Attributes
    ----------
    why_not_ : str
        Why nothing was learned; empty where something was.
    corrected_ : Corrected
        What was learned on all holdouts before the origin.
    trust_ : float
        The share of the correction that is believed, 0 to 1.
    spread_ : Spread
        How far customers fall from their forecasts.
    tested_ : (Moment, Corrected) or None
        The last holdout and what was learned before it; None where history was too short for such a test.
    """

    def __init__(self, horizon_days: int) -> None:
        self.horizon_days = horizon_days

    def fit(self, past: Past, origin: int) -> Self:
        """Learn from what was known at `origin`."""
        past = past.until(origin)
        past = past.every(past.days.n_customers // FIT_CUSTOMERS + 1)
        self.origin_ = origin
        with threadpool_limits(1):
            try:
                self.corrected_ = Corrected.learn(past, origin, self.horizon_days)
                self.why_not_ = ""
            except TooShort as reason:
                self.why_not_ = str(reason)
                return self
            self.tested_ = _tested(past, origin, self.horizon_days)
            moment, before = self.tested_ or self._untested(past, origin)
            log_correction = before.log_correction(moment)
            base, later = before.base(moment), moment.known.later
            self.trust_ = _trust(np.maximum(base, LEAST), log_correction, later) if self.tested_ else 0.0
            made = _of_total(base * np.exp(self.trust_ * log_correction), later.sum())
            self.spread_ = Spread.learn(made, moment.p_alive, later)
        return self

    def forecast(self, moment: Moment) -> Forecast:
        """Forecast the horizon of a moment at the origin, for any customers; in all what the level says."""
        with threadpool_limits(1):
            base = self.corrected_.base(moment)
            factor = np.exp(self.trust_ * self.corrected_.log_correction(moment)) if self.trust_ else np.ones(len(base))
            total = float((base * factor).sum())
            factor = factor * (base.sum() / total) if total > 0 else factor
            purchases = base * factor
            return Forecast(purchases, factor, self.spread_.size(purchases, moment.p_alive))

    def over(self, made: Forecast, expected: Mapping[str, np.ndarray]) -> np.ndarray:
        """Return the forecast over another time than the tested horizon, shape (n,).

        The classic models say how purchases fall off with time; the factor is taken to be that of the tested horizon.

        Parameters
        ----------
        made : Forecast
            Of the same customers.
        expected : mapping of str to ndarray of shape (n,)
            By model, purchases in that time, or their discounted sum.
        """
        return np.asarray(self.corrected_.level.of(expected) * made.factor)

    def record(self) -> dict[str, Any]:
        """Return what was learned, as JSON holds it; learners are not saved: the same data make the same again."""
        if self.why_not_:
            return {"why_not": self.why_not_}
        made = self.corrected_
        return {
            "why_not": None,
            "models": list(made.models),
            "weight_of_the_model_in_which_nobody_stops": made.level.staying,
            "scale": made.level.scale,
            "trust_in_corrections": self.trust_,
            "learners": ["log-linear regression", "boosted trees in two parts"],
            "n_inputs": len(made.columns),
            "n_rows": made.rows,
            "holdouts": [{"days_before": self.origin_ - at, "days": days} for at, days in made.holdouts],
            "spread": {
                "constant": self.spread_.constant,
                "of_log_mean": self.spread_.of_mean,
                "of_p_alive": self.spread_.of_alive,
            },
        }

    def _untested(self, past: Past, origin: int) -> tuple[Moment, Corrected]:
        """Return the last holdout learned from: good for the spread, not for judging the learners."""
        days = self.corrected_.holdouts[0][1]
        return past.at(origin - days, days), self.corrected_


def _tested(past: Past, origin: int, horizon_days: int) -> tuple[Moment, Corrected] | None:
    """Return the last holdout before the origin and what could be learned before it."""
    try:
        days = longest_holdout(past, origin, horizon_days, parts=3)
        return past.at(origin - days, days), Corrected.learn(past, origin - days, days)
    except TooShort:
        return None


def _trust(base: np.ndarray, log_correction: np.ndarray, later: np.ndarray) -> float:
    """Return the smallest share of the correction that shares the total out as well as the best one, chance aside.

    Well is by Poisson deviance, and chance one standard error of the difference over customers: the one-standard-error
    rule (Breiman et al. 1984, "Classification and Regression Trees", section 3.4.3).
    """
    total = later.sum()
    if not total:
        return 0.0
    losses = [-later * np.log(_of_total(base * np.exp(share * log_correction), total)) for share in SHARES]
    best = min(losses, key=lambda loss: loss.sum())
    worse = ((loss - best) for loss in losses)
    return next(
        float(share)
        for share, more in zip(SHARES, worse, strict=True)
        if more.sum() <= more.std() * np.sqrt(len(later))
    )


def _of_total(purchases: np.ndarray, total: float) -> np.ndarray:
    return np.asarray(purchases * (total / purchases.sum()))
