"""Figures of the score card: the pyramid of tiers, their certainty and dimensions, and how much weights decide."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from crmwb.findings import Finding, Share, Term, numbers
from crmwb.findings.say import say
from crmwb.plots import colours, notation, style
from crmwb.plots.notation import Scenario

LABELLED = 0.06  # the least share whose label fits into its bar


def pyramid(tiers: pd.DataFrame, basis: str, ax: Axes | None = None) -> Axes:
    """Draw the value pyramid: to the left each tier's share of customers, to the right its share of what they brought.

    Parameters
    ----------
    tiers : DataFrame
        tier, n_customers, customer_share, brought_share, clv_share; best first.
    basis : str
        What was brought: "profit", "margin" or "revenue".
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 1.5 + 0.62 * len(tiers))
    colour = colours.of_segments(list(tiers["tier"]))
    fills = [colour[name] for name in tiers["tier"]]
    shares = {
        name: tiers[name].fillna(0.0).to_numpy(dtype=float) for name in ("customer_share", "brought_share", "clv_share")
    }
    places = np.arange(len(tiers), dtype=float)
    ax.barh(places, -shares["customer_share"], height=0.72, color=fills)
    bars = (
        ax.barh(places - 0.19, shares["brought_share"], height=0.34, color=fills),
        ax.barh(places + 0.19, shares["clv_share"], height=0.34, **notation.bars(Scenario.FORECAST, fills)),
    )
    if style.is_narrow():  # a legend says what bars are, so that both sides fit
        legend = (
            Finding("plots.pyramid.legend_so_far", {"basis": Term("basis", basis)}),
            Finding("plots.pyramid.legend_to_come"),
        )
        ax.legend(bars, [say(one) for one in legend], loc="lower left", bbox_to_anchor=(1, 1))
    for place, n, people, brought, ahead in zip(places, tiers["n_customers"], *shares.values(), strict=True):
        gap = "\n" if style.is_narrow() else "  "
        people_text = f"{numbers.share(people)}{gap}({numbers.count(n)})"
        ax.text(-people - 0.01, place, people_text, va="center", ha="right", fontsize=9)
        words = (
            Finding("plots.pyramid.so_far", {"share": Share(brought), "basis": Term("basis", basis)}),
            Finding("plots.pyramid.to_come", {"share": Share(ahead)}),
        )
        for shift, share, word in zip((-0.19, 0.19), (brought, ahead), words, strict=True):
            text = numbers.share(share) if style.is_narrow() else say(word)
            ax.text(max(share, 0) + 0.01, place + shift, text, va="center", fontsize=8.5)
    ax.axvline(0, color=style.INK, linewidth=0.8)
    left = -float(shares["customer_share"].max(initial=0.1)) * 1.5
    right = max(float(max(shares["brought_share"].max(initial=0), shares["clv_share"].max(initial=0))), 0.1) * 1.55
    ax.set_xlim(left, right)
    ax.set_yticks(places, [say(Term("tier", str(name))) for name in tiers["tier"]])
    ax.invert_yaxis()
    ax.xaxis.set_major_formatter(lambda value, _: numbers.share(abs(value)))
    ax.grid(visible=False)
    ax.set(title=say(Finding("plots.pyramid.title")), ylabel="")
    ax.set_xlabel(say(Finding("plots.pyramid.axis")), x=-left / (right - left))
    return ax


