"""Figures of how well the CRM works."""

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from crmwb.findings import Finding, Term, numbers
from crmwb.findings.say import say
from crmwb.plots import style


def heat_map(cells: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the share of customers whom each part of the CRM reaches, by service mode.

    Parameters
    ----------
    cells : DataFrame
        mode, part, share (unknown where it is not measured), in the order in which they are drawn.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    modes, parts = list(dict.fromkeys(cells["mode"])), list(dict.fromkeys(cells["part"]))
    wide = cells.pivot(index="part", columns="mode", values="share").loc[parts, modes].astype(float)
    ax = ax or style.new_axes(3.2 + 1.3 * len(modes), 1.2 + 0.42 * len(parts))
    texts = [["–" if np.isnan(v) else numbers.share(v) for v in line] for line in wide.to_numpy()]
    sns.heatmap(
        wide.fillna(0.0).to_numpy(),
        annot=np.array(texts, dtype=object),
        fmt="",
        annot_kws={"fontsize": 9},
        cmap=sns.light_palette(style.ACCENT, as_cmap=True),
        vmin=0,
        vmax=1,
        linewidths=1,
        linecolor="white",
        xticklabels=[say(Term("service_mode", name)) for name in modes],
        yticklabels=[say(Term("crm_area", name)) for name in parts],
        cbar=False,
        ax=ax,
    )
    ax.tick_params(length=0)
    ax.tick_params(axis="y", rotation=0)
    ax.grid(visible=False)
    ax.set(title=say(Finding("effectiveness.plot.heat_map")), xlabel="", ylabel="")
    return ax
