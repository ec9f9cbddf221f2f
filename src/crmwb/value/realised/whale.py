"""The whale curve: cumulative profit, best customer first, and the 20/80/30 law read from it.

The law: the best 20% of customers earn 80% of the final profit, and the worst 30% lose half of what the others earned
at the peak. Revenue cannot be lost, so by revenue only the first half of the law is judged. Shares at a cut between two
customers are interpolated; intervals are percentiles over resampled customers.
"""

from collections.abc import Callable
from typing import Any, Literal

import numpy as np
import pandas as pd

from crmwb.findings import Finding, Interval, Share, Term, to_json

Basis = Literal["profit", "margin", "revenue"]

TOP, BOTTOM = 0.2, 0.3
LAW_TOP_SHARE, LAW_LOST_SHARE = 0.8, 0.5
INTERVAL = (2.5, 97.5)
MAX_POINTS = 1001
ROUNDING = 1e-9
N_ALONE = 10_000  # customers at either end who are resampled one by one
N_BLOCKS = 10_000  # of neighbours in the curve between, resampled as one at their mean


def curve(values_cents: np.ndarray, n_points: int = MAX_POINTS) -> pd.DataFrame:
    """Draw the curve.

    Parameters
    ----------
    values_cents : ndarray of shape (n,)
        What each customer brought: profit, margin or revenue, in whole cents.
    n_points : int
        Points at most; fewer customers give one each.

    Returns
    -------
    DataFrame of shape (min(n, n_points - 1) + 1, 3)
        customer_share (0–1), cumulative_cents, cumulative_share (of the final value; NaN where that is not positive).

    Examples
    --------
    Five customers, of whom the best brings 80% of the final total and the worst loses money:

    >>> import numpy as np
    >>> from crmwb.value.realised.whale import curve
    >>> curve(np.array([8_000, 2_000, 1_000, 0, -1_000])).round(2)
       customer_share  cumulative_cents  cumulative_share
    0             0.0               0.0               0.0
    1             0.2            8000.0               0.8
    2             0.4           10000.0               1.0
    3             0.6           11000.0               1.1
    4             0.8           11000.0               1.1
    5             1.0           10000.0               1.0
    """
    shares, cumulative = _cumulated(np.sort(_whole(values_cents))[::-1])
    at = shares if len(shares) <= n_points else np.linspace(0, 1, n_points)
    cents = np.interp(at, shares, cumulative)
    total = cumulative[-1]
    share = cents / total if total > 0 else np.full_like(cents, np.nan)
    return pd.DataFrame({"customer_share": at, "cumulative_cents": cents, "cumulative_share": share})


def facts(values_cents: np.ndarray, n_bootstrap: int, seed: int, basis: Basis = "profit") -> dict[str, Any]:
    """Read the curve: the three figures of the law with 95% intervals, and whether it holds.

    Of many customers, only the best and the worst are resampled one by one: those between are so alike to their
    neighbours in the curve that blocks of them stand for them.

    Parameters
    ----------
    values_cents : ndarray of shape (n,)
        As for `curve`.
    n_bootstrap : int
        Resamples of the customers.
    seed : int
        Where the resamples start from.
    basis : {"profit", "margin", "revenue"}
        What the values are.

    Returns
    -------
    dict
        basis, n_customers, n_losing (customers below zero), total_cents;
        top_20_share         what the best 20% bring, over the final total
        bottom_30_share      what the worst 30% bring, over the final total; negative where they lose
        peak_share           the curve's highest point, over the final total
        lost_share           what is lost after the peak, over the peak
        peak_at_share        the share of customers at the peak
        law_holds, verdict   (a finding); by revenue, of the first half of the law alone.
        Each figure is {"value", "low", "high"}; all None where the total is not positive, low and high also where
        some resample's is not.

    Examples
    --------
    >>> import numpy as np
    >>> from crmwb.value.realised.whale import facts
    >>> read = facts(np.array([8_000, 2_000, 1_000, 0, -1_000]), n_bootstrap=20, seed=0)
    >>> read["n_losing"], read["top_20_share"]["value"], round(read["lost_share"]["value"], 3)
    (1, 0.8, 0.091)
    """
    values = np.sort(_whole(values_cents))[::-1]
    total = int(values.sum())
    out: dict[str, Any] = {
        "basis": basis,
        "n_customers": len(values),
        "n_losing": int((values < 0).sum()),
        "total_cents": total,
    }
    figures = _figures(values, np.ones(len(values), dtype=np.int64))
    if figures is None:
        nothing = dict.fromkeys(("value", "low", "high"))
        return out | {
            **dict.fromkeys(("top_20_share", "bottom_30_share", "peak_share", "lost_share", "peak_at_share"), nothing),
            "law_holds": None,
            "verdict": to_json(Finding("realised.law.nothing_brought")),
        }
    rng = np.random.default_rng(seed)
    means, sizes = _blocks(values)
    resampled = [_figures(means, rng.multinomial(len(values), sizes / len(values))) for _ in range(n_bootstrap)]
    drawn = [sample for sample in resampled if sample is not None]
    for name, value in figures.items():
        ends: tuple[float | None, float | None] = (None, None)
        if len(drawn) == n_bootstrap:
            low, high = np.percentile([sample[name] for sample in drawn], INTERVAL)
            ends = float(low), float(high)
        out[name] = {"value": value, "low": ends[0], "high": ends[1]}
    return out | _law(out)


