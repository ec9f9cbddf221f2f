"""One trial: every forecaster at one origin, knowing what was known then, against what came."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from crmwb.calendar import day_at
from crmwb.value.challenger import Counts, Moment, Past, Stack
from crmwb.value.challenger.counts import inside
from crmwb.value.challenger.weights import tails_of
from crmwb.value.potential import money
from crmwb.value.potential.spend import SpendForecast, SpendRule, Spends
from crmwb.value.proof.accuracy import accuracy, calibration, chances
from crmwb.value.proof.rules import PAST_SPEND, RULES

STACK = "stack"
WEEK_DAYS = 7
LEVELS = (0.50, 0.80, 0.95)


@dataclass(frozen=True)
class Trial:
    """What came of all forecasts from one origin.

    Attributes
    ----------
    moment : Moment
        What was known, and what came.
    stack : Stack
        As learned before the origin.
    forecasts, p_any, revenue : dict of str to ndarray of shape (n,)
        By forecaster, purchases of each customer, the chance of any, and revenue; who had too little data is missing.
    came_cents : ndarray of shape (n,)
        Revenue that came, extreme spends capped as the forecasters' are.
    rows : list of dict
        One per forecaster: columns of `contract.value.BACKTEST` without the origin.
    """

    moment: Moment
    stack: Stack
    forecasts: dict[str, np.ndarray] = field(default_factory=dict)
    p_any: dict[str, np.ndarray] = field(default_factory=dict)
    revenue: dict[str, np.ndarray] = field(default_factory=dict)
    came_cents: np.ndarray = field(default_factory=lambda: np.empty(0))
    rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def actual(self) -> np.ndarray:
        """Purchases that came, shape (n,)."""
        return self.moment.known.later

    def calibration(self) -> pd.DataFrame:
        """Return ten rows per forecaster: forecaster, group (1 the highest forecasts), mean_forecast, mean_actual."""
        groups = [
            calibration(self.actual, forecast).assign(forecaster=name) for name, forecast in self.forecasts.items()
        ]
        return pd.concat(groups, ignore_index=True)

    def newcomers(self) -> dict[str, Any]:
        """Count the customers of the holdout whom no forecast could know, and their purchases."""
        known = self.moment.known
        total = known.newcomers + int(self.actual.sum())
        return {
            "origin": day_at(known.origin).isoformat(),
            "n_newcomers": known.n_newcomers,
            "purchases": known.newcomers,
            "share_of_purchases": known.newcomers / total if total else None,
        }

    def tracking(self, past: Past) -> pd.DataFrame:
        """Return by forecaster and week: the purchases forecast and made since the origin, added up.

        Of models and the stack only; the last week may be shorter than the others.

        Parameters
        ----------
        past : Past
            Where the holdout is looked up.
        """
        known = self.moment.known
        days = [*range(WEEK_DAYS, known.horizon_days, WEEK_DAYS), known.horizon_days]
        ahead = past.days.day[np.isin(past.days.customer, known.customer)] - known.origin
        came = np.searchsorted(np.sort(ahead[ahead >= 0]), days)
        rows = []
        for week, (until, actual) in enumerate(zip(days, came, strict=True), start=1):
            expected = self.moment.classics.expected(until)
            totals = {name: float(purchases.sum()) for name, purchases in expected.items()}
            if STACK in self.forecasts:
                totals[STACK] = float(self.stack.over(self.moment, expected).sum())
            rows += [(name, week, until, total, int(actual)) for name, total in totals.items()]
        return pd.DataFrame(rows, columns=["forecaster", "week", "days", "forecast_purchases", "purchases"])


def trial(past: Past, origin: int, horizon_days: int) -> Trial:
    """Try every forecaster.

    Parameters
    ----------
    past : Past
        Up to the end of the holdout at least; forecasters see what came before `origin`.
    origin, horizon_days : int
        The first day forecast, and how many.
    """
    moment = past.at(origin, horizon_days)
    spends = Spends.of(moment.known)
    out = Trial(moment, Stack(horizon_days).fit(past, origin), came_cents=money.revenue_of(moment, spends))
    _stack(out, past, spends)
    of_one = SpendForecast.fit(spends, SpendRule.GAMMA_GAMMA)
    spend = of_one.expected(spends)
    classics = moment.classics
    for model in classics.models:
        _note(out, model.name, "model", str(model.verdict_.status))
        if model.name in moment.expected:
            p_any = model.p_at_least(classics.summary, 1, classics.ahead(horizon_days))[classics.row_of]
            purchases = moment.expected[model.name]
            _measure(out, purchases, p_any, purchases * spend)
            tails = tails_of(moment, model)
            out.rows[-1] |= {_column(level): inside(*tails, level) for level in LEVELS}
    for name, rule in RULES.items():
        _note(out, name, "rule", "ok")
        purchases = rule(moment.known)
        each = np.full(len(purchases), of_one.pooled) if name == PAST_SPEND else spend
        _measure(out, purchases, -np.expm1(-purchases), purchases * each)
    return out


def _stack(out: Trial, past: Past, spends: Spends) -> None:
    """Try the combined forecast, of purchases and of money."""
    stack, moment = out.stack, out.moment
    able = not stack.why_not_ and set(stack.corrected_.base.weights) <= set(moment.expected)
    _note(out, STACK, "stack", "ok" if able else "too_little_data")
    if not able:
        return
    counts: Counts = stack.forecast(moment)
    chosen = money.choose_spend(stack, moment, stack.holdouts(past))
    spend = chosen.forecast.expected(spends, counts.mean)
    _measure(out, counts.mean, counts.p_any, counts.mean * spend)
    row = out.rows[-1]
    row |= {_column(level): counts.coverage(out.actual, level) for level in LEVELS}
    variances = chosen.forecast.variances(spends)
    row["revenue_coverage_80"] = money.coverage(counts, spend, variances, out.came_cents, width=chosen.width)


def _column(level: float) -> str:
    return f"coverage_{100 * level:.0f}"


def _note(out: Trial, name: str, kind: str, verdict: str) -> None:
    row = {"forecaster": name, "kind": kind, "verdict": verdict, "n_customers": len(out.actual)}
    out.rows.append(row | {"actual_total": int(out.actual.sum())})


def _measure(out: Trial, purchases: np.ndarray, p_any: np.ndarray, cents: np.ndarray) -> None:
    """Measure the forecaster noted last."""
    row = out.rows[-1]
    name = row["forecaster"]
    out.forecasts[name], out.p_any[name], out.revenue[name] = purchases, p_any, cents
    row |= {"forecast_total": float(purchases.sum()), **accuracy(out.actual, purchases)}
    row |= chances(out.actual, p_any)
    revenue = accuracy(out.came_cents, cents)
    row |= {"revenue_gini": revenue["normalised_gini"], "revenue_bias_share": revenue["bias_share"]}
