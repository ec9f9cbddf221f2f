"""How far one forecaster is ahead of another, and how much of that may be chance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crmwb.value.proof.accuracy import SUREST

if TYPE_CHECKING:
    from crmwb.value.proof.trial import Trial

HIGHER_IS_BETTER = {"normalised_gini": True, "rmse": False, "mae": False, "log_loss": False, "revenue_gini": True}

Score = Callable[[np.ndarray], float]  # how often each customer counts → the score


@dataclass(frozen=True)
class Margin:
    """By how much a forecaster is better, above 0 if it is.

    Attributes
    ----------
    difference : float
        Of the mean scores over origins, turned so that more is better.
    lower, upper : float
        Its 95% interval, by resampling customers.
    """

    difference: float
    lower: float
    upper: float

    def record(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {"difference": self.difference, "lower": self.lower, "upper": self.upper}


def margin(
    trials: Sequence["Trial"], better: str, worse: str | None, measure: str, *, n_bootstrap: int, seed: int
) -> Margin:
    """Compare two forecasters over all trials.

    Customers of each origin are drawn again, with replacement and the same ones for both forecasters; what stays is
    the difference that other customers of the same kind would show.

    Parameters
    ----------
    trials : sequence of Trial
        Both forecasters scored in each.
    better, worse : str
        Forecasters; `worse` None compares with nothing: a score of 0.
    measure : str
        Of HIGHER_IS_BETTER.
    n_bootstrap, seed : int
        How often customers are drawn, and where chance starts from.
    """
    sign = 1.0 if HIGHER_IS_BETTER[measure] else -1.0
    pairs = [
        (len(t.actual), score_of(t, better, measure), score_of(t, worse, measure) if worse else None) for t in trials
    ]

    def difference(counts: Sequence[np.ndarray]) -> float:
        differences = [a(n) - (b(n) if b else 0.0) for (_, a, b), n in zip(pairs, counts, strict=True)]
        return sign * float(np.mean(differences))

    rng = np.random.default_rng(seed)
    drawn = []
    for _ in range(n_bootstrap):
        counts = [np.bincount(rng.integers(0, n, n), minlength=n).astype(np.float64) for n, _, _ in pairs]
        drawn.append(difference(counts))
    lower, upper = np.quantile(drawn, [0.025, 0.975])
    return Margin(difference([np.ones(n) for n, _, _ in pairs]), float(lower), float(upper))


def score_of(tried: "Trial", forecaster: str, measure: str) -> Score:
    """Return a forecaster's score as a function of how often each customer counts, shape (n,)."""
    actual, forecast = tried.actual, tried.forecasts[forecaster]
    if measure == "normalised_gini":
        by_forecast, by_actual = _Ranking(actual, forecast), _Ranking(actual, actual)
        return lambda counts: by_forecast(counts) / max(by_actual(counts), 1e-12)
    if measure == "revenue_gini":
        by_revenue, by_came = (
            _Ranking(tried.came_cents, tried.revenue[forecaster]),
            _Ranking(tried.came_cents, tried.came_cents),
        )
        return lambda counts: by_revenue(counts) / max(by_came(counts), 1e-12)
    if measure == "log_loss":
        sure = np.clip(tried.p_any[forecaster], SUREST, 1 - SUREST)
        losses = -np.log(np.where(actual > 0, sure, 1 - sure))
    else:
        losses = np.abs(forecast - actual) if measure == "mae" else (forecast - actual) ** 2
    root = np.sqrt if measure == "rmse" else float
    return lambda counts: float(root((counts * losses).sum() / counts.sum()))


class _Ranking:
    """The Gini of purchases ranked by forecast; equal forecasts share what was bought."""

    def __init__(self, actual: np.ndarray, forecast: np.ndarray) -> None:
        values, self.place = np.unique(-forecast, return_inverse=True)
        self.n, self.actual = len(values), actual

    def __call__(self, counts: np.ndarray) -> float:
        customers = np.cumsum(np.bincount(self.place, weights=counts, minlength=self.n))
        bought = np.cumsum(np.bincount(self.place, weights=counts * self.actual, minlength=self.n))
        if bought[-1] == 0:
            return 0.0
        x, y = np.append(0.0, customers / customers[-1]), np.append(0.0, bought / bought[-1])
        return float(2 * np.trapezoid(y, x) - 1)
