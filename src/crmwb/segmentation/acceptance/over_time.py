"""Tests of what lasts: stable under resampling and over time, and differentiable by what customers did afterwards."""

from typing import Any

from crmwb.params import AcceptanceParams
from crmwb.segmentation import words
from crmwb.segmentation.acceptance.facts import Result, difference, explained_share, unavailable
from crmwb.segmentation.acceptance.later import Later


def stable(cluster: dict[str, Any], later: Later | None, params: AcceptanceParams) -> Result:
    """Test whether it comes back on resampled customers and keeps its own.

    Jaccard similarity by Hennig (2007); SLSw, stability within the segmentation, by Dolnicar & Leisch (2017).
    """
    jaccard, slsw = cluster.get("jaccard"), cluster.get("slsw")
    if jaccard is None:
        return unavailable(params.min_jaccard, "the cluster model has no bootstrap")
    said = [f"comes back with a Jaccard similarity of {jaccard:.2f} when customers are resampled"]
    is_passed = jaccard >= params.min_jaccard
    if slsw is not None:
        said.append(f"its stability within the segmentation (SLSw) is {slsw:.2f}")
        is_passed &= slsw >= params.min_slsw
    kept = _kept(cluster["cluster"], later)
    if kept is not None and later is not None and later.cut is not None:
        said.append(f"{words.share(kept)} of its customers of {later.cut:%Y-%m-%d} are in it today")
        is_passed &= kept >= params.min_kept
    return Result(float(jaccard), params.min_jaccard, bool(is_passed), f"It {'; '.join(said)}.")


def differentiable(
    number: int, later: Later | None, params: AcceptanceParams, confidence: float, currency: str
) -> Result:
    """Test whether its customers then spent otherwise than all others: surely, and by enough."""
    threshold = params.min_difference
    if later is None or later.frame is None:
        return unavailable(threshold, later.reason if later else "no earlier month ends were given")
    is_in = (later.frame["cluster"] == number).to_numpy()
    spent = later.frame["later_revenue_cents"].to_numpy(dtype=float)
    if is_in.sum() < 2 or (~is_in).sum() < 2:
        return unavailable(threshold, f"fewer than two customers were in it on {later.cut:%Y-%m-%d}, or outside")
    own, others, lower, upper = difference(spent[is_in], spent[~is_in], confidence)
    larger = max(abs(own), abs(others))
    away = abs(own - others) / larger if larger else 0.0
    share = explained_share(spent, later.frame["cluster"].to_numpy())
    return Result(
        away,
        threshold,
        bool(away >= threshold and (lower > 0 or upper < 0)),
        f"From {later.cut:%Y-%m-%d} to {later.end:%Y-%m-%d} its customers of that day spent "
        f"{words.money(own, currency)} each and all others {words.money(others, currency)} (difference "
        f"{words.money(lower, currency)} to {words.money(upper, currency)}); the clusters explain {words.share(share)} "
        "of what customers spent.",
    )


def _kept(number: int, later: Later | None) -> float | None:
    if later is None or later.frame is None:
        return None
    own = later.frame.loc[later.frame["cluster"] == number, "is_kept"]
    return float(own.mean()) if len(own) else None
