"""Alerts of what changed since the accepted run: key customers, big accounts, segments, the forecast, the data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from math import sqrt

import pandas as pd

from crmwb.actions.accepted import Accepted
from crmwb.actions.alert import DATA_OWNERS, LEADERSHIP, Alert, Amount, of_customers
from crmwb.findings import Change, Count, Day, Finding, Money, Share, Term
from crmwb.params.actions import ChangePlan
from crmwb.value.potential.total import TotalRange

CENTS = 100
CHANCE = 2  # standard deviations of a count by which a segment must have shrunk


@dataclass(frozen=True)
class Then:
    """What was known at the accepted run's day.

    Attributes
    ----------
    segments : dict of str to Series
        By scheme (tier, rfm_segment): the segment of each customer at the last month end up to that day.
    overdue_cents : Series
        By customer, where invoices are known.
    """

    segments: dict[str, pd.Series]
    overdue_cents: pd.Series


def at(months: pd.DataFrame, scheme: str, day: date) -> pd.Series:
    """Return the segment of each customer at the last month end up to a day, on the index customer_id."""
    ends = pd.to_datetime(months["as_of"])
    past = months[ends <= pd.Timestamp(day)]
    last = past[past["as_of"] == past["as_of"].max()]
    known: pd.Series = last.set_index("customer_id")[scheme]
    return known


def changes(
    customers: pd.DataFrame,
    then: Then,
    accepted: Accepted,
    plan: ChangePlan,
    *,
    as_of: date,
    best_tier: str,
    forecast: pd.DataFrame,
    set_aside: Mapping[str, float],
    currency: str,
    total: TotalRange,
) -> Iterator[Alert]:
    """Yield what changed since the accepted run by more than the plan's thresholds; nothing of a run of the same day.

    Parameters
    ----------
    customers : DataFrame
        Of the mart now: customer_id, owner, tier, rfm_segment, clv_cents, overdue_cents.
    then : Then
        The same of that day, as the history holds it.
    accepted : Accepted
        The accepted run.
    plan : ChangePlan
        The thresholds.
    as_of : date
        Of this run.
    best_tier : str
        Whose customers slip when they leave it.
    forecast : DataFrame
        measure, month and actual, as the value stage writes them.
    set_aside : mapping of str to float
        Of this run, by table: the share of rows in quarantine.
    currency : str
        Of every amount.
    total : TotalRange
        How sums of future margin are stated.
    """
    counted, to_come = partial(Money, currency=currency), partial(total.stated, currency=currency)
    if as_of > accepted.as_of:
        now = customers.set_index("customer_id")
        yield from _slipped(now, then, accepted, plan, best_tier=best_tier, amount=to_come)
        yield from _newly_overdue(now, then, accepted, plan, counted)
        yield from _shrunk(now, then, accepted, plan, to_come)
        yield from _missed(forecast, accepted, plan, currency)
    yield from _set_aside(set_aside, accepted, plan)


def _slipped(
    now: pd.DataFrame, then: Then, accepted: Accepted, plan: ChangePlan, *, best_tier: str, amount: Amount
) -> Iterator[Alert]:
    if "tier" not in then.segments:
        return
    were = then.segments["tier"]
    best = now.loc[now.index.intersection(were.index[were == best_tier])]
    gone = best[best["tier"] != best_tier]
    if len(gone) >= plan.slipped:
        values = {"n": Count(len(gone), "customer"), "tier": Term("tier", best_tier), "day": Day(accepted.as_of)}
        yield of_customers("slipped", values, _known(gone["clv_cents"]), gone["owner"], amount)


def _newly_overdue(
    now: pd.DataFrame, then: Then, accepted: Accepted, plan: ChangePlan, amount: Amount
) -> Iterator[Alert]:
    least = plan.newly_overdue * CENTS
    before = then.overdue_cents.reindex(now.index).fillna(0)
    late = now[(now["overdue_cents"].fillna(0) >= max(least, 1)) & (before < least)]
    if len(late):
        values = {"n": Count(len(late), "customer"), "day": Day(accepted.as_of)}
        yield of_customers("newly_overdue", values, _known(late["overdue_cents"]), late["owner"], amount)


def _shrunk(now: pd.DataFrame, then: Then, accepted: Accepted, plan: ChangePlan, amount: Amount) -> Iterator[Alert]:
    """Of segments whose customers are worth more than the average; of the others, fewer is no bad news."""
    average = float(_known(now["clv_cents"]).mean())
    for scheme, were in then.segments.items():
        for segment, n in were[were.index.isin(now.index)].value_counts().sort_index().items():
            inside = now[now[scheme] == segment]
            fall = n - len(inside)
            worth = float(_known(inside["clv_cents"]).mean()) if len(inside) else 0.0
            if worth > average and fall >= plan.segment_fall * n and fall > CHANCE * sqrt(n):
                left = now.loc[were.index[were == segment].intersection(now.index).difference(inside.index)]
                values = {
                    "segment": Term(scheme, str(segment)), "n": Count(len(inside), "customer"),
                    "change": Change(-fall / n), "day": Day(accepted.as_of),
                }  # fmt: skip
                yield of_customers("shrunk", values, _known(left["clv_cents"]), left["owner"], amount)


def _missed(forecast: pd.DataFrame, accepted: Accepted, plan: ChangePlan, currency: str) -> Iterator[Alert]:
    came = forecast[(forecast["measure"] == "revenue_cents") & forecast["actual"].notna()]
    actual = came.assign(month=pd.to_datetime(came["month"])).set_index("month")["actual"]
    known = accepted.forecast.dropna()
    known = known[known["month"].isin(actual.index)]
    if known.empty:
        return
    brought = actual.reindex(known["month"]).to_numpy(float)
    outside = (brought < known["low_80"].to_numpy(float)) | (brought > known["high_80"].to_numpy(float))
    off = float(brought.sum() / known["expected"].sum() - 1)
    if outside.any() and abs(off) >= plan.forecast_miss:
        cents = abs(round(float(brought.sum() - known["expected"].sum())))
        values = {
            "months": Count(len(known), "month"), "now": Money(float(brought.sum()), currency),
            "expected": Money(float(known["expected"].sum()), currency), "off": Share(abs(off)),
            "day": Day(accepted.as_of),
        }  # fmt: skip
        code = "below" if off < 0 else "above"
        yield Alert("missed", LEADERSHIP, cents, Finding(f"actions.alert.forecast_{code}", values, weight=cents))


def _set_aside(now: Mapping[str, float], accepted: Accepted, plan: ChangePlan) -> Iterator[Alert]:
    for table, share in sorted(now.items()):
        before = accepted.set_aside.get(table, 0.0)
        if share - before >= max(plan.quality_fall, 1e-9):
            values = {"table": Term("table", table), "now": Share(share), "before": Share(before)}
            yield Alert("quality", DATA_OWNERS, None, Finding("actions.alert.quality_fell", values))


def _known(cents: pd.Series) -> pd.Series:
    return cents.fillna(0).astype("int64")
