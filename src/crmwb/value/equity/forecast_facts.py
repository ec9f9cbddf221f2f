"""What the forecast says, what it does not say and why, and how earlier forecasts came true."""

from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from crmwb.calendar import MONTHS_A_YEAR, start_of
from crmwb.findings import Change, Count, Finding, Interval, Money, Month, Share, Unavailable, Value, from_json, to_json
from crmwb.value.equity.monthly import ALL_MEASURES, Measure, Monthly
from crmwb.value.forecast import LEVELS, MIN_TESTS, MOST_OFF, Forecast, NewShare, Total
from crmwb.value.forecast.intervals import latest_error

ROWS = ("actual", "expected")
TOO_WIDE = "forecast.range_too_wide"
NORMAL_95 = 2.46  # half-width of a 95% range over the mean absolute error, were that known for certain
IDLE = 0.02  # of the mean month of the last year: a month that brings no more is out of season
MOST_TIMES = 4  # a range of a month whose ends are further apart is not called an expectation


def forecast_facts(monthly: Monthly, n_months: int, currency: str, past: pd.DataFrame | None = None) -> dict[str, Any]:
    """Gather what is forecast, as JSON holds it.

    Parameters
    ----------
    monthly : Monthly
        The forecasts.
    n_months : int
        How many months ahead were asked for.
    currency : str
        For the finding.
    past : DataFrame, optional
        Columns of `PAST_FORECASTS`: what a total that is not stated is justified by.

    Returns
    -------
    dict
        n_months (asked for), measures ({name: {method, judged_by, horizon (months ahead supported), widened_by, total
        ({months, begins, ends, expected, low_50 … high_95, before (the same months a year before; None where the
        history does not hold them)} or None), unavailable (an Unavailable: why there is no total over all months asked
        for; or None), compared (the other methods: method, n_months, n_origins, error, chosen_error)}}), new_share
        ({months, expected, low, high, method, n_tests, error}, or None), last_year (revenue of the last twelve
        whole months, None where there are fewer) and findings, the main one first.
    """
    revenue = monthly.measures["revenue_cents"]
    values = revenue.counted
    measures = {name: _measure(m, monthly.skip, n_months, monthly.stops_at) for name, m in monthly.measures.items()}
    if past is not None:
        of = measures["revenue_cents"]
        of["unavailable"] = _with_tests(of, revenue, monthly.skip, n_months, past)
    facts = {
        "n_months": n_months,
        "measures": measures,
        "new_share": asdict(monthly.new_share) if isinstance(monthly.new_share, NewShare) else None,
        "last_year": float(values[-MONTHS_A_YEAR:].sum()) if len(values) > MONTHS_A_YEAR else None,
    }
    return facts | {"findings": [to_json(finding) for finding in _findings(monthly, facts, currency)]}


def proof_facts(past: pd.DataFrame, months: int) -> dict[str, Any]:
    """Gather how earlier forecasts came true: each by the method and with the interval that would have been given then.

    Parameters
    ----------
    past : DataFrame
        Columns of `PAST_FORECASTS`.
    months : int
        How many months of revenue are added up in what is stated.

    Returns
    -------
    dict
        n_origins, n_forecasts, measures ({name: {error_share, last_month_error_share, last_year_error_share (and
        own_error_share where that is known), covered_50, covered_80, covered_95}}), total ({months, n_origins,
        error_share} of revenue over several months, as many as `months` or as could be tested; or None) and findings.
        Error shares of measures are of single months: sums of absolute errors over sums of what came.
    """
    out: dict[str, Any] = {
        "n_origins": past["origin"].nunique(),
        "n_forecasts": int((past["measure"] == "revenue_cents").sum()),
        "measures": {},
        "total": _error_of_totals(past[past["measure"] == "revenue_cents"], months),
        "findings": [to_json(Finding("forecast.not_tested_yet"))],
    }
    for measure in ALL_MEASURES:
        rows = past[past["measure"] == measure]
        if rows.empty:
            continue
        a_year = rows[rows["last_year"].notna()]
        covered = {
            f"covered_{p}": float(rows["actual"].between(rows[f"low_{p}"], rows[f"high_{p}"]).mean()) for p in LEVELS
        }
        out["measures"][measure] = {
            "error_share": _error(rows, "expected"),
            "last_month_error_share": _error(rows, "last_month"),
            "last_year_error_share": _error(a_year, "last_year"),
            "own_error_share": _error(a_year, "expected"),
            **covered,
        }
    if "revenue_cents" in out["measures"]:
        out["findings"] = [to_json(finding) for finding in _how_it_came(out)]
    return out


