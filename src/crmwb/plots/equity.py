"""Figures of customer equity: through time, what moved it, and the months ahead."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator
from matplotlib.ticker import MaxNLocator

from crmwb.findings import Count, Day, Finding, Number, Term, numbers
from crmwb.findings.say import Said, say
from crmwb.plots import notation, style
from crmwb.plots.notation import Scenario

STEPS = {
    "opening": style.MUTED,
    "new": style.GOOD,
    "won_back": style.GOOD,
    "grown": style.GOOD,
    "shrunk": style.BAD,
    "lost": style.BAD,
    "closing": style.ACCENT,
}
AXIS = Finding("equity.figure.axis")
LABEL_SHARE = 0.2  # of the height: two lines of text
BANDS = ((95, 0.12), (80, 0.18), (50, 0.28))


def equity_over_time(months: pd.DataFrame, currency: str, axis: Said = AXIS, ax: Axes | None = None) -> Axes:
    """Draw customer equity at every month end, with how many customers were active where that is known.

    Parameters
    ----------
    months : DataFrame
        as_of, equity_cents and n_active, as `crmwb.value.equity` makes them.
    currency : str
        For the labels; empty where equity is an index.
    axis : Said
        What the axis shows.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes()
    when, cents = pd.to_datetime(months["as_of"]), months["equity_cents"].to_numpy(dtype=np.float64)
    ax.fill_between(when, cents, alpha=0.12, color=style.ACCENT)
    ax.plot(when, cents, color=style.ACCENT, linewidth=2, marker="o", markersize=3.5)
    near = max(1, len(cents) // 5)
    for i, other, ha in ((0, near, "left"), (len(cents) - 1, -1 - near, "right")):
        has_room_below = cents[i] > LABEL_SHARE * cents.max()
        is_above = cents[i] >= cents[other] or not has_room_below if len(cents) > near else True
        place: dict[str, Any] = {"textcoords": "offset points", "ha": ha, "va": "bottom" if is_above else "top"}
        words, n_active = style.money(cents[i], currency), months["n_active"].iloc[i]
        if pd.notna(n_active):
            words += f"\n{say(Finding('equity.figure.active', {'n': Count(n_active)}))}"
        ax.annotate(words, (when.iloc[i], cents[i]), (0, 8 if is_above else -8), fontsize=9, **place)
    ax.set_ylim(min(0.0, float(cents.min())), max(float(cents.max()), 1.0) * 1.2)
    _months(ax)
    style.money_axis(ax.yaxis, currency)
    ax.set(title=say(Finding("equity.figure.over_time")), xlabel="", ylabel=say(axis))
    return ax


def equity_bridge(bridge: pd.DataFrame, currency: str, axis: Said = AXIS, ax: Axes | None = None) -> Axes:
    """Draw what led from one customer equity to the next: a bar for each component, floating where it begins.

    Parameters
    ----------
    bridge : DataFrame
        The rows of one stretch of time: component, n_customers, equity_cents, as `crmwb.value.equity` makes them.
    currency : str
        For the labels; empty where equity is an index.
    axis : Said
        What the axis shows.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes()
    cents_of = dict(zip(bridge["component"], bridge["equity_cents"].astype(float), strict=True))
    count_of = dict(zip(bridge["component"], bridge["n_customers"].astype(int), strict=True))
    label: dict[str, Any] = {"textcoords": "offset points", "ha": "center"}
    at, highest, lowest = 0.0, 0.0, 0.0
    steps = {name: colour for name, colour in STEPS.items() if name in cents_of}
    for place, (name, colour) in enumerate(steps.items()):
        cents = cents_of[name]
        is_total = name in {"opening", "closing"}
        begins = 0.0 if is_total else at
        at = begins + cents
        ax.bar(place, cents, bottom=begins, width=0.66, color=colour)
        if place < len(steps) - 1:
            ax.plot([place + 0.33, place + 0.67], [at, at], color=style.MUTED, linewidth=0.8)
        words = ("+" if cents > 0 and not is_total else "") + style.money(cents).replace("-", "−")
        top = max(begins, at)
        ax.annotate(words, (place, top), (0, 13), fontsize=9, weight="bold", **label)
        ax.annotate(numbers.count(count_of[name]), (place, top), (0, 3), fontsize=8, color=style.MUTED, **label)
        highest, lowest = max(highest, top), min(lowest, begins, at)
    ax.set_xticks(range(len(steps)), [say(Finding(f"equity.figure.{name}")) for name in steps])
    ax.set_ylim(lowest * 1.1, (highest or 1.0) * 1.16)
    ax.grid(visible=False, axis="x")
    ax.axhline(0, color=style.MUTED, linewidth=0.8)
    style.money_axis(ax.yaxis, currency)
    since, until = (Day(pd.Timestamp(bridge[end].iloc[0]).date()) for end in ("begins", "ends"))
    title = Finding("equity.figure.bridge", {"begins": since, "ends": until})
    ax.set(title=say(title), xlabel=say(Finding("equity.figure.counts")), ylabel=say(axis))
    return ax


def forecast_fan(forecast: pd.DataFrame, measure: str, currency: str, ax: Axes | None = None) -> Axes:
    """Draw actual months, and expected months with 50%, 80% and 95% ranges, as far as forecasts could be tested.

    Parameters
    ----------
    forecast : DataFrame
        Rows per measure and month, as `crmwb.value.equity` makes them.
    measure : str
        "customers", "new_customers", "purchases", "revenue_cents" or "margin_cents".
    currency : str
        For the axis, where the measure is money.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes()
    rows = forecast[forecast["measure"] == measure].sort_values("month")
    when = pd.to_datetime(rows["month"])
    past, ahead = rows["actual"].notna().to_numpy(), rows["expected"].notna().to_numpy()
    ax.plot(when[past], rows["actual"][past], color=style.INK, linewidth=1.6, label=_label("actual"))
    to_come, months = rows[ahead], when[ahead]
    for percent, alpha in BANDS if ahead.any() else ():
        low, high = to_come[f"low_{percent}"], to_come[f"high_{percent}"]
        label = say(Finding("forecast.figure.range", {"level": Number(percent)}))
        ax.fill_between(months, low, high, color=style.ACCENT, alpha=alpha, linewidth=0, label=label)
    if ahead.any():
        marker = "o" if ahead.sum() == 1 else None
        look = notation.line(Scenario.FORECAST, style.ACCENT)
        ax.plot(months, to_come["expected"], linewidth=2, marker=marker, label=_label("expected"), **look)
    if past.any() and ahead.any():
        last, first = np.flatnonzero(past)[-1], np.flatnonzero(ahead)[0]
        ends = [rows["actual"].iloc[last], rows["expected"].iloc[first]]
        ax.plot(when.iloc[[last, first]], ends, color=style.MUTED, linewidth=1, linestyle=":")
    _months(ax)
    if measure.endswith("_cents"):
        style.money_axis(ax.yaxis, currency)
    else:
        style.count_axis(ax.yaxis)
    ax.yaxis.set_major_locator(MaxNLocator(6))
    ax.legend(loc="upper left", ncols=2, fontsize=9)
    ax.margins(x=0.01)
    highest = np.nanmax(rows[["actual", "high_80"]].to_numpy(dtype=np.float64), initial=0.0)
    ax.set_ylim(min(0.0, float(np.nanmin(rows["actual"], initial=0.0))), 1.35 * float(highest) or 1.0)
    named = Finding(f"forecast.measure.{measure}")
    ax.set(
        title=say(Finding("forecast.figure.fan", {"measure": named})), xlabel="", ylabel=say(Term("measure", measure))
    )
    return ax


def _label(entry: str) -> str:
    return say(Finding(f"forecast.figure.{entry}"))


def _months(ax: Axes) -> None:
    locator = AutoDateLocator(minticks=4, maxticks=9)  # type: ignore[no-untyped-call]  # matplotlib leaves dates untyped
    ax.xaxis.set_major_locator(locator)
    style.month_axis(ax.xaxis)
