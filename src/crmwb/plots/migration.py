"""Figures of migration: transitions, shares over time and in the long run, and drift since the accepted model."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from crmwb.findings import Finding, Name, Number, Term, numbers
from crmwb.findings.say import say
from crmwb.plots import colours, notation, style
from crmwb.plots.notation import Scenario

BARELY = 1e-12


def flows(transitions: pd.DataFrame, scheme: str, segments: list[str], currency: str, ax: Axes | None = None) -> Axes:
    """Draw transitions from segment (row) to segment (column): customers, and their revenue as colour.

    Customers who stayed are written without colour, since they would outweigh all others.

    Parameters
    ----------
    transitions : DataFrame
        from_segment, to_segment, n_customers, revenue_cents; new customers are left out.
    scheme : str
        `tier`, `rfm_segment`, `cluster_name` or `stage`.
    segments : list of str
        The scheme's segments, in order.
    currency : str
        Of the money.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    import seaborn as sns

    seen = [name for name in segments if name in {*transitions["from_segment"], *transitions["to_segment"]}]
    ax = ax or style.new_axes(3.0 + 0.95 * len(seen), 1.6 + 0.55 * len(seen))
    sums = transitions.groupby(["from_segment", "to_segment"])[["n_customers", "revenue_cents"]].sum()
    cells = pd.MultiIndex.from_product([seen, seen])
    n, cents = (sums[name].reindex(cells, fill_value=0).to_numpy() for name in ("n_customers", "revenue_cents"))
    k = len(seen)
    texts = [f"{numbers.count(a)}\n{numbers.money(b)}" if a else "" for a, b in zip(n, cents, strict=True)]
    shade = cents.astype(float).reshape(k, k)
    np.fill_diagonal(shade, 0)
    sns.heatmap(
        np.maximum(shade, 0),
        annot=np.array(texts).reshape(k, k),
        fmt="",
        annot_kws={"fontsize": 8.5},
        cmap=sns.light_palette(style.ACCENT, as_cmap=True),
        vmin=0,
        vmax=max(float(shade.max()), 1.0),
        linewidths=2,
        linecolor="white",
        xticklabels=_names(scheme, seen),
        yticklabels=_names(scheme, seen),
        cbar_kws=style.colour_bar(
            _text("revenue", currency=Name(numbers.currency_name(currency))),
            format=FuncFormatter(lambda value, _: numbers.money(value)),
        ),
        ax=ax,
    )
    ax.set(title=_titled("flows_title", scheme), xlabel="", ylabel="")
    ax.tick_params(length=0)
    ax.tick_params(axis="y", rotation=0)
    ax.tick_params(axis="x", rotation=90 if k > 5 or style.is_narrow() else 0)
    return ax


def net_flows(
    transitions: pd.DataFrame, scheme: str, segments: list[str], currency: str, ax: Axes | None = None
) -> Axes:
    """Draw for each segment the revenue of customers who joined and who left, including new customers.

    Parameters
    ----------
    transitions : DataFrame
        from_segment, to_segment, revenue_cents.
    scheme : str
        `tier`, `rfm_segment`, `cluster_name` or `stage`.
    segments : list of str
        In order.
    currency : str
        Of the money.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    changed = transitions[transitions["from_segment"] != transitions["to_segment"]]
    joined = changed.groupby("to_segment")["revenue_cents"].sum()
    left = changed.groupby("from_segment")["revenue_cents"].sum()
    seen = [name for name in segments if name in joined.index or name in left.index]
    ax = ax or style.new_axes(8, 1.4 + 0.4 * len(seen))
    gain, loss = (side.reindex(seen, fill_value=0).to_numpy(dtype=float) for side in (joined, left))
    places = np.arange(len(seen))
    ax.barh(places, gain, height=0.6, color=style.GOOD, label=_text("joined"))
    ax.barh(places, -loss, height=0.6, color=style.BAD, label=_text("left"))
    ax.plot(gain - loss, places, "o", color=style.INK, label=_text("net"))
    ax.axvline(0, color=style.MUTED, linewidth=1)
    ax.set_yticks(places, _names(scheme, seen))
    ax.invert_yaxis()
    ax.locator_params(axis="x", nbins=6)
    style.money_axis(ax.xaxis, currency)
    ax.grid(visible=False, axis="y")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    ax.set(title=_titled("net_flows_title", scheme), xlabel="", ylabel="")
    return ax


def shares(history: pd.DataFrame, scheme: str, ax: Axes | None = None) -> Axes:
    """Draw the share of customers in each segment, month end by month end.

    Parameters
    ----------
    history : DataFrame
        Of one scheme and definition: as_of, position, segment, customer_share.
    scheme : str
        For names and colours.
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
        labels=_names(scheme, seen),
        colors=[colour[name] for name in seen],
        edgecolor="white",
        linewidth=0.4,
    )
    ax.set_ylim(0, 1)
    style.share_axis(ax.yaxis)
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), reverse=True)
    style.month_axis(ax.xaxis)
    ax.set(title=_titled("shares_title", scheme), xlabel="", ylabel="")
    ax.figure.autofmt_xdate()
    return ax


