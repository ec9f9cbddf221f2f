"""Figures of customer value: who earns it, what is to come, and how well forecasts came true."""

import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from crmwb.findings import Count, Finding, Money, Share, Term, numbers
from crmwb.findings.say import Said, say
from crmwb.plots import colours, notation, style
from crmwb.plots.notation import Scenario

TOP = 0.2
LINE = 90  # Latin letters


def whale_curve(curve: pd.DataFrame, basis: str, ax: Axes | None = None) -> Axes:
    """Draw the whale curve: the share of the final total that the best customers bring.

    Parameters
    ----------
    curve : DataFrame
        customer_share and cumulative_share, as `crmwb.value.realised.whale.curve` makes them.
    basis : str
        What is cumulated, such as "margin" or "revenue".
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes()
    x, y = curve["customer_share"].to_numpy(), curve["cumulative_share"].to_numpy()
    ax.plot([0, 1], [0, 1], color=style.MUTED, linewidth=1, linestyle=":")
    ax.fill_between(x, y, alpha=0.08, color=style.ACCENT)
    ax.plot(x, y, color=style.ACCENT, linewidth=2)
    at_top = float(np.interp(TOP, x, y))
    ax.plot([TOP, TOP, 0], [0, at_top, at_top], color=style.INK, linewidth=0.8, linestyle="--")
    ax.plot(TOP, at_top, "o", color=style.ACCENT)
    of = Term("basis", basis)
    best = Finding("plots.whale.best", {"share": Share(at_top), "basis": of})
    _say(ax, say(best), (TOP, at_top), (10, -12))
    peak = int(np.nanargmax(y)) if np.isfinite(y).any() else len(y) - 1
    if y[peak] > 1 + 1e-9:
        ax.plot(x[peak], y[peak], "o", color=style.GOOD)
        highest = Finding("plots.whale.peak", {"share": Share(y[peak]), "customers": Share(x[peak])})
        _say(ax, say(highest), (x[peak], y[peak]), (0, 8), ha="center")
    ax.set_xlim(0, 1)
    ax.set_ylim(0, max(1.05, float(np.nanmax(y, initial=0.0)) * 1.12))
    style.share_axis(ax.xaxis)
    style.share_axis(ax.yaxis)
    ax.set(
        title=say(Finding("plots.whale.title", {"basis": of})),
        xlabel=say(Finding("plots.whale.customers")),
        ylabel=say(Finding("plots.whale.share", {"basis": of})),
    )
    return ax


def clv_distribution(customers: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Draw how customer lifetime value is spread over customers, up to the best one in a hundred.

    Parameters
    ----------
    customers : DataFrame
        One row per buyer with clv_cents.
    currency : str
        For the axis.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    import seaborn as sns

    ax = ax or style.new_axes()
    values = customers["clv_cents"].dropna()
    top = float(values.quantile(0.99)) if len(values) else 0.0
    sns.histplot(x=values.clip(upper=top), bins=40, color=style.ACCENT, edgecolor="white", ax=ax)
    for value, name, colour in ((values.median(), "median", style.INK), (values.mean(), "mean", style.BAD)):
        label = say(Finding(f"value.figure.{name}", {"money": Money(value, currency)}))
        ax.axvline(value, color=colour, linewidth=1.2, linestyle="--", label=label)
    style.money_axis(ax.xaxis, currency)
    ax.legend(loc="upper right")
    ax.grid(visible=False, axis="x")
    style.count_axis(ax.yaxis)
    ax.set(title=_words("clv"), xlabel=_words("clv_axis"), ylabel=_words("customers"))
    return ax


def clv_by_group(customers: pd.DataFrame, by: str, currency: str, ax: Axes | None = None) -> Axes:
    """Draw what each group of customers is expected to bring in all, beside what a customer of it is worth.

    Parameters
    ----------
    customers : DataFrame
        One row per buyer with clv_cents and the column `by`.
    by : str
        A column of groups, such as "tier"; drawn by falling value per customer.
    currency : str
        For the labels.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    groups = customers.dropna(subset=["clv_cents"]).groupby(by)["clv_cents"].agg(["sum", "mean", "size"])
    groups = groups.sort_index().sort_values("mean", ascending=False, kind="stable")
    ax = ax or style.new_axes(8, 1.3 + 0.5 * len(groups))
    names = [str(name) for name in groups.index]
    colour = colours.of_scheme(by, names)
    look = notation.bars(Scenario.FORECAST, [colour[name] for name in names])
    ax.barh(range(len(groups)), groups["sum"].to_numpy(), height=0.62, **look)
    longest = float(groups["sum"].abs().max())
    for place, (total, mean, size) in enumerate(groups.itertuples(index=False)):
        parts = {"total": Money(total, currency), "n": Count(size), "mean": Money(mean, currency)}
        label = say(Finding("value.figure.total", parts))
        ax.text(max(float(total), 0.0) + longest * 0.01, place, label, va="center", fontsize=9)
    ax.set_yticks(range(len(groups)), [say(Term(by, name)) for name in names])
    ax.invert_yaxis()
    ax.set_xlim(min(0.0, float(groups["sum"].min()) * 1.05), (longest or 1.0) * 1.35)
    ax.xaxis.set_major_locator(MaxNLocator(5))
    style.money_axis(ax.xaxis, currency)
    ax.grid(visible=False, axis="y")
    ax.set(title=say(Finding("plots.clv_by", {"by": Term("column", by)})), xlabel="", ylabel="")
    return ax


