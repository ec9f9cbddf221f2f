"""Audits of the time that the data covers."""

from itertools import pairwise

import ibis
import ibis.expr.types as ir

from crmwb.quality.audits.audit import Audit, Weight, figures, percent, weight

# A month: the rhythm in which most customers of most companies come back, so who was a customer before is seen again.
LEFT_EDGE_DAYS = 30
# Steady growth spreads first purchases evenly; more than three times the even share at the edge is the window's doing.
LEFT_EDGE_EXCESS = 3.0
# Closing days and holidays come one or a few at a time; a whole week without a sale is a hole in the export.
LONG_GAP_DAYS = 7


def first_purchases_cut_off(transactions: ir.Table) -> Audit | None:
    """Find customers who were customers before the data begins: first seen in its first month.

    None where the data covers less than twice `LEFT_EDGE_DAYS`.
    """
    days = _purchase_days(transactions)
    begin = days.aggregate(begin=days.day.min(), end=days.day.max())
    firsts = days.group_by("customer_id").aggregate(first_day=days.day.min())
    edge = firsts.cross_join(begin)
    found = figures(
        edge.aggregate(
            n_customers=edge.count(),
            n_early=(edge.first_day < edge.begin + ibis.interval(days=LEFT_EDGE_DAYS)).sum(),
            begin=edge.begin.min(),
            end=edge.end.max(),
        )
    )
    if not found["n_customers"]:
        return None
    n_days = (found["end"] - found["begin"]).days + 1
    if n_days < 2 * LEFT_EDGE_DAYS:
        return None
    share = found["n_early"] / found["n_customers"]
    even = LEFT_EDGE_DAYS / n_days
    return Audit(
        audit="first_purchases_cut_off",
        table="transactions",
        finding=(
            f"{found['n_early']:,} of {found['n_customers']:,} customers ({percent(share)}) are first seen in the "
            f"first {LEFT_EDGE_DAYS} of {n_days:,} days; {percent(even)} would be were they won evenly."
        ),
        rows=found["n_early"],
        share=share,
        severity=weight(share, LEFT_EDGE_EXCESS * even),
        advice=(
            "Their true first purchase lies before the data: read customer age, cohorts and acquisition as lower "
            "bounds, or bring earlier data."
        ),
    )


def calendar_gaps(transactions: ir.Table) -> Audit | None:
    """Find days without any transaction between the first and the last."""
    days = (
        transactions.select(day=transactions.ordered_at.date())
        .distinct()
        .order_by("day")
        .to_pyarrow()["day"]
        .to_pylist()
    )
    if not days:
        return None
    n_days = (days[-1] - days[0]).days + 1
    n_missing = n_days - len(days)
    gaps = [((after - before).days - 1, before, after) for before, after in pairwise(days)]
    longest, before, after = max(gaps, key=lambda gap: gap[0], default=(0, days[0], days[0]))
    finding = f"Every one of {n_days:,} days has a transaction."
    if n_missing:
        finding = (
            f"{n_missing:,} of {n_days:,} days ({percent(n_missing / n_days)}) have no transaction; the longest gap is "
            f"{longest:,} {'day' if longest == 1 else 'days'}, between {before} and {after}."
        )
    return Audit(
        audit="calendar_gaps",
        table="transactions",
        finding=finding,
        rows=n_missing,
        share=n_missing / n_days,
        severity=Weight.WARNING if longest >= LONG_GAP_DAYS else Weight.NOTE,
        advice=(
            "Ask whether the company was closed or the export lost these days; lost days look like silent customers."
            if n_missing
            else "Nothing to do."
        ),
    )


def _purchase_days(transactions: ir.Table) -> ir.Table:
    """Return one row per customer and day with a purchase."""
    bought = transactions.filter(~transactions.is_return & (transactions.revenue_cents > 0))
    return bought.select("customer_id", day=bought.ordered_at.date()).distinct()
