"""The figure of what a customer is worth, and how far off that may be."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from crmwb.findings import Finding, Interval, Money, Term
from crmwb.findings.say import say
from crmwb.plots import colours, style


def worth_by_group(groups: pd.DataFrame, by: str, currency: str, ax: Axes | None = None) -> Axes:
    """Draw what a typical customer of each group is worth: a dot for what is expected, a bar for the 80% interval.

    Parameters
    ----------
    groups : DataFrame
        The column `by`, median_clv_cents, median_lower_80_cents and median_upper_80_cents; drawn in its order.
    by : str
        A column of groups, such as "tier".
    currency : str
        For the labels.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 1.4 + 0.55 * max(len(groups), 1))
    names = [str(name) for name in groups[by]]
    colour = colours.of_scheme(by, names)
    columns = ("median_lower_80_cents", "median_clv_cents", "median_upper_80_cents")
    low, middle, high = (groups[name].to_numpy(dtype=np.float64) for name in columns)
    farthest = float(high.max(initial=0.0)) or 1.0
    for place, name in enumerate(names):
        width = high[place] - low[place]
        ax.barh(place, width, left=low[place], height=0.34, color=colours.pale(colour[name]))
        ax.plot(middle[place], place, "o", markersize=9, color=colour[name])
        ends = Interval(Money(low[place], ""), Money(high[place], ""))
        words = say(Finding("value.figure.with_range", {"money": Money(middle[place], currency), "range": ends}))
        ax.text(max(high[place], middle[place]) + farthest * 0.025, place, words, va="center", fontsize=9)
    ax.set_yticks(range(len(names)), [say(Term(by, name)) for name in names])
    ax.invert_yaxis()
    ax.set_xlim(min(0.0, float(low.min(initial=0.0)) * 1.05), farthest * 1.4)
    ax.xaxis.set_major_locator(MaxNLocator(5))
    style.money_axis(ax.xaxis, currency)
    ax.grid(visible=False, axis="y")
    ax.set(title=say(Finding("value.figure.worth")), xlabel=say(Finding("value.figure.worth_axis")), ylabel="")
    return ax
