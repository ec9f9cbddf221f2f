"""The figure of a list of actions: what each is expected to bring."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from crmwb.findings import Finding, Term
from crmwb.findings.say import say
from crmwb.plots import notation, style
from crmwb.plots.notation import Scenario


def gains(actions: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Draw the margin expected from each action, with its range.

    Parameters
    ----------
    actions : DataFrame
        One row per action, the first on top: action, basis, gain_cents, gain_low_cents, gain_high_cents.
    currency : str
        For the axis.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 1.3 + 0.5 * max(len(actions), 1))
    places, gain = range(len(actions)), actions["gain_cents"]
    ax.barh(places, gain, height=0.6, **notation.bar(Scenario.FORECAST, style.ACCENT))
    reach = [gain - actions["gain_low_cents"], actions["gain_high_cents"] - gain]
    ax.errorbar(gain, places, xerr=reach, fmt="none", color=style.INK, linewidth=1, capsize=3)
    ax.set_yticks(places, [say(_named(row)) for _, row in actions.iterrows()])
    ax.invert_yaxis()
    ax.xaxis.set_major_locator(MaxNLocator(style.MONEY_TICKS))
    style.money_axis(ax.xaxis, currency)
    ax.grid(visible=False, axis="y")
    ax.set(title=say(Finding("actions.plot.gains")), xlabel="", ylabel="")
    return ax


def _named(action: pd.Series) -> Finding:
    values = {"action": Term("action", str(action["action"])), "basis": Term("gain_basis", str(action["basis"]))}
    return Finding("actions.plot.action", values)
