"""The buyers at a moment: how often they had bought, how long they had been silent for their rhythm, what came next."""

from dataclasses import dataclass
from datetime import date, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np

from crmwb import engine
from crmwb.engine import Backend
from crmwb.history.asof import days_between

MOST_MOMENTS = 8
LEAST_GAP = 0.5  # days


@dataclass(frozen=True)
class Buyers:
    """The buyers at one moment; arrays of shape (n,).

    Attributes
    ----------
    customer : ndarray of int
        Their numbers, ascending.
    n_days : ndarray of int
        Purchase days before the moment.
    silence : ndarray of float
        Days since the last of them over the mean gap between them; that gap is drawn towards the one of all buyers, as
        if there had been one such gap more.
    day_cents : ndarray of float
        Revenue of a purchase day, the mean so far, net of returns.
    came : ndarray of bool
        Bought in the days from the moment on.
    next_cents : ndarray of float
        Revenue in these days, net of returns.
    """

    customer: np.ndarray
    n_days: np.ndarray
    silence: np.ndarray
    day_cents: np.ndarray
    came: np.ndarray
    next_cents: np.ndarray


def purchase_days(transactions: ir.Table, customers: ir.Table) -> ir.Table:
    """Sum order lines by customer and day.

    Parameters
    ----------
    transactions : ir.Table
        Order lines.
    customers : ir.Table
        customer_id; they are numbered from 0 in its order.

    Returns
    -------
    ir.Table
        customer (the number), day, is_purchase (it has a sale of positive revenue) and cents (net of returns).
    """
    place = ibis.row_number().over(order_by=customers.customer_id).cast("int64")
    lines = transactions.mutate(day=transactions.ordered_at.date())
    days = lines.group_by("customer_id", "day").aggregate(
        is_purchase=(~lines.is_return & (lines.revenue_cents > 0)).any(), cents=lines.revenue_cents.sum().cast("int64")
    )
    return days.inner_join(customers.select("customer_id", customer=place), "customer_id").drop("customer_id")


def buyers(con: Backend, days: ir.Table, moment: date, ahead_days: int) -> Buyers:
    """Describe the buyers at a moment from what came before it, and what they bought in the days from it on.

    Parameters
    ----------
    con : Backend
        The engine that holds the days.
    days : ir.Table
        As `purchase_days` returns them.
    moment : date
        What happened on it or later is used only for `came` and `next_cents`.
    ahead_days : int
        How many days those look ahead.
    """
    seen = days.filter(days.day < ibis.literal(moment + timedelta(days=ahead_days)))
    before = seen.day < ibis.literal(moment)
    by = seen.group_by("customer").aggregate(
        n=seen.count(where=before & seen.is_purchase),
        first=seen.day.min(where=before & seen.is_purchase),
        last=seen.day.max(where=before & seen.is_purchase),
        cents=_sum(seen.cents, before),
        came=seen.count(where=~before & seen.is_purchase) > 0,
        next_cents=_sum(seen.cents, ~before),
    )
    known = by.filter(by.n > 0)
    silent = days_between(known.last, ibis.literal(moment))
    rows = known.select(
        "customer", "n", "cents", "came", "next_cents", span=days_between(known.first, known.last), silent=silent
    )
    table = engine.batches(con, rows.order_by("customer")).read_all()
    n, span, silent_days, cents = (table[name].to_numpy().astype(float) for name in ("n", "span", "silent", "cents"))
    typical = span.sum() / max((n - 1).sum(), 1)
    gap = np.maximum((span + typical) / np.maximum(n, 1), LEAST_GAP)
    return Buyers(
        table["customer"].to_numpy().astype(int),
        n.astype(int),
        silent_days / gap,
        np.maximum(cents / np.maximum(n, 1), 0.0),
        table["came"].to_numpy(zero_copy_only=False).astype(bool),
        table["next_cents"].to_numpy().astype(float),
    )


def moments(as_of: date, first_day: date, ahead_days: int) -> list[date]:
    """Return earlier moments whose days ahead had ended by a day and do not overlap, the latest first.

    Each lies at least as many days after the first as it looks ahead; of many, `MOST_MOMENTS` are enough.

    Examples
    --------
    >>> from datetime import date
    >>> from crmwb.actions.buyers import moments
    >>> [str(day) for day in moments(date(2025, 1, 1), date(2024, 1, 1), 120)]
    ['2024-09-03', '2024-05-06']
    """
    days = [as_of - timedelta(days=k * ahead_days) for k in range(1, MOST_MOMENTS + 1)]
    return [day for day in days if (day - first_day).days >= ahead_days]


def _sum(cents: ir.IntegerValue, where: ir.BooleanValue) -> ir.Value:
    return cents.sum(where=where).fill_null(0).cast("float64")
