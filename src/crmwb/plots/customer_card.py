"""The figure of one customer: revenue by month, in the colour of the stage of life."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from crmwb.findings import Finding, Term, numbers
from crmwb.findings.say import say
from crmwb.plots import colours, style

MOST_LABELS = 8


def months(rows: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Draw the revenue of each month.

    Parameters
    ----------
    rows : DataFrame
        One row per month, in order: as_of (the day after it), revenue_cents, stage.
    currency : str
        For the axis.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 3.2)
    names = list(dict.fromkeys(rows["stage"]))
    colour = colours.of_segments(names)
    ax.bar(range(len(rows)), rows["revenue_cents"], width=0.7, color=[colour[name] for name in rows["stage"]])
    begun = pd.to_datetime(rows["as_of"]) - pd.Timedelta(days=1)
    step = -(-len(rows) // MOST_LABELS) or 1
    places = range(0, len(rows), step)
    ax.set_xticks(list(places), [numbers.month(begun.iloc[place].date(), short=True) for place in places])
    ax.set_ylim(bottom=min(0.0, float(rows["revenue_cents"].min()) * 1.1 if len(rows) else 0.0))
    style.money_axis(ax.yaxis, currency)
    ax.grid(visible=False, axis="x")
    keys = [Patch(color=colour[name], label=say(Term("stage", str(name)))) for name in names]
    ax.legend(handles=keys, loc="center left", bbox_to_anchor=(1.01, 0.5))
    ax.set(title=say(Finding("customer_card.plot")), xlabel="", ylabel="")
    return ax
