"""Figures of migration: who moves where, how shares change, where that leads, how far things have drifted."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from crmwb.plots import colours, style

BARELY = 1e-12


def flows(moves: pd.DataFrame, segments: list[str], currency: str, ax: Axes | None = None) -> Axes:
    """Draw moves from segment (row) to segment (column): customers, and the revenue that moves with them as colour.

    Who stayed is written and not coloured, or nothing else would be seen.

    Parameters
    ----------
    moves : DataFrame
        from_segment, to_segment, n_customers, revenue_cents; new customers are left out.
    segments : list of str
        The scheme's segments, in order.
    currency : str
        Of the money.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    seen = [name for name in segments if name in {*moves["from_segment"], *moves["to_segment"]}]
    ax = ax or style.new_axes(3.0 + 0.95 * len(seen), 1.6 + 0.55 * len(seen))
    sums = moves.groupby(["from_segment", "to_segment"])[["n_customers", "revenue_cents"]].sum()
    cells = pd.MultiIndex.from_product([seen, seen])
    n, cents = (sums[name].reindex(cells, fill_value=0).to_numpy() for name in ("n_customers", "revenue_cents"))
    k = len(seen)
    words = [f"{a:,}\n{style.money(b)}" if a else "" for a, b in zip(n, cents, strict=True)]
    shade = cents.astype(float).reshape(k, k)
    np.fill_diagonal(shade, 0)
    sns.heatmap(
        np.maximum(shade, 0),
        annot=np.array(words).reshape(k, k),
        fmt="",
        annot_kws={"fontsize": 8.5},
        cmap=sns.light_palette(style.ACCENT, as_cmap=True),
        vmin=0,
        vmax=max(float(shade.max()), 1.0),
        linewidths=2,
        linecolor="white",
        xticklabels=[colours.label(name) for name in seen],
        yticklabels=[colours.label(name) for name in seen],
        cbar_kws={
            "label": f"revenue of those who moved ({currency})",
            "format": FuncFormatter(lambda value, _: style.money(value)),
        },
        ax=ax,
    )
    ax.set(title="From (row) to (column)", xlabel="", ylabel="")
    ax.tick_params(length=0)
    ax.tick_params(axis="y", rotation=0)
    ax.tick_params(axis="x", rotation=90 if k > 5 else 0)
    return ax


def net_flows(moves: pd.DataFrame, segments: list[str], currency: str, ax: Axes | None = None) -> Axes:
    """Draw for each segment the revenue of those who came and of those who left, new customers included.

    Parameters
    ----------
    moves : DataFrame
        from_segment, to_segment, revenue_cents.
    segments : list of str
        In order.
    currency : str
        Of the money.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    moved = moves[moves["from_segment"] != moves["to_segment"]]
    came = moved.groupby("to_segment")["revenue_cents"].sum()
    left = moved.groupby("from_segment")["revenue_cents"].sum()
    seen = [name for name in segments if name in came.index or name in left.index]
    ax = ax or style.new_axes(8, 1.4 + 0.4 * len(seen))
    gain, loss = (side.reindex(seen, fill_value=0).to_numpy(dtype=float) for side in (came, left))
    places = np.arange(len(seen))
    ax.barh(places, gain, height=0.6, color=style.GOOD, label="came")
    ax.barh(places, -loss, height=0.6, color=style.BAD, label="left")
    ax.plot(gain - loss, places, "o", color=style.INK, label="net")
    ax.axvline(0, color=style.MUTED, linewidth=1)
    ax.set_yticks(places, [colours.label(name) for name in seen])
    ax.invert_yaxis()
    ax.locator_params(axis="x", nbins=6)
    style.money_axis(ax.xaxis, currency)
    ax.grid(visible=False, axis="y")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    ax.set(title="Revenue that came and left", xlabel="", ylabel="")
    return ax


def shares(history: pd.DataFrame, scheme: str, ax: Axes | None = None) -> Axes:
    """Draw the share of customers in each segment, month end by month end.

    Parameters
    ----------
    history : DataFrame
        Of one scheme and definition: as_of, position, segment, customer_share.
    scheme : str
        For the colours.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 4)
    names = list(history.sort_values("position")["segment"].unique())
    table = history.pivot_table(
        index="as_of", columns="segment", values="customer_share", aggfunc="sum", fill_value=0.0
    )
    table = table[[name for name in names if table[name].max() > 0]]
    colour = colours.of_scheme(scheme, names)
    seen = list(table.columns)
    ax.stackplot(
        pd.to_datetime(pd.Series(table.index)),
        table.to_numpy().T,
        labels=[colours.label(name) for name in seen],
        colors=[colour[name] for name in seen],
        edgecolor="white",
        linewidth=0.4,
    )
    ax.set_ylim(0, 1)
    style.share_axis(ax.yaxis)
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), reverse=True)
    ax.set(title="Share of customers by month end", xlabel="", ylabel="")
    ax.figure.autofmt_xdate()
    return ax


def steady(ends: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw each segment's share now beside what it tends to, without and with new customers.

    Parameters
    ----------
    ends : DataFrame
        Of one scheme and definition: position, segment, now_share, steady_share, steady_with_new_share.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    columns = {"now_share": "now", "steady_with_new_share": "with new customers", "steady_share": "without"}
    rows = ends[ends[list(columns)].max(axis=1) > BARELY].sort_values("position").reset_index(drop=True)
    ax = ax or style.new_axes(8, 1.4 + 0.5 * len(rows))
    places = np.arange(len(rows))
    fills = (style.MUTED, style.ACCENT, colours.pale(style.ACCENT))
    for shift, (column, label), fill in zip((-0.26, 0.0, 0.26), columns.items(), fills, strict=True):
        ax.barh(places + shift, rows[column].to_numpy(), height=0.25, color=fill, label=label)
    ax.set_yticks(places, [colours.label(name) for name in rows["segment"]])
    ax.invert_yaxis()
    style.share_axis(ax.xaxis)
    ax.grid(visible=False, axis="y")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    ax.set(title="Where the base tends, if customers keep moving so", xlabel="share of customers", ylabel="")
    return ax


def drift(psi: pd.DataFrame, most: float, ax: Axes | None = None) -> Axes:
    """Draw the stability index of each feature and scheme against the accepted model, and the limit.

    Parameters
    ----------
    psi : DataFrame
        kind, name, psi; parts of single segments are left out.
    most : float
        Above it a distribution counts as another.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    rows = psi[psi["kind"] != "segment"].sort_values(["psi", "name"], ascending=[False, True]).reset_index(drop=True)
    ax = ax or style.new_axes(8, 1.3 + 0.32 * len(rows))
    fills = [style.BAD if value > most else style.ACCENT for value in rows["psi"]]
    ax.barh(np.arange(len(rows)), rows["psi"].to_numpy(dtype=float), height=0.6, color=fills)
    ax.axvline(most, color=style.INK, linestyle="--", linewidth=1)
    ax.set_yticks(np.arange(len(rows)), [colours.label(name) for name in rows["name"]])
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    ax.set(title="Drift since the accepted model", xlabel=f"stability index (limit {most:g})", ylabel="")
    return ax
