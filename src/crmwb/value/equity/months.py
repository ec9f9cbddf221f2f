"""Calendar months, counted: a month is the number of months since the year 0, so that months can be subtracted."""

from datetime import date, timedelta

EPOCH = date(1970, 1, 1)
MONTHS_A_YEAR = 12
MEAN_DAYS = 365.25 / MONTHS_A_YEAR


def month_of(day: date) -> int:
    """Return the number of the month that a day lies in."""
    return day.year * MONTHS_A_YEAR + day.month - 1


def start_of(month: int) -> date:
    """Return a month's first day."""
    return date(month // MONTHS_A_YEAR, month % MONTHS_A_YEAR + 1, 1)


def day_number(day: date) -> int:
    """Return the days from 1970 on, which activity is counted in."""
    return (day - EPOCH) // timedelta(days=1)


def month_ends(first: date, as_of: date) -> list[date]:
    """Return the end of every month since `first`, and `as_of` itself as the last one.

    Ends are exclusive, like every as_of: the first of February is January's end.
    """
    ends = [start_of(month) for month in range(month_of(first) + 1, month_of(as_of) + 1)]
    return ends if ends and ends[-1] == as_of else [*ends, as_of]


def edges_ahead(origin: date, n_months: int) -> list[date]:
    """Return where the periods of a forecast begin, and where the last one ends.

    The periods are `n_months` whole months; where `origin` lies within a month, the rest of that month comes first.
    """
    whole = month_of(origin) if origin.day == 1 else month_of(origin) + 1
    starts = [start_of(whole + i) for i in range(n_months + 1)]
    return starts if origin.day == 1 else [origin, *starts]
