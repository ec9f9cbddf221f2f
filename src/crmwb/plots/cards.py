"""Figures of profile cards: what sets segments apart from all customers, with intervals; what each brings."""

import math

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from crmwb.findings import Finding, Name, Term, numbers
from crmwb.findings.say import Said, say
from crmwb.plots import colours, notation, style
from crmwb.plots.notation import Scenario

LONGEST_LABEL, LONGEST_TITLE = 34, 70
COLUMNS = 2
FURTHEST = 4  # doublings: what is further from all customers ends at the edge, its number says how far


def card(traits: pd.DataFrame, title: Said, colour: str = style.ACCENT, ax: Axes | None = None) -> Axes:
    """Draw one segment's traits: how many times all customers' each is, with its interval, on a scale of doublings.

    Parameters
    ----------
    traits : DataFrame
        One segment's rows of traits, in their order: label (Said), index, lower, upper.
    title : Said
        The segment's name.
    colour : str, optional
        Of what is above all customers; what is below is pale.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(6.5, 1.2 + 0.36 * max(len(traits), 1))
    places = np.arange(len(traits), dtype=float)
    index, lower, upper = (
        np.log2(traits[name].to_numpy(dtype=float)).clip(-FURTHEST, FURTHEST) for name in ("index", "lower", "upper")
    )
    ax.barh(places, index, height=0.62, color=[colour if i > 0 else colours.pale(colour) for i in index])
    ax.hlines(places, lower, upper, color=style.INK, linewidth=1.2)
    reach = max(1, math.ceil(float(np.abs([*lower, *upper, 0.0]).max())))
    ax.set_xlim(-reach * 1.05, reach * 1.05)
    for place, i, times in zip(places, index, traits["index"], strict=True):  # beside the axis, where no bar is
        shift, side = (-0.03 * reach, "right") if i > 0 else (0.03 * reach, "left")
        ax.text(shift, place, numbers.times(times), va="center", ha=side, fontsize=8.5)
    ax.axvline(0, color=style.INK, linewidth=0.8)
    ticks = range(-reach, reach + 1)
    ax.set_xticks(ticks, [_doublings(tick) for tick in ticks])
    ax.tick_params(axis="x", labelsize=8.5)
    ax.set_yticks(places, [style.short(say(label), LONGEST_LABEL) for label in traits["label"]], fontsize=9)
    ax.set_ylim(max(len(traits), 1) - 0.4, -0.6)
    ax.grid(visible=False, axis="y")
    ax.set_axisbelow(True)
    ax.set(xlabel="", ylabel="")
    ax.set_title(style.short(say(title), LONGEST_TITLE), fontsize=10.5)
    if traits.empty:
        ax.text(0.5, 0.5, say(Finding("cards.plot.no_trait")), transform=ax.transAxes, ha="center", color=style.MUTED)
        ax.set_xticks([])
    return ax


def cards(traits: pd.DataFrame, segments: list[str], scheme: str = "cluster_name") -> Figure:
    """Draw the cards of several segments side by side.

    Parameters
    ----------
    traits : DataFrame
        Rows of traits of one scheme: segment, position, label, index, lower, upper.
    segments : list of str
        In the order to draw them.
    scheme : str, optional
        For the colours.
    """
    n_columns = style.n_columns(COLUMNS)
    n_rows = max(1, math.ceil(len(segments) / n_columns))
    most = int(traits.groupby("segment").size().max()) if len(traits) else 1
    figure = style.new_figure(style.MOST_INCHES, n_rows * (1.0 + 0.34 * most))
    axes = figure.subplots(n_rows, n_columns, squeeze=False)
    colour = colours.of_scheme(scheme, segments)
    for ax, segment in zip(axes.flat, segments, strict=False):
        own = traits[traits["segment"] == segment].sort_values("position").reset_index(drop=True)
        card(own, Term(scheme, segment), colour[segment], ax)
    for ax in list(axes.flat)[len(segments) :]:
        ax.set_visible(False)
    figure.suptitle(say(Finding("cards.plot.cards")), fontsize=10.5, x=0.01, ha="left")
    return figure


def money(cards: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Draw what a customer of each cluster has brought and will bring, with intervals.

    Parameters
    ----------
    cards : DataFrame
        One row per cluster: cluster_name, profit_basis, and mean_profit and mean_clv with lower and upper, in cents.
    currency : str
        Of the amounts.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(9, 1.4 + 0.55 * max(len(cards), 1))
    colour = colours.of_clusters(list(cards["cluster_name"]))
    places = np.arange(len(cards), dtype=float)
    for shift, what, scenario in ((-0.2, "profit", Scenario.ACTUAL), (0.2, "clv", Scenario.FORECAST)):
        values = [
            cards[f"mean_{what}_{part}"].to_numpy(dtype=float, na_value=np.nan)
            for part in ("cents", "lower_cents", "upper_cents")
        ]
        look = notation.bars(scenario, [colour[name] for name in cards["cluster_name"]])
        ax.barh(places + shift, values[0], height=0.38, **look)
        ax.hlines(places + shift, values[1], values[2], color=style.INK, linewidth=1.2)
    ax.axvline(0, color=style.INK, linewidth=0.8)
    ax.set_yticks(
        places, [style.short(say(Term("cluster_name", name)), LONGEST_LABEL) for name in cards["cluster_name"]]
    )
    ax.set_ylim(max(len(cards), 1) - 0.5, -0.5)
    ax.xaxis.set_major_locator(MaxNLocator(5))
    style.money_axis(ax.xaxis, currency)
    ax.grid(visible=False, axis="y")
    ax.set_axisbelow(True)
    basis = next(iter(cards["profit_basis"].dropna()), "profit")
    about = {"basis": Term("basis", basis), "to_come": Term("column", "clv_cents")}
    ax.set(title=say(Finding("cards.plot.money", about)), xlabel=say(Finding("cards.plot.per_customer")), ylabel="")
    return ax


def _doublings(power: int) -> str:
    """Write a tick: 1 → "2×", -2 → "1/4×"."""
    return say(Finding("common.times", {"value": Name(str(2**power) if power >= 0 else f"1/{2**-power}")}))
