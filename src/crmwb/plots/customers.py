"""Figures of the customer base: its revenue and its buyers month by month."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from crmwb.findings import Finding, numbers
from crmwb.findings.say import say
from crmwb.plots import notation, style
from crmwb.plots.notation import Scenario

MOST_LABELS = 14
A_YEAR = 12  # rows: months without purchases have theirs


def revenue_by_month(months: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Draw the revenue of each month, and behind it that of the same month a year before, lighter.

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
    before = months["revenue_cents"].shift(A_YEAR)
    if before.notna().any():
        year_ago = [place - 0.14 for place in places]
        look = notation.bar(Scenario.PREVIOUS, style.ACCENT)
        ax.bar(year_ago, before, width=0.6, label=_words("year_before"), **look)
    shown = notation.bar(Scenario.ACTUAL, style.ACCENT)
    ax.bar(places, months["revenue_cents"], width=0.6, label=_words("month"), **shown)
    if before.notna().any():
        ax.legend(loc="lower left", bbox_to_anchor=(0.5, 1.0), ncols=2)
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
