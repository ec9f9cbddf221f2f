"""Figures of the customer base: its revenue and its buyers month by month, and who has fallen silent."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from crmwb.findings import Count, Finding, Share, Term, numbers
from crmwb.findings.say import say
from crmwb.plots import colours, style

MOST_LABELS = 14


def revenue_by_month(months: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Draw the revenue of each month.

    Parameters
    ----------
    months : DataFrame
        One row per month, in order: month (its first day), revenue_cents.
    currency : str
        For the axis.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 3.2)
    places = range(len(months))
    ax.bar(places, months["revenue_cents"], width=0.7, color=style.ACCENT)
    _name_months(ax, months)
    style.money_axis(ax.yaxis, currency)
    ax.grid(visible=False, axis="x")
    ax.set(title=_words("revenue"), xlabel="", ylabel="")
    return ax


def buyers_by_month(months: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how many customers bought in each month: those seen before, and those seen for the first time.

    Parameters
    ----------
    months : DataFrame
        One row per month, in order: month (its first day), n_buyers, n_new.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 3.2)
    places = range(len(months))
    known = months["n_buyers"] - months["n_new"]
    ax.bar(places, known, width=0.7, color=style.ACCENT, label=_words("bought_before"))
    ax.bar(places, months["n_new"], bottom=known, width=0.7, color=style.CATEGORIES[1], label=_words("first_seen"))
    _name_months(ax, months)
    ax.yaxis.set_major_locator(MaxNLocator(6, integer=True))
    style.count_axis(ax.yaxis)
    ax.grid(visible=False, axis="x")
    ax.legend(loc="lower left", bbox_to_anchor=(0.6, 1.0), ncols=2)
    ax.set(title=_words("buyers"), xlabel="", ylabel="")
    return ax


def silent_by_group(groups: pd.DataFrame, by: str, ax: Axes | None = None) -> Axes:
    """Draw the share of each group's customers who have fallen silent.

    Parameters
    ----------
    groups : DataFrame
        One row per group, in the order to draw: the column `by`, n_customers, n_silent, silent_share (0–1).
    by : str
        Which scheme the groups belong to, such as "tier".
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 1.3 + 0.45 * len(groups))
    names = [str(name) for name in groups[by]]
    colour = colours.of_scheme(by, names)
    bars = ax.barh(range(len(groups)), groups["silent_share"], height=0.62, color=[colour[name] for name in names])
    labels = [
        say(Finding("plots.customers.part", {"share": Share(share), "part": Count(silent), "whole": Count(n)}))
        for share, silent, n in zip(groups["silent_share"], groups["n_silent"], groups["n_customers"], strict=True)
    ]
    ax.bar_label(bars, labels, padding=4, fontsize=9)
    ax.set_yticks(range(len(groups)), [say(Term(_vocabulary(by), name)) for name in names])
    ax.invert_yaxis()
    ax.set_xlim(0, max(0.01, float(groups["silent_share"].max())) * 1.35)
    style.share_axis(ax.xaxis)
    ax.grid(visible=False, axis="y")
    ax.set(title=_words("silent"), xlabel=_words("silent_share"), ylabel="")
    return ax


def _name_months(ax: Axes, months: pd.DataFrame) -> None:
    """Write the months below their bars: each with its year where the year begins, and not more than fit."""
    days = pd.to_datetime(months["month"])
    step = -(-len(days) // MOST_LABELS)
    shown = range(0, len(days), step)
    years = [days.iloc[i].year for i in shown]
    new_year = [i == 0 or year != years[i - 1] for i, year in enumerate(years)]
    texts = [
        numbers.month_name(days.iloc[place]) + (f"\n{numbers.year(days.iloc[place])}" if new else "")
        for place, new in zip(shown, new_year, strict=True)
    ]
    ax.set_xticks(list(shown), texts)


def _words(key: str) -> str:
    return say(Finding(f"plots.customers.{key}"))


def _vocabulary(scheme: str) -> str:
    return scheme
