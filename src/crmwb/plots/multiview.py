"""Figures of cross-tables: where customers and money are, and where they grow or shrink."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from crmwb.plots import colours, style


def cross_table(
    cells: pd.DataFrame, rows: str, columns: str, measure: str = "revenue_share", ax: Axes | None = None
) -> Axes:
    """Draw a cross-table of two dimensions as a heat map; cells without customers stay white.

    Parameters
    ----------
    cells : DataFrame
        dimension, level, other_dimension, other_level and the measure, as `crmwb.segmentation.multiview` makes them.
    rows, columns : str
        The two dimensions, in either order.
    measure : str
        "revenue_share" or "customer_share".
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    straight = cells[(cells["dimension"] == rows) & (cells["other_dimension"] == columns)]
    turned = cells[(cells["dimension"] == columns) & (cells["other_dimension"] == rows)]
    turned = turned.rename(columns={"level": "other_level", "other_level": "level"})
    found = straight if len(straight) else turned
    wide = found.pivot(index="level", columns="other_level", values=measure).astype(float)
    wide = wide.loc[wide.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    wide = wide[wide.sum().sort_values(ascending=False, kind="stable").index]
    ax = ax or style.new_axes(2.6 + 0.9 * max(wide.shape[1], 4), 1.6 + 0.42 * max(len(wide), 3))
    texts = [["" if np.isnan(v) else f"{v:.1%}" for v in line] for line in wide.to_numpy()]
    sns.heatmap(
        wide.to_numpy(),
        annot=np.array(texts, dtype=object),
        fmt="",
        annot_kws={"fontsize": 8},
        cmap=sns.light_palette(style.ACCENT, as_cmap=True),
        vmin=0,
        linewidths=1,
        linecolor="white",
        mask=wide.isna().to_numpy(),
        xticklabels=[colours.label(name) for name in wide.columns],
        yticklabels=[colours.label(name) for name in wide.index],
        cbar=False,
        ax=ax,
    )
    ax.tick_params(length=0, labelsize=8.5)
    ax.grid(visible=False)
    ax.tick_params(axis="y", rotation=0)
    for text in ax.get_xticklabels():
        text.set(rotation=30, ha="right")
    what = colours.label(measure)
    ax.set(
        title=f"{what[:1].upper()}{what[1:]}: {colours.label(rows)} by {colours.label(columns)}", xlabel="", ylabel=""
    )
    return ax


def movers(cells: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the growth of cells with its 95% interval, and everyone's as a line.

    Parameters
    ----------
    cells : DataFrame
        Some rows of the cross-tables: growth, growth_lower, growth_upper, everyones_growth, trend.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8.0, 1.4 + 0.4 * max(len(cells), 2))
    fixed = {"growing": style.GOOD, "shrinking": style.BAD}
    for y, cell in enumerate(cells.to_dict("records")):
        colour = fixed.get(str(cell["trend"]), style.MUTED)
        ax.plot([cell["growth_lower"], cell["growth_upper"]], [y, y], color=colour, linewidth=2)
        ax.plot(cell["growth"], y, "o", color=colour)
    if len(cells):
        ax.axvline(float(cells["everyones_growth"].iloc[0]), color=style.INK, linewidth=1, linestyle="--")
    ax.set_yticks(range(len(cells)), [cell_name(cell) for cell in cells.to_dict("records")], fontsize=9)
    ax.set_ylim(max(len(cells), 1) - 0.5, -0.5)
    style.share_axis(ax.xaxis)
    ax.set(title="Growth of revenue; dashed: everyone's", xlabel="growth, with its 95% interval")
    return ax


def cell_name(cell: Mapping[Hashable, Any]) -> str:
    """Write a cell for people: "region North × industry retail"."""
    first = _part(cell["dimension"], cell["level"])
    if pd.isna(cell["other_dimension"]):
        return first
    return f"{first} × {_part(cell['other_dimension'], cell['other_level'])}"


def _part(dimension: object, level: object) -> str:
    return f"{colours.label(str(dimension).removesuffix('_name').removesuffix('_id'))} {colours.label(str(level))}"
