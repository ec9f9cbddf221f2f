"""Whether initiatives met the criteria that were written down before they began, and what effect they had."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import ibis
import numpy as np
import pandas as pd

from crmwb.effectiveness import series
from crmwb.effectiveness.metrics import METRICS, Metric, Tables, first_purchases
from crmwb.effectiveness.reading import fetch
from crmwb.effectiveness.series import Effect, Level
from crmwb.engine import Backend
from crmwb.findings import Count, Day, Finding, Name, Term, Unavailable, Value
from crmwb.params import EffectivenessParams

# What is settled before an initiative begins; tier or segment may change because of it.
SCOPES = ("country", "region", "city", "industry", "company_size", "kind", "owner", "age_band", "income_band",
          "acquisition_channel", "gender")  # fmt: skip
JUDGED = ("met", "not_met")


@dataclass(frozen=True)
class Judged:
    """An initiative and its verdict.

    Attributes
    ----------
    row : Series
        Of the table `initiatives`.
    verdict : str
        met, not_met, open (not to be judged yet, or not by these data) or refused (criteria written after the start).
    why : Finding or Unavailable
        One sentence.
    before, after : Level or None
        The metric in the comparison period, and since the start, of those that the initiative is for.
    goal : float or None
        What was to be reached.
    effect : Effect or None
        What it changed.
    effect_why : Finding or None
        Why there is no effect, where there is none.
    """

    row: pd.Series
    verdict: str
    why: Finding | Unavailable
    before: Level | None = None
    after: Level | None = None
    goal: float | None = None
    effect: Effect | None = None
    effect_why: Finding | None = None

    @property
    def metric(self) -> Metric | None:
        """The metric; None where the pipeline has none of that name."""
        return METRICS.get(str(self.row["metric"]))


@dataclass(frozen=True)
class Setting:
    """What initiatives are judged on: the engine, the clean tables, the days known, and the choices."""

    con: Backend
    tables: Tables
    first_day: date
    as_of: date
    params: EffectivenessParams


def judge(setting: Setting) -> list[Judged]:
    """Judge every initiative, in the order of their starts; none where the source has no table of them."""
    if "initiatives" not in setting.tables:
        return []
    rows = fetch(setting.con, setting.tables["initiatives"])
    rows = rows.sort_values(["starts_on", "initiative_id"], ignore_index=True)
    return [_judged(_clean(row), setting) for _, row in rows.iterrows()]


def _clean(row: pd.Series) -> pd.Series:
    return row.astype(object).where(row.notna(), None)


def _judged(row: pd.Series, setting: Setting) -> Judged:
    """Judge one initiative, or say why it cannot be judged."""
    refused = _refused(row, setting)
    if refused is not None:
        return refused
    metric, p = METRICS[row["metric"]], setting.params
    start: date = row["starts_on"]
    until = min(row["judged_on"] or setting.as_of, setting.as_of - timedelta(days=metric.lag_days))
    begin = max(row["baseline_from"], setting.first_day)
    last = ((row["baseline_to"] - start).days + 1) // series.WEEK_DAYS - 1  # the last week wholly in the baseline
    weeks = {}
    for inside, part in daily(row, metric, setting).items():
        every = series.weekly(part, start, begin, until)
        weeks[inside] = every[(every["week"] <= last) | (every["week"] >= 0)]
    own = weeks[True]
    before, after = series.level(own[own["week"] < 0]), series.level(own[own["week"] >= 0])
    few = _too_few(row, before, after, p)
    if few is not None:
        return replace(few, before=before, after=after)
    goal = _goal(row, before)
    verdict = _verdict(row, before, after, goal, p.level)
    effect, effect_why = _effect(row, weeks, metric, p)
    why = Finding(f"effectiveness.initiative.{verdict}", {"name": Name(str(row["name"]))})
    status = verdict if verdict in JUDGED else "open"
    return Judged(row, status, why, before, after, goal, effect, effect_why)


def _refused(row: pd.Series, setting: Setting) -> Judged | None:
    """Return why an initiative is not judged at all; None where it can be tried."""
    name = {"name": Name(str(row["name"]))}
    metric = METRICS.get(row["metric"])
    absent = [table for table in metric.tables if table not in setting.tables] if metric else []
    begins_later = row["starts_on"] >= setting.as_of
    scope = row["scope_column"]
    reasons: dict[str, tuple[bool, dict[str, Value]]] = {
        "undated": (row["criteria_on"] is None, {}),
        "refused": (
            row["criteria_on"] is not None and row["criteria_on"] > row["starts_on"],
            {"day": Day(row["criteria_on"]), "start": Day(row["starts_on"])},
        ),
        "unknown_metric": (metric is None, {"metric": Name(str(row["metric"]))}),
        "not_measured": (bool(absent), {"table": Term("table", next(iter(absent), ""))}),
        "no_channel": (metric is not None and metric.metric_of and row["metric_of"] is None, {}),
        "unknown_scope": (scope is not None and scope not in SCOPES, {"column": Term("column", str(scope))}),
        "not_due": (begins_later or (row["judged_on"] is not None and row["judged_on"] > setting.as_of), {}),
    }
    for code, (holds, values) in reasons.items():
        if holds:
            verdict = "refused" if code == "refused" else "open"
            return Judged(row, verdict, Finding(f"effectiveness.initiative.{code}", name | values))
    return None


def daily(row: pd.Series, metric: Metric, setting: Setting) -> dict[bool, pd.DataFrame]:
    """Return a metric by day, of those whom an initiative is for (True) and of the others (False).

    Returns
    -------
    dict of bool to DataFrame
        day, total (in the unit of the metric), n (what the metric is per), n_events.
    """
    events = metric.events(setting.tables, setting.as_of, row["metric_of"])
    known = {inside: part.assign(total=part["total"] * metric.factor, n_events=part["n"])
             for inside, part in _by_day(events, row, setting).items()}  # fmt: skip
    if metric.per == "event":
        return known
    days = pd.date_range(setting.first_day, setting.as_of, inclusive="left").date
    counted = {inside: pd.Series(1, index=days) for inside in known}
    if metric.per == "customer":
        first = _by_day(first_purchases(setting.tables, setting.as_of).mutate(total=1, n=1), row, setting)
        # who buys for the first time counts from the day after
        counted = {
            inside: first[inside].set_index("day")["n"].reindex(days, fill_value=0).cumsum().shift(fill_value=0)
            for inside in known
        }
    return {
        inside: pd.DataFrame(
            {
                "day": days,
                "total": part.set_index("day")["total"].reindex(days, fill_value=0).to_numpy(),
                "n": counted[inside].to_numpy(),
                "n_events": part.set_index("day")["n_events"].reindex(days, fill_value=0).to_numpy(),
            }
        )
        for inside, part in known.items()
    }


def _by_day(events: ibis.expr.types.Table, row: pd.Series, setting: Setting) -> dict[bool, pd.DataFrame]:
    """Sum events by day and by whether the initiative is for the customer; who has no known value is in neither."""
    if row["scope_column"] is None:
        inside = events.mutate(inside=True)
    else:
        customers = setting.tables["customers"]
        of = customers[row["scope_column"]]
        inside = events.inner_join(
            customers.filter(of.notnull()).select("customer_id", inside=of == row["scope_value"]), "customer_id"
        )
    sums = inside.group_by("inside", "day").aggregate(total=inside.total.sum(), n=inside.n.sum())
    frame = fetch(setting.con, sums.order_by("inside", "day"))
    frame = frame.astype({"total": float, "n": float})
    return {which: frame[frame["inside"] == which].drop(columns="inside") for which in (True, False)}


def _too_few(row: pd.Series, before: Level, after: Level, p: EffectivenessParams) -> Judged | None:
    values: dict[str, Value] = {"name": Name(str(row["name"]))}
    for which, level in (("before", before), ("after", after)):
        if level.n_weeks < p.min_weeks:
            limits = {"n": Count(level.n_weeks), "least": Count(p.min_weeks)}
            return Judged(row, "open", Finding(f"effectiveness.initiative.few_weeks_{which}", values | limits))
        if level.n_events < p.min_events:
            limits = {"n": Count(level.n_events), "least": Count(p.min_events)}
            return Judged(row, "open", Finding(f"effectiveness.initiative.few_events_{which}", values | limits))
    return None


def _sign(row: pd.Series) -> int:
    return 1 if row["direction"] == "up" else -1


def _goal(row: pd.Series, before: Level) -> float:
    step = _sign(row) * abs(row["target"])
    goals = {
        "level": row["target"],
        "change": before.value + step,
        "relative_change": before.value * (1 + step),
    }
    return float(goals[row["target_kind"]])


def _verdict(row: pd.Series, before: Level, after: Level, goal: float, certainty: float) -> str:
    """Return whether the goal was reached, or `too_close` where chance alone could have decided it."""
    from scipy.stats import t

    moved = {"level": 0.0, "change": 1.0, "relative_change": 1 + _sign(row) * abs(row["target"])}[row["target_kind"]]
    error = float(np.hypot(after.error, moved * before.error if moved else 0.0))
    reach = float(t.ppf((1 + certainty) / 2, min(before.n_weeks, after.n_weeks) - 1)) * error
    beyond = _sign(row) * (after.value - goal)
    if abs(beyond) <= reach:
        return "too_close"
    return "met" if beyond > 0 else "not_met"


def _effect(
    row: pd.Series, weeks: dict[bool, pd.DataFrame], metric: Metric, p: EffectivenessParams
) -> tuple[Effect | None, Finding | None]:
    """Return the effect, or why there is none."""
    if row["scope_column"] is None:
        return series.before_after(weeks[True], p.level), None
    shared = set(weeks[True]["week"]) & set(weeks[False]["week"])
    if min(sum(week < 0 for week in shared), sum(week >= 0 for week in shared)) < p.min_weeks:
        return None, Finding("effectiveness.initiative.no_control")
    effect = series.controlled(weeks[True], weeks[False], is_scaled=metric.is_scaled, certainty=p.level)
    return effect, None if effect else Finding("effectiveness.initiative.trends_differ")
