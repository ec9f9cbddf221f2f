"""What the pipeline shows, as findings by section."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from crmwb.findings import (
    Change,
    Count,
    Day,
    Days,
    Finding,
    Interval,
    Listing,
    Money,
    Name,
    Number,
    Share,
    Term,
    Unavailable,
    Value,
)
from crmwb.predict.opportunities.build import Pipeline
from crmwb.predict.opportunities.leakage import OK
from crmwb.predict.opportunities.stages import MIN_DEALS
from crmwb.predict.opportunities.tested import AGE, DEFAULT, FULL, STATED, Tested

Stated = Finding | Unavailable


def findings(
    pipeline: Pipeline | Unavailable, currency: str, horizon_days: int, quantile: float
) -> dict[str, list[Stated]]:
    """Return what can be said, by section: chances, quarter, stages, stuck, leakage."""
    if isinstance(pipeline, Unavailable):
        return {"chances": [pipeline]}
    return {
        "chances": list(_chances(pipeline, currency, horizon_days)),
        "quarter": list(_quarter(pipeline, currency)),
        "stages": list(_stages(pipeline)),
        "stuck": [_stuck(pipeline, currency, quantile)],
        "leakage": [_leakage(pipeline)],
    }


def _chances(pipeline: Pipeline, currency: str, horizon_days: int) -> Iterator[Stated]:
    rows = pipeline.open
    counts: dict[str, Value] = {"n": Count(len(rows), "open_opportunity")}
    counts["money"] = Money(rows["amount_cents"].sum(), currency)
    expected = rows["expected_cents"].sum()
    if not rows["amount_cents"].notna().any():
        yield Finding("predict.open_without_amounts", {"n": counts["n"]})
    elif rows["expected_cents"].notna().any():
        more = {"expected": Money(expected, currency), "days": Days(horizon_days)}
        yield Finding("predict.open", counts | more, weight=expected)
    else:
        yield Finding("predict.open_without_chances", counts)
    result = pipeline.tested
    if isinstance(result, Unavailable):
        yield result
        return
    yield _judged(result)
    unopened = int(rows["opened_on"].isna().sum())
    if unopened:
        yield Finding("predict.not_begun", {"n": Count(unopened, "open_opportunity")})


def _judged(result: Tested) -> Finding:
    """Say how good the chances are."""
    methods: dict[Any, dict[Any, Any]] = result.methods.set_index("method").to_dict("index")
    n: dict[str, Value] = {"n": Count(int(methods[FULL]["n_opportunities"]), "forecast")}
    if not result.is_informative:
        return Finding("predict.chance_none", n)
    own = methods[result.chosen]
    values: dict[str, Value] = n | {"loss": Number(own["log_loss"]), "auc": Share(own["auc"])}
    if result.chosen == DEFAULT:
        return Finding("predict.chance_stage_default", values)
    gained: dict[str, Value] = {"gain": Interval(Number(own["gain_low"]), Number(own["gain_high"]))}
    plainer = methods[AGE if result.chosen == FULL else DEFAULT]["log_loss"]
    return Finding(f"predict.chance_{result.chosen}", values | gained | {"plainer": Number(plainer)})


def _quarter(pipeline: Pipeline, currency: str) -> Iterator[Stated]:
    result = pipeline.tested
    if isinstance(result, Unavailable):
        yield result
        return
    own = pipeline.forecast[pipeline.forecast["method"] == result.chosen]
    if own.empty or not np.isfinite(own["high_cents"].iloc[0]):
        yield Unavailable("predict.quarter_withheld")
        return
    row: dict[Any, Any] = own.to_dict("records")[0]

    def money(cents: float) -> Money:
        return Money(cents, currency)

    last_day = pipeline.window.ends_on - timedelta(days=1)
    until: dict[str, Value] = {"start": Day(pipeline.window.starts_on), "end": Day(last_day)}
    interval = Interval(money(row["low_cents"]), money(row["high_cents"]))
    values: dict[str, Value] = {**until, "forecast": money(row["forecast_cents"]), "range": interval}
    if row["begun_cents"] > 0:
        so_far = values | {"begun": money(row["begun_cents"])}
        yield Finding("predict.quarter_so_far", so_far, weight=row["forecast_cents"])
    else:
        yield Finding("predict.quarter", values, weight=row["forecast_cents"])
    if np.isfinite(pipeline.last_year_cents):
        change = Change.between(pipeline.last_year_cents, row["forecast_cents"])
        if change.value is not None:
            yield Finding("predict.quarter_last_year", {"change": change, "before": money(pipeline.last_year_cents)})
    if np.isfinite(pipeline.target_cents):
        side = _against(pipeline.target_cents, row["low_cents"], row["high_cents"])
        yield Finding(f"predict.plan_{side}", {"target": money(pipeline.target_cents), "range": interval})
    yield from _errors(pipeline, result, currency)


def _against(target: float, low: float, high: float) -> str:
    return "missed" if target > high else "exceeded" if target < low else "open"


def _errors(pipeline: Pipeline, result: Tested, currency: str) -> Iterator[Finding]:
    """Say by how much the forecasts of earlier quarters were off, and the people's own beside them."""
    errors = error_shares(result.quarters)
    n = int(result.quarters.loc[result.quarters["forecast_cents"].notna(), "starts_on"].nunique())
    values: dict[str, Value] = {"n": Count(n, "past_period"), "error": Share(errors.get(result.chosen))}
    default = {} if result.chosen == DEFAULT else {"default": Share(errors.get(DEFAULT))}
    stated = pipeline.forecast[pipeline.forecast["method"] == STATED]
    if STATED in errors.index:
        code = "errors_default_stated" if result.chosen == DEFAULT else "errors_stated"
        yield Finding(f"predict.{code}", values | default | {"stated": Share(errors[STATED])})
    else:
        yield Finding(f"predict.{'errors_default' if result.chosen == DEFAULT else 'errors'}", values | default)
    if len(stated):
        yield Finding("predict.stated", {"stated": Money(stated["forecast_cents"].iloc[0], currency)})


