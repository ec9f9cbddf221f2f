"""Figures of clusters: what sets them apart, where they lie, and what speaks for them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from crmwb.findings import Count, Finding, Number, Term, Value, numbers
from crmwb.findings.say import say
from crmwb.plots import colours, style


def cluster_map(centres: pd.DataFrame, features: Sequence[Value], ax: Axes | None = None) -> Axes:
    """Draw how far each cluster lies from the average customer, feature by feature.

    Parameters
    ----------
    centres : DataFrame of shape (k, n_features)
        In standard deviations from the average customer; the index holds the clusters' names.
    features : sequence of Value, of length n_features
        What says each feature.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    import seaborn as sns

    ax = ax or style.new_axes(3.5 + 1.0 * centres.shape[1], 2.0 + 0.5 * len(centres))
    reach = max(1.0, float(np.ceil(centres.abs().to_numpy().max() * 2) / 2)) if centres.size else 1.0
    sns.heatmap(
        centres.astype(float),
        annot=np.array([[_signed(z) for z in row] for row in centres.to_numpy()]),
        fmt="",
        cmap=sns.diverging_palette(40, 230, s=75, l=50, as_cmap=True),
        vmin=-reach,
        vmax=reach,
        linewidths=2,
        linecolor="white",
        cbar_kws=style.colour_bar(say(Finding("clusters.plot.deviations"))),
        ax=ax,
    )
    ax.set_xticks(ax.get_xticks(), [style.wrapped(say(feature), 14) for feature in features], rotation=0, fontsize=9)
    ax.set_yticks(ax.get_yticks(), [say(Term("cluster_name", str(name))) for name in centres.index])
    ax.set(title=say(Finding("clusters.plot.centres")), xlabel="", ylabel="")
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
        left.plot(
            own["k"],
            own["separation"],
            color=colour,
            marker="o",
            markersize=4.5,
            label=say(Term("cluster_method", method)),
        )
        left.plot(own["k"], own["separation_needed"].clip(upper=1), color=colour, linestyle=":", linewidth=1.2)
        right.plot(own["k"], own["min_jaccard"], color=colour, marker="o", markersize=4.5)
    right.axhline(min_stability, color=style.INK, linestyle=":", linewidth=1.2)
    right.text(
        float(rows["k"].max()),
        min_stability,
        say(Finding("clusters.plot.required")),
        fontsize=8.5,
        va="bottom",
        ha="right",
    )
    for ax, column in ((left, "separation"), (right, "min_jaccard")):
        ring = {"s": 150, "facecolors": "none", "edgecolors": style.INK, "linewidths": 1.5, "zorder": 3}
        ax.scatter(chosen["k"], chosen[column], **ring)
        ax.set_xticks(sorted(rows["k"].unique()))
        ax.set_xlabel(say(Finding("clusters.plot.chosen")))
        ax.grid(visible=False, axis="x")
    left.set(title=say(Finding("clusters.plot.separated")), ylabel=say(Finding("clusters.plot.separation")))
    left.set_ylim(0, 1.03)
    right.set(title=say(Finding("clusters.plot.stable")), ylabel=say(Finding("clusters.plot.jaccard")))
    right.set_ylim(0, 1.03)
    left.legend()
    return figure


def segment_map(points: pd.DataFrame, centres: pd.DataFrame, across: Value, up: Value, ax: Axes | None = None) -> Axes:
    """Draw customers and the clusters' centres in the two directions that tell the clusters best apart.

    Parameters
    ----------
    points, centres : DataFrame
        across, up, cluster_name: one row per customer shown, and per cluster in the order of their numbers.
    across, up : Value
        What rises along each direction.
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
        named = {"number": Count(number), "name": Term("cluster_name", str(name))}
        label = style.wrapped(say(Finding("clusters.plot.cluster", named)), 34)
        ax.scatter(x, y, s=230, color=palette[name], edgecolors="white", linewidths=2, zorder=3, label=label)
        ax.text(x, y, str(number), color="white", ha="center", va="center", fontweight="bold", fontsize=9, zorder=4)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set_title(say(Finding("clusters.plot.map")))
    ax.set(xlabel=style.wrapped(f"{say(across)} →", 60), ylabel=style.wrapped(f"{say(up)} →", 45))
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
    import seaborn as sns

    ax = ax or style.new_axes(3.0 + 1.1 * table.shape[1], 2.0 + 0.5 * len(table))
    shares = table.div(table.sum(axis=1).clip(lower=1), axis=0)
    texts = shares.map(numbers.share).to_numpy()
    sns.heatmap(
        shares.to_numpy(dtype=float), annot=texts, fmt="", cmap="Blues", vmin=0, vmax=1, linewidths=2, cbar=False, ax=ax
    )
    ax.set(title=say(Finding("clusters.plot.crossing", {"ari": Number(ari)})), xlabel="", ylabel="")
    for ticks, names in ((ax.set_xticks, table.columns), (ax.set_yticks, table.index)):
        ticks(np.arange(len(names)) + 0.5, [style.wrapped(say(Term("cluster_name", str(name))), 20) for name in names])
    ax.tick_params(length=0)
    ax.tick_params(axis="y", rotation=0)
    return ax


def _signed(deviation: float) -> str:
    return f"{'+' if deviation > 0 else ''}{numbers.number(deviation, 1)}" if abs(deviation) >= 0.05 else "0"


def _colours(n: int) -> list[str]:
    return [style.CATEGORIES[i % len(style.CATEGORIES)] for i in range(n)]
