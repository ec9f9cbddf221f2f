"""Figures of campaigns: what each brought, and who gained most."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from crmwb.findings import Finding, Name, Term
from crmwb.findings.say import say
from crmwb.plots import style


def effects(campaigns: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Draw the effect of each campaign on revenue per customer contacted, with its interval.

    Parameters
    ----------
    campaigns : DataFrame
        One row per campaign, the first on top: name, difference, low, high (cents) and is_experiment.
    currency : str
        For the axis.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 1.4 + 0.32 * max(len(campaigns), 2))
    shown = {True: ("o", "response.plot.experiment"), False: ("D", "response.plot.observational")}
    for is_experiment, (marker, label) in shown.items():
        rows = campaigns[campaigns["is_experiment"] == is_experiment]
        if rows.empty:
            continue
        places = rows.index.to_numpy()
        ax.hlines(places, rows["low"], rows["high"], color=style.MUTED, linewidth=1.6)
        colours = [
            style.GOOD if low > 0 else style.BAD if high < 0 else style.MUTED
            for low, high in zip(rows["low"], rows["high"], strict=True)
        ]
        ax.scatter(rows["difference"], places, c=colours, marker=marker, s=38, zorder=3, label=say(Finding(label)))
    ax.axvline(0, color=style.INK, linewidth=1)
    ax.set_yticks(range(len(campaigns)), list(campaigns["name"]))
    ax.set_ylim(len(campaigns) - 0.4, -0.6)  # the first on top, and none on the edge
    ax.xaxis.set_major_locator(MaxNLocator(style.MONEY_TICKS))
    style.money_axis(ax.xaxis, currency)
    ax.grid(visible=False, axis="y")
    if isinstance(ax.figure, Figure):
        ax.figure.legend(loc="outside lower center", ncols=style.n_columns(2), frameon=False)
    ax.set(title=say(Finding("response.plot.effects")), xlabel=say(Finding("response.plot.per_customer")), ylabel="")
    return ax


def forest(groups: pd.DataFrame, overall: float | None, currency: str, ax: Axes | None = None) -> Axes:
    """Draw the effect of one campaign on revenue by group of customers, with intervals.

    Parameters
    ----------
    groups : DataFrame
        One row per group, the first on top: name (of the campaign), grouping, group, difference, low, high (cents per
        customer contacted).
    overall : float or None
        The effect on all customers.
    currency : str
        For the axis.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    headed = list(dict.fromkeys(groups["grouping"]))
    ax = ax or style.new_axes(8, 1.6 + 0.27 * (len(groups) + len(headed)))
    places = groups.index.to_numpy() + groups["grouping"].map(headed.index).to_numpy() + 1
    starts = dict(zip(groups["grouping"][::-1], places[::-1] - 1, strict=True))
    ax.hlines(places, groups["low"], groups["high"], color=style.MUTED, linewidth=1.6)
    colours = [
        style.GOOD if low > 0 else style.BAD if high < 0 else style.MUTED
        for low, high in zip(groups["low"], groups["high"], strict=True)
    ]
    ax.scatter(groups["difference"], places, c=colours, s=32, zorder=3)
    ax.axvline(0, color=style.INK, linewidth=1)
    if overall is not None:
        label = say(Finding("response.plot.all_customers"))
        ax.axvline(overall, color=style.ACCENT, linewidth=1.2, linestyle="--", label=label)
        if isinstance(ax.figure, Figure):
            ax.figure.legend(loc="outside lower center", frameon=False)
    names = [say(Term(by, name)) for by, name in zip(groups["grouping"], groups["group"], strict=True)]
    heads = {place: say(Term("division", by)) for by, place in starts.items()}
    labels = heads | dict(zip(places, names, strict=True))
    ax.set_yticks(sorted(labels), [labels[place] for place in sorted(labels)])
    for place, text in zip(sorted(labels), ax.get_yticklabels(), strict=True):
        text.set_fontweight("bold" if place in heads else "normal")
    ax.set_ylim(len(labels) - 0.4, -0.6)  # the first on top, and none on the edge
    ax.xaxis.set_major_locator(MaxNLocator(style.MONEY_TICKS))
    style.money_axis(ax.xaxis, currency)
    ax.grid(visible=False, axis="y")
    title = Finding("response.plot.forest", {"campaign": Name(str(groups["name"].iloc[0]))})
    ax.set(title=say(title), xlabel=say(Finding("response.plot.per_customer")), ylabel="")
    return ax


def groups(deciles: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Draw what a contact added in ten groups of customers, from the largest predicted gain down.

    Parameters
    ----------
    deciles : DataFrame
        group, observed, low, high.
    currency : str
        Of money; empty where the outcome is a share of customers.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 3.6)
    height = deciles["observed"]
    reach = [height - deciles["low"], deciles["high"] - height]
    colours = [style.ACCENT if low > 0 else style.MUTED for low in deciles["low"]]
    ax.bar(deciles["group"], height, width=0.7, color=colours)
    ax.errorbar(deciles["group"], height, yerr=reach, fmt="none", color=style.INK, linewidth=1, capsize=2)
    ax.axhline(0, color=style.INK, linewidth=1)
    ax.set_xticks(list(deciles["group"]))
    (style.money_axis(ax.yaxis, currency) if currency else style.share_axis(ax.yaxis))
    ax.grid(visible=False, axis="x")
    ax.set(title=say(Finding("response.plot.groups")), xlabel=say(Finding("response.plot.group")), ylabel="")
    return ax
