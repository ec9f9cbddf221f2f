"""Levels and effects from a measure week by week: an interrupted time series, with a control group where there is one.

With a control group, the effect is the change of the group less that of the control group over the same weeks (for
amounts, which move in proportion, in proportion to the control group). Without one, it is the distance of the weeks
after the start from the line through the weeks before (segmented regression: Wagner et al. 2002, J. Clin. Pharm. Ther.
27:299), over at most as many weeks as the line was fitted to. Standard errors allow for weeks that resemble their
neighbours: the larger of Newey & West's (1987) and of the ordinary one widened by the correlation of neighbouring
weeks counts, because the former is too small where weeks are few.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

WEEK_DAYS = 7
MOST_ALIKE = 0.8
SUSPICIOUS = 0.05  # a difference of the trends before with a smaller p-value bars the control group


@dataclass(frozen=True)
class Level:
    """The mean of a measure over complete weeks: `value`, its standard error, weeks, events."""

    value: float
    error: float
    n_weeks: int
    n_events: int


@dataclass(frozen=True)
class Effect:
    """An effect with interval; `basis` is `control_group` or `before_after`."""

    difference: float
    low: float
    high: float
    p_value: float
    basis: str

    @property
    def is_proven(self) -> bool:
        """Whether the interval excludes zero."""
        return self.low > 0 or self.high < 0


def weekly(daily: pd.DataFrame, start: date, first: date, end: date) -> pd.DataFrame:
    """Sum days by week, counted from `start`: only weeks wholly from `first` to before `end`.

    Parameters
    ----------
    daily : DataFrame
        day, total, n, n_events.
    start, first, end : date
        The day that week 0 begins with; the first day known, and the day after the last one.

    Returns
    -------
    DataFrame
        week (before `start` below 0), total, n, n_events, value (total over n); weeks of n 0 are left out.
    """
    offset = (pd.to_datetime(daily["day"]) - pd.Timestamp(start)).dt.days
    week = np.floor_divide(offset, WEEK_DAYS)
    least = -((start - first).days // WEEK_DAYS)
    beyond = (end - start).days // WEEK_DAYS
    rows = daily.assign(week=week)[(week >= least) & (week < beyond)]
    sums = rows.groupby("week", as_index=False)[["total", "n", "n_events"]].sum()
    sums = sums[sums["n"] > 0].reset_index(drop=True)
    return sums.assign(value=sums["total"] / sums["n"])


def level(weeks: pd.DataFrame) -> Level:
    """Return the mean over weeks, by events, with its standard error; infinite for fewer than three weeks."""
    n, n_events = weeks["n"].to_numpy(float), int(weeks["n_events"].sum())
    if len(weeks) < 3:
        value = float(weeks["total"].sum() / n.sum()) if n.sum() else float("nan")
        return Level(value, float("inf"), len(weeks), n_events)
    value, error, _ = _regressed(weeks["value"].to_numpy(float), np.ones((len(weeks), 1)), n)
    return Level(value, error, len(weeks), n_events)


def controlled(group: pd.DataFrame, control: pd.DataFrame, *, is_scaled: bool, certainty: float) -> Effect | None:
    """Return the effect against a control group; None where their trends before differ.

    Parameters
    ----------
    group, control : DataFrame
        Weeks as `weekly` returns them.
    is_scaled : bool
        The control group is scaled to the level of the group before; otherwise their difference counts.
    certainty : float
        Of the interval.
    """
    both = group.merge(control, on="week", suffixes=("", "_of_control"))
    before, after = both[both["week"] < 0], both[both["week"] >= 0]
    scale, stretch = 1.0, 1.0
    if is_scaled:
        means = [_mean(part, "value_of_control", "n") for part in (before, after)]
        if means[0] <= 0:
            return None
        scale, stretch = _mean(before, "value", "n") / means[0], means[1] / means[0]
    apart = [_apart(part, scale) for part in (before, after)]
    trend = np.column_stack([np.ones(len(before)), before["week"].to_numpy(float)])
    slope, error, _ = _regressed(*apart[0][:1], trend, apart[0][1], of=1)
    if _p_value(slope, error, len(before) - 2) < SUSPICIOUS:
        return None
    (was, was_error, _), (now, now_error, _) = (_regressed(y, np.ones((len(y), 1)), w) for y, w in apart)
    error = float(np.hypot(now_error, stretch * was_error))
    return _effect(now - stretch * was, error, min(len(before), len(after)) - 1, certainty, "control_group")


def before_after(weeks: pd.DataFrame, certainty: float) -> Effect:
    """Return the effect against the trend before, over at most as many weeks as there were before.

    Other causes that set in at the same time, a season among them, are part of it.
    """
    before = weeks[weeks["week"] < 0]
    after = weeks[(weeks["week"] >= 0) & (weeks["week"] < -before["week"].min())]
    both = pd.concat([before, after])
    is_after = (both["week"] >= 0).to_numpy(float)
    middle = float(np.average(after["week"], weights=after["n"]))
    week = both["week"].to_numpy(float)
    terms = np.column_stack([np.ones(len(both)), week, is_after, is_after * (week - middle)])
    effect, error, freedom = _regressed(both["value"].to_numpy(float), terms, both["n"].to_numpy(float), of=2)
    return _effect(effect, error, freedom, certainty, "before_after")


def _apart(part: pd.DataFrame, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Return how far a group is from its control group by week, and the weights."""
    y = (part["value"] - scale * part["value_of_control"]).to_numpy(float)
    n, n_control = part["n"].to_numpy(float), part["n_of_control"].to_numpy(float)
    return y, 1 / (1 / n + scale**2 / n_control)


def _mean(part: pd.DataFrame, values: str, weights: str) -> float:
    return float(np.average(part[values], weights=part[weights]))


def _regressed(y: np.ndarray, terms: np.ndarray, weights: np.ndarray, of: int = 0) -> tuple[float, float, int]:
    """Return a weighted least-squares coefficient, its standard error and the degrees of freedom."""
    from statsmodels.regression.linear_model import WLS  # slow to import

    freedom = len(y) - terms.shape[1]
    if freedom < 1:
        return float("nan"), float("inf"), 1
    model = WLS(y, terms, weights=weights / weights.mean())
    usual = model.fit()
    lags = int(4 * (len(y) / 100) ** (2 / 9))
    robust = model.fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True})
    alike = _alike(usual.resid * np.sqrt(weights), terms.shape[1])
    widened = usual.bse[of] * np.sqrt((1 + alike) / (1 - alike))
    return float(usual.params[of]), float(max(widened, robust.bse[of])), freedom


def _alike(residuals: np.ndarray, n_terms: int) -> float:
    """Return the correlation of each week with the next, without the bias that fitting gives it; 0 where negative."""
    squares = float(residuals @ residuals)
    if squares <= 0:
        return 0.0
    raw = float(residuals[1:] @ residuals[:-1]) / squares
    return float(np.clip(raw + n_terms / len(residuals), 0, MOST_ALIKE))


def _effect(difference: float, error: float, freedom: int, certainty: float, basis: str) -> Effect:
    from scipy.stats import t

    reach = float(t.ppf((1 + certainty) / 2, max(freedom, 1))) * error
    return Effect(difference, difference - reach, difference + reach, _p_value(difference, error, freedom), basis)


def _p_value(estimate: float, error: float, freedom: int) -> float:
    from scipy.stats import t

    if not error > 0:
        return 1.0 if estimate == 0 else 0.0
    return float(2 * t.sf(abs(estimate) / error, max(freedom, 1)))