def _error_of_totals(rows: pd.DataFrame, months: int) -> dict[str, Any] | None:
    """Return how far totals were off, over as many months up to `months` as enough origins know; None for under two."""
    begins, month = (pd.DatetimeIndex(pd.to_datetime(rows[name])) for name in ("origin", "month"))
    ahead = (month.year - begins.year) * MONTHS_A_YEAR + month.month - begins.month
    tables = {name: rows.assign(ahead=ahead).pivot(index="origin", columns="ahead", values=name) for name in ROWS}
    for n in range(months, 1, -1):
        first = {name: table.reindex(columns=range(n)) for name, table in tables.items()}
        totals = pd.DataFrame({name: table.sum(axis=1)[table.notna().all(axis=1)] for name, table in first.items()})
        if len(totals) >= MIN_TESTS:
            error = _error(totals, "expected")
            return None if error is None else {"months": n, "n_origins": len(totals), "error_share": error}
    return None


def _measure(m: Measure, skip: int, n_months: int, stops_at: int | None) -> dict[str, Any]:
    now, n = m.now, len(m.rolling.values)
    total = None
    if isinstance(now.total, Total):
        begin = n + skip
        before = m.rolling.outcomes[begin - MONTHS_A_YEAR : begin - MONTHS_A_YEAR + now.total.months]
        is_whole = begin > MONTHS_A_YEAR and now.total.months <= MONTHS_A_YEAR - skip
        total = {
            "months": now.total.months,
            "begins": start_of(m.first_month + begin).isoformat(),
            "ends": start_of(m.first_month + begin + now.total.months - 1).isoformat(),
            "expected": now.total.expected,
            "before": float(before.sum()) if is_whole and np.isfinite(before).all() else None,
        }
        for p in LEVELS:
            total |= {f"low_{p}": now.total.low[p], f"high_{p}": now.total.high[p]}
    return {
        "method": now.choice.method,
        "judged_by": now.choice.judged_by,
        "horizon": max(len(now.expected) - skip, 0),
        "widened_by": now.factor,
        "total": total,
        "unavailable": _why_not_all(now, n, skip, n_months, stops_at),
        "compared": [_without_nan(asdict(entry)) for entry in now.choice.entries],
    }


def _why_not_all(now: Forecast, n: int, skip: int, n_months: int, stops_at: int | None) -> dict[str, Any] | None:
    """Return why there is no total over all months asked for; None where there is one."""
    horizon = len(now.expected) - skip
    if stops_at is not None:
        since = {"month": Month(start_of(stops_at)), "before": Month(start_of(stops_at - MONTHS_A_YEAR))}
        return to_json(Unavailable("forecast.hole", values=since))
    values = {"n": Count(n, "month"), "horizon": Count(horizon, "month"), "months": Count(n_months, "month")}
    if isinstance(now.total, Total):
        if now.total.months >= n_months:
            return None
        code = "not_tested_as_far" if horizon < n_months else "range_too_wide"
    else:
        code = now.total.code.removeprefix("forecast.")
        code = "not_tested_as_far" if code == "range_too_wide" and horizon < n_months else code
    return to_json(Unavailable(f"forecast.{code}", values=values | {"share": Share(MOST_OFF)}))


def _with_tests(
    of: dict[str, Any], revenue: Measure, skip: int, n_months: int, past: pd.DataFrame
) -> dict[str, Any] | None:
    """Say what a total is too uncertain for: late errors, errors of all, or tests too few to promise what they show."""
    why: dict[str, Any] | None = of["unavailable"]
    tested = _error_of_totals(past[past["measure"] == "revenue_cents"], n_months)
    stated = 0 if of["total"] is None else of["total"]["months"]
    if why is None or why["code"] != TOO_WIDE or tested is None or tested["months"] <= stated:
        return why
    known = from_json(why).values
    months, error, n = tested["months"], tested["error_share"], tested["n_origins"]
    late = latest_error(revenue.rolling.total_errors(of["judged_by"], len(revenue.rolling.values), skip))
    values: dict[str, Value] = {
        **known,
        "of_months": Count(months, "month"),
        "of_total": Share(error),
        "n_totals": Count(n),
        "apart": Count(round((n - 1) / months + 1)),
        "late": Share(late),
    }
    code = "late" if late > MOST_OFF else "few" if NORMAL_95 * of["widened_by"] * error < MOST_OFF else "error"
    return to_json(Unavailable(f"{TOO_WIDE}_{code}", values=values))


