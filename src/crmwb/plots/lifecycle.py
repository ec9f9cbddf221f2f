"""Figures of the lifecycle: stages through time, what each is worth, and the leaky bucket."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

from crmwb.plots import colours, style

FLOWS = {
    "new": ("new", style.GOOD),
    "won_back": ("won back", colours.FIXED["won_back"]),
    "grown": ("kept, brought more", "#9fd3b6"),
    "shrunk": ("kept, brought less", "#f0c3a5"),
    "lost": ("lost", style.BAD),
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
            ax.bar(when, wide[name], width=20, bottom=at, color=fixed[name], label=colours.label(name))
            at = at + wide[name].to_numpy()
    else:
        ax.stackplot(
            when,
            *(wide[name].to_numpy(dtype=float) for name in wide.columns),
            colors=[fixed[name] for name in wide.columns],
            labels=[colours.label(name) for name in wide.columns],
            linewidth=0.4,
            edgecolor="white",
        )
        ax.margins(x=0)
    _months(ax)
    handles, labels = ax.get_legend_handles_labels()
    ax.legend(handles[::-1], labels[::-1], loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=9)
    ax.yaxis.set_major_formatter("{x:,.0f}")
    ax.set(title="Customers by stage of life", xlabel="", ylabel="customers")
    return ax


def stage_value(stages: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw each stage's share of customers beside its share of the last month's revenue and of lifetime value.

    Parameters
    ----------
    stages : DataFrame
        The rows of one moment: position, stage, n_customers, revenue_cents, clv_cents; measures of which nothing is
        known are left out.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    rows = stages[stages["n_customers"] > 0].sort_values("position")
    ax = ax or style.new_axes(8.0, 1.2 + 0.55 * len(rows))
    measures = {"n_customers": "customers", "revenue_cents": "revenue of the month", "clv_cents": "lifetime value"}
    known = {c: words for c, words in measures.items() if pd.to_numeric(rows[c]).fillna(0).clip(lower=0).sum() > 0}
    height = 0.8 / max(len(known), 1)
    fixed = colours.of_segments(list(rows["stage"]))
    for i, (column, words) in enumerate(known.items()):
        values = pd.to_numeric(rows[column]).fillna(0).to_numpy(dtype=float)
        shares = values / values.sum()
        at = np.arange(len(rows)) + (i - (len(known) - 1) / 2) * height
        tints = [colours.pale(fixed[name]) if i else fixed[name] for name in rows["stage"]]
        ax.barh(at, shares, height=height * 0.92, color=tints, hatch="//" if i == 2 else None, edgecolor="white")
        for y, share in zip(at, shares, strict=True):
            ax.annotate(f"{share:.0%}  {words}", (max(share, 0), y), (4, 0), textcoords="offset points", fontsize=7.5,
                        va="center", color=style.MUTED)  # fmt: skip
    ax.set_yticks(range(len(rows)), [colours.label(name) for name in rows["stage"]])
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    style.share_axis(ax.xaxis)
    ax.margins(x=0.25)
    ax.set_xlim(left=min(0.0, ax.get_xlim()[0]) if (ax.get_xlim()[0] < -0.05) else 0.0)
    ax.set(title="What each stage is worth", xlabel="share of all", ylabel="")
    return ax


def leaky_bucket(bucket: pd.DataFrame, currency: str, measure: str = "revenue_cents", ax: Axes | None = None) -> Axes:
    """Draw what flowed into the customer base and out of it, month by month, up and down from a line.

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
    for name, (words, colour) in FLOWS.items():
        if not is_money and name in {"grown", "shrunk"}:
            continue
        values = wide[name].to_numpy(dtype=float) * (-1 if name == "lost" and not is_money else 1)
        bottom = np.where(values >= 0, up, down)
        ax.bar(when, values, width=22, bottom=bottom, color=colour, label=words, linewidth=0)
        up, down = up + np.maximum(values, 0), down + np.minimum(values, 0)
    net = up + down
    ax.plot(when, net, color=style.INK, linewidth=1.4, marker="o", markersize=3, label="all together")
    ax.axhline(0, color=style.MUTED, linewidth=0.8)
    _months(ax)
    if is_money:
        style.money_axis(ax.yaxis, currency)
    else:
        ax.yaxis.set_major_formatter("{x:,.0f}")
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=9)
    what = "in money" if is_money else "in customers"
    ax.set(title=f"The leaky bucket, {what}", xlabel="", ylabel="change in the month")
    return ax


def _months(ax: Axes) -> None:
    locator = AutoDateLocator(minticks=3, maxticks=9)  # type: ignore[no-untyped-call]  # matplotlib leaves dates untyped
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]  # as above
