"""What customers do after they were last looked at, drawn from the models' own stories."""

from dataclasses import dataclass

import numpy as np

from crmwb.value.models import GammaGamma, PurchaseModel, PurchaseSummary
from crmwb.value.potential.clv import Terms


def future(
    rng: np.random.Generator,
    n: int,
    model: PurchaseModel,
    history: tuple[float, float, float],
    *,
    spend: GammaGamma,
    mean_spend: float,
    terms: Terms,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw n futures of one customer: purchases and discounted spend within the horizon."""
    x, t_x, age = history
    alive = rng.random(n) < model.p_alive(PurchaseSummary.of([x], [t_x], [age]))[0]
    rates = rng.gamma(model.r_ + x, 1 / (model.alpha_ + age), n)
    stops, ends = np.zeros(n), np.full(n, terms.horizon_days)
    if "a" in model.parameters_:
        stops = rng.beta(model.a_, model.b_ + x + model.first_chances, n)
    if "s" in model.parameters_:
        ends = np.minimum(ends, rng.exponential(1, n) / rng.gamma(model.s_, 1 / (model.beta_ + age), n))
    spend_rates = rng.gamma(spend.p_ * x + spend.q_, 1 / (spend.v_ + x * mean_spend), n)
    counts, worths, clock = np.zeros(n), np.zeros(n), np.zeros(n)
    rows = np.flatnonzero(alive)
    while len(rows):
        clock[rows] += rng.exponential(1, len(rows)) / rates[rows]
        rows = rows[clock[rows] <= ends[rows]]
        counts[rows] += 1
        worths[rows] += rng.gamma(spend.p_, 1, len(rows)) / spend_rates[rows] * np.exp(-terms.daily_rate * clock[rows])
        rows = rows[rng.random(len(rows)) >= stops[rows]]
    return counts, worths


@dataclass(frozen=True)
class Panel:
    """One entry per customer."""

    frequency: np.ndarray
    recency_days: np.ndarray
    age_days: np.ndarray
    mean_spend: np.ndarray
    later_purchases: np.ndarray
    later_spend: np.ndarray


def panel(
    rng: np.random.Generator,
    n: int,
    kind: type[PurchaseModel],
    parameters: dict[str, float],
    *,
    spends: dict[str, float],
    later: float,
) -> Panel:
    """Draw customers seen for 100 to 700 days, and what they buy in the `later` days after."""
    rates, stops = rng.gamma(parameters["r"], 1 / parameters["alpha"], n), np.zeros(n)
    if "a" in parameters:
        stops = rng.beta(parameters["a"], parameters["b"], n)
    ages = rng.integers(100, 700, n).astype(float)
    ends = ages + later
    if "s" in parameters:
        ends = np.minimum(ends, rng.exponential(1, n) / rng.gamma(parameters["s"], 1 / parameters["beta"], n))
    spend_rates = rng.gamma(spends["q"], 1 / spends["v"], n)
    counts, recency, paid, clock = np.zeros((2, n)), np.zeros(n), np.zeros((2, n)), np.zeros(n)
    rows = np.flatnonzero(rng.random(n) >= stops * getattr(kind, "first_chances", 0))
    while len(rows):
        clock[rows] += rng.exponential(1, len(rows)) / rates[rows]
        rows = rows[clock[rows] <= ends[rows]]
        after = (clock[rows] > ages[rows]).astype(int)
        counts[after, rows] += 1
        paid[after, rows] += rng.gamma(spends["p"], 1, len(rows)) / spend_rates[rows]
        recency[rows[after == 0]] = clock[rows[after == 0]]
        rows = rows[rng.random(len(rows)) >= stops[rows]]
    mean = np.divide(paid[0], counts[0], out=np.full(n, np.nan), where=counts[0] > 0)
    return Panel(counts[0], recency, ages, mean, counts[1], paid[1])
