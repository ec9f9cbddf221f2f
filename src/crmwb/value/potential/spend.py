"""What a customer's next purchase brings: candidates, each fitted to spends of which the extreme ones count for less.

The rule by which returns and gifts enter, which changes no data: a purchase day brings its revenue net of the returns
on it. Days that net to zero or less count in a customer's mean. A customer whose mean is zero or less tells the
Gamma-Gamma nothing: they are left out of its fit, and forecast as if the mean were zero, drawn towards everybody's.

Extreme spends: a day is extreme whose log spend lies more than REACH robust standard deviations above the median (the
median absolute deviation × 1.4826, at least LEAST_SPREAD). It counts as the largest that is not, the cap: one mistyped
amount, or one order that will not come again, decides nobody's expected spend. What was capped is recorded.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

import numpy as np

from crmwb.value.blocks import NUMBERS, blocks
from crmwb.value.challenger.known import Known
from crmwb.value.models import GammaGamma

REACH, LEAST_SPREAD, MAD_TO_SD = 5.0, 0.25, 1.4826
CENTS_DIGITS = 6
LEAST_SHAPE = 2.3  # of the customer's spend: at 2 and below its variance has no bound
SMALL = 1e-9


class SpendRule(StrEnum):
    """What expected spends rest on, the simplest first."""

    POOLED_MEAN = "pooled_mean"
    SHRUNKEN_MEAN = "shrunken_mean"
    GAMMA_GAMMA = "gamma_gamma"
    GAMMA_GAMMA_ALL = "gamma_gamma_all"
    PAST_TOTAL = "past_total"


@dataclass(frozen=True)
class Cap:
    """Above what a purchase day's spend counts as less, and whom that touched.

    Attributes
    ----------
    cents : float
        The largest spend that is not extreme; infinity where nothing was bought.
    n_purchases, n_customers : int
        Purchase days above it, and customers with one.
    cents_removed : int
        By how much the revenue that models see is less.
    """

    cents: float
    n_purchases: int
    n_customers: int
    cents_removed: int

    @classmethod
    def of(cls, cents: np.ndarray, customer: np.ndarray) -> Self:
        """Find the cap among purchase days, both of shape (n_days,)."""
        values, counts = _counted(cents)
        if not len(values):
            return cls(math.inf, 0, 0, 0)
        logs = np.log(values.astype(np.float64))
        middle = _median(logs, counts)
        spread = max(MAD_TO_SD * _median(np.abs(logs - middle), counts), LEAST_SPREAD)
        cap = float(values[values <= math.exp(middle + REACH * spread)].max())
        above = np.flatnonzero(cents > cap)
        removed = int(cents[above].sum()) - int(cap) * len(above)
        return cls(cap, len(above), len(np.unique(customer[above])), removed)

    @property
    def ceiling(self) -> float | None:
        """The cap where something lies above it."""
        return self.cents if self.n_purchases else None

    def record(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            "cap_cents": int(self.cents) if self.n_purchases else None,
            "n_purchases": self.n_purchases,
            "n_customers": self.n_customers,
            "cents_removed": self.cents_removed,
        }


@dataclass(frozen=True)
class Spends:
    """What customers spent so far, capped; shape (n,) each.

    Attributes
    ----------
    frequency : ndarray
        Repeat purchases.
    repeat_mean : ndarray
        Mean spend of those; NaN without one.
    total : ndarray
        Of all purchases, the first included.
    largest : ndarray
        Of one purchase day, at least 0.
    cap : Cap
        What was used.
    variation : float
        Squared coefficient of variation of spends around their customer's mean.
    """

    frequency: np.ndarray
    repeat_mean: np.ndarray
    total: np.ndarray
    largest: np.ndarray
    cap: Cap
    variation: float

    @classmethod
    def of(cls, known: Known) -> Self:
        """Sum up what was known at a moment."""
        cap, x = Cap.of(known.days.cents, known.days.customer), known.frequency
        total, repeats, around, largest = (np.zeros(len(known)) for _ in range(4))
        for who, rows in known.blocks():
            capped = np.minimum(known.days.cents[rows].astype(np.float64), cap.cents)
            place, n = known.place[rows] - who.start, who.stop - who.start
            total[who] = np.bincount(place, weights=capped, minlength=n)
            is_first = np.diff(place, prepend=-1) > 0
            repeats[who] = total[who] - capped[is_first]
            mean = total[who] / (x[who] + 1)
            around[who] = np.bincount(place, weights=(capped - mean[place]) ** 2, minlength=n)
            np.maximum.at(largest[who], place, capped)
        mean = total / (x + 1)
        counts = (x > 0) & (mean > 0)
        squares = (mean[counts] ** 2 * x[counts]).sum()
        variation = float(around[counts].sum() / squares) if squares > 0 else 1.0
        repeat_mean = np.where(x > 0, repeats / np.maximum(x, 1), np.nan)
        return cls(x, repeat_mean, total, largest, cap, variation)

    @property
    def purchases(self) -> np.ndarray:
        """All purchases, the first included."""
        return self.frequency + 1

    @property
    def mean(self) -> np.ndarray:
        """Mean of all purchases, at least 0."""
        return np.asarray(np.maximum(self.total / self.purchases, 0.0))


@dataclass(frozen=True)
class SpendForecast:
    """One candidate, fitted.

    Attributes
    ----------
    rule : SpendRule
        Which.
    pooled : float
        Mean spend of all purchases, in cents.
    weight : float
        Purchases of one's own that count as much as everybody's mean (Bühlmann's k); infinity where customers do not
        differ beyond chance.
    between : float
        Squared coefficient of variation of customers' own means.
    model : GammaGamma or None
        Of repeat or of all purchases; None where another rule is used, or its fit is not ok.
    scale : float
        What all spends are multiplied by: what earlier holdouts brought over what was expected.
    """

    rule: SpendRule
    pooled: float
    weight: float
    between: float
    model: GammaGamma | None = None
    scale: float = 1.0

    @classmethod
    def fit(cls, spends: Spends, rule: SpendRule) -> Self:
        """Fit a candidate; where its model's fit is not ok it is the shrunken mean under the candidate's name."""
        n = spends.purchases
        pooled = float(np.maximum(spends.total, 0).sum() / max(n.sum(), 1))
        within = spends.variation * pooled**2
        # Bühlmann & Straub (1970): between = (weighted squares around the mean - within) / effective number
        around = float((n * (spends.mean - pooled) ** 2).sum())
        effective = float(n.sum() - (n**2).sum() / max(n.sum(), 1))
        between = max(around - (len(n) - 1) * within, 0.0) / effective if effective > 0 else 0.0
        weight = within / between if between > SMALL * max(within, 1.0) else math.inf
        model = None
        if rule is SpendRule.GAMMA_GAMMA:
            model = GammaGamma().fit(spends.frequency, spends.repeat_mean)
        elif rule is SpendRule.GAMMA_GAMMA_ALL:
            model = GammaGamma().fit(n, spends.mean)
        if model is not None and not model.verdict_.is_ok:
            model = None
        return cls(rule, pooled, weight, between / pooled**2 if pooled > 0 else 0.0, model)

    def expected(self, spends: Spends, purchases: np.ndarray | None = None) -> np.ndarray:
        """Return what each customer's next purchases bring on average, in cents, shape (n,).

        Parameters
        ----------
        spends : Spends
            What they spent so far.
        purchases : ndarray of shape (n,), optional
            Purchases forecast: the past total shares their revenue out, and says nothing of a purchase without them.
        """
        if self.rule is SpendRule.PAST_TOTAL and purchases is not None:
            total = np.maximum(spends.total, 0.0)
            share = total / max(float(total.sum()), SMALL) * float(purchases.sum()) * self.pooled
            mean_spend = share / np.maximum(purchases, SMALL)
        elif self.rule is SpendRule.POOLED_MEAN or self.rule is SpendRule.PAST_TOTAL:
            mean_spend = np.full(len(spends.total), self.pooled)
        elif self.model is not None and self.rule is SpendRule.GAMMA_GAMMA_ALL:
            mean_spend = self.model.expected_spend(spends.purchases, spends.mean)
        elif self.model is not None:
            mean_spend = self.model.expected_spend(spends.frequency, spends.repeat_mean)
        else:
            own = 0.0 if math.isinf(self.weight) else spends.purchases / (spends.purchases + self.weight)
            mean_spend = own * spends.mean + (1 - own) * self.pooled
        return np.asarray(self.scale * mean_spend)

    def of_a_purchase(self, spends: Spends, expected: np.ndarray) -> np.ndarray:
        """Return what a single purchase may be stated to bring, in cents, shape (n,).

        The past total gives everybody a share of all revenue to come. Divided by hardly any purchase, it is no sum that
        a purchase ever brought: then it is the customer's largest one so far, or everybody's mean where that is more.

        Parameters
        ----------
        spends : Spends
            What they spent so far.
        expected : ndarray of shape (n,)
            As `expected` returns them.
        """
        if self.rule is not SpendRule.PAST_TOTAL:
            return expected
        return np.asarray(np.minimum(expected, np.maximum(spends.largest, self.scale * self.pooled)))

    def variances(self, spends: Spends) -> tuple[np.ndarray, np.ndarray]:
        """Return squared coefficients of variation: of a customer's mean as known, and of a spend around it, (n,)."""
        n = spends.purchases if self.rule is not SpendRule.GAMMA_GAMMA else spends.frequency
        if self.model is not None:
            shape = np.maximum(self.model.p_ * n + self.model.q_, LEAST_SHAPE)
            of_mean = 1 / (shape - 2)
            return of_mean, (1 + of_mean) / self.model.p_
        own = 0.0 if math.isinf(self.weight) else n / (n + self.weight)
        return np.asarray(self.between * (1 - own) * np.ones(len(n))), np.full(len(n), spends.variation)

    def record(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return {
            "rule": str(self.rule),
            "pooled_mean_cents": float(np.rint(self.pooled)),
            "purchases_that_count_as_much_as_the_mean": None if math.isinf(self.weight) else self.weight,
            "scale": self.scale,
        }


def _counted(cents: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the different amounts above 0, rising, and how often each occurs: sorting all at once takes memory."""
    values, counts = np.empty(0, dtype=cents.dtype), np.empty(0, dtype=np.int64)
    for rows in blocks(len(cents), NUMBERS):
        some = cents[rows]
        more, times = np.unique(some[some > 0], return_counts=True)
        values, place = np.unique(np.concatenate([values, more]), return_inverse=True)
        counts = np.bincount(place, np.concatenate([counts, times]), len(values)).astype(np.int64)
    return values, counts


def _median(values: np.ndarray, counts: np.ndarray) -> float:
    """Return the median of values that occur so often."""
    order = np.argsort(values, kind="stable")
    until = np.cumsum(counts[order])
    n = int(until[-1])
    low, high = values[order][np.searchsorted(until, [(n - 1) // 2, n // 2], side="right")].tolist()
    return float((low + high) / 2)