def long_run(shares: pd.DataFrame, scheme: str, ax: Axes | None = None) -> Axes:
    """Draw each segment's share now beside its share in the long run, with and without new customers.

    Parameters
    ----------
    shares : DataFrame
        Of one scheme and definition: position, segment, now_share, long_run_share, long_run_with_new_share.
    scheme : str
        For the names.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    columns = ("now_share", "long_run_with_new_share", "long_run_share")
    rows = shares[shares[list(columns)].max(axis=1) > BARELY].sort_values("position").reset_index(drop=True)
    ax = ax or style.new_axes(8, 1.4 + 0.5 * len(rows))
    places = np.arange(len(rows))
    looks = (
        notation.bar(Scenario.ACTUAL, style.ACCENT),
        notation.bar(Scenario.FORECAST, style.ACCENT),
        notation.bar(Scenario.FORECAST, style.MUTED),
    )
    for shift, column, look in zip((-0.26, 0.0, 0.26), columns, looks, strict=True):
        ax.barh(places + shift, rows[column].to_numpy(), height=0.25, label=_text(column), **look)
    ax.set_yticks(places, _names(scheme, rows["segment"]))
    ax.invert_yaxis()
    style.share_axis(ax.xaxis)
    ax.grid(visible=False, axis="y")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    ax.set(title=_titled("long_run_title", scheme), xlabel=_text("share_of_customers"), ylabel="")
    return ax


def drift(psi: pd.DataFrame, most: float, ax: Axes | None = None) -> Axes:
    """Draw the population stability index of each feature and scheme against the accepted model, and the limit.

    Parameters
    ----------
    psi : DataFrame
        kind, name, psi; parts of single segments are left out.
    most : float
        Above it a distribution counts as changed.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    rows = psi[psi["kind"] != "segment"].sort_values(["psi", "name"], ascending=[False, True]).reset_index(drop=True)
    ax = ax or style.new_axes(8, 1.3 + 0.32 * len(rows))
    fills = [style.BAD if value > most else style.ACCENT for value in rows["psi"]]
    ax.barh(np.arange(len(rows)), rows["psi"].to_numpy(dtype=float), height=0.6, color=fills)
    ax.axvline(most, color=style.INK, linestyle="--", linewidth=1)
    ax.set_yticks(np.arange(len(rows)), [say(Term("column", name)) for name in rows["name"]])
    ax.invert_yaxis()
    ax.grid(visible=False, axis="y")
    ax.set(title=_text("drift_title"), xlabel=_text("psi", limit=Number(most)), ylabel="")
    return ax


def _names(scheme: str, segments: Iterable[str]) -> list[str]:
    return [say(Term(scheme, name)) for name in segments]


def _titled(key: str, scheme: str) -> str:
    """Return a title that names the scheme, for a page shows one figure for each."""
    return say(Finding("migration.plot.of_scheme", {"scheme": Term("scheme", scheme), "title": Name(_text(key))}))


def _text(key: str, **values: Name | Number) -> str:
    return say(Finding(f"migration.plot.{key}", values))