def _whole(values_cents: np.ndarray) -> np.ndarray:
    return np.asarray(values_cents).astype(np.int64)


def _blocks(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cut sorted customers into blocks: return each block's mean value and its number of customers."""
    n = len(values)
    if n <= 2 * N_ALONE + N_BLOCKS:
        return values, np.ones(n, dtype=np.int64)
    inner = np.linspace(N_ALONE, n - N_ALONE, N_BLOCKS + 1).astype(np.int64)
    starts = np.concatenate([np.arange(N_ALONE), inner[:-1], np.arange(n - N_ALONE, n)])
    sizes = np.diff(np.append(starts, n))
    return np.add.reduceat(values, starts) / sizes, sizes


def _cumulated(values: np.ndarray, counts: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return the share of customers and their cumulative cents, both from zero; exact, for cents are whole."""
    counts = np.ones(len(values), dtype=np.int64) if counts is None else counts
    customers, cents = np.cumsum(counts), np.cumsum(values * counts)
    return np.concatenate([[0.0], customers / customers[-1]]), np.concatenate([[0], cents]).astype(np.float64)


def _figures(values: np.ndarray, counts: np.ndarray) -> dict[str, float] | None:
    """Return the figures where each customer counts `counts` times, or None where the total is not positive."""
    shares, cents = _cumulated(values, counts)
    if cents[-1] <= 0:
        return None
    at_top, before_bottom = np.interp([TOP, 1 - BOTTOM], shares, cents) / cents[-1]
    peak = int(np.argmax(cents))
    return {
        "top_20_share": float(at_top),
        "bottom_30_share": float(1 - before_bottom),
        "peak_share": float(cents[peak] / cents[-1]),
        "lost_share": float(1 - cents[-1] / cents[peak]),
        "peak_at_share": float(shares[peak]),
    }


def _law(out: dict[str, Any]) -> dict[str, Any]:
    """Judge the law: both halves, or by revenue the first alone."""
    top, lost, bottom, basis = (out[name] for name in ("top_20_share", "lost_share", "bottom_30_share", "basis"))
    values = {"top": _share(top), "basis": Term("basis", basis), "law_top": Share(LAW_TOP_SHARE)}
    if basis == "revenue":
        holds = _agrees(top, LAW_TOP_SHARE)
        code = "realised.law.revenue_holds" if holds else "realised.law.revenue_does_not_hold"
        return {"law_holds": holds, "verdict": to_json(Finding(code, values))}
    holds = _agrees(top, LAW_TOP_SHARE) and _agrees(lost, LAW_LOST_SHARE)
    worst = "realised.law.worst_earn" if bottom["value"] >= 0 else "realised.law.worst_lose"
    at_peak = "realised.law.lost_after_peak" if lost["value"] > 0 else "realised.law.nothing_lost"
    values |= {
        "worst": Finding(worst, {"share": _share(bottom, abs)}),
        "lost": Finding(at_peak, {"share": _share(lost), "law_lost": Share(LAW_LOST_SHARE)}),
    }
    code = "realised.law.holds" if holds else "realised.law.does_not_hold"
    return {"law_holds": holds, "verdict": to_json(Finding(code, values))}


def _agrees(figure: dict[str, float | None], with_value: float) -> bool:
    """Whether the law's value lies within the interval, or is met where there is no interval."""
    low, high, value = figure["low"], figure["high"], figure["value"]
    if low is None or high is None or value is None:
        return value is not None and abs(value - with_value) < ROUNDING
    return low - ROUNDING <= with_value <= high + ROUNDING


def _share(figure: dict[str, float | None], sign: Callable[[float], float] = float) -> Share | Finding:
    """Return a figure of the law, with its interval where it has one; `sign` is applied to each end."""
    ends = (figure[key] for key in ("value", "low", "high"))
    value, low, high = (None if end is None else sign(end) for end in ends)
    if low is None or high is None:
        return Share(value)
    between = Interval(Share(min(low, high)), Share(max(low, high)))
    return Finding("realised.law.figure", {"share": Share(value), "range": between})
