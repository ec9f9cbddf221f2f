"""The figure of a part of the customers beside all of them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmwb.findings import Finding, Value, numbers
from crmwb.findings.say import say
from crmwb.plots import notation, style
from crmwb.plots.notation import Scenario


def shares(table: pd.DataFrame, names: Sequence[Value], part: Value, other: Value, ax: Axes | None = None) -> Axes:
    """Draw the share of customers in each group: of a part solid, of whom it is compared to lighter.

    Parameters
    ----------
    table : DataFrame
        customer_share and compared_share; what must not be shown is unknown and has no bar.
    names : sequence of Value
        The groups, one per row.
    part, other : Value
        Whose the bars are.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 1.4 + 0.5 * len(table))
    places = np.arange(len(table), dtype=float)
    bars = ((-0.19, "customer_share", Scenario.ACTUAL, part), (0.19, "compared_share", Scenario.PREVIOUS, other))
    for shift, column, scenario, whose in bars:
        values = table[column].to_numpy(dtype=float) if column in table else np.full(len(table), np.nan)
        fill = notation.bar(scenario, style.ACCENT)
        ax.barh(places + shift, np.nan_to_num(values), height=0.36, label=say(whose), **fill)
        for place, value in zip(places, values, strict=True):
            text = numbers.UNKNOWN if np.isnan(value) else numbers.share(float(value))
            ax.text(np.nan_to_num(value), place + shift, f" {text}", va="center", fontsize=8.8)
    ax.set_yticks(places, [style.short(say(name)) for name in names])
    ax.invert_yaxis()
    style.share_axis(ax.xaxis)
    ax.margins(x=0.12)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2, borderaxespad=0)
    ax.set(xlabel=say(Finding("part.axis")))
    return ax
