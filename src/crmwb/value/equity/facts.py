"""What readers need to know of customer equity and the forecast: numbers, findings in words, caveats."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from crmwb.value.equity import words
from crmwb.value.equity.bridge import COMPONENTS
from crmwb.value.equity.cohorts import MEASURES, Cohorts
from crmwb.value.equity.forecast import INTERVALS, Projection, summed
from crmwb.value.equity.months import month_of, start_of
from crmwb.value.equity.newcomers import RECENT_MONTHS
from crmwb.value.equity.season import LEAST_MONTHS

LEFT_EDGE_SHARE = 0.5
LEFT_EDGE_MONTHS = 6
OF_THE_PAST = (
    "Past customer equity is by today's models on what was known of customers then: it describes how customers "
    "changed, and is no test of the models."
)
WORTH_TELLING = 0.01  # of the greatest move
RIVALS = {"last_month": "the last month known", "last_year": "the same month a year before"}


def facts(
    months: pd.DataFrame,
    changes: pd.DataFrame,
    *,
    found: Projection,
    past: pd.DataFrame,
    projections: list[tuple[np.ndarray, Projection]],
    cohorts: Cohorts,
    horizon_days: float,
    lost_below: float,
    currency: str,
    as_of: date,
) -> dict[str, Any]:
    """Gather the facts as JSON holds them.

    Returns
    -------
    dict
        equity        as_of, n_months (moments valued), first, n_buyers, n_active, cents, finding
        bridge        begins, ends, components ({name: {n_customers, cents}}), finding; None with one moment only
        forecast      begins, ends (months), measures ({name: {expected, newcomers, low_50 … high_95, before}}: totals
                      of the whole months ahead; `before`: of as many whole months before, None where there are fewer),
                      finding
        proof         n_origins, n_forecasts, measures ({name: {error_share, last_month_error_share,
                      last_year_error_share (and own_error_share where that is known), covered_50, …,
                      total_error_share (of all months ahead together; None where no test is as long)}}), finding
        definitions   what the bridge's components are
        caveats       sentences.
        Error shares are sums of absolute errors over sums of what came.
    """
    proof = _proof(past, projections, found)
    return {
        "equity": _equity(months, horizon_days, lost_below, currency),
        "bridge": _bridge(changes, currency),
        "forecast": _forecast(found, cohorts, currency, as_of),
        "proof": proof,
        "definitions": dict(COMPONENTS),
        "caveats": _caveats(cohorts, changes, len(projections)),
    }


def _equity(months: pd.DataFrame, horizon_days: float, lost_below: float, currency: str) -> dict[str, Any]:
    now = months.iloc[-1]
    return {
        "as_of": now["as_of"].isoformat(),
        "first": months["as_of"].iloc[0].isoformat(),
        "n_months": len(months),
        "n_buyers": int(now["n_buyers"]),
        "n_active": int(now["n_active"]),
        "cents": int(now["equity_cents"]),
        "finding": (
            f"Customer equity on {words.day(now['as_of'])} is {words.money(now['equity_cents'], currency)}: what "
            f"{now['n_buyers']:,} customers are expected to bring in margin over the next {horizon_days:g} days, "
            f"in today's money. {now['n_active']:,} of them still count as active: the chance that they buy again "
            f"within that time is at least {words.share(lost_below)}."
        ),
    }


def _bridge(changes: pd.DataFrame, currency: str) -> dict[str, Any] | None:
    year = changes[changes["span"] == "year"]
    if year.empty:
        return None
    cents = {str(name): int(value) for name, value in zip(year["component"], year["equity_cents"], strict=True)}
    counts = {str(name): int(value) for name, value in zip(year["component"], year["n_customers"], strict=True)}
    begins, ends = year["begins"].iloc[0], year["ends"].iloc[0]
    change = cents["closing"] - cents["opening"]
    said = (
        "did not change"
        if change == 0
        else f"{'rose' if change > 0 else 'fell'} by {words.money(abs(change), currency)}"
    )
    if cents["opening"] > 0 and change:
        said += f" ({words.share(abs(change) / cents['opening'])})"
    verbs = {"new": "added", "won_back": "added", "grown": "added", "shrunk": "took", "lost": "took"}
    who = {
        "new": "new customers",
        "won_back": "customers won back",
        "grown": "customers who are worth more than before",
        "shrunk": "customers who are worth less",
        "lost": "lost customers",
    }
    least = WORTH_TELLING * max(abs(cents[name]) for name in who)
    moved = sorted((name for name in who if abs(cents[name]) > least), key=lambda name: (-abs(cents[name]), name))
    told = words.listing([f"{who[n]} {verbs[n]} {words.money(abs(cents[n]), currency)}" for n in moved])
    return {
        "begins": begins.isoformat(),
        "ends": ends.isoformat(),
        "components": {name: {"n_customers": counts[name], "cents": cents[name]} for name in COMPONENTS},
        "finding": (
            f"Between {words.day(begins)} and {words.day(ends)} customer equity {said}{f': {told}' if told else ''}."
        ),
    }


def _forecast(found: Projection, cohorts: Cohorts, currency: str, as_of: date) -> dict[str, Any]:
    skip = 0 if as_of.day == 1 else 1
    n = len(found.months) - skip
    bounds = summed(found.draws[:, skip:])
    whole = cohorts.n_months - (0 if as_of.day == 1 else 1)
    before = cohorts.by_month[whole - n : whole].sum(axis=0) if whole >= n else None
    measures = {
        measure: {
            "expected": float(found.expected[skip:, i].sum()),
            "newcomers": float(found.parts[skip:, 1, i].sum()),
            "before": None if before is None else float(before[i]),
            **bounds[measure],
        }
        for i, measure in enumerate(MEASURES)
    }
    revenue, per_month = measures["revenue_cents"], measures["customers"]["expected"] / n
    by_new = revenue["newcomers"] / max(revenue["expected"], 1.0)
    begins, ends = found.months[skip], found.months[-1]
    said = ""
    if revenue["before"] is not None and revenue["before"] > 0:
        more = revenue["expected"] / revenue["before"] - 1
        said = f", {words.share(abs(more))} {'more' if more >= 0 else 'less'} than in the {n} months before"
    return {
        "begins": begins.isoformat(),
        "ends": ends.isoformat(),
        "measures": measures,
        "finding": (
            f"From {words.month(begins)} to {words.month(ends)} revenue of "
            f"{words.money(revenue['expected'], currency)} is expected{said}; with a chance of 80% it will be between "
            f"{words.money(revenue['low_80'], currency)} and {words.money(revenue['high_80'], currency)}. "
            f"About {per_month:,.0f} customers will buy in a month, and "
            f"{words.share(by_new) if by_new >= 0.0005 else 'none'} of the revenue will be from customers yet to come."
        ),
    }


def _proof(past: pd.DataFrame, projections: list[tuple[np.ndarray, Projection]], found: Projection) -> dict[str, Any]:
    out: dict[str, Any] = {
        "n_origins": len(projections),
        "n_forecasts": len(past) // len(MEASURES),
        "measures": {},
        "finding": "No earlier forecast could be tested: too few whole months are known.",
    }
    if past.empty:
        return out
    n = len(found.months)
    for i, measure in enumerate(MEASURES):
        rows = past[past["measure"] == measure]
        a_year = rows[rows["last_year"].notna()]
        totals = [(came[:, i].sum(), p.expected[: len(came), i].sum()) for came, p in projections if len(came) >= n - 1]
        total = sum(came for came, _ in totals)
        out["measures"][measure] = {
            "error_share": _error(rows, "expected"),
            "last_month_error_share": _error(rows, "last_month"),
            "last_year_error_share": _error(a_year, "last_year"),
            "own_error_share": _error(a_year, "expected"),
            "total_error_share": float(sum(abs(e - came) for came, e in totals) / total) if total > 0 else None,
            **{
                f"covered_{p}": float(rows["actual"].between(rows[f"low_{p}"], rows[f"high_{p}"]).mean())
                for p in INTERVALS
            },
        }
    revenue = out["measures"]["revenue_cents"]
    rivals = [
        f"{words.share(revenue[f'{key}_error_share'])} by {name}"
        for key, name in RIVALS.items()
        if revenue[f"{key}_error_share"] is not None
    ]
    out["finding"] = (
        f"Forecasts made in this way at {out['n_origins']} earlier month beginnings missed a month's revenue by "
        f"{words.share(revenue['error_share'] or 0.0)} on average"
        f"{f' (going by rules of thumb: {words.listing(rivals)})' if rivals else ''}; "
        f"{words.share(revenue['covered_80'])} of the months came within the 80% interval."
    )
    return out


def _error(rows: pd.DataFrame, forecast: str) -> float | None:
    came = float(rows["actual"].sum())
    return float((rows[forecast] - rows["actual"]).abs().sum()) / came if came > 0 else None


def _caveats(cohorts: Cohorts, changes: pd.DataFrame, n_origins: int) -> list[str]:
    out = [OF_THE_PAST]
    came = cohorts.newcomers
    year = changes[changes["span"] == "year"]
    if cohorts.n_months > 1 and came[0] > LEFT_EDGE_SHARE * came.sum():
        out.append(
            f"{words.share(float(came[0] / came.sum()))} of customers are first seen in the first month of the data, "
            "so most were customers before it begins: their equity seems to grow while the data get to know them, and "
            "some of the first newcomers are old customers seen late."
        )
    elif len(year) and month_of(year["begins"].iloc[0]) - cohorts.first_month < LEFT_EDGE_MONTHS:
        out.append(
            f"The data begin in {words.month(start_of(cohorts.first_month))}, so the equity that the year's change "
            "begins with counts only customers seen by then."
        )
    if cohorts.n_months < LEAST_MONTHS:
        out.append(
            "Less than two years are known, so the forecast knows no season: after a strong season it is too high, "
            "after a weak one too low."
        )
    if n_origins == 0:
        out.append("The forecast's intervals rest on changes from month to month alone: no forecast could be tested.")
    if len(came) > RECENT_MONTHS and not came[-RECENT_MONTHS:].any():
        out.append(f"Nobody came in the last {RECENT_MONTHS} months of the data, so the forecast has no newcomers.")
    return out
