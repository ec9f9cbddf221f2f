"""Figures of predictions: the sales of quarters beside their forecasts, what moves a chance, what money brought."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crmwb.findings import Finding, Name
from crmwb.findings.say import say
from crmwb.plots import notation, style
from crmwb.plots.notation import Scenario

ROW = 0.34  # inches


def quarters(
    rows: pd.DataFrame,
    people: pd.DataFrame,
    currency: str,
    plan: Mapping[date, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw what quarters won beside what was forecast at their beginning.

    Parameters
    ----------
    rows : DataFrame
        One row per quarter, the first on top: starts_on, forecast_cents, low_cents, high_cents, actual_cents (NaN of
        the one to come).
    people : DataFrame
        starts_on and forecast_cents of the people's own forecast; no rows where they gave none.
    currency : str
        For the axis.
    plan : mapping of date to float, optional
        The value to win, in cents, by the first day of its quarter; outlined.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 1.6 + ROW * max(len(rows), 2))
    places = range(len(rows))
    if plan:
        planned = [plan.get(day, 0.0) for day in rows["starts_on"]]
        look = notation.bar(Scenario.PLAN, style.INK)
        ax.barh(places, planned, height=0.82, label=say(Finding("predict.plot.plan")), **look)
    actual = rows["actual_cents"].fillna(0)
    ax.barh(places, actual, color=style.MUTED, height=0.6, label=say(Finding("predict.plot.actual")))
    ahead = rows["forecast_cents"].where(rows["actual_cents"].isna(), 0).fillna(0)
    ax.barh(places, ahead, height=0.6, **notation.bar(Scenario.FORECAST, style.ACCENT))
    ax.hlines(places, rows["low_cents"], rows["high_cents"], color=style.ACCENT, linewidth=1.6)
    ax.scatter(
        rows["forecast_cents"], places, color=style.ACCENT, s=38, zorder=3, label=say(Finding("predict.plot.forecast"))
    )
    if len(people):
        at = [list(rows["starts_on"]).index(day) for day in people["starts_on"]]
        label = say(Finding("predict.plot.people"))
        ax.scatter(people["forecast_cents"], at, color=style.INK, marker="D", s=26, zorder=3, label=label)
    ax.set_yticks(places, [_quarter(day) for day in rows["starts_on"]])
    ax.invert_yaxis()
    style.money_axis(ax.xaxis, currency)
    ax.grid(visible=False, axis="y")
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=3)
    ax.set(title=say(Finding("predict.plot.quarters")), xlabel="", ylabel="")
    return ax


def spending(points: pd.DataFrame, per_unit: float, currency: str, ax: Axes | None = None) -> Axes:
    """Draw what campaigns added for what they spent, per customer contacted.

    Parameters
    ----------
    points : DataFrame
        One row per campaign with a control group: cost_cents, margin_cents and margin_error_cents.
    per_unit : float
        Margin that one unit of money brought on average: the slope of the line.
    currency : str
        For the axes.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 4)
    look: dict[str, Any] = {"color": style.MUTED, "ecolor": style.MUTED, "fmt": "o", "elinewidth": 1.2, "markersize": 6}
    label = say(Finding("predict.plot.campaign"))
    ax.errorbar(points["cost_cents"], points["margin_cents"], 1.96 * points["margin_error_cents"], label=label, **look)
    end = 1.05 * float(points["cost_cents"].max())
    label = say(Finding("predict.plot.average"))
    ax.plot([0, end], [0, per_unit * end], color=style.ACCENT, linewidth=1.6, label=label)
    ax.plot([0, end], [0, end], color=style.INK, linestyle="--", linewidth=1.2, label=say(Finding("predict.plot.even")))
    ax.axhline(0, color=style.INK, linewidth=1)
    style.money_axis(ax.xaxis, currency)
    style.money_axis(ax.yaxis, currency)
    if isinstance(ax.figure, Figure):
        ax.figure.legend(loc="outside lower center", ncols=style.n_columns(3), frameon=False)
    ax.set(
        title=say(Finding("predict.plot.spending")), xlabel=say(Finding("predict.plot.spent")),
        ylabel=say(Finding("predict.plot.added")),
    )  # fmt: skip
    return ax


def _quarter(day: date) -> str:
    values = {"year": Name(str(day.year)), "quarter": Name(str((day.month + 2) // 3))}
    return say(Finding("predict.plot.quarter", values))


def drivers(names: Sequence[str], weights: Sequence[float], ax: Axes | None = None) -> Axes:
    """Draw what moves a chance most, the first on top.

    Parameters
    ----------
    names : sequence of str
        Of columns.
    weights : sequence of float
        Change of the log odds by one standard deviation.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 1.2 + ROW * max(len(names), 2))
    ax.barh(range(len(names)), list(weights), color=[style.GOOD if w > 0 else style.BAD for w in weights], height=0.6)
    ax.axvline(0, color=style.INK, linewidth=1)
    ax.set_yticks(range(len(names)), [style.short(name) for name in names])
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    ax.set(title=say(Finding("predict.plot.drivers")), xlabel=say(Finding("predict.plot.log_odds")), ylabel="")
    return ax