def _how_it_came(facts: dict[str, Any]) -> list[Finding]:
    """Return the errors of single months and of totals in one finding, so that neither is taken for the other."""
    revenue, total, n_forecasts = facts["measures"]["revenue_cents"], facts["total"], facts["n_forecasts"]
    values: dict[str, Value] = {
        "n": Count(facts["n_origins"]),
        "error": Share(revenue["error_share"]),
        "covered": Count(round(revenue["covered_80"] * n_forecasts)),
        "tested": Count(n_forecasts),
    }
    code = "forecast.proof"
    if total is not None:
        alike = total["error_share"] >= revenue["error_share"]  # errors of one sign add up instead of cancelling out
        code = f"forecast.proof_with_total{'_alike' if alike else ''}"
        values |= {
            "months": Count(total["months"], "month"),
            "n_totals": Count(total["n_origins"]),
            "of_total": Share(total["error_share"]),
        }
    findings = [Finding(code, values)]
    if revenue["last_month_error_share"] is not None:
        findings.append(Finding("forecast.by_last_month", {"error": Share(revenue["last_month_error_share"])}))
    if revenue["last_year_error_share"] is not None and revenue["own_error_share"] is not None:
        errors = {"error": Share(revenue["last_year_error_share"]), "own": Share(revenue["own_error_share"])}
        findings.append(Finding("forecast.by_last_year", errors))
    return findings


def _without_nan(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: None if pd.isna(value) else value for key, value in entry.items()}


def _error(rows: pd.DataFrame, forecast: str) -> float | None:
    came = float(rows["actual"].sum())
    return float((rows[forecast] - rows["actual"]).abs().sum()) / came if came > 0 else None


def _findings(monthly: Monthly, facts: dict[str, Any], currency: str) -> list[Finding | Unavailable]:
    """Return the total or the next month, why there is no longer total, the last year, and what new customers bring."""
    revenue = monthly.measures["revenue_cents"]
    total = facts["measures"]["revenue_cents"]["total"]
    out: list[Finding | Unavailable] = [] if total is None else [_total(total, currency)]
    if total is None and len(revenue.now.expected) > monthly.skip:
        out.append(_next_month(monthly, currency))
    unavailable = facts["measures"]["revenue_cents"]["unavailable"]
    if unavailable:
        out.append(from_json(unavailable))
        if facts["last_year"] is not None:
            until = revenue.first_month + len(revenue.counted)
            year: dict[str, Value] = {
                "begins": Month(start_of(until - MONTHS_A_YEAR)),
                "ends": Month(start_of(until - 1)),
                "revenue": Money(round(facts["last_year"]), currency),
            }
            out.append(Finding("forecast.last_year", year))
    if isinstance(monthly.new_share, NewShare):
        share = monthly.new_share
        values = {
            "months": Count(share.months, "month"),
            "share": Share(share.expected),
            "range": Interval(Share(share.low), Share(share.high)),
        }
        out.append(Finding("forecast.new_share" if share.high >= 0.0005 else "forecast.new_share_none", values))
    return out


def _total(total: dict[str, Any], currency: str) -> Finding:
    values = {
        "begins": Month(date.fromisoformat(total["begins"])),
        "ends": Month(date.fromisoformat(total["ends"])),
        "expected": Money(round(total["expected"]), currency),
        "range": Interval(Money(round(total["low_80"]), currency), Money(round(total["high_80"]), currency)),
        "change": Change.between(total["before"], total["expected"]),
    }
    code = "forecast.total" if total["before"] is None else "forecast.total_against_year_before"
    return Finding(code, values, weight=total["expected"])


def _next_month(monthly: Monthly, currency: str) -> Finding:
    """Return the range of the first month ahead, or what is known of it.

    Of one out of season, that hardly anything will come; of a very wide range, that nothing useful is known.
    """
    m = monthly.measures["revenue_cents"]
    low, high = (float(end[monthly.skip]) for end in m.now.ends(80, m.lump))
    month = start_of(m.first_month + len(m.rolling.values) + monthly.skip)
    values = {"month": Month(month), "range": Interval(Money(round(low), currency), Money(round(high), currency))}
    usual = float(m.counted[-MONTHS_A_YEAR:].mean())
    if len(m.counted) >= MONTHS_A_YEAR and high < IDLE * usual:
        most = {"high": Money(round(high), currency), "usual": Money(round(usual), currency)}
        return Finding("forecast.next_month_idle", values | most, weight=high)
    code = "forecast.next_month" if high <= MOST_TIMES * low else "forecast.next_month_unsure"
    return Finding(code, values, weight=high)
