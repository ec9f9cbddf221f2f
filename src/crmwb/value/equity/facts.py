"""What readers need to know of customer equity and the forecast: numbers, findings, caveats."""

from typing import Any

import pandas as pd

from crmwb.calendar import MONTHS_A_YEAR, month_of, start_of
from crmwb.findings import (
    Change,
    Count,
    Day,
    Days,
    Finding,
    Interval,
    Listing,
    Money,
    Month,
    Share,
    Span,
    Times,
    Unavailable,
    Value,
    to_json,
)
from crmwb.value.equity.bridge import COMPONENTS
from crmwb.value.equity.cohorts import Cohorts
from crmwb.value.equity.forecast_facts import forecast_facts, proof_facts
from crmwb.value.equity.monthly import Monthly
from crmwb.value.equity.newcomers import RECENT_MONTHS
from crmwb.value.forecast import NewShare, Total
from crmwb.value.potential.clv import Terms
from crmwb.value.potential.total import TotalRange

LEFT_EDGE_SHARE = 0.5
WORTH_TELLING = 0.01  # of the greatest move
AS_FAR = 0.9  # of a horizon: forecasts that were tested so far ahead were tested as far
YEAR_DAYS = (360, 370)  # horizons that a total over twelve months can be compared with
CHANGES = ("new", "won_back", "grown", "shrunk", "lost")


def facts(
    months: pd.DataFrame,
    changes: pd.DataFrame,
    *,
    ahead: Monthly,
    past: pd.DataFrame,
    cohorts: Cohorts,
    terms: Terms,
    total: TotalRange,
    n_months: int,
    lost_below: float,
    n_to_buy: float | None,
    currency: str,
) -> dict[str, Any]:
    """Gather the facts as JSON holds them.

    Returns
    -------
    dict
        equity        as_of, n_months (moments valued), first, n_buyers, n_active, cents, low, high (80% range),
                      is_stated (as one figure), finding
        bridge        begins, ends, components ({name: {n_customers, cents}}), is_comparable, finding; None with one
                      moment only
        forecast      as `forecast_facts` returns it
        proof         as `proof_facts` returns it
        check         expected, low, high (margin that the monthly forecast leaves to known customers over the horizon),
                      is_within (customer equity is), finding; None where the forecast does not reach so far
        caveats       findings.
    """
    return {
        "equity": _equity(
            months, terms.horizon_days, total, lost_below=lost_below, n_to_buy=n_to_buy, currency=currency
        ),
        "bridge": _bridge(changes, cohorts, total, currency),
        "forecast": forecast_facts(ahead, n_months, currency, past),
        "proof": proof_facts(past, _months_of_revenue(ahead)),
        "check": _check(ahead, terms, int(months["equity_cents"].iloc[-1]), currency),
        "caveats": [to_json(caveat) for caveat in _caveats(cohorts, past)],
    }


def _equity(
    months: pd.DataFrame,
    horizon_days: float,
    total: TotalRange,
    *,
    lost_below: float,
    n_to_buy: float | None,
    currency: str,
) -> dict[str, Any]:
    now = months.iloc[-1]
    low, high = (float(now["equity_cents"]) * end for end in (total.low, total.high))
    n_active = None if pd.isna(now["n_active"]) else int(now["n_active"])  # where it cannot be told who left
    values: dict[str, Value] = {
        "as_of": Day(now["as_of"]),
        "equity": Money(now["equity_cents"], currency),
        "range": Interval(Money(low, currency), Money(high, currency)),
        "n_buyers": Count(now["n_buyers"], "customer"),
        "horizon": Span(horizon_days),
    }
    figure = "now" if total.is_narrow else "between"
    code = f"equity.{figure}_without_active"
    if n_active is not None:
        values |= {"n_active": Count(n_active), "chance": Share(lost_below)}
        code = f"equity.{figure}"
        if n_to_buy is not None:
            values["n_buy"] = Count(round(n_to_buy))
            code = f"equity.{figure}_and_buy"
    if figure == "between":
        why = "why_off" if total.tested_days >= AS_FAR * horizon_days else "why_tested_less"
        values["why"] = Finding(f"equity.{why}", {"tested": Days(total.tested_days)})
    stated: Finding | Unavailable = Finding(code, values, weight=abs(float(now["equity_cents"])))
    if not total.is_informative:
        stated = Unavailable("equity.range_too_wide", values={"times": Times(total.high)})
    return {
        "as_of": now["as_of"].isoformat(),
        "first": months["as_of"].iloc[0].isoformat(),
        "n_months": len(months),
        "n_buyers": int(now["n_buyers"]),
        "n_active": n_active,
        "cents": int(now["equity_cents"]),
        "low": round(low),
        "high": round(high),
        "is_stated": total.is_narrow,
        "finding": to_json(stated),
    }


