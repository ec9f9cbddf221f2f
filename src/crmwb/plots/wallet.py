"""The figure of wallets: what customers spend with us, and what elsewhere."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from crmwb.plots import colours, style


def headroom(tiers: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Draw for each tier what its customers spend with us in a year, and what they spend elsewhere in our category.

    Parameters
    ----------
    tiers : DataFrame
        tier, n_customers, ours_cents and headroom_cents, best first.
    currency : str
        For the labels.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 1.6 + 0.5 * max(len(tiers), 1))
    ours, left = (tiers[name].to_numpy(dtype=np.float64) for name in ("ours_cents", "headroom_cents"))
    places = list(range(len(tiers)))
    ax.barh(places, ours, height=0.62, color=style.ACCENT, label="with us")
    ax.barh(places, left, left=ours, height=0.62, color=colours.pale(style.MUTED), label="elsewhere")
    longest = float((ours + left).max(initial=0.0)) or 1.0
    for place, mine, others, n in zip(places, ours, left, tiers["n_customers"], strict=True):
        words = f"{style.money(others, currency)} elsewhere, of {int(n):,} customer{'' if n == 1 else 's'}"
        ax.text(mine + others + longest * 0.012, place, words, va="center", fontsize=9)
    ax.set_yticks(places, [colours.label(str(name)) for name in tiers["tier"]])
    ax.invert_yaxis()
    ax.set_xlim(0, longest * 1.75)
    ax.xaxis.set_major_locator(MaxNLocator(5))
    style.money_axis(ax.xaxis, currency)
    ax.grid(visible=False, axis="y")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    ax.set(title="What customers spend in our category in a year", xlabel="a year", ylabel="")
    return ax
