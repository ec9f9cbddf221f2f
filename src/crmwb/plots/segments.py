"""Figures of RFM segments and value tiers: who they are and what they bring."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import PercentFormatter

from crmwb.findings import Count, Finding, Term, numbers
from crmwb.findings.say import say
from crmwb.plots import colours, style


def rfm_grid(customers: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the RFM grid: each cell the customers with its scores, the darker the more revenue they bring.

    Parameters
    ----------
    customers : DataFrame
        One row per customer with recency_score, frequency_monetary_score and revenue_cents; customers without scores
        are left out.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    import seaborn as sns

    ax = ax or style.new_axes(7.5, 5.2)
    scored = customers.dropna(subset=["recency_score", "frequency_monetary_score"])
    best = max(3, int(scored[["recency_score", "frequency_monetary_score"]].max().max())) if len(scored) else 3
    cells = pd.MultiIndex.from_product([range(best, 0, -1), range(1, best + 1)])
    groups = scored.groupby(["recency_score", "frequency_monetary_score"])["revenue_cents"]
    counts = groups.size().reindex(cells, fill_value=0)
    shares = (groups.sum() / (scored["revenue_cents"].sum() or 1)).reindex(cells, fill_value=0.0)
    texts = [
        f"{numbers.count(n)}\n{numbers.share(share)}" if n else numbers.UNKNOWN
        for n, share in zip(counts, shares, strict=True)
    ]
    sns.heatmap(
        shares.to_numpy(dtype=float).reshape(best, best),
        annot=np.array(texts).reshape(best, best),
        fmt="",
        cmap=sns.light_palette(style.ACCENT, as_cmap=True),
        vmin=0,
        linewidths=2,
        linecolor="white",
        xticklabels=range(1, best + 1),
        yticklabels=range(best, 0, -1),
        cbar_kws=style.colour_bar(say(Term("column", "revenue_share")), format=PercentFormatter(xmax=1, decimals=0)),
        ax=ax,
    )
    ax.set(
        title=say(Finding("segmentation.plot.rfm_grid")),
        xlabel=say(Finding("segmentation.plot.frequency_money", {"best": Count(best)})),
        ylabel=say(Finding("segmentation.plot.recency", {"best": Count(best)})),
    )
    ax.tick_params(length=0)
    ax.tick_params(axis="y", rotation=0)
    return ax


def segment_shares(profiles: pd.DataFrame, scheme: str, ax: Axes | None = None) -> Axes:
    """Draw each segment's share of customers beside its share of revenue.

    Parameters
    ----------
    profiles : DataFrame
        Segment profiles: scheme, position, segment, customer_share, revenue_share.
    scheme : str
        `rfm_segment`, `tier` or `cluster_name`.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    rows = _of_scheme(profiles, scheme)
    ax = ax or style.new_axes(8, 1.3 + 0.45 * len(rows))
    colour = colours.of_scheme(scheme, list(rows["segment"]))
    fills = [colour[name] for name in rows["segment"]]
    places = pd.Series(range(len(rows)), dtype=float)
    ax.barh(places + 0.2, rows["revenue_share"].to_numpy(), height=0.38, color=fills)
    ax.barh(places - 0.2, rows["customer_share"].to_numpy(), height=0.38, color=[colours.pale(fill) for fill in fills])
    longest = float(rows[["revenue_share", "customer_share"]].max().max())
    for place, money, people in zip(places, rows["revenue_share"], rows["customer_share"], strict=True):
        for shift, share in ((0.2, money), (-0.2, people)):
            ax.text(max(share, 0) + longest * 0.01, place + shift, numbers.share(share), va="center", fontsize=8.5)
    ax.set_yticks(places, [say(Term(scheme, str(name))) for name in rows["segment"]])
    ax.invert_yaxis()
    ax.set_xlim(min(0.0, float(rows["revenue_share"].min())) * 1.1, longest * 1.12)
    style.share_axis(ax.xaxis)
    ax.grid(visible=False, axis="y")
    ax.set_axisbelow(True)
    of_customers, of_revenue = (say(Finding(f"plots.shares.{part}")) for part in ("of_customers", "of_revenue"))
    key = [Patch(color=colours.pale(style.MUTED), label=of_customers), Patch(color=style.MUTED, label=of_revenue)]
    ax.legend(handles=key, loc="center left", bbox_to_anchor=(1.01, 0.5))
    ax.set(title=say(Finding("plots.shares.title")), xlabel="", ylabel="")
    return ax


def tier_shares(profiles: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the value tiers as two bars, all customers and all revenue, so that the step between them is the finding.

    Parameters
    ----------
    profiles : DataFrame
        Segment profiles: scheme, position, segment, customer_share, revenue_share.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 2.6)
    rows = _of_scheme(profiles, "tier")
    colour = colours.of_segments(list(rows["segment"]))
    for place, column in enumerate(("customer_share", "revenue_share")):
        start = 0.0
        for name, share in zip(rows["segment"], rows[column].clip(lower=0).fillna(0), strict=True):
            ax.barh(place, share, left=start, height=0.6, color=colour[name], edgecolor="white")
            if share >= 0.04:
                ax.text(
                    start + share / 2,
                    place,
                    numbers.share(share),
                    ha="center",
                    va="center",
                    color=_ink_on(colour[name]),
                )
            start += share
    ax.set_yticks([0, 1], [say(Finding(f"segmentation.plot.{what}")) for what in ("customers", "revenue")])
    ax.invert_yaxis()
    ax.set_xlim(0, 1)
    style.share_axis(ax.xaxis)
    ax.grid(visible=False)
    key = [Patch(color=colour[name], label=say(Term("tier", str(name)))) for name in rows["segment"]]
    ax.legend(handles=key, loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=len(key))
    ax.set(title=say(Finding("segmentation.plot.tiers")), xlabel="", ylabel="")
    return ax


def _of_scheme(profiles: pd.DataFrame, scheme: str) -> pd.DataFrame:
    return profiles[profiles["scheme"] == scheme].sort_values("position").reset_index(drop=True)


def _ink_on(fill: str) -> str:
    red, green, blue = (int(fill[i : i + 2], 16) for i in (1, 3, 5))
    return style.INK if 0.299 * red + 0.587 * green + 0.114 * blue > 150 else "white"