def _bridge(changes: pd.DataFrame, cohorts: Cohorts, total: TotalRange, currency: str) -> dict[str, Any] | None:
    """Say what moved equity over the last year, where the data reach so far back; in shares where it is a range."""
    year = changes[changes["span"] == "year"]
    if year.empty:
        return None
    cents = {str(name): int(value) for name, value in zip(year["component"], year["equity_cents"], strict=True)}
    counts = {str(name): int(value) for name, value in zip(year["component"], year["n_customers"], strict=True)}
    begins, ends = year["begins"].iloc[0], year["ends"].iloc[0]
    seen_before = month_of(begins) - cohorts.first_month
    spans = month_of(ends) - month_of(begins)
    is_comparable = seen_before >= MONTHS_A_YEAR and spans >= MONTHS_A_YEAR and cents["opening"] > 0
    stated: Finding | Unavailable
    if not total.is_informative:
        is_comparable, stated = False, Unavailable("equity.change_too_uncertain")
    elif is_comparable:
        stated = _moved(begins, ends, cents, currency if total.is_narrow else None)
    else:
        stated = Unavailable("equity.change_not_known", values={"begins": Month(start_of(cohorts.first_month))})
    return {
        "begins": begins.isoformat(),
        "ends": ends.isoformat(),
        "components": {name: {"n_customers": counts[name], "cents": cents[name]} for name in COMPONENTS},
        "is_comparable": is_comparable,
        "finding": to_json(stated),
    }


def _moved(begins: Any, ends: Any, cents: dict[str, int], currency: str | None) -> Finding:
    def amount(name: str) -> Value:
        if currency is None:  # no single figure of equity is stated, so none of its parts is
            return Share(abs(cents[name]) / cents["opening"])
        return Money(abs(cents[name]), currency)

    least = WORTH_TELLING * max(abs(cents[name]) for name in CHANGES)
    moved = sorted((name for name in CHANGES if abs(cents[name]) > least), key=lambda name: (-abs(cents[name]), name))
    values: dict[str, Value] = {
        "begins": Day(begins),
        "ends": Day(ends),
        "change": Change.between(cents["opening"], cents["closing"]),
        "moves": Listing(tuple(Finding(f"equity.move.{name}", {"amount": amount(name)}) for name in moved)),
    }
    code = "changed" if moved else "unchanged"
    if currency is None:
        return Finding(f"equity.{code}_share", values)
    ends_at = {name: Money(cents[name], currency) for name in ("opening", "closing")}
    return Finding(f"equity.{code}", values | ends_at)


def _check(ahead: Monthly, terms: Terms, equity_cents: int, currency: str) -> dict[str, Any] | None:
    """Hold customer equity, a sum over customers, against the monthly forecast of the same twelve months."""
    total, share = ahead.measures["revenue_cents"].now.total, ahead.new_share
    if not isinstance(total, Total) or not isinstance(share, NewShare):
        return None
    if total.months != MONTHS_A_YEAR or not YEAR_DAYS[0] <= terms.horizon_days <= YEAR_DAYS[1]:
        return None
    present = (1 + terms.annual_rate) ** -0.5 * terms.margin_share  # in the middle of the year
    expected = total.expected * (1 - share.expected) * present
    low, high = total.low[80] * (1 - share.high) * present, total.high[80] * (1 - share.low) * present
    is_within = bool(low <= equity_cents <= high)
    values = {
        "expected": Money(round(expected), currency),
        "range": Interval(Money(round(low), currency), Money(round(high), currency)),
        "equity": Money(equity_cents, currency),
    }
    return {
        "expected": expected,
        "low": low,
        "high": high,
        "is_within": is_within,
        "finding": to_json(Finding("equity.agrees" if is_within else "equity.disagrees", values)),
    }


def _months_of_revenue(ahead: Monthly) -> int:
    """Return how many months of revenue are stated: of a total, or one by one."""
    revenue = ahead.measures["revenue_cents"].now
    return revenue.total.months if isinstance(revenue.total, Total) else max(len(revenue.expected) - ahead.skip, 0)


def _caveats(cohorts: Cohorts, past: pd.DataFrame) -> list[Finding]:
    out = [Finding("equity.caveat.of_the_past")]
    came = cohorts.newcomers
    if cohorts.n_months > 1 and came[0] > LEFT_EDGE_SHARE * came.sum():
        share = Share(float(came[0] / came.sum()))
        out.append(Finding("equity.caveat.left_edge", {"share": share}))
    if cohorts.n_months < 2 * MONTHS_A_YEAR:
        out.append(Finding("forecast.caveat.season_seen_once"))
    if past.empty:
        out.append(Finding("forecast.caveat.not_tested"))
    if len(came) > RECENT_MONTHS and not came[-RECENT_MONTHS:].any():
        out.append(Finding("forecast.caveat.nobody_new", {"months": Count(RECENT_MONTHS, "month")}))
    return out
