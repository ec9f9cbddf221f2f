"""The figure of wallets: what customers spend with us, and what elsewhere."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from crmwb.findings import Count, Finding, Money, Term
from crmwb.findings.say import say
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
    ax.barh(places, ours, height=0.62, color=style.ACCENT, label=_words("ours"))
    ax.barh(places, left, left=ours, height=0.62, color=colours.pale(style.MUTED), label=_words("elsewhere"))
    longest = float((ours + left).max(initial=0.0)) or 1.0
    for place, mine, others, n in zip(places, ours, left, tiers["n_customers"], strict=True):
        label = Finding("wallet.figure.label", {"money": Money(others, currency), "n": Count(n, "customer")})
        ax.text(mine + others + longest * 0.012, place, say(label), va="center", fontsize=9)
    ax.set_yticks(places, [say(Term("tier", str(name))) for name in tiers["tier"]])
    ax.invert_yaxis()
    ax.set_xlim(0, longest * 1.75)
    ax.xaxis.set_major_locator(MaxNLocator(5))
    style.money_axis(ax.xaxis, currency)
    ax.grid(visible=False, axis="y")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    ax.set(title=_words("title"), xlabel=_words("axis"), ylabel="")
    return ax


def _words(key: str) -> str:
    return say(Finding(f"wallet.figure.{key}"))
