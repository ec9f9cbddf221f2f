"""Figures of cohorts: retention and revenue by the month of the first purchase."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis

from crmwb.findings import Finding, Name, numbers
from crmwb.findings.say import say
from crmwb.plots import colours, style

MOST_COHORTS = 36
WRITTEN = 14  # cells of so many cohorts still have room for a number
WRITTEN_ON_PHONE = 5  # columns: of more, colours alone tell


def retention(cohorts: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the share of each cohort that bought in the months after: a heat map, rows by first month.

    Parameters
    ----------
    cohorts : DataFrame
        cohort, months_since, is_left_edge, n_customers and retention_share, as `crmwb.lifecycle` makes them; months
        that are not over have no row and stay white.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax, scale = _heat_map(cohorts, "retention_share", ax, written=numbers.share, label=_text("share"))
    style.share_axis(scale)
    ax.set_title(_text("retention_title"))
    return ax


def revenue(cohorts: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Draw cumulative revenue per customer of each cohort, month after month: a heat map.

    Parameters
    ----------
    cohorts : DataFrame
        cohort, months_since, is_left_edge, n_customers and cumulative_per_customer_cents.
    currency : str
        For the labels.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax, scale = _heat_map(
        cohorts, "cumulative_per_customer_cents", ax, written=numbers.money,
        label=_text("per_customer", currency=Name(numbers.currency_name(currency))),
    )  # fmt: skip
    scale.set_major_formatter(lambda cents, _: numbers.money(cents))
    ax.set_title(_text("revenue_title"))
    return ax


def revenue_lines(cohorts: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Draw cumulative revenue per customer of each cohort: a line for each, the younger the darker.

    Parameters
    ----------
    cohorts, currency, ax
        As for `revenue`. Cohorts at the data's left edge are dashed.
    """
    ax = ax or style.new_axes()
    names = sorted(cohorts["cohort"].unique())[-MOST_COHORTS:]
    palette = colours.sequence(max(len(names), 1))
    for colour, name in zip(palette, names, strict=False):
        rows = cohorts[cohorts["cohort"] == name].sort_values("months_since")
        dashes = "--" if bool(rows["is_left_edge"].iloc[0]) else "-"
        ax.plot(rows["months_since"], rows["cumulative_per_customer_cents"], dashes, color=colour, linewidth=1.3)
        if name in (names[0], names[-1]):
            end = rows.iloc[-1]
            ax.annotate(_month(name), (end["months_since"], end["cumulative_per_customer_cents"]), (4, 0),
                        textcoords="offset points", fontsize=8.5, va="center")  # fmt: skip
    style.money_axis(ax.yaxis, currency)
    ax.set_ylim(bottom=0)
    ax.margins(x=0.12)
    ax.set(title=_text("lines_title"), xlabel=_text("months_since"), ylabel=_text("revenue"))
    return ax


def _heat_map(
    cohorts: pd.DataFrame, value: str, ax: Axes | None, written: Callable[[float], str], label: str
) -> tuple[Axes, Axis]:
    """Draw cohorts as rows and months since as columns, and return the axis of the colours too.

    The first month sets no colour.
    """
    import seaborn as sns

    names = sorted(cohorts["cohort"].unique())[-MOST_COHORTS:]
    rows = cohorts[cohorts["cohort"].isin(names)]
    wide = rows.pivot(index="cohort", columns="months_since", values=value).astype(float)
    sizes = rows.drop_duplicates("cohort").set_index("cohort")
    ax = ax or style.new_axes(9.0, 1.6 + 0.26 * max(len(wide), 4))
    after = wide.to_numpy()[:, 1:]
    top = float(np.nanmax(after)) if np.isfinite(after).any() else 1.0
    is_written = len(wide) <= WRITTEN and wide.shape[1] <= (WRITTEN_ON_PHONE if style.is_narrow() else WRITTEN)
    texts = np.array([["" if np.isnan(v) else written(v) for v in line] for line in wide.to_numpy()], dtype=object)
    sns.heatmap(
        wide.to_numpy(),
        annot=texts if is_written else None,
        annot_kws={"fontsize": 8},
        fmt="",
        cmap=colours.SEQUENCE,
        vmin=0,
        vmax=top or 1.0,
        mask=wide.isna().to_numpy(),
        linewidths=0.6,
        linecolor="white",
        xticklabels=list(wide.columns),
        yticklabels=[
            f"{_month(name)}{'*' if is_edge else ''}  {numbers.count(n)}"
            for name, is_edge, n in sizes.loc[wide.index, ["is_left_edge", "n_customers"]].itertuples()
        ],
        cbar_kws=style.colour_bar(label),
        ax=ax,
    )
    ax.tick_params(length=0)
    ax.grid(visible=False)
    ax.tick_params(axis="y", rotation=0, labelsize=8)
    ax.tick_params(axis="x", rotation=0, labelsize=8)
    has_edge = bool(rows["is_left_edge"].any())
    ax.set(xlabel=_text("months_since_edge" if has_edge else "months_since"), ylabel=_text("cohorts"))
    colour_bar = ax.collections[0].colorbar
    return ax, colour_bar.long_axis if colour_bar else ax.yaxis


def _month(day: object) -> str:
    return numbers.month(pd.Timestamp(str(day)).date(), short=True)


def _text(key: str, **values: Name) -> str:
    return say(Finding(f"lifecycle.plot.cohorts.{key}", values))
