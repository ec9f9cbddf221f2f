"""Figures of profit: who destroys it and why, and how fast customers pay back what they cost."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from crmwb.plots import style

MIN_OBSERVED = 30  # below this the curve jumps with every customer


def destroyers(reasons: pd.DataFrame, currency: str, ax: Axes | None = None) -> Axes:
    """Draw what customers who destroy profit lose, by the reason that most of the loss is due to.

    Parameters
    ----------
    reasons : DataFrame
        words, n_customers and loss_cents, the costliest first.
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
        words = f"{style.money(cents, currency)} · {n:,} customer{'' if n == 1 else 's'}"
        ax.text(cents + longest * 0.012, place, words, va="center", fontsize=9)
    ax.set_yticks(range(len(lost)), [words[0].upper() + words[1:] for words in reasons["words"]])
    ax.invert_yaxis()
    ax.set_xlim(0, (longest or 1.0) * 1.32)
    ax.xaxis.set_major_locator(MaxNLocator(5))
    style.money_axis(ax.xaxis, currency)
    ax.grid(visible=False, axis="y")
    ax.set(title="What is lost with customers who destroy profit, and why", xlabel="loss", ylabel="")
    return ax


def payback(curve: pd.DataFrame, first_order_loss_share: float | None = None, ax: Axes | None = None) -> Axes:
    """Draw the share of customers who have paid back what it cost to win and serve them, by month.

    Parameters
    ----------
    curve : DataFrame
        month, n_observed and paid_back_share; months in which fewer than 30 are observed are drawn dotted.
    first_order_loss_share : float, optional
        The share of customers whose first order earned less than it cost to win them; said on the figure.
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
            ax.annotate(
                f"{shares[month]:.0%} by month {month}", (month, shares[month]), (6, -14), textcoords="offset points"
            )
    if first_order_loss_share is not None:
        said = f"first order earned less than the cost of winning them: {first_order_loss_share:.0%} of customers"
        ax.text(0.99, 0.04, said, transform=ax.transAxes, ha="right", color=style.BAD, fontsize=9)
    ax.set_xlim(0, max(float(months.max(initial=0.0)), 1.0))
    ax.set_ylim(0, 1.02)
    ax.xaxis.set_major_locator(MaxNLocator(12, integer=True))
    style.share_axis(ax.yaxis)
    ax.set(
        title="Customers who have paid back what it cost to win and serve them",
        xlabel="months since the first purchase (dotted: fewer than 30 customers observed)",
        ylabel="customers",
    )
    return ax
