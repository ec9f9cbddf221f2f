"""Which forecast of spend is used, and how far customers' revenue falls from what is expected: learned on holdouts.

Candidates are judged on the revenue of earlier holdouts, purchases being the same forecast for all: by the mean over
customers of -revenue · log(share forecast), which a forecast makes smallest by putting revenue where it comes. Of those
within one standard error of the best the simplest is used (Breiman et al. 1984, section 3.4.3). Past spend alone is
judged beside them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import gammainc, gammaincinv, log_ndtr, ndtri

from crmwb.value.challenger import Counts, Moment, Stack
from crmwb.value.challenger.level import Level
from crmwb.value.potential.spend import SpendForecast, SpendRule, Spends
from crmwb.value.proof.accuracy import accuracy

PROBABILITIES = (0.025, 0.10, 0.25, 0.75, 0.90, 0.975)  # ends of the 50, 80 and 95% intervals, lowest first
HOLDOUTS = 3
MANY = 3.0  # purchases expected from which on the gamma counts more than the log-normal
WIDTHS = np.exp(np.linspace(-2.0, 2.0, 41))
EIGHTY = 0.8
TINY = 1e-12
BLOCK = 65_536


@dataclass(frozen=True)
class Money:
    """The forecast of spend chosen, with its proof.

    Attributes
    ----------
    forecast : SpendForecast
        Fitted on all that is known, at the level that earlier holdouts show.
    width : float
        What the relative variance of a customer's revenue is multiplied by, so that 80% intervals held 80%.
    candidates : list of dict
        By rule: loss over the best and its standard error, normalised Gini of revenue; empty without a holdout.
    """

    forecast: SpendForecast
    width: float
    candidates: list[dict[str, Any]]

    def record(self) -> dict[str, Any]:
        """Return it as JSON holds it."""
        return self.forecast.record() | {"width_of_intervals": self.width, "candidates": self.candidates}


def choose_spend(stack: Stack, now: Moment, holdouts: Sequence[Moment]) -> Money:
    """Choose a forecast of spend on earlier holdouts, and fit it on what is known now.

    Parameters
    ----------
    stack : Stack
        Fitted: its classic part forecasts purchases.
    now : Moment
        What is known.
    holdouts : sequence of Moment
        Earlier ones, the latest first.
    """
    base = stack.corrected_.base
    trials = []
    for moment in holdouts[:HOLDOUTS]:
        spends, purchases = Spends.of(moment.known), base.purchases(moment)
        forecasts = {rule: SpendForecast.fit(spends, rule) for rule in SpendRule}
        expected = {rule: each.expected(spends, purchases) for rule, each in forecasts.items()}
        trials.append((moment, spends, purchases, forecasts, expected, revenue_of(moment, spends)))
    rule, candidates = _choose([(purchases, expected, came) for _, _, purchases, _, expected, came in trials])
    totals = [(float((m.known.later * expected[rule]).sum()), came.sum()) for m, _, _, _, expected, came in trials]
    totals = [(forecast, came) for forecast, came in totals if forecast > 0 and came > 0]
    history = now.known.origin - now.known.days.first_day
    level = Level.learn([f for f, _ in totals], [c for _, c in totals], history)
    forecast = replace(SpendForecast.fit(Spends.of(now.known), rule), scale=level.scale)
    width = 1.0
    if trials:
        moment, spends, purchases, forecasts, expected, came = trials[0]
        counts = base.counts(moment, moment.known.horizon_days)
        ratio = float(moment.known.later.sum()) / max(float(counts.mean.sum()), TINY)
        counts = stack.spread_.of(replace(counts, mean=counts.mean * ratio))
        spend = expected[rule] * (float(came.sum()) / max(float((counts.mean * expected[rule]).sum()), TINY))
        width = _width(counts, spend, forecasts[rule].variances(spends), came)
    return Money(forecast, width, candidates)


def revenue_of(moment: Moment, spends: Spends) -> np.ndarray:
    """Return the revenue of the holdout, purchase days above the cap counted as it, shape (n,); 0 at least."""
    return np.clip(
        moment.known.later_cents.astype(np.float64), 0.0, spends.cap.cents * np.maximum(moment.known.later, 1)
    )


def _choose(
    trials: Sequence[tuple[np.ndarray, dict[SpendRule, np.ndarray], np.ndarray]],
) -> tuple[SpendRule, list[dict[str, Any]]]:
    if not trials or not sum(float(came.sum()) for _, _, came in trials):
        return SpendRule.GAMMA_GAMMA_ALL, []
    losses: dict[SpendRule, np.ndarray] = {}
    ginis: dict[SpendRule, float | None] = {}
    for rule in SpendRule:
        parts, by_trial = [], []
        for purchases, expected, came in trials:
            revenue = np.maximum(purchases * expected[rule], TINY)
            parts.append(-came / max(came.mean(), TINY) * np.log(revenue / revenue.sum() * len(came)))
            by_trial.append(accuracy(came, revenue)["normalised_gini"])
        losses[rule] = np.concatenate(parts)
        known = [gini for gini in by_trial if gini is not None]
        ginis[rule] = float(np.mean(known)) if known else None
    best = min(SpendRule, key=lambda rule: round(float(losses[rule].mean()), 9))
    worse = {rule: losses[rule] - losses[best] for rule in SpendRule}
    errors = {rule: float(more.std() / np.sqrt(len(more))) for rule, more in worse.items()}
    rule = next(rule for rule in SpendRule if worse[rule].mean() <= errors[rule])
    return rule, [
        {
            "rule": str(rule), "loss_over_best": float(worse[rule].mean()), "standard_error": errors[rule],
            "revenue_gini": ginis[rule],
        }
        for rule in SpendRule
    ]  # fmt: skip


def _width(counts: Counts, spend: np.ndarray, variances: tuple[np.ndarray, np.ndarray], came: np.ndarray) -> float:
    """Return the width at which the share of revenues within their 80% intervals is nearest to 80%."""
    shares = [abs(coverage(counts, spend, variances, came, width=float(w)) - EIGHTY) for w in WIDTHS]
    nearest = min(range(len(WIDTHS)), key=lambda at: (round(shares[at], 6), abs(at - len(WIDTHS) // 2)))
    return round(float(WIDTHS[nearest]), 6)


def coverage(
    counts: Counts,
    spend: np.ndarray,
    variances: tuple[np.ndarray, np.ndarray],
    came: np.ndarray,
    *,
    width: float,
    level: float = EIGHTY,
) -> float:
    """Return the share of customers whose revenue fell in its interval.

    No revenue counts as far as its probability lies inside the interval: the mean of the randomised probability
    integral transform (Czado, Gneiting & Held 2009).
    """
    none = 1 - counts.p_any
    low, high = 0.5 - level / 2, 0.5 + level / 2
    inside = np.clip(np.minimum(none, high) - low, 0.0, None) / np.maximum(none, TINY)
    first, second = _moments(counts, spend, variances, width)
    place = none + (1 - none) * _share_below(np.maximum(came, TINY), first, second, counts.mean)
    return float(np.where(came > 0, (place >= low) & (place <= high), np.minimum(inside, 1.0)).mean())


def revenue_ends(
    counts: Counts, spend: np.ndarray, variances: tuple[np.ndarray, np.ndarray], width: float
) -> np.ndarray:
    """Return the ends of the intervals of what all purchases bring together, not discounted, in cents, shape (n, 6).

    The spend of N purchases is 0 where N is; else its first two moments follow from those of N, of the customer's own
    mean spend M and of the spends around it:

        E[S] = E[N] E[M]        E[S²] = E[N] E[variance of a spend] + E[N²] E[M²]

    Few purchases make a sum that is as skewed as a single spend, many one that is as skewed as N: its quantiles are
    drawn from the log-normal with these moments towards the gamma distribution with them as E[N] grows.

    Parameters
    ----------
    counts : Counts
        Purchases.
    spend : ndarray of shape (n,)
        What a purchase of each customer is expected to bring.
    variances : (ndarray, ndarray) of shape (n,)
        As `SpendForecast.variances` returns them.
    width : float
        Of `Money`.
    """
    out = np.zeros((len(spend), len(PROBABILITIES)))
    for start in range(0, len(spend), BLOCK):
        rows = slice(start, start + BLOCK)
        own = counts.rows(rows)
        first, second = _moments(own, spend[rows], (variances[0][rows], variances[1][rows]), width)
        some = np.maximum(own.p_any, TINY)[:, None]
        among = np.clip(1 - (1 - np.array(PROBABILITIES)[None, :]) / some, 0.0, 1 - TINY)
        out[rows] = np.where(among > 0, _quantiles(among, first, second, own.mean), 0.0)
    return out


def revenue_deviation(
    counts: Counts, spend: np.ndarray, variances: tuple[np.ndarray, np.ndarray], width: float
) -> np.ndarray:
    """Return the standard deviation of what `revenue_ends` gives the ends of, in cents, shape (n,)."""
    first, second = _moments(counts, spend, variances, width)
    some = np.maximum(counts.p_any, TINY)
    return np.asarray(np.sqrt(np.maximum(some * second - (some * first) ** 2, 0.0)))


def _moments(
    counts: Counts, spend: np.ndarray, variances: tuple[np.ndarray, np.ndarray], width: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return the first two moments of revenue, given that there is any."""
    of_mean, of_spend = variances
    some = np.maximum(counts.p_any, TINY)
    mean = np.maximum(counts.mean, TINY)
    first = mean / some * np.maximum(spend, TINY)
    second = (
        (mean * of_spend + np.maximum(counts.mean_square, mean) * (1 + of_mean)) / some * np.maximum(spend, TINY) ** 2
    )
    return first, first**2 * (1 + width * np.maximum(second / first**2 - 1, 1e-6))


