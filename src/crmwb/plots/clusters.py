"""Figures of clusters: what sets them apart, and how many there are."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from crmwb.plots import style


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


def evidence_by_k(evidence: pd.DataFrame, k: int, min_stability: float, ax: Axes | None = None) -> Axes:
    """Draw what speaks for each number of clusters: stability, and silhouette beside that of chance.

    Parameters
    ----------
    evidence : DataFrame
        One row per k: k, min_jaccard, silhouette, null_silhouette, gain_needed.
    k : int
        The number that was chosen.
    min_stability : float
        The least Jaccard asked for (0–1).
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 4.2)
    rows = evidence.sort_values("k")
    ks = rows["k"].to_numpy()
    ax.axvspan(k - 0.3, k + 0.3, color=style.GRID, zorder=0)
    ax.axhline(min_stability, color=style.GOOD, linestyle=":", linewidth=1.2)
    ax.fill_between(
        ks,
        rows["null_silhouette"].to_numpy(),
        (rows["null_silhouette"] + rows["gain_needed"]).to_numpy(),
        color=style.MUTED,
        alpha=0.3,
        linewidth=0,
    )
    for column, colour, name in (
        ("min_jaccard", style.GOOD, "stability\n(least Jaccard)"),
        ("silhouette", style.ACCENT, "silhouette"),
        ("null_silhouette", style.MUTED, "silhouette\nwithout segments"),
    ):
        ax.plot(ks, rows[column].to_numpy(), color=colour, marker="o", markersize=4.5, label=name)
    ax.text(
        float(ks[-1]) + 0.4,
        min_stability,
        "stability asked for",
        color=style.GOOD,
        fontsize=8.5,
        va="bottom",
        ha="right",
    )
    ax.set_xticks(ks)
    ax.set_xlim(float(ks[0]) - 0.5, float(ks[-1]) + 0.5)
    ax.set_ylim(min(0.0, float(rows["silhouette"].min())), 1.02)
    ax.grid(visible=False, axis="x")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    ax.set(title=f"Evidence by number of clusters (chosen: {k})", xlabel="clusters", ylabel="")
    return ax
