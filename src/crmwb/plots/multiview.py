"""Figures of cross-tables: customers, revenue and growth of cells."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmwb.findings import Finding, Name, Term, numbers
from crmwb.findings.say import say
from crmwb.plots import style

VOCABULARIES = ("tier", "rfm_segment", "cluster_name", "stage", "kind")
LEVELS = {"(other)": "other", "(unknown)": "unknown"}


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
    import seaborn as sns

    straight = cells[(cells["dimension"] == rows) & (cells["other_dimension"] == columns)]
    turned = cells[(cells["dimension"] == columns) & (cells["other_dimension"] == rows)]
    turned = turned.rename(columns={"level": "other_level", "other_level": "level"})
    cells_shown = straight if len(straight) else turned
    wide = cells_shown.pivot(index="level", columns="other_level", values=measure).astype(float)
    wide = wide.loc[wide.sum(axis=1).sort_values(ascending=False, kind="stable").index]
    wide = wide[wide.sum().sort_values(ascending=False, kind="stable").index]
    ax = ax or style.new_axes(2.6 + 0.9 * max(wide.shape[1], 4), 1.6 + 0.42 * max(len(wide), 3))
    texts = [["" if np.isnan(v) else numbers.share(v) for v in line] for line in wide.to_numpy()]
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
        xticklabels=[say(level(columns, name)) for name in wide.columns],
        yticklabels=[say(level(rows, name)) for name in wide.index],
        cbar=False,
        ax=ax,
    )
    ax.tick_params(length=0, labelsize=8.5)
    ax.grid(visible=False)
    ax.tick_params(axis="y", rotation=0)
    for text in ax.get_xticklabels():
        text.set(rotation=30, ha="right")
    words = {name: Term("column", name) for name in (measure, rows, columns)}
    title = {"measure": words[measure], "rows": words[rows], "columns": words[columns]}
    ax.set(title=say(Finding("multiview.plot.crossed", title)), xlabel="", ylabel="")
    return ax


def growth(cells: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the growth of cells with its 95% interval, and that of all customers as a line.

    Parameters
    ----------
    cells : DataFrame
        Some rows of the cross-tables: growth, growth_lower, growth_upper, overall_growth, trend.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8.0, 1.4 + 0.4 * max(len(cells), 2))
    fixed = {"growing": style.GOOD, "shrinking": style.BAD}
    for y, row in enumerate(cells.to_dict("records")):
        colour = fixed.get(str(row["trend"]), style.MUTED)
        ax.plot([row["growth_lower"], row["growth_upper"]], [y, y], color=colour, linewidth=2)
        ax.plot(row["growth"], y, "o", color=colour)
    if len(cells):
        ax.axvline(float(cells["overall_growth"].iloc[0]), color=style.INK, linewidth=1, linestyle="--")
    ax.set_yticks(range(len(cells)), [say(cell(row)) for row in cells.to_dict("records")], fontsize=9)
    ax.set_ylim(max(len(cells), 1) - 0.5, -0.5)
    style.share_axis(ax.xaxis)
    ax.set(title=say(Finding("multiview.plot.growth")), xlabel=say(Finding("multiview.plot.interval")))
    return ax


def cell(row: Mapping[Hashable, Any]) -> Finding:
    """Return a cell as a clause: "region North × industry retail"."""
    dimension = str(row["dimension"])
    values = {"dimension": Term("column", dimension), "level": level(dimension, str(row["level"]))}
    if pd.isna(row["other_dimension"]):
        return Finding("multiview.cell.one", values)
    other = str(row["other_dimension"])
    values |= {"other_dimension": Term("column", other), "other_level": level(other, str(row["other_level"]))}
    return Finding("multiview.cell.two", values)


def level(dimension: str, name: str) -> Term | Name:
    """Return a level of a dimension as a word of its vocabulary, or as a name from the data."""
    if name in LEVELS:
        return Term("level", LEVELS[name])
    return Term(dimension, name) if dimension in VOCABULARIES else Name(name)
