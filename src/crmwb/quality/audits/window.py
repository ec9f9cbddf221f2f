"""Audits of the time that the data covers."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import accumulate, pairwise

import ibis
import ibis.expr.types as ir

from crmwb.contract import Kind, Table
from crmwb.findings import Count, Day, Days, Finding, Listing, Share
from crmwb.quality.audits.audit import Audit, Weight, figures, found_among, weight

# A month: the rhythm in which most customers of most companies come back, so who was a customer before is seen again.
LEFT_EDGE_DAYS = 30
# Steady growth spreads first purchases evenly; more than three times the even share at the edge is the window's doing.
LEFT_EDGE_EXCESS = 3.0
# Closing days and holidays come one or a few at a time; a whole week without a sale is a hole in the export.
LONG_GAP_DAYS = 7
# A handful of rows, apart from all others by two months and a quarter of their time or more, is a slip in the date.
FAR_SHARE = 0.005
FAR_DAYS = 60
FAR_PART = 0.25


def first_purchases_cut_off(customers: ir.Table) -> Audit | None:
    """Find customers who were customers before the data begins: first seen in its first month.

    None where the data covers less than twice `LEFT_EDGE_DAYS`. `customers` are as `sums.by_customer` returns them.
    """
    ends = customers.filter(customers.first_sale.notnull())
    edge = ends.cross_join(ends.aggregate(begin=ends.first_sale.min(), end=ends.last_sale.max()))
    counts = figures(
        edge.aggregate(
            n_customers=edge.count(),
            n_early=(edge.first_sale < edge.begin + ibis.interval(days=LEFT_EDGE_DAYS)).sum(),
            begin=edge.begin.min(),
            end=edge.end.max(),
        )
    )
    if not counts["n_customers"]:
        return None
    n_days = (counts["end"] - counts["begin"]).days + 1
    if n_days < 2 * LEFT_EDGE_DAYS:
        return None
    share = counts["n_early"] / counts["n_customers"]
    even = LEFT_EDGE_DAYS / n_days
    severity = weight(share, LEFT_EDGE_EXCESS * even)
    return Audit(
        audit="first_purchases_cut_off",
        table="transactions",
        finding=Finding(
            "quality.audit.first_purchases_cut_off",
            {
                "n": Count(counts["n_early"]),
                "all": Count(counts["n_customers"], "customer"),
                "share": Share(share),
                "first": Count(LEFT_EDGE_DAYS),
                "days": Days(n_days),
                "even": Share(even),
            },
        ),
        rows=counts["n_early"],
        share=share,
        severity=severity,
        advice=Finding("quality.advice.first_purchases_cut_off") if severity is Weight.WARNING else None,
    )


def calendar_gaps(transactions: ir.Table) -> Audit | None:
    """Find days without any transaction between the first and the last."""
    days = [day for day, _ in _rows_by_day(transactions, "ordered_at")]
    if not days:
        return None
    n_days = (days[-1] - days[0]).days + 1
    n_missing = n_days - len(days)
    gaps = [((after - before).days - 1, before, after) for before, after in pairwise(days)]
    longest, before, after = max(gaps, key=lambda gap: gap[0], default=(0, days[0], days[0]))
    severity = Weight.WARNING if longest >= LONG_GAP_DAYS else Weight.NOTE
    return Audit(
        audit="calendar_gaps",
        table="transactions",
        finding=Finding(
            f"quality.audit.calendar_gaps{'' if n_missing else '_none'}",
            {
                "n": Count(n_missing),
                "all": Days(n_days),
                "share": Share(n_missing / n_days),
                "longest": Days(longest),
                "before": Day(before),
                "after": Day(after),
            },
        ),
        rows=n_missing,
        share=n_missing / n_days,
        severity=severity,
        advice=Finding("quality.advice.calendar_gaps") if severity is Weight.WARNING else None,
    )


def days_far_from_the_others(table: Table, tables: Mapping[str, ir.Table]) -> Audit | None:
    """Find the few rows dated long before or after all others, which would stretch the whole window.

    Of tables with events only: those with a customer and a day that is always known.
    """
    moments = [c.name for c in table.columns if c.kind in {Kind.DATE, Kind.TIMESTAMP} and not c.nullable]
    if not moments or "customer_id" not in tables[table.name].columns:
        return None
    by_day = _rows_by_day(tables[table.name], moments[0])
    n_rows = sum(n for _, n in by_day)
    least = int(FAR_SHARE * n_rows)
    gap = _far(by_day, least)
    early, late = _apart(by_day, least, gap), [*reversed(_apart([*reversed(by_day)], least, gap))]
    others = by_day[len(early) : len(by_day) - len(late)]
    far = [day for day, _ in (*early, *late)]
    examples = Listing(tuple(Day(day) for day in sorted({far[0], far[-1]}))) if far else Listing(())
    return found_among(
        "days_far_from_the_others",
        table.name,
        sum(n for _, n in (*early, *late)),
        n_rows,
        noticeable=0,
        values={
            "examples": examples,
            "begin": Day(others[0][0] if others else None),
            "end": Day(others[-1][0] if others else None),
        },
    )


def _apart(by_day: list[tuple[date, int]], least: int, gap: timedelta) -> list[tuple[date, int]]:
    """Return the days at the beginning, of `least` rows in all or fewer, that a long gap sets apart from the rest."""
    apart: list[tuple[date, int]] = []
    n_rows = 0
    for place, (here, after) in enumerate(pairwise(by_day), start=1):
        n_rows += here[1]
        if n_rows > least:
            break
        if abs(after[0] - here[0]) > gap:
            apart = by_day[:place]
    return apart


def _far(by_day: list[tuple[date, int]], least: int) -> timedelta:
    """Return how long a gap sets days apart: a part of the time that nearly all rows lie in, and two months or more."""
    upto = list(accumulate(n for _, n in by_day))
    inner = [day for (day, n), rows in zip(by_day, upto, strict=True) if rows > least and rows - n < upto[-1] - least]
    return max(timedelta(FAR_DAYS), FAR_PART * (inner[-1] - inner[0]) if inner else timedelta())


def _rows_by_day(rows: ir.Table, moment: str) -> list[tuple[date, int]]:
    """Return the days on which a table has rows, in order, with their number."""
    days = rows.group_by(day=rows[moment].cast("date")).aggregate(n_rows=rows.count()).order_by("day")
    return [(row["day"], row["n_rows"]) for row in days.to_pyarrow().to_pylist()]
