"""Figures of the risk of losing customers."""

import pandas as pd
from matplotlib.axes import Axes

from crmwb.findings import Finding
from crmwb.findings.say import say
from crmwb.plots import style


def reliability(groups: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the chance of leaving that was stated at past month ends beside the share who did leave.

    On the diagonal both are the same; below it fewer left than was stated.

    Parameters
    ----------
    groups : DataFrame of shape (n, >= 2)
        mean_risk (stated) and silent_share (came), from 0 to 1, of groups of customers by what was stated.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(6, 4.2)
    most = min(1.0, 1.08 * float(groups[["mean_risk", "silent_share"]].to_numpy().max()))
    ax.plot([0, most], [0, most], color=style.INK, linewidth=1.2, label=_words("perfect"))
    stated, came = groups["mean_risk"].to_numpy(), groups["silent_share"].to_numpy()
    ax.plot(stated, came, marker="o", linewidth=1.4, color=style.ACCENT, label=_words("groups"))
    for axis in (ax.xaxis, ax.yaxis):
        style.share_axis(axis)
    ax.set_xlim(0, most)
    ax.set_ylim(0, most)
    ax.legend(loc="upper left")
    ax.set(title=_words("title"), xlabel=_words("stated"), ylabel=_words("came"))
    return ax


def _words(key: str) -> str:
    return say(Finding(f"accounts.reliability.{key}"))
