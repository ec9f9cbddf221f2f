"""Figures of the lifecycle: stages over time, the value of each, and customers gained and lost."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator

from crmwb.findings import Finding, Name, Share, Term
from crmwb.findings.say import say
from crmwb.plots import colours, notation, style
from crmwb.plots.notation import Scenario

FLOWS = {
    "new": style.GOOD,
    "won_back": colours.FIXED["won_back"],
    "grown": colours.GROWN,
    "shrunk": colours.SHRUNK,
    "lost": style.BAD,
}


def stages_over_time(stages: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how many customers are in each stage at every month end, stacked in the order of life.

    Parameters
    ----------
    stages : DataFrame
        as_of, position, stage and n_customers, as `crmwb.lifecycle` makes them.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(9.0, 4.4)
    names = list(stages.drop_duplicates("stage").sort_values("position")["stage"])
    wide = stages.pivot(index="as_of", columns="stage", values="n_customers")[names].fillna(0)
    wide = wide.loc[:, wide.sum() > 0]
    fixed = colours.of_segments(list(wide.columns))
    when = pd.to_datetime(wide.index)
    if len(wide) == 1:
        at = np.zeros(1)
        for name in wide.columns:
            ax.bar(when, wide[name], width=20, bottom=at, color=fixed[name], label=_stage(name))
            at = at + wide[name].to_numpy()
    else:
        ax.stackplot(
            when,
            *(wide[name].to_numpy(dtype=float) for name in wide.columns),
            colors=[fixed[name] for name in wide.columns],
            labels=[_stage(name) for name in wide.columns],
            linewidth=0.4,
            edgecolor="white",
        )
        ax.margins(x=0)
    _months(ax)
    handles, labels = ax.get_legend_handles_labels()
    ax.legend(handles[::-1], labels[::-1], loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=9)
    style.count_axis(ax.yaxis)
    ax.set(title=_text("stages_title"), xlabel="", ylabel=_text("n_customers"))
    return ax


def stage_value(stages: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw each stage's share of customers beside its share of the last month's revenue and of customer value.

    Parameters
    ----------
    stages : DataFrame
        The rows of one moment: position, stage, n_customers, revenue_cents, clv_cents; unknown measures are
        left out.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    rows = stages[stages["n_customers"] > 0].sort_values("position")
    ax = ax or style.new_axes(8.0, 1.2 + 0.55 * len(rows))
    measures = ("n_customers", "revenue_cents", "clv_cents")
    known = [c for c in measures if pd.to_numeric(rows[c]).fillna(0).clip(lower=0).sum() > 0]
    height = 0.8 / max(len(known), 1)
    fixed = colours.of_segments(list(rows["stage"]))
    for i, column in enumerate(known):
        values = pd.to_numeric(rows[column]).fillna(0).to_numpy(dtype=float)
        shares = values / values.sum()
        at = np.arange(len(rows)) + (i - (len(known) - 1) / 2) * height
        fills = [fixed[name] for name in rows["stage"]]
        look = notation.bars(Scenario.FORECAST if column == "clv_cents" else Scenario.ACTUAL, fills)
        ax.barh(at, shares, height=height * 0.92, **look)
        for y, share in zip(at, shares, strict=True):
            label = _text("share_of", share=Share(share), what=Name(_text(column)))
            ax.annotate(label, (max(share, 0), y), (4, 0), textcoords="offset points", fontsize=7.5,
                        va="center", color=style.MUTED)  # fmt: skip
    ax.set_yticks(range(len(rows)), [_stage(name) for name in rows["stage"]])
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    style.share_axis(ax.xaxis)
    ax.margins(x=2.2 if style.is_narrow() else 0.25)  # room for the words beside the bars
    ax.set_xlim(left=min(0.0, ax.get_xlim()[0]) if (ax.get_xlim()[0] < -0.05) else 0.0)
    ax.set(title=_text("value_title"), xlabel=_text("share_of_all"), ylabel="")
    return ax


def leaky_bucket(bucket: pd.DataFrame, currency: str, measure: str = "revenue_cents", ax: Axes | None = None) -> Axes:
    """Draw customers or revenue gained and lost month by month, above and below a line.

    Parameters
    ----------
    bucket : DataFrame
        begins, component, n_customers and revenue_cents, as `crmwb.lifecycle` makes them.
    currency : str
        For the axis, where the measure is money.
    measure : str
        "revenue_cents" or "n_customers"; in customers, those lost count below the line.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(9.0, 4.4)
    is_money = measure.endswith("_cents")
    wide = bucket.pivot(index="begins", columns="component", values=measure)
    when = pd.to_datetime(wide.index)
    up, down = np.zeros(len(wide)), np.zeros(len(wide))
    for name, colour in FLOWS.items():
        if not is_money and name in {"grown", "shrunk"}:
            continue
        values = wide[name].to_numpy(dtype=float) * (-1 if name == "lost" and not is_money else 1)
        bottom = np.where(values >= 0, up, down)
        ax.bar(when, values, width=22, bottom=bottom, color=colour, label=say(Term("flow", name)), linewidth=0)
        up, down = up + np.maximum(values, 0), down + np.minimum(values, 0)
    net = up + down
    ax.plot(when, net, color=style.INK, linewidth=1.4, marker="o", markersize=3, label=_text("net"))
    ax.axhline(0, color=style.MUTED, linewidth=0.8)
    _months(ax)
    if is_money:
        style.money_axis(ax.yaxis, currency)
    else:
        style.count_axis(ax.yaxis)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=9)
    title = "bucket_revenue_title" if is_money else "bucket_customers_title"
    ax.set(title=_text(title), xlabel="", ylabel=_text("change"))
    return ax


def _months(ax: Axes) -> None:
    locator = AutoDateLocator(minticks=3, maxticks=7)  # type: ignore[no-untyped-call]  # matplotlib leaves dates untyped
    ax.xaxis.set_major_locator(locator)
    style.month_axis(ax.xaxis)


def _stage(name: str) -> str:
    return say(Term("stage", name))


def _text(key: str, **values: Name | Share) -> str:
    return say(Finding(f"lifecycle.plot.{key}", values))
