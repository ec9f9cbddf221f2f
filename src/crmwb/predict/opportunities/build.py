"""The sales pipeline: chance to win and days to close of each open opportunity, and the value that a quarter wins."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from crmwb.calendar import day_at
from crmwb.engine import Backend
from crmwb.findings import Count, Term, Unavailable
from crmwb.params import PredictParams
from crmwb.predict.opportunities import stages, tested
from crmwb.predict.opportunities.deals import Deals, read
from crmwb.predict.opportunities.landmarks import Landmarks
from crmwb.predict.opportunities.leakage import OK, leakage
from crmwb.predict.opportunities.tested import DEFAULT, STATED, Forecasts, Tested
from crmwb.predict.opportunities.values import values, won_cents
from crmwb.predict.opportunities.windows import Window, current, earlier
from crmwb.progress import step

N_QUARTERS_SHOWN = 8
N_DRIVERS = 8
OPEN = [
    *("opportunity_id", "customer_id", "owner", "stage", "opened_on", "age_days", "amount_cents", "is_usual_amount"),
    *("win_probability", "window_probability", "days_to_close", "expected_cents", "stated_probability", "is_stuck"),
]  # fmt: skip


@dataclass(frozen=True)
class Pipeline:
    """What is said of opportunities.

    Attributes
    ----------
    window : Window
        The quarter that is forecast.
    open : DataFrame
        OPEN, one row per open opportunity; chances are unknown where they cannot be given.
    forecast : DataFrame
        Of the window, by method: forecast_cents, low_cents, high_cents, begun_cents (won already), new_cents.
    tested : Tested or Unavailable
        Forecasts of earlier quarters.
    leakage, conversions, speed : DataFrame
        See `leakage`, `stages`.
    drivers : DataFrame
        column, weight: what moves the chance to win most; no rows unless all columns are used.
    stuck_days : float
        Beyond this age an opportunity is stuck.
    last_year_cents : float
        Won in the same window a year before; NaN where that is not known.
    target_cents : float
        The plan for the quarter; NaN where there is none.
    """

    window: Window
    open: pd.DataFrame
    forecast: pd.DataFrame
    tested: Tested | Unavailable
    leakage: pd.DataFrame
    conversions: pd.DataFrame
    speed: pd.DataFrame
    drivers: pd.DataFrame
    stuck_days: float
    last_year_cents: float
    target_cents: float


def build(con: Backend, tables: Mapping[str, ir.Table], as_of: date, params: PredictParams) -> Pipeline | Unavailable:
    """Forecast the pipeline as known before `as_of`; Unavailable without the table of opportunities."""
    if "opportunities" not in tables:
        return Unavailable("predict.no_opportunities", needs=(Term("table", "opportunities"),))
    with step("opportunities"):
        deals = read(con, tables, as_of)
        return of_deals(deals, current(as_of), params)


def of_deals(deals: Deals, window: Window, params: PredictParams) -> Pipeline | Unavailable:
    """Forecast a window of given opportunities; see `build`."""
    if deals.rows.empty:
        return Unavailable("predict.no_opportunities", needs=(Term("table", "opportunities"),))
    judged = leakage(deals)
    past = Landmarks(deals, frozenset(judged.loc[judged["verdict"] != OK, "column"]))
    result = tested.test(past, window, params.n_quarters)
    now = tested.forecast(past, window)
    stuck_days = stages.stuck_after(deals, params.stuck_quantile)
    target = params.targets.get(f"{window.starts_on.year}-Q{(window.starts_on.month + 2) // 3}")
    year_ago = earlier(window, 4)
    begins = float(np.nanmin(deals.rows["opened"])) if deals.rows["opened"].notna().any() else np.inf
    chosen = DEFAULT if result is None else result.chosen
    known = result is not None and np.isfinite(result.reach)
    return Pipeline(
        window,
        _open(past, now, chosen if result is not None and result.is_informative else None, stuck_days, params),
        _forecast(past, now, result.reach if known and result is not None else float("nan")),
        _too_little(deals) if result is None else result,
        judged,
        stages.conversions(deals),
        stages.speed(deals, window, N_QUARTERS_SHOWN),
        _drivers(now, chosen),
        stuck_days,
        won_cents(deals.rows, year_ago.numbers[0], year_ago.numbers[2])
        if year_ago.numbers[0] >= begins
        else float("nan"),
        float("nan") if target is None or window.n_quarters > 1 else target * 100.0,
    )


def _too_little(deals: Deals) -> Unavailable:
    closed = deals.rows[np.isfinite(deals.rows["closed"])]
    counts = {"n": Count(len(closed), "opportunity"), "n_won": Count(int(closed["won"].sum()))}
    return Unavailable("predict.too_few_closed", values=counts)


def _open(
    past: Landmarks, now: Forecasts, chosen: str | None, stuck_days: float, params: PredictParams
) -> pd.DataFrame:
    """Describe what is open; opportunities that nobody has begun to work on have no chance stated."""
    deals, rows, at = past.deals, past.deals.rows, now.at
    _, origin, _ = now.window.numbers
    worth, is_usual = values(deals, origin, past.refused)
    place = np.flatnonzero(np.isinf(rows["closed"].to_numpy()))
    frame = rows.iloc[place].reset_index(drop=True)
    frame = frame.assign(value_cents=worth[place], is_usual_amount=is_usual[place], stated=frame["win_probability"])
    scored = pd.DataFrame({"opportunity_id": at["opportunity_id"], "stage_then": at["stage"]})
    if chosen is not None and len(at):
        scored["window_probability"] = now.chances[chosen]
        if chosen in now.hazards:
            ahead = now.hazards[chosen].ahead(at, params.horizon_days)
            scored["win_probability"] = ahead.won_by(params.horizon_days).round(6)
            scored["days_to_close"] = ahead.median_days(params.horizon_days)
        else:
            n_months = tested.LEARNED_MONTHS + params.horizon_days // 30
            learned = tested.before(past, now.window.origin, n_months)
            default = tested.stage_default(learned, deals, origin, params.horizon_days)
            scored["win_probability"] = np.nan if default is None else default(at).round(6)
    scored["stage_days"] = np.expm1(at["log_stage_days"]) if "log_stage_days" in at else np.nan
    scored["stage_bound"] = stages.stuck_in_stage(deals, at["stage"], params.stuck_quantile)
    frame = frame.drop(columns="win_probability").merge(scored, on="opportunity_id", how="left")
    frame = frame.reindex(columns=[*frame.columns, *(c for c in OPEN if c not in frame.columns)])
    age = deals.today - frame["opened"]
    is_stuck = (age > stuck_days) | (frame["stage_days"] > frame["stage_bound"])
    return frame.assign(
        stage=frame["stage_then"].where(frame["stage_then"].notna(), frame["stage"]),
        opened_on=pd.Series([_date(day) for day in frame["opened"]], dtype=object),
        age_days=age,
        amount_cents=frame["value_cents"],
        expected_cents=frame["win_probability"] * frame["value_cents"],
        stated_probability=frame["stated"],
        is_stuck=is_stuck,
    )[OPEN]


def _date(day: float) -> date | None:
    return None if np.isnan(day) else day_at(int(day))


def _forecast(past: Landmarks, now: Forecasts, reach: float) -> pd.DataFrame:
    """Return the window's forecasts with 80% intervals; the people's own has none."""
    frame = tested.sums(past, _with_current_probabilities(past, now))
    half = reach * frame["deviation_cents"]
    low = (frame["forecast_cents"] - half).clip(lower=frame["begun_cents"])
    is_stated = frame["method"] == STATED
    return frame.assign(
        low_cents=low.where(~is_stated), high_cents=(frame["forecast_cents"] + half).where(~is_stated)
    ).drop(columns=["actual_cents", "deviation_cents"])


def _with_current_probabilities(past: Landmarks, now: Forecasts) -> Forecasts:
    """Fill the people's own forecast from what stands at opportunities now, where changes do not record it."""
    rows = past.deals.rows.iloc[now.at["place"]].reset_index(drop=True)
    filled = {name: now.at[name].fillna(rows[name]) for name in ("win_probability", "expected_close")}
    return Forecasts(now.window, now.at.assign(**filled), now.chances, now.hazards)


def _drivers(now: Forecasts, chosen: str) -> pd.DataFrame:
    """Return the columns with the largest weights on the chance to be won once it closes."""
    if chosen != tested.FULL or chosen not in now.hazards:
        return pd.DataFrame({"column": pd.Series(dtype=object), "weight": pd.Series(dtype=float)})
    wins = now.hazards[chosen].wins
    frame = pd.DataFrame({"column": list(wins.columns), "weight": wins.weights})
    frame = frame[~frame["column"].isin(["log_age", "root_age", "period", "first"])]
    order = frame.assign(size=-frame["weight"].abs()).sort_values(["size", "column"])
    return order.drop(columns="size").head(N_DRIVERS).reset_index(drop=True)
