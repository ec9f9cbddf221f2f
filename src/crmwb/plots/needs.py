"""Figures of needs: how much more or less of something a segment has than everyone else."""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from crmwb.findings import Finding, Name, Term, Value, numbers
from crmwb.findings.say import Said, say
from crmwb.plots import colours, style

COLUMNS = 2
LONGEST_LABEL, LONGEST_TITLE = 44, 70
LINE = 26  # Latin letters of a label in one line
N_SHOWN = 10
VOCABULARY = {"month_order_share": "month_of_year", "hour_order_share": "part_of_day"}  # whose items are terms
LOWEST, HIGHEST = 1 / 16, 16.0  # beyond, a dot stands at the edge and its figure says how far


def strongest(needs: pd.DataFrame, n: int = N_SHOWN) -> pd.DataFrame:
    """Choose the clear needs to show of one segment: of each measure the surest, and of these the `n` surest.

    Parameters
    ----------
    needs : DataFrame
        One segment's rows of the needs frame.
    n : int, optional
        How many at most.

    Returns
    -------
    DataFrame
        Rows of `needs`, that which the segment has most more of first. What it has more of is chosen before what it has
        less of; of these, the surer: by how far the nearer end of the interval is from "as much as everyone else",
        counted in doublings.
    """
    clear = needs[needs["is_clear"]]
    is_more = clear["lift"] > 1
    nearer = clear["lower"].where(is_more, 1 / clear["upper"])
    ranked = clear.assign(is_more=is_more, sure=np.log2(nearer))
    ordered = ranked.sort_values(["is_more", "sure", "measure", "item"], ascending=[False, False, True, True])
    kept = ordered.drop_duplicates("measure").head(n)
    return kept.sort_values(["lift", "measure"], ascending=[False, True])[list(needs.columns)].reset_index(drop=True)


def segment_lifts(needs: pd.DataFrame, title: Said, colour: str = style.ACCENT, ax: Axes | None = None) -> Axes:
    """Draw one segment's needs as dots with intervals, on a scale of doublings around everyone else.

    Parameters
    ----------
    needs : DataFrame
        The rows to draw, from the top: measure, item, lift, lower, upper.
    title : Said
        The segment's name.
    colour : str, optional
        Of what they have more of; less is pale.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(7, 1.2 + 0.34 * max(len(needs), 1))
    places = np.arange(len(needs), dtype=float)
    lift, lower, upper = (
        needs[name].clip(LOWEST, HIGHEST).to_numpy(dtype=float) for name in ("lift", "lower", "upper")
    )
    ax.axvline(1, color=style.INK, linewidth=0.8)
    fills = [colour if value > 1 else colours.pale(colour) for value in lift]
    ax.hlines(places, lower, upper, color=fills, linewidth=2)
    ax.scatter(lift, places, color=fills, edgecolor=style.INK, linewidth=0.6, s=38, zorder=3)
    reach = 2 ** max(1, math.ceil(float(np.abs(np.log2([*lower, *upper, 1.0])).max())))
    ax.set_xscale("log", base=2)
    ax.set_xlim(1 / reach / 1.2, reach * 2.2)  # room for the figures
    for place, true, high in zip(places, needs["lift"], upper, strict=True):
        ax.text(high * 1.08, place, numbers.times(float(true)), va="center", fontsize=8.5)
    ticks = [1 / reach, 1.0, float(reach)]
    ax.set_xticks(ticks, [_doublings(tick) for tick in ticks], fontsize=8.5)
    ax.xaxis.set_minor_locator(NullLocator())
    names = [label(m, i) for m, i in zip(needs["measure"], needs["item"], strict=True)]
    ax.set_yticks(places, [style.wrapped(name, LINE) for name in names], fontsize=9)
    ax.set_ylim(max(len(needs), 1) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    ax.set_axisbelow(True)
    ax.set(xlabel="", ylabel="")
    ax.set_title(style.short(say(title), LONGEST_TITLE), fontsize=10.5)
    if needs.empty:
        ax.text(0.5, 0.5, say(Finding("needs.plot.alike")), transform=ax.transAxes, ha="center", color=style.MUTED)
        ax.set_xticks([])
    return ax


def lifts(needs: pd.DataFrame, scheme: str, segments: list[str]) -> Figure:
    """Draw the surest needs of every segment of a scheme, one panel each.

    Parameters
    ----------
    needs : DataFrame
        The needs frame.
    scheme : str
        Which segments.
    segments : list of str
        All of the scheme, in its order, which colours follow; one that nothing was measured of has no panel.
    """
    rows = needs[needs["scheme"] == scheme]
    known = [segment for segment in segments if (rows["segment"] == segment).any()]
    shown = {segment: strongest(rows[rows["segment"] == segment]) for segment in known}
    n_columns = style.n_columns(COLUMNS)
    n_rows = max(1, math.ceil(len(shown) / n_columns))
    most = max([1, *(len(panel) for panel in shown.values())])
    figure = style.new_figure(style.MOST_INCHES, n_rows * (1.0 + 0.3 * most))
    axes = list(figure.subplots(n_rows, n_columns, squeeze=False).flat)
    colour = colours.of_scheme(scheme, segments)
    for ax, (segment, panel) in zip(axes, shown.items(), strict=False):
        segment_lifts(panel, Term(scheme, segment), colour[segment], ax)
    for ax in axes[len(shown) :]:
        ax.set_visible(False)
    figure.suptitle(say(Finding("needs.plot.lifts")), fontsize=10.5, x=0.01, ha="left")
    return figure


def label(measure: str, item: str) -> str:
    """Name a measure of an item for an axis: ("category_spend_share", "Cheese") → "spend on Cheese"."""
    of: Value = Term(VOCABULARY[measure], item) if measure in VOCABULARY else Name(item)
    return style.short(say(Finding(f"needs.label.{measure}", {"item": of})), LONGEST_LABEL)


def _doublings(value: float) -> str:
    """Write a tick that is a power of two: 4.0 → "4×", 0.25 → "1/4×"."""
    written = numbers.count(value) if value >= 1 else f"1/{numbers.count(1 / value)}"
    return say(Finding("common.times", {"value": Name(written)}))
