"""Figures of the tests of forecasts: week by week beside the outcome, what they rest on, how often intervals held."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from crmwb.findings import Finding, Number, Term
from crmwb.findings.say import Said, say
from crmwb.plots import notation, style
from crmwb.plots.notation import Scenario


def tracking(weeks: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw purchases since one origin, added up week by week: those made, and those that each forecaster expected.

    Parameters
    ----------
    weeks : DataFrame
        forecaster, days (since the origin), forecast_purchases and purchases.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 3.6)
    came = weeks.drop_duplicates("days").sort_values("days")
    ax.plot(came["days"].to_numpy(), came["purchases"].to_numpy(), color=style.INK, linewidth=2.2, label=_words("made"))
    names = list(dict.fromkeys(weeks["forecaster"]))
    for colour, name in zip(style.CATEGORIES, names, strict=False):
        rows = weeks[weeks["forecaster"] == name].sort_values("days")
        expected = rows["forecast_purchases"].to_numpy()
        label = say(Term("model", str(name)))
        look = notation.line(Scenario.FORECAST, colour)
        ax.plot(rows["days"].to_numpy(), expected, linewidth=1.4, label=label, **look)
    style.count_axis(ax.yaxis)
    ax.set_xlim(0, None)
    ax.set_ylim(0, None)
    ax.legend(loc="upper left")
    ax.set(title=_words("tracking"), xlabel=_words("days_ahead"), ylabel=_words("purchases"))
    return ax


def importance(inputs: pd.DataFrame, n_shown: int = 12, ax: Axes | None = None) -> Axes:
    """Draw what the corrections of the combined forecast rest on.

    Parameters
    ----------
    inputs : DataFrame
        input (a value of findings) and lost (normalised Gini lost when it is shuffled), the most important first.
    n_shown : int
        How many.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    shown = inputs[inputs["lost"] > 0].head(n_shown)
    ax = ax or style.new_axes(8, 1.2 + 0.34 * max(len(shown), 1))
    ax.barh(range(len(shown)), shown["lost"].to_numpy(), height=0.62, color=style.ACCENT)
    ax.set_yticks(range(len(shown)), [_label(name) for name in shown["input"]])
    ax.invert_yaxis()
    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.grid(visible=False, axis="y")
    ax.set(title=_words("importance"), xlabel=_words("lost"), ylabel="")
    return ax


def coverage(held: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw how often intervals held what came, beside how often they should have.

    Parameters
    ----------
    held : DataFrame
        forecaster, level (should hold) and share (held), both from 0 to 1.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 3.4)
    levels = sorted(held["level"].unique())
    names = list(dict.fromkeys(held["forecaster"]))
    width = 0.8 / max(len(names), 1)
    for i, (colour, name) in enumerate(zip(style.CATEGORIES, names, strict=False)):
        rows = held[held["forecaster"] == name].set_index("level")["share"].reindex(levels)
        places = [place - 0.4 + width * (i + 0.5) for place in range(len(levels))]
        ax.bar(places, rows.to_numpy(), width=width * 0.9, color=colour, label=say(Term("model", str(name))))
    for place, level in enumerate(levels):
        ax.plot([place - 0.42, place + 0.42], [level, level], color=style.INK, linewidth=1.6)
    ax.set_xticks(
        range(len(levels)), [say(Finding("proof.figure.interval", {"level": Number(100 * level)})) for level in levels]
    )
    style.share_axis(ax.yaxis)
    ax.set_ylim(0, 1.18)
    ax.grid(visible=False, axis="x")
    ax.legend(loc="upper center", ncols=min(len(names), 3))
    ax.set(title=_words("coverage"), xlabel="", ylabel=_words("customers"))
    return ax


def _words(key: str) -> str:
    return say(Finding(f"proof.figure.{key}"))


def _label(content: Said) -> str:
    written = say(content)
    return written[:1].upper() + written[1:]
