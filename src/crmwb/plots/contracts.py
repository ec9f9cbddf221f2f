"""Figures of contracts: how long they last, and what changed recurring revenue."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator

from crmwb.findings import Finding, Name
from crmwb.findings.say import say
from crmwb.plots import notation, style

ALL = "(all)"
MOST_CURVES = 6
GAINED = {"new": style.GOOD, "returned": style.CATEGORIES[5], "expansion": notation.pale(style.GOOD)}
LOST = {"contraction": notation.pale(style.BAD), "churn": style.BAD}


def survival(curves: pd.DataFrame, ax: Axes | None = None) -> Axes:
    """Draw the share of contracts that still run after each month: all with their interval, and the largest plans.

    Parameters
    ----------
    curves : DataFrame
        plan, month, n_at_risk, survival, low and high, as `crmwb.value.contracts` makes them.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes()
    whole = curves[curves["plan"] == ALL]
    ax.fill_between(whole["month"], whole["low"], whole["high"], step="post", alpha=0.15, color=style.INK, linewidth=0)
    ax.step(whole["month"], whole["survival"], where="post", color=style.INK, linewidth=2, label=_words("all"))
    sizes = curves[(curves["plan"] != ALL) & (curves["month"] == 0)].sort_values(
        ["n_at_risk", "plan"], ascending=[False, True]
    )
    for plan, colour in zip(sizes["plan"][:MOST_CURVES], style.CATEGORIES, strict=False):
        rows = curves[curves["plan"] == plan]
        ax.step(rows["month"], rows["survival"], where="post", color=colour, label=style.short(plan, 24))
    ax.set_ylim(0, 1.02)
    ax.set_xlim(left=0)
    style.share_axis(ax.yaxis)
    style.count_axis(ax.xaxis)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=9)
    ax.set(title=_words("survival"), xlabel=_words("months"), ylabel=_words("running"))
    return ax


def bridge(months: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Draw what was gained and lost of recurring revenue, month by month.

    Parameters
    ----------
    months : DataFrame
        day, new_cents, returned_cents, expansion_cents, contraction_cents and churn_cents.
    currency : str
        For the labels.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes()
    when = pd.to_datetime(months["day"])
    for parts, sign in ((GAINED, 1), (LOST, -1)):
        at = pd.Series(0.0, index=months.index)
        for name, colour in parts.items():
            cents = sign * months[f"{name}_cents"].astype(float)
            ax.bar(when, cents, width=20, bottom=at, color=colour, label=say(Finding(f"contracts.flow.{name}")))
            at += cents
    ax.axhline(0, color=style.MUTED, linewidth=0.8)
    ax.xaxis.set_major_locator(AutoDateLocator(maxticks=8))  # type: ignore[no-untyped-call]  # matplotlib's dates
    style.month_axis(ax.xaxis)
    style.money_axis(ax.yaxis, currency)
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=9)
    ax.set(title=_words("bridge"), xlabel="", ylabel=say(Finding("contracts.plot.change", {"unit": Name(currency)})))
    return ax


def _words(name: str) -> str:
    return say(Finding(f"contracts.plot.{name}"))
