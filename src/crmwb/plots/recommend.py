"""Figures of next purchases: how good the lists are, and which products lead to which."""

import pandas as pd
from matplotlib.axes import Axes

from crmwb.findings import Finding, Term
from crmwb.findings.say import say
from crmwb.plots import style

LONGEST = 22  # signs of a name on an axis, where two stand side by side


def recall(rows: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the recall of both lists beside their baselines.

    Parameters
    ----------
    rows : DataFrame
        list, method, recall; the baseline of a list below it.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 1.2 + 0.45 * len(rows))
    labels = [_label(*pair) for pair in zip(rows["list"], rows["method"], strict=True)]
    is_first = ~rows["list"].duplicated()
    ax.barh(
        range(len(rows)), rows["recall"], color=[style.ACCENT if own else style.MUTED for own in is_first], height=0.6
    )
    ax.set_yticks(range(len(rows)), labels)
    ax.invert_yaxis()
    style.share_axis(ax.xaxis)
    ax.grid(visible=False, axis="y")
    ax.set(title=say(Finding("recommend.plot.tests")), xlabel=say(Finding("recommend.plot.recall")), ylabel="")
    return ax


def together(pairs: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how many times as often as by chance products stand in one order, with intervals.

    Parameters
    ----------
    pairs : DataFrame
        One row per pair, the first on top: product, other (names), lift, low, high.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    labels = [f"{_short(a)} + {_short(b)}" for a, b in zip(pairs["product"], pairs["other"], strict=True)]
    ax = _dots(pairs.assign(ratio=pairs["lift"]), labels, ax)
    ax.set(title=say(Finding("recommend.plot.together")), xlabel=say(Finding("recommend.plot.lift")), ylabel="")
    return ax


def compared(rows: pd.DataFrame, page: str, ax: Axes | None = None) -> Axes:
    """Draw how often orders with a product were followed by a second one (`entry`) or by none (`last`).

    Parameters
    ----------
    rows : DataFrame
        One row per product, the first on top: product (name), ratio, low, high.
    page : str
        entry or last.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = _dots(rows, [_short(name, 2 * LONGEST) for name in rows["product"]], ax)
    ax.set(title=say(Finding(f"recommend.plot.{page}")), xlabel=say(Finding("recommend.plot.ratio")), ylabel="")
    return ax


def _dots(rows: pd.DataFrame, labels: list[str], ax: Axes | None) -> Axes:
    ax = ax or style.new_axes(8, 1.2 + 0.32 * max(len(rows), 2))
    places = range(len(rows))
    ax.hlines(places, rows["low"], rows["high"], color=style.MUTED, linewidth=1.6)
    ax.scatter(rows["ratio"], places, color=style.ACCENT, s=38, zorder=3)
    ax.axvline(1, color=style.INK, linewidth=1)
    ax.set_yticks(places, labels)
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    return ax


def _label(of_list: str, method: str) -> str:
    return f"{say(Term('recommend_list', of_list))}: {say(Term('recommend_method', method))}"


def _short(name: str, longest: int = LONGEST) -> str:
    return name if len(name) <= longest else f"{name[: longest - 1]}…"