def error_shares(quarters: pd.DataFrame) -> pd.Series:
    """Return the sum of absolute errors over the sum of what came, by method, of windows that every one forecast."""
    known = quarters[quarters["forecast_cents"].notna()]
    n_methods = known["method"].nunique()
    full = known.groupby("starts_on")["method"].transform("nunique") == n_methods
    own = known[full]
    sums = own.assign(error=(own["actual_cents"] - own["forecast_cents"]).abs()).groupby("method")
    return pd.Series(sums["error"].sum() / sums["actual_cents"].sum(), dtype=float)


def _stages(pipeline: Pipeline) -> Iterator[Stated]:
    speed = pipeline.speed
    if len(speed) and np.isfinite(speed["won_share"].iloc[-1]):
        last = speed.iloc[-1]
        values = {"n": Count(int(last["n_closed"]), "opportunity"), "share": Share(last["won_share"])}
        yield Finding("predict.speed", values | {"days": Days(last["median_days"])})
    rows = pipeline.conversions
    if rows.empty:
        yield Unavailable("predict.no_stages", needs=(Term("table", "opportunity_history"),))
        return
    ended = rows.assign(n_ended=rows["n_entered"] - rows["n_open"])
    ended = ended[ended["n_ended"] >= MIN_DEALS].assign(left=lambda own: own["n_lost"] / own["n_ended"])
    if len(ended):
        worst = ended.sort_values(["left", "place"], ascending=[False, True]).iloc[0]
        values = {
            "stage": Name(str(worst["stage"])),
            "share": Share(worst["left"]),
            "n": Count(int(worst["n_ended"]), "opportunity"),
        }
        yield Finding("predict.stage_lost_most", values)


def _stuck(pipeline: Pipeline, currency: str, quantile: float) -> Stated:
    if not np.isfinite(pipeline.stuck_days):
        return Unavailable("predict.stuck_unknown", values={"n": Count(MIN_DEALS, "opportunity")})
    rows = pipeline.open[pipeline.open["is_stuck"]]
    values: dict[str, Value] = {"n": Count(len(rows)), "all": Count(len(pipeline.open), "open_opportunity")}
    values |= {"share": Share(quantile), "days": Days(pipeline.stuck_days)}
    if rows.empty:
        return Finding("predict.stuck_none", {name: values[name] for name in ("share", "days")})
    money = rows["amount_cents"].sum()
    return Finding("predict.stuck", values | {"money": Money(money, currency)}, weight=money)


def _leakage(pipeline: Pipeline) -> Finding:
    refused = pipeline.leakage[pipeline.leakage["verdict"] != OK]
    if refused.empty:
        return Finding("predict.leakage_none")
    columns = tuple(Term("column", name) for name in refused["column"])
    return Finding("predict.leakage", {"columns": Listing(columns), "n": Count(len(columns))})