def p_alive(customers: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how many customers are how likely to be customers still.

    Parameters
    ----------
    customers : DataFrame
        One row per buyer with p_alive.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes()
    shares, edges = np.histogram(customers["p_alive"].dropna().to_numpy(), bins=20, range=(0, 1))
    shares = shares / max(shares.sum(), 1)
    middles = (edges[:-1] + edges[1:]) / 2
    ax.bar(middles, shares, width=0.046, color=colours.sequence(20))
    for middle, share in zip(middles, shares, strict=True):
        if share >= 0.005:
            ax.text(middle, share, numbers.share(share), ha="center", va="bottom", fontsize=8)
    style.share_axis(ax.yaxis)
    style.share_axis(ax.xaxis)
    ax.set_xlim(0, 1)
    ax.set_ylim(0, float(shares.max(initial=0.1)) * 1.1)
    ax.grid(visible=False, axis="x")
    ax.set(title=_words("p_alive"), xlabel=say(Term("column", "p_alive")), ylabel=_words("customer_share"))
    return ax


def withheld(why: Said, ax: Axes | None = None) -> Axes:
    """Write why a figure is withheld in its place.

    Parameters
    ----------
    why : Said
        One sentence.
    ax : Axes, optional
        Where to write; a new figure where not given.
    """
    ax = ax or style.new_axes(height=1.6)
    ax.set_axis_off()
    words = say(why)
    per_line = LINE if words.isascii() else LINE // 2  # Chinese letters are twice as wide
    ax.text(0.5, 0.5, textwrap.fill(words, per_line), ha="center", va="center", transform=ax.transAxes)
    return ax


def recency_frequency_map(customers: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the mean of expected purchases by how often and how recently customers bought.

    Parameters
    ----------
    customers : DataFrame
        One row per buyer with frequency, days_since_last and expected_purchases.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    import seaborn as sns

    ax = ax or style.new_axes(8, 4.6)
    rows = customers.dropna(subset=["frequency", "days_since_last", "expected_purchases"])
    often, often_words = _bins(rows["frequency"], 6)
    silent, silent_words = _bins(rows["days_since_last"], 7)
    cells = rows["expected_purchases"].groupby([often, silent]).mean().unstack()
    cells = cells.reindex(index=range(len(often_words) - 1, -1, -1), columns=range(len(silent_words)))
    sns.heatmap(
        cells.to_numpy(dtype=float),
        annot=True,
        fmt=".1f",
        cmap=sns.light_palette(style.ACCENT, as_cmap=True),
        vmin=0,
        vmax=float(np.nanmax(cells.to_numpy(dtype=float), initial=0.0)) or 1.0,
        linewidths=2,
        linecolor="white",
        xticklabels=silent_words,
        yticklabels=often_words[::-1],
        cbar_kws=style.colour_bar(_words("expected_purchases")),
        ax=ax,
    )
    ax.grid(visible=False)
    ax.tick_params(length=0)
    ax.tick_params(axis="y", rotation=0)
    ax.set(
        title=_words("recency_frequency"),
        xlabel=say(Term("column", "days_since_last")),
        ylabel=_words("repeat_purchases"),
    )
    return ax


def backtest_bars(scores: pd.DataFrame, measure: str = "normalised_gini", ax: Axes | None = None) -> Axes:
    """Draw each forecaster's score: a bar for the mean over origins, a dot for each origin.

    Parameters
    ----------
    scores : DataFrame
        The backtest: origin, forecaster, kind (stack, model or rule) and the measure.
    measure : str
        A column of `scores`.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    known = scores.dropna(subset=[measure])
    means = known.groupby("forecaster")[measure].mean().sort_index()
    distance = {"bias_share": means.abs(), "mae": means, "rmse": means}.get(measure, -means)  # the best has the least
    means = means[distance.sort_values(kind="stable").index]
    kinds = known.drop_duplicates("forecaster").set_index("forecaster")["kind"]
    ax = ax or style.new_axes(8, 1.4 + 0.45 * len(means))
    places = {str(name): place for place, name in enumerate(means.index)}
    fills = [style.ACCENT if kinds[name] != "rule" else colours.pale(style.MUTED) for name in means.index]
    ax.barh(range(len(means)), means.to_numpy(), height=0.6, color=fills)
    dots = [places[str(name)] for name in known["forecaster"]]
    ax.plot(known[measure].to_numpy(), dots, "o", markersize=4, color=style.INK, alpha=0.7, linestyle="none")
    longest = (float(known[measure].abs().max()) if len(known) else 0.0) or 1.0
    best = known.groupby("forecaster")[measure].max()
    for name, place in places.items():
        ax.text(
            max(float(best[name]), 0.0) + longest * 0.02,
            place,
            numbers.number(float(means[name]), 3),
            va="center",
            fontsize=9,
        )
    ax.set_yticks(
        range(len(means)),
        [say(Finding(f"plots.backtest.{kinds[n]}", {"name": Term("model", str(n))})) for n in means.index],
    )
    ax.invert_yaxis()
    least = min(0.0, float(known[measure].min()) * 1.1) if len(known) else 0.0
    ax.set_xlim(least, max(float(known[measure].max()) if len(known) else 0.0, 0.0) + longest * 0.15)
    ax.grid(visible=False, axis="y")
    values = {"measure": Term("accuracy_measure", measure)}
    title, label = (say(Finding(f"plots.backtest.{part}", values)) for part in ("title", "label"))
    ax.set(title=title, xlabel=label, ylabel="")
    return ax


def calibration(groups: pd.DataFrame, forecaster: str, ax: Axes | None = None) -> Axes:
    """Draw, for tenths of customers by falling forecast, what was forecast beside what came.

    Parameters
    ----------
    groups : DataFrame
        forecaster, group (1 the highest forecasts), mean_forecast and mean_actual, one row per group and forecaster.
    forecaster : str
        Whose forecasts.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes()
    rows = groups[groups["forecaster"] == forecaster].sort_values("group")
    at = rows["group"].to_numpy(dtype=float)
    ax.bar(
        at - 0.2,
        rows["mean_forecast"].to_numpy(),
        width=0.38,
        label=say(Finding("proof.figure.forecast")),
        **notation.bar(Scenario.FORECAST, style.ACCENT),
    )
    ax.bar(
        at + 0.2,
        rows["mean_actual"].to_numpy(),
        width=0.38,
        label=say(Finding("proof.figure.bought")),
        **notation.bar(Scenario.ACTUAL, style.ACCENT),
    )
    ax.set_xticks(at, [f"{int(group)}" for group in at])
    ax.grid(visible=False, axis="x")
    ax.legend(loc="upper right")
    ax.set(
        title=say(Finding("proof.figure.calibration", {"model": Term("model", forecaster)})),
        xlabel=say(Finding("proof.figure.tenth")),
        ylabel=say(Finding("proof.figure.per_customer")),
    )
    return ax


def _bins(values: pd.Series, n: int) -> tuple[pd.Series, list[str]]:
    """Cut whole numbers into at most `n` groups of like size; return each value's group and the groups' words."""
    known = values.to_numpy(dtype=float) if len(values) else np.zeros(1)
    lower = [int(edge) for edge in np.unique(np.quantile(known, np.linspace(0, 1, n + 1)).round())[:-1]] or [0]
    upper = [*(edge - 1 for edge in lower[1:]), int(values.max()) if len(values) else 0]
    words = [
        numbers.count(low) if low == high else f"{numbers.count(low)}–{numbers.count(high)}"
        for low, high in zip(lower, upper, strict=True)
    ]
    group = np.searchsorted(lower, values.to_numpy(dtype=float), side="right") - 1
    return pd.Series(group, index=values.index), words


def _words(key: str) -> str:
    return say(Finding(f"value.figure.{key}"))


def _say(ax: Axes, words: str, at: tuple[float, float], shift: tuple[float, float], ha: str = "left") -> None:
    ax.annotate(words, at, xytext=shift, textcoords="offset points", ha=ha, fontsize=9.5, color=style.INK)