def certainty(bands: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how certain it is that customers of each tier belong there.

    Parameters
    ----------
    bands : DataFrame
        tier, least, most and share (of the tier's customers): bands of the probability that the tier is right.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    tiers = list(dict.fromkeys(bands["tier"]))
    ax = ax or style.new_axes(8, 1.6 + 0.5 * max(len(tiers), 1))
    edges = list(dict.fromkeys(zip(bands["least"], bands["most"], strict=True)))
    palette = colours.sequence(len(edges))
    left = np.zeros(len(tiers))
    for (least, most), fill in zip(edges, palette, strict=True):
        band = bands[bands["least"] == least].set_index("tier")["share"].reindex(tiers).to_numpy(dtype=float)
        ax.barh(
            range(len(tiers)),
            band,
            left=left,
            height=0.62,
            color=fill,
            label=f"{numbers.number(100 * least)}–{numbers.share(most)}",
        )
        for place, (share, start) in enumerate(zip(band, left, strict=True)):
            if share >= LABELLED:
                ax.text(start + share / 2, place, numbers.share(share), ha="center", va="center", fontsize=8.5)
        left += band
    ax.set_yticks(range(len(tiers)), [say(Term("tier", str(name))) for name in tiers])
    ax.invert_yaxis()
    ax.set_xlim(0, 1)
    style.share_axis(ax.xaxis)
    ax.grid(visible=False, axis="y")
    if edges:
        ax.legend(title=_words("probability"), loc="center left", bbox_to_anchor=(1.01, 0.5))
    ax.set(title=_words("certainty"), xlabel=_words("of_tier"), ylabel="")
    return ax


def dimensions(customers: pd.DataFrame, names: list[str], ax: Axes | None = None) -> Axes:
    """Draw the mean points of each tier's customers in every dimension.

    Parameters
    ----------
    customers : DataFrame
        tier, and the four columns of points by dimension, from 0 to 100; a dimension known of nobody is left out.
    names : list of str
        Tiers, best first.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    columns = [c for c in customers.columns if c.endswith("_points") and customers[c].notna().any()]
    ax = ax or style.new_axes(8, 1.4 + max(0.6 * len(columns), 0.32 * len(names), 0.6))
    means = customers.groupby("tier")[columns].mean().reindex(names)
    colour = colours.of_segments(names)
    for place, column in enumerate(columns):
        known = means[column].dropna()
        if len(known):
            ax.plot([known.min(), known.max()], [place, place], color=style.GRID, linewidth=3, zorder=1)
    for name in names:
        label = say(Term("tier", str(name)))
        ax.scatter(means.loc[name], range(len(columns)), s=90, color=colour[name], label=label, zorder=2)
    ax.set_yticks(range(len(columns)), [say(Term("dimension", c.removesuffix("_points"))) for c in columns])
    ax.set_ylim(max(len(columns), 1) - 0.5, -0.5)
    ax.set_xlim(-2, 102)
    ax.grid(visible=False, axis="y")
    if names:
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    ax.set(title=_words("dimensions"), xlabel=_words("points"), ylabel="")
    return ax


def sensitivity(changes: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how many customers change tier when one weight moves by a quarter.

    Parameters
    ----------
    changes : DataFrame
        dimension, change (below 0 where it counts less) and changed_share.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    names = list(dict.fromkeys(changes["dimension"]))
    ax = ax or style.new_axes(8, 1.4 + 0.55 * max(len(names), 1))
    for shift, is_less, fill in ((-0.19, True, style.MUTED), (0.19, False, style.ACCENT)):
        shares = changes[(changes["change"] < 0) == is_less].set_index("dimension")["changed_share"].reindex(names)
        ax.barh(np.arange(len(names)) + shift, shares.to_numpy(dtype=float), height=0.36, color=fill)
        for place, share in enumerate(shares):
            ax.text(share, place + shift, f" {numbers.share(share)}", va="center", fontsize=8.5)
    ax.set_yticks(range(len(names)), [say(Term("dimension", str(name))) for name in names])
    ax.invert_yaxis()
    ax.set_xlim(0, max(float(changes["changed_share"].max()) * 1.15 if len(changes) else 0.0, 0.01))
    style.share_axis(ax.xaxis)
    ax.grid(visible=False, axis="y")
    key = [Patch(color=style.MUTED, label=_words("less")), Patch(color=style.ACCENT, label=_words("more"))]
    ax.legend(handles=key, loc="center left", bbox_to_anchor=(1.01, 0.5))
    ax.set(title=_words("sensitivity"), xlabel=_words("moved"), ylabel="")
    return ax


def _words(key: str) -> str:
    return say(Finding(f"scorecard.figure.{key}"))
