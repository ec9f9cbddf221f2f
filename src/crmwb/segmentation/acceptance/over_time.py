"""Tests of what lasts: stable under resampling and over time, and differentiable by what customers did afterwards."""

from typing import Any

from crmwb.findings import Day, Finding, Interval, Money, Number, Share, Unavailable, Value
from crmwb.params import AcceptanceParams
from crmwb.segmentation.acceptance.facts import Result, difference, explained_share, unavailable
from crmwb.segmentation.acceptance.later import Later


def stable(cluster: dict[str, Any], later: Later | None, params: AcceptanceParams) -> Result:
    """Test whether it comes back on resampled customers and keeps its own.

    Jaccard similarity by Hennig (2007); SLSw, stability within the segmentation, by Dolnicar & Leisch (2017).
    """
    jaccard, slsw = cluster.get("jaccard"), cluster.get("slsw")
    if jaccard is None:
        return unavailable(params.min_jaccard, Unavailable("acceptance.unavailable.bootstrap"))
    values: dict[str, Value] = {"jaccard": Number(jaccard), "slsw": Number(slsw)}
    is_passed = jaccard >= params.min_jaccard and (slsw is None or slsw >= params.min_slsw)
    kept = _kept(cluster["cluster"], later)
    if kept is None or later is None or later.cut is None:
        return Result(float(jaccard), params.min_jaccard, bool(is_passed), Finding("acceptance.stable", values))
    values |= {"kept": Share(kept), "day": Day(later.cut)}
    is_passed = is_passed and kept >= params.min_kept
    return Result(float(jaccard), params.min_jaccard, bool(is_passed), Finding("acceptance.stable_kept", values))


def differentiable(
    number: int, later: Later | None, params: AcceptanceParams, confidence: float, currency: str
) -> Result:
    """Test whether its customers then spent otherwise than all others: surely, and by enough."""
    threshold = params.min_difference
    if later is None or later.frame is None:
        why = later.reason if later else None
        return unavailable(threshold, why or Unavailable("acceptance.unavailable.month_ends"))
    is_in = (later.frame["cluster"] == number).to_numpy()
    spent = later.frame["later_revenue_cents"].to_numpy(dtype=float)
    if is_in.sum() < 2 or (~is_in).sum() < 2:
        return unavailable(threshold, Unavailable("acceptance.unavailable.few", values={"day": Day(later.cut)}))
    own, others, lower, upper = difference(spent[is_in], spent[~is_in], confidence)
    larger = max(abs(own), abs(others))
    away = abs(own - others) / larger if larger else 0.0
    values = {
        "first": Day(later.cut),
        "last": Day(later.end),
        "own": Money(own, currency),
        "others": Money(others, currency),
        "difference": Interval(Money(lower, currency), Money(upper, currency)),
        "level": Share(confidence),
        "explained": Share(explained_share(spent, later.frame["cluster"].to_numpy())),
    }
    is_passed = bool(away >= threshold and (lower > 0 or upper < 0))
    return Result(away, threshold, is_passed, Finding("acceptance.differentiable", values))


def _kept(number: int, later: Later | None) -> float | None:
    if later is None or later.frame is None:
        return None
    own = later.frame.loc[later.frame["cluster"] == number, "is_kept"]
    return float(own.mean()) if len(own) else None
