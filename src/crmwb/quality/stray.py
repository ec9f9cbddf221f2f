"""Days far from all others: one order typed into 2089 must not move what counts as today, nor where history begins."""

from collections.abc import Collection, Mapping
from datetime import date

import ibis.expr.types as ir
import numpy as np

from crmwb.quality.checks import Check, near_the_others

TIME_OF = {
    "transactions": "ordered_at",
    "interactions": "occurred_at",
    "campaign_members": "contacted_at",
    "invoices": "issued_on",
    "opportunities": "opened_on",
}
MIN_EVENTS = 30  # fewer do not show what is usual
FEW_EVENTS = 3  # so many may be stray,
FEW_SHARE = 0.001  # or this share of all, whichever is more
USUAL_GAPS = 10  # a stray day lies further off than so many of the longest gaps between the others,
MIN_DAYS_AFTER = 31  # and further than so many days after them (as an as_of may: features.max_days_after_last_event),
MIN_DAYS_BEFORE = 365  # or before them: a young company has few orders in its first months


def usual_days(
    counts: Mapping[date, int], min_days_after: int = MIN_DAYS_AFTER, min_days_before: int = MIN_DAYS_BEFORE
) -> tuple[date, date] | None:
    """Return the first and the last day with events that are not stray; None where too few events show what is usual.

    Parameters
    ----------
    counts : mapping of date to int
        Events by day.
    min_days_after, min_days_before : int
        The least distances that make a day stray.

    Examples
    --------
    >>> from datetime import timedelta
    >>> daily = {date(2023, 1, 1) + timedelta(days=i): 2 for i in range(300)}
    >>> usual_days(daily | {date(2089, 3, 1): 1})
    (datetime.date(2023, 1, 1), datetime.date(2023, 10, 27))
    """
    days = sorted(counts)
    n = np.array([counts[day] for day in days])
    total = int(n.sum()) if len(n) else 0
    few = max(FEW_EVENTS, int(FEW_SHARE * total))
    from_start, from_end = np.cumsum(n), np.cumsum(n[::-1])[::-1]
    inner = np.flatnonzero((from_start > few) & (from_end > few))
    if total < MIN_EVENTS or len(inner) < 2:
        return None
    gaps = np.diff([day.toordinal() for day in days])
    first, last = int(inner[0]), int(inner[-1])
    usual = USUAL_GAPS * int(gaps[first:last].max())
    early = np.flatnonzero(gaps[:first] > max(usual, min_days_before))
    late = np.flatnonzero(gaps[last:] > max(usual, min_days_after))
    begin = int(early[-1]) + 1 if len(early) else 0
    end = last + int(late[0]) if len(late) else len(days) - 1
    return days[begin], days[end]


def stray_checks(name: str, rows: ir.Table, present: Collection[str]) -> list[Check]:
    """Return the check that no event of a table lies far from all others; none where the table does not tell the time.

    Time is told by transactions; in a source without, by its other events.

    Parameters
    ----------
    name : str
        The table's.
    rows : ir.Table
        Its canonical rows.
    present : collection of str
        The tables of the source.
    """
    tells_time = name == "transactions" or (name in TIME_OF and "transactions" not in present)
    if not tells_time:
        return []
    column = TIME_OF[name]
    usual = usual_days(day_counts(rows, column))
    if usual is None:
        return []
    return [near_the_others(column, *usual)]


def day_counts(rows: ir.Table, column: str) -> dict[date, int]:
    """Count the events of each day."""
    day = rows.select(day=rows[column].cast("date")).filter(lambda t: t.day.notnull())
    counted = day.group_by("day").aggregate(n=day.count()).to_pyarrow().to_pydict()
    return dict(zip(counted["day"], counted["n"], strict=True))
