"""Figures of the views: what preparation did to each column, which columns go together, what customers care for."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmwb.findings import Finding, numbers
from crmwb.findings.say import Said, say
from crmwb.plots import style

LONGEST_COLUMN = 30
MANY = 12  # columns beyond which a heat map has no numbers in it
NARROW = 5.0  # skewness beyond which a dot stands at the edge


def preparation(report: pd.DataFrame, names: Sequence[Said], ax: Axes | None = None) -> Axes:
    """Draw each column's skewness before and after it was prepared: the nearer to 0, the less its tail decides.

    Parameters
    ----------
    report : DataFrame
        One row per column made of numbers: skew_before, skew_after.
    names : sequence of Said
        What each row is called.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 1.6 + 0.34 * max(len(report), 1))
    before, after = (report[name].to_numpy(dtype=float) for name in ("skew_before", "skew_after"))
    places = np.arange(len(report), dtype=float)
    near = [values.clip(-NARROW, NARROW) for values in (before, after)]
    ax.axvspan(-1, 1, color=style.GRID, alpha=0.5, linewidth=0, zorder=0)
    ax.hlines(places, near[0], near[1], color=style.MUTED, linewidth=1.4, zorder=1)
    for values, colour, label in ((near[0], style.MUTED, "before"), (near[1], style.ACCENT, "after")):
        ax.scatter(values, places, s=34, color=colour, label=_words(label), zorder=2)
    for place, true, shown in zip(places, before, near[0], strict=True):
        if abs(true) > NARROW:
            side = np.sign(true)
            ax.text(
                shown + 0.25 * side,
                place,
                numbers.decimal(float(true), 0),
                va="center",
                ha="left" if side > 0 else "right",
                fontsize=8,
            )
    ax.set_yticks(places, [style.short(_capital(say(name))) for name in names])
    ax.set_ylim(-0.6, max(len(report), 1) - 0.4)
    ax.invert_yaxis()
    ax.set_xlim(-NARROW - 1, NARROW + 1)
    ax.grid(visible=False, axis="y")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    ax.set(title=_words("skewness"), xlabel=_words("skewness_axis"), ylabel="")
    return ax


def correlations(correlation: pd.DataFrame, names: Sequence[Said] = (), ax: Axes | None = None) -> Axes:
    """Draw which prepared columns go together.

    Parameters
    ----------
    correlation : DataFrame of shape (n_columns, n_columns)
        Between -1 and 1.
    names : sequence of Said
        What the columns are called.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    import seaborn as sns

    n = len(correlation)
    if not n:
        return ax or style.new_axes()
    ax = ax or style.new_axes(min(max(3.5 + 0.42 * n, 6), 12), min(max(2.4 + 0.36 * n, 5), 10.5))
    values = correlation.to_numpy(dtype=float)
    sns.heatmap(
        correlation.astype(float),
        mask=np.triu(np.ones((n, n), dtype=bool), k=1),
        annot=np.array([[_signed(r) for r in row] for row in values]) if n <= MANY else None,
        fmt="",
        cmap=sns.diverging_palette(40, 230, s=75, l=50, as_cmap=True),
        vmin=-1,
        vmax=1,
        linewidths=1,
        linecolor="white",
        cbar_kws=style.colour_bar(_words("correlation")),
        xticklabels=[style.short(say(name), LONGEST_COLUMN) for name in names],
        yticklabels=[style.short(say(name), LONGEST_COLUMN) for name in names],
        ax=ax,
    )
    ax.set(title=_words("correlations"), xlabel="", ylabel="")
    ax.grid(visible=False)
    ax.tick_params(length=0, labelsize=min(9.0, 240 / max(n, 1)))
    ax.tick_params(axis="x", rotation=90)
    ax.tick_params(axis="y", rotation=0)
    return ax


def interests(categories: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the categories that most customers buy, beside their share of spending.

    Parameters
    ----------
    categories : DataFrame
        category, customer_share, revenue_share; those that most customers buy first.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 1.5 + 0.4 * max(len(categories), 1))
    places = np.arange(len(categories), dtype=float)
    for shift, column, colour, label in (
        (-0.2, "customer_share", style.ACCENT, "of_customers"),
        (0.2, "revenue_share", style.MUTED, "of_spending"),
    ):
        ax.barh(
            places + shift, categories[column].to_numpy(dtype=float), height=0.38, color=colour, label=_words(label)
        )
    ax.set_yticks(places, [style.short(str(name)) for name in categories["category"]])
    ax.invert_yaxis()
    style.share_axis(ax.xaxis)
    ax.grid(visible=False, axis="y")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    ax.set(title=_words("interests"), xlabel="", ylabel="")
    return ax


def _signed(r: float) -> str:
    """Write a correlation to a tenth, with its sign; what rounds to nothing as 0."""
    if abs(r) < 0.05:
        return "0"
    return f"{'+' if r > 0 else ''}{numbers.decimal(r, 1)}"


def _words(key: str) -> str:
    return say(Finding(f"views.plot.{key}"))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
