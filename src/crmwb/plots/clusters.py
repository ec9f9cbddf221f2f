"""Figures of clusters: what sets them apart, where they lie, and what speaks for them."""

from textwrap import fill

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crmwb.plots import colours, style


def cluster_map(centres: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how far each cluster lies from the average customer, feature by feature.

    Parameters
    ----------
    centres : DataFrame of shape (k, n_features)
        In standard deviations from the average customer; the index holds the clusters' names.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(3.5 + 1.0 * centres.shape[1], 2.0 + 0.5 * len(centres))
    reach = max(1.0, float(np.ceil(centres.abs().to_numpy().max() * 2) / 2)) if centres.size else 1.0
    sns.heatmap(
        centres.astype(float),
        annot=np.array([[f"{z:+.1f}" if abs(z) >= 0.05 else "0" for z in row] for row in centres.to_numpy()]),
        fmt="",
        cmap=sns.diverging_palette(40, 230, s=75, l=50, as_cmap=True),
        vmin=-reach,
        vmax=reach,
        linewidths=2,
        linecolor="white",
        cbar_kws={"label": "standard deviations\nfrom the average"},
        ax=ax,
    )
    plain = [name.removesuffix("_cents").removeprefix("n_").replace("_", "\n") for name in map(str, centres.columns)]
    ax.set_xticks(ax.get_xticks(), plain, rotation=0, fontsize=9)
    ax.set(title="What sets the clusters apart", xlabel="", ylabel="")
    ax.tick_params(length=0)
    ax.tick_params(axis="y", rotation=0)
    return ax


def evidence(rows: pd.DataFrame, min_stability: float) -> Figure:
    """Draw what speaks for each method and number of clusters: separated, and coming back.

    Parameters
    ----------
    rows : DataFrame
        One row per method and k: method, k, separation, separation_needed, min_jaccard, is_chosen.
    min_stability : float
        The least Jaccard asked for (0–1).
    """
    n_columns = style.n_columns(2)
    figure = style.new_figure(style.MOST_INCHES, 4.2 * (3 - n_columns))
    left, right = figure.subplots(3 - n_columns, n_columns)
    methods = list(dict.fromkeys(rows["method"]))
    chosen = rows[rows["is_chosen"]]
    for method, colour in zip(methods, _colours(len(methods)), strict=True):
        own = rows[rows["method"] == method].sort_values("k")
        left.plot(own["k"], own["separation"], color=colour, marker="o", markersize=4.5, label=method)
        left.plot(own["k"], own["separation_needed"].clip(upper=1), color=colour, linestyle=":", linewidth=1.2)
        right.plot(own["k"], own["min_jaccard"], color=colour, marker="o", markersize=4.5)
    right.axhline(min_stability, color=style.INK, linestyle=":", linewidth=1.2)
    right.text(float(rows["k"].max()), min_stability, "asked for", fontsize=8.5, va="bottom", ha="right")
    for ax, column in ((left, "separation"), (right, "min_jaccard")):
        ring = {"s": 150, "facecolors": "none", "edgecolors": style.INK, "linewidths": 1.5, "zorder": 3}
        ax.scatter(chosen["k"], chosen[column], **ring)
        ax.set_xticks(sorted(rows["k"].unique()))
        ax.set_xlabel("clusters (ringed: chosen)")
        ax.grid(visible=False, axis="x")
    left.set(title="Few customers between the clusters", ylabel="least separation of any cluster (dots: needed)")
    left.set_ylim(0, 1.03)
    right.set(title="Coming back when resampled", ylabel="least Jaccard of any cluster")
    right.set_ylim(0, 1.03)
    left.legend()
    return figure


def segment_map(points: pd.DataFrame, centres: pd.DataFrame, across: str, up: str, ax: Axes | None = None) -> Axes:
    """Draw customers and the clusters' centres in the two directions that tell the clusters best apart.

    Parameters
    ----------
    points, centres : DataFrame
        across, up, cluster_name: one row per customer shown, and per cluster in the order of their numbers.
    across, up : str
        What grows along each direction.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(9.5, 5.5)
    palette = colours.of_clusters(list(centres["cluster_name"]))
    ax.scatter(
        points["across"],
        points["up"],
        c=[palette[name] for name in points["cluster_name"]],
        s=9,
        alpha=0.45,
        linewidths=0,
        rasterized=True,
    )
    for number, (x, y, name) in enumerate(centres[["across", "up", "cluster_name"]].to_numpy(), start=1):
        ax.scatter(
            x, y, s=230, color=palette[name], edgecolors="white", linewidths=2, zorder=3, label=f"{number} {name}"
        )
        ax.text(x, y, str(number), color="white", ha="center", va="center", fontweight="bold", fontsize=9, zorder=4)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set(title="Where the clusters lie", xlabel=fill(f"{across} →", 60), ylabel=fill(f"{up} →", 45))
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), markerscale=0.6, labelspacing=1.2)
    return ax


def crossing(table: pd.DataFrame, ari: float, ax: Axes | None = None) -> Axes:
    """Draw where the customers of one grouping are in another: shares of each row.

    Parameters
    ----------
    table : DataFrame
        Customers, one row per group of the one and one column per group of the other.
    ari : float
        Adjusted Rand index of the two.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(3.0 + 1.1 * table.shape[1], 2.0 + 0.5 * len(table))
    shares = table.div(table.sum(axis=1).clip(lower=1), axis=0)
    sns.heatmap(
        shares.astype(float), annot=True, fmt=".0%", cmap="Blues", vmin=0, vmax=1, linewidths=2, cbar=False, ax=ax
    )
    ax.set(title=f"Where they are in the other grouping (agreement: {ari:.2f} of 1)")
    ax.tick_params(length=0)
    ax.tick_params(axis="y", rotation=0)
    return ax


def _colours(n: int) -> list[str]:
    return [style.CATEGORIES[i % len(style.CATEGORIES)] for i in range(n)]
