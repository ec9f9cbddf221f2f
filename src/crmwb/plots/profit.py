"""Figures of profit: unprofitable customers by reason, and how fast customers pay back what they cost."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from crmwb.findings import Count, Finding, Money, Share, Term
from crmwb.findings.say import say
from crmwb.plots import style

MIN_OBSERVED = 30  # below this the curve jumps with every customer


def unprofitable(reasons: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Draw what is lost with unprofitable customers, by main reason.

    Parameters
    ----------
    reasons : DataFrame
        reason, n_customers and loss_cents, the costliest first.
    currency : str
        For the axis.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes(8, 1.4 + 0.5 * max(len(reasons), 1))
    lost = reasons["loss_cents"].to_numpy(dtype=float)
    longest = float(lost.max(initial=0.0))
    ax.barh(range(len(lost)), lost, height=0.62, color=style.BAD)
    for place, (cents, n) in enumerate(zip(lost, reasons["n_customers"], strict=True)):
        label = Finding("realised.figure.loss_label", {"money": Money(cents, currency), "n": Count(n, "customer")})
        ax.text(cents + longest * 0.012, place, say(label), va="center", fontsize=9)
    ax.set_yticks(range(len(lost)), [say(Term("loss_reason", str(reason))) for reason in reasons["reason"]])
    ax.invert_yaxis()
    ax.set_xlim(0, (longest or 1.0) * 1.32)
    ax.xaxis.set_major_locator(MaxNLocator(5))
    style.money_axis(ax.xaxis, currency)
    ax.grid(visible=False, axis="y")
    ax.set(title=_words("unprofitable"), xlabel=_words("loss"), ylabel="")
    return ax


def payback(curve: pd.DataFrame, first_order_loss_share: float | None = None, ax: Axes | None = None) -> Axes:
    """Draw the share of customers who have paid back the cost of acquiring and serving them, by month.

    Parameters
    ----------
    curve : DataFrame
        month, n_observed and paid_back_share; months in which fewer than 30 are observed are drawn dotted.
    first_order_loss_share : float, optional
        The share of customers whose first order earned less than their acquisition cost; written on the figure.
    ax : Axes, optional
        Where to draw; a new figure where not given.
    """
    ax = ax or style.new_axes()
    months, shares = (curve[name].to_numpy(dtype=float) for name in ("month", "paid_back_share"))
    firm = int((curve["n_observed"] >= MIN_OBSERVED).sum())
    ax.step(months[:firm], shares[:firm], where="post", color=style.ACCENT, linewidth=2)
    ax.step(months[max(firm - 1, 0) :], shares[max(firm - 1, 0) :], where="post", color=style.MUTED, linestyle=":")
    ax.fill_between(months[:firm], shares[:firm], step="post", alpha=0.08, color=style.ACCENT)
    for month in (1, 12):
        if month < firm:
            ax.plot(month, shares[month], "o", color=style.ACCENT)
            reached = Finding("realised.figure.by_month", {"share": Share(shares[month]), "month": Count(month)})
            ax.annotate(say(reached), (month, shares[month]), (6, -14), textcoords="offset points")
    if first_order_loss_share is not None:
        losses = Finding("realised.figure.first_order", {"share": Share(first_order_loss_share)})
        ax.text(0.99, 0.04, say(losses), transform=ax.transAxes, ha="right", color=style.BAD, fontsize=9)
    ax.set_xlim(0, max(float(months.max(initial=0.0)), 1.0))
    ax.set_ylim(0, 1.02)
    ax.xaxis.set_major_locator(MaxNLocator(12, integer=True))
    style.share_axis(ax.yaxis)
    ax.set(
        title=_words("payback"),
        xlabel=say(Finding("realised.figure.months", {"least": Count(MIN_OBSERVED)})),
        ylabel=_words("customers"),
    )
    return ax


def _words(key: str) -> str:
    return say(Finding(f"realised.figure.{key}"))
