"""Forecasts tested on time that they have not seen: rolling origins, models and the stack beside rules of thumb."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from threadpoolctl import threadpool_limits

from crmwb.calendar import day_at, day_number
from crmwb.contract.value import BACKTEST, TRACKING
from crmwb.findings import Count, Day, Days, Unavailable
from crmwb.params import BacktestParams
from crmwb.progress import track
from crmwb.value.challenger import Past
from crmwb.value.proof.trial import Trial, trial

TEST_CUSTOMERS = 50_000  # of more, every so many are tested
MEASURES = (
    "mae", "rmse", "bias_share", "normalised_gini", "spearman", "top_decile_share", "brier", "log_loss",
    "coverage_50", "coverage_80", "coverage_95", "revenue_gini", "revenue_bias_share", "revenue_coverage_80",
)  # fmt: skip

CALIBRATION = ("origin", "forecaster", "group", "mean_forecast", "mean_actual")


@dataclass(frozen=True)
class Backtest:
    """What the test showed.

    Attributes
    ----------
    scores : DataFrame
        One row per origin and forecaster: origin, forecaster, kind (stack, model or rule), verdict (of what was learned
        from what was known at the origin), n_customers, actual_total and forecast_total purchases, and the measures of
        `accuracy` and `chances`; coverage_80 is the share of customers whose purchases fell within the 80% interval;
        revenue_gini and revenue_bias_share are those of revenue, revenue_coverage_80 of its 80% intervals. NULL where a
        forecaster had too little data or says nothing of it.
    calibration : DataFrame
        Ten rows per origin and forecaster: group (1 the highest forecasts), mean_forecast, mean_actual.
    tracking : DataFrame
        Columns of TRACKING: purchases forecast and made since the origin, added up week by week.
    newcomers : list of dict
        By origin, the customers first seen in the holdout and their purchases, whom no forecast could know.
    skipped : list of Unavailable
        Origins asked for and not tested, each with the reason.
    trials : tuple of Trial
        All forecasts, in the order of the origins.
    """

    scores: pd.DataFrame
    calibration: pd.DataFrame
    tracking: pd.DataFrame
    newcomers: list[dict[str, Any]]
    skipped: list[Unavailable]
    trials: tuple[Trial, ...] = ()


def step_of(n_customers: int) -> int:
    """Return of how many customers one is tested."""
    return n_customers // TEST_CUSTOMERS + 1


def backtest(past: Past, as_of: date, params: BacktestParams, *, step: int | None = None) -> Backtest:
    """Forecast the `params.holdout_days` after each origin from what was known before it.

    The last origin lies `holdout_days` before `as_of`, each earlier one another `holdout_days` back. An origin is
    tested where at least `holdout_days` of history and `params.min_customers` customers come before it.

    Parameters
    ----------
    past : Past
        Up to `as_of`; of very many customers a sample is tested, which does not look at what they bought.
    as_of : date
        The first day that is not looked at.
    params : BacktestParams
        Number of origins, length of the holdout, fewest customers.
    step : int, optional
        Of how many customers one is tested; as `step_of` says where not given.
    """
    past = past.every(step or step_of(past.days.n_customers))
    trials, skipped = [], []
    with threadpool_limits(1):
        for back in track(range(params.n_origins, 0, -1), "backtest, origins", params.n_origins):
            origin = day_number(as_of) - back * params.holdout_days
            history_days = origin - past.days.first_day
            n_known = len(set(past.days.until(origin).customer.tolist()))
            if why := _too_early(origin, history_days, n_known, params):
                skipped.append(why)
                continue
            trials.append(trial(past, origin, params.holdout_days))
        return Backtest(
            scores=_stacked([(t, pd.DataFrame(t.rows)) for t in trials], BACKTEST.names).astype(
                dict.fromkeys(MEASURES, float)
            ),
            calibration=_stacked([(t, t.calibration()) for t in trials], CALIBRATION),
            tracking=_stacked([(t, t.tracking(past)) for t in trials], TRACKING.names),
            newcomers=[t.newcomers() for t in trials],
            skipped=skipped,
            trials=tuple(trials),
        )


def nothing_tested() -> Backtest:
    """Return the backtest of a source in which nothing can be forecast."""
    frames = [pd.DataFrame(columns=list(names)) for names in (BACKTEST.names, CALIBRATION, TRACKING.names)]
    return Backtest(frames[0], frames[1], frames[2], [], [])


def _too_early(origin: int, history_days: int, n_known: int, params: BacktestParams) -> Unavailable | None:
    """Return why an origin cannot be tested, or None where it can."""
    day = Day(_date(origin))
    if history_days < params.holdout_days:
        history = {"origin": day, "has": Days(max(history_days, 0)), "needs": Days(params.holdout_days)}
        return Unavailable("proof.short_history", values=history)
    if n_known < params.min_customers:
        customers = {"origin": day, "has": Count(n_known, "customer"), "needs": Count(params.min_customers)}
        return Unavailable("proof.few_customers", values=customers)
    return None


def _date(day: int) -> date:
    return day_at(day)


def _stacked(parts: list[tuple[Trial, pd.DataFrame]], columns: Any) -> pd.DataFrame:
    """Put the tables of all origins under each other."""
    frames = [frame.assign(origin=_date(t.moment.known.origin)).reindex(columns=list(columns)) for t, frame in parts]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=list(columns))
