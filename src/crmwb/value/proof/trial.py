"""One trial: every forecaster at one origin, knowing what was known then, against what came."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from crmwb.value.challenger import Moment, Past, Stack
from crmwb.value.challenger.purchase_days import EPOCH
from crmwb.value.challenger.spread import transforms
from crmwb.value.models import GammaGamma
from crmwb.value.potential import coverage
from crmwb.value.potential.spend import spend_to_expect
from crmwb.value.proof.accuracy import accuracy, calibration, chances
from crmwb.value.proof.rules import RULES

STACK = "stack"
WEEK_DAYS = 7
TINY = 1e-12


@dataclass(frozen=True)
class Trial:
    """What came of all forecasts from one origin.

    Attributes
    ----------
    moment : Moment
        What was known, and what came.
    stack : Stack
        As learned before the origin.
    forecasts, p_any : dict of str to ndarray of shape (n,)
        By forecaster, purchases of each customer and the chance of any; who had too little data is missing.
    rows : list of dict
        One per forecaster: columns of `backtest.SCHEMA` without the origin.
    """

    moment: Moment
    stack: Stack
    forecasts: dict[str, np.ndarray] = field(default_factory=dict)
    p_any: dict[str, np.ndarray] = field(default_factory=dict)
    rows: list[dict[str, Any]] = field(default_factory=list)

    @property
    def actual(self) -> np.ndarray:
        """Purchases that came, shape (n,)."""
        return self.moment.known.later

    def calibration(self) -> pd.DataFrame:
        """Return ten rows per forecaster: forecaster, group (1 the highest forecasts), mean_forecast, mean_actual."""
        groups = [calibration(self.actual, made).assign(forecaster=name) for name, made in self.forecasts.items()]
        return pd.concat(groups, ignore_index=True)

    def newcomers(self) -> dict[str, Any]:
        """Count the customers of the holdout whom no forecast could know, and their purchases."""
        known = self.moment.known
        total = known.newcomers + int(self.actual.sum())
        return {
            "origin": (EPOCH + timedelta(days=known.origin)).isoformat(),
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
                factor = self.forecasts[STACK] / np.maximum(self.stack.corrected_.base(self.moment), TINY)
                totals[STACK] = float((self.stack.corrected_.level.of(expected) * factor).sum())
            rows += [(name, week, until, total, int(actual)) for name, total in totals.items()]
        return pd.DataFrame(rows, columns=["forecaster", "week", "days", "forecast_purchases", "purchases"])


def trial(past: Past, origin: int, horizon_days: int, seed: int) -> Trial:
    """Try every forecaster.

    Parameters
    ----------
    past : Past
        Up to the end of the holdout at least; forecasters see what came before `origin`.
    origin, horizon_days : int
        The first day forecast, and how many.
    seed : int
        Draws the random shares behind the coverage of intervals.
    """
    moment = past.at(origin, horizon_days)
    stack = Stack(horizon_days).fit(past, origin)
    out = Trial(moment, stack)
    made = None if stack.why_not_ else stack.forecast(moment)
    spend = _spend(moment)
    _note(out, STACK, "stack", "too_little_data" if made is None else "ok")
    if made is not None:
        landed = transforms(out.actual, made.purchases, made.size, np.random.default_rng(seed))
        _measure(out, made.purchases, made.p_any, spend, landed)
    _models(out, spend, seed)
    for name, rule in RULES.items():
        _note(out, name, "rule", "ok")
        purchases = rule(moment.known)
        _measure(out, purchases, -np.expm1(-purchases), spend)
    return out


def _models(out: Trial, spend: np.ndarray, seed: int) -> None:
    """Try the classic models."""
    classics, horizon = out.moment.classics, out.moment.known.horizon_days
    for model in classics.models:
        _note(out, model.name, "model", str(model.verdict_.status))
        if model.name not in out.moment.expected:
            continue
        p_any = model.p_at_least(classics.summary, 1, horizon)[classics.row_of]
        landed = coverage.transforms(
            model, classics.summary, classics.row_of, out.actual,
            horizon_days=horizon, rng=np.random.default_rng(seed),
        )  # fmt: skip
        _measure(out, out.moment.expected[model.name], p_any, spend, landed)


def _note(out: Trial, name: str, kind: str, verdict: str) -> None:
    row = {"forecaster": name, "kind": kind, "verdict": verdict, "n_customers": len(out.actual)}
    out.rows.append(row | {"actual_total": int(out.actual.sum())})


def _measure(
    out: Trial, purchases: np.ndarray, p_any: np.ndarray, spend: np.ndarray, landed: np.ndarray | None = None
) -> None:
    """Measure the forecaster noted last."""
    row = out.rows[-1]
    name = row["forecaster"]
    out.forecasts[name], out.p_any[name] = purchases, p_any
    row |= {"forecast_total": float(purchases.sum()), **accuracy(out.actual, purchases)}
    row |= chances(out.actual, p_any)
    revenue = accuracy(np.maximum(out.moment.known.later_cents, 0), purchases * spend)
    row |= {"revenue_gini": revenue["normalised_gini"], "revenue_bias_share": revenue["bias_share"]}
    if landed is not None:
        row |= {f"coverage_{level:.0%}".rstrip("%"): share for level, share in coverage.coverage(landed).items()}


def _spend(moment: Moment) -> np.ndarray:
    """Return what each customer's purchases were expected to bring at the origin, in cents, shape (n,)."""
    x, mean = moment.known.frequency, moment.known.mean_spend
    return spend_to_expect(GammaGamma().fit(x, mean), x, mean)
