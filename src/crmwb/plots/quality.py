"""Figures of data quality: how complete the data is, what was quarantined, and which rules hold."""

import pandas as pd
from matplotlib.axes import Axes

from crmwb.findings import Count, Finding, Term, Value, numbers
from crmwb.findings.say import say
from crmwb.plots import style

BAR_INCHES = 0.24
MARGIN_INCHES = 1.2


def completeness(shares: pd.DataFrame, ax: Axes | None = None, *, title: str = "completeness") -> Axes:
    """Draw how much of each column is known: one bar per column, grouped by table.

    Parameters
    ----------
    shares : DataFrame
        One row per column, in the order to draw: `table`, `column`, `known_share` (of rows, 0–1) and, where known,
        `revenue_share` (of the revenue behind them).
    ax : Axes, optional
        Where to draw; a new figure where not given.
    title : str
        Which of the titles in `quality.plot` stands above.

    Returns
    -------
    Axes
        With one bar per row, its length the share known, a diamond at the share of revenue, and a rule between tables.
    """
    ax = ax or style.new_axes(height=MARGIN_INCHES + BAR_INCHES * len(shares))
    positions = range(len(shares))
    ax.barh(positions, 1, color=style.GRID, height=0.7)
    ax.barh(positions, shares["known_share"], color=[_shade(share) for share in shares["known_share"]], height=0.7)
    for position, share in zip(positions, shares["known_share"], strict=True):
        if share < 1:
            ax.text(1.02, position, numbers.share(share), va="center", color=style.MUTED, fontsize="small")
    if "revenue_share" in shares and shares["revenue_share"].notna().any():
        colour = style.CATEGORIES[1]
        ax.scatter(shares["revenue_share"], positions, s=26, c=colour, marker="D", label=_words("of_revenue"), zorder=3)
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0.2)
    ax.set_yticks(positions, [f"{say(t)} · {say(c)}" for t, c in zip(shares["table"], shares["column"], strict=True)])
    for position, (before, after) in enumerate(zip(shares["table"], shares["table"][1:], strict=False)):
        if before != after:
            ax.axhline(position + 0.5, color=style.MUTED, linewidth=0.8)
    ax.invert_yaxis()
    ax.margins(y=0.01)
    ax.set_xlim(0, 1.1)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
    style.share_axis(ax.xaxis)
    ax.grid(visible=False, axis="y")
    ax.set(title=_words(title), xlabel=_words("share_known"))
    return ax


def customers_known(counts: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw of how many customers how much is known.

    Parameters
    ----------
    counts : DataFrame
        One row per number of attributes known, from none to all: `n_known`, `n_customers`, and `revenue_share` (0–1;
        NaN where there is no revenue).
    ax : Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    Axes
        With one bar per number: the share of customers, and beside it that of revenue where there is any.
    """
    ax = ax or style.new_axes(height=3.2)
    parts = {"customers": counts["n_customers"] / counts["n_customers"].sum(), "revenue": counts["revenue_share"]}
    parts = {name: shares for name, shares in parts.items() if shares.notna().all()}
    width = 0.8 / len(parts)
    for place, (name, shares) in enumerate(parts.items()):
        left = counts["n_known"] + (place - (len(parts) - 1) / 2) * width
        bars = ax.bar(left, shares, width=width, color=style.CATEGORIES[place], label=_words(f"share_{name}"))
        ax.bar_label(
            bars, [numbers.share(s) if s else "" for s in shares], padding=2, fontsize="small", color=style.MUTED
        )
    ax.set_xticks(counts["n_known"])
    style.share_axis(ax.yaxis)
    ax.grid(visible=False, axis="x")
    ax.margins(y=0.15)
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    ax.set(title=_words("customers"), xlabel=_words("attributes", n=Count(int(counts["n_known"].max()))), ylabel="")
    return ax


def quarantined(tables: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the share of each table's rows that was quarantined, with the rows.

    Parameters
    ----------
    tables : DataFrame
        One row per table, in the order to draw: `table`, `ingested`, `quarantined` (rows).
    ax : Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    Axes
        With one bar per table, labelled "quarantined of ingested".
    """
    ax = ax or style.new_axes(height=MARGIN_INCHES + 2 * BAR_INCHES * len(tables))
    shares = (tables["quarantined"] / tables["ingested"].where(tables["ingested"] > 0)).fillna(0.0)
    bars = ax.barh([say(Term("table", name)) for name in tables["table"]], shares, color=style.BAD, height=0.6)
    labels = [
        _words("of", part=Count(q), whole=Count(n))
        for q, n in zip(tables["quarantined"], tables["ingested"], strict=True)
    ]
    ax.bar_label(bars, labels, padding=4, color=style.MUTED, fontsize="small")
    ax.invert_yaxis()
    ax.set_xlim(0, max(0.01, shares.max()) * 1.3)
    style.share_axis(ax.xaxis)
    ax.grid(visible=False, axis="y")
    ax.set(title=_words("quarantined"), xlabel=_words("quarantined_share"), ylabel="")
    return ax


def checks(expectations: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how many rules hold and how many are broken, by what a broken one does.

    Parameters
    ----------
    expectations : DataFrame
        One row per rule: `severity` (critical, error, warning) and `passed` (bool).
    ax : Axes, optional
        Where to draw; a new figure where not given.

    Returns
    -------
    Axes
        With one bar per severity, rules that hold and broken ones end to end.
    """
    severities = ["critical", "error", "warning"]
    counts = pd.crosstab(expectations["severity"], expectations["passed"])
    counts = counts.reindex(index=severities, columns=[True, False], fill_value=0)
    ax = ax or style.new_axes(height=MARGIN_INCHES + 2 * BAR_INCHES * len(severities))
    names = [_words(severity) for severity in severities]
    left = pd.Series(0, index=counts.index)
    for passed, label, colour in ((True, "holds", style.GOOD), (False, "broken", style.BAD)):
        bars = ax.barh(names, counts[passed], left=left, color=colour, label=_words(label), height=0.6)
        labels = [f"{n}" if n else "" for n in counts[passed]]
        ax.bar_label(bars, labels, label_type="center", color="white", fontsize="small")
        left += counts[passed]
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))
    ax.set(title=_words("checks"), xlabel=_words("rules"), ylabel="")
    return ax


def _shade(share: float) -> str:
    """Return the colour of a column: known throughout, in part, or hardly."""
    if share == 1:
        return style.GOOD
    return style.ACCENT if share >= 0.5 else style.MUTED


def _words(key: str, **values: Value) -> str:
    return say(Finding(f"quality.plot.{key}", values))