def _quantiles(p: np.ndarray, first: np.ndarray, second: np.ndarray, purchases: np.ndarray) -> np.ndarray:
    ratio = (second / first**2)[:, None]
    log_variance = np.log(ratio)
    log_normal = np.log(first)[:, None] - log_variance / 2 + np.sqrt(log_variance) * ndtri(np.clip(p, TINY, 1 - TINY))
    shape = 1 / (ratio - 1)
    gamma = np.log(np.maximum(gammaincinv(shape, p), 1e-300)) + np.log(first[:, None] / shape)
    many = (purchases**2 / (purchases**2 + MANY**2))[:, None]
    return np.asarray(np.exp((1 - many) * log_normal + many * gamma))


def _share_below(revenue: np.ndarray, first: np.ndarray, second: np.ndarray, purchases: np.ndarray) -> np.ndarray:
    """Return the share below, by the same two distributions: their probabilities drawn together as their quantiles."""
    ratio = second / first**2
    log_variance = np.log(ratio)
    normal = np.exp(log_ndtr((np.log(revenue / first) + log_variance / 2) / np.sqrt(log_variance)))
    shape = 1 / (ratio - 1)
    gamma = gammainc(shape, revenue / first * shape)
    many = purchases**2 / (purchases**2 + MANY**2)
    return np.asarray((1 - many) * normal + many * gamma)
