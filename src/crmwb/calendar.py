"""Days and months, counted: days since 1970, months since the year 0, so that they can be subtracted.

Days are those of the company's time zone (`source.time_zone`): moments are put on its clock where a source is read
(`crmwb.sources.values`), so that from there on a moment's date is the company's date. The end of a month is exclusive,
like every as_of: the first of February is January's end.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

EPOCH = date(1970, 1, 1)
PERIOD = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2]))?(?:/(\d{4})(?:-(0[1-9]|1[0-2]))?)?")
MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
MONTHS_A_YEAR = 12
MEAN_DAYS = 365.25 / MONTHS_A_YEAR  # of a month


def day_number(day: date) -> int:
    """Return a day's number: the days since 1970."""
    return (day - EPOCH) // timedelta(days=1)


def day_column(day: date, n_rows: int) -> pd.Series[Any]:
    """Return a day for each of some rows, as Arrow holds dates: in a tenth of the memory of objects.

    Examples
    --------
    >>> from datetime import date
    >>> from crmwb.calendar import day_column
    >>> day_column(date(2024, 2, 1), 2).tolist()
    [datetime.date(2024, 2, 1), datetime.date(2024, 2, 1)]
    """
    import pandas as pd
    import pyarrow as pa

    return pd.Series(pa.repeat(pa.scalar(day, pa.date32()), n_rows), dtype=pd.ArrowDtype(pa.date32()))


def day_at(number: int) -> date:
    """Return the day with a number."""
    return EPOCH + timedelta(days=number)


def month_of(day: date) -> int:
    """Return the number of the month that a day lies in: twelve times the year, plus 0 for January to 11."""
    return day.year * MONTHS_A_YEAR + day.month - 1


def month_column(day: ir.DateValue) -> ir.IntegerValue:
    """Return what `month_of` does of a column of dates (int32)."""
    return (day.year().cast("int32") * MONTHS_A_YEAR + day.month().cast("int32") - 1).cast("int32")


def start_of(month: int) -> date:
    """Return a month's first day, of its number."""
    return date(month // MONTHS_A_YEAR, month % MONTHS_A_YEAR + 1, 1)


def name_of(month: int) -> str:
    """Return a month's name, such as 2024-01, of its number."""
    return f"{month // MONTHS_A_YEAR:04d}-{month % MONTHS_A_YEAR + 1:02d}"


def month_named(name: str) -> int | None:
    """Return the number of a month of its name; None of what is no such name.

    >>> month_named("2024-01") - month_named("2023-12"), month_named("unknown")
    (1, None)
    """
    parts = MONTH.fullmatch(name)
    return int(parts[1]) * MONTHS_A_YEAR + int(parts[2]) - 1 if parts else None


def is_month_end(day: date) -> bool:
    """Whether a day is the exclusive end of a month: the first day of the next.

    >>> is_month_end(date(2024, 2, 1)), is_month_end(date(2024, 1, 31))
    (True, False)
    """
    return day.day == 1


def period(text: str) -> tuple[date, date]:
    """Return the first day of a period and the day after its last.

    Parameters
    ----------
    text : str
        A year, a month, or the first and the last of them: 2024, 2024-03, 2024-04/2025-03.

    Raises
    ------
    ValueError
        It is none of these, or ends before it begins.

    Examples
    --------
    >>> print(*period("2024"), *period("2024-04/2025-03"))
    2024-01-01 2025-01-01 2024-04-01 2025-04-01
    """
    if not (parts := PERIOD.fullmatch(text)):
        raise ValueError(f"{text!r} is no period: write a year, a month, or both ends: 2024, 2024-03, 2024-04/2025-03")
    year, month, last_year, last_month = parts.groups()
    if last_year is None:
        last_year, last_month = year, month
    first = date(int(year), int(month or 1), 1)
    end = start_of(month_of(date(int(last_year), int(last_month or MONTHS_A_YEAR), 1)) + 1)
    if end <= first:
        raise ValueError(f"{text!r} ends before it begins")
    return first, end


def whole_month_ends(first: date, as_of: date) -> list[date]:
    """Return the end of every month since `first`, the last one at `as_of` or before it."""
    return [start_of(month) for month in range(month_of(first) + 1, month_of(as_of) + 1)]


def month_ends(first: date, as_of: date) -> list[date]:
    """Return the end of every month since `first`, and `as_of` itself as the last one."""
    ends = whole_month_ends(first, as_of)
    return ends if ends and ends[-1] == as_of else [*ends, as_of]


def edges_ahead(origin: date, n_months: int) -> list[date]:
    """Return where the periods of a forecast begin, and where the last one ends.

    The periods are `n_months` whole months; where `origin` lies within a month, the rest of that month comes first.
    """
    whole = month_of(origin) if is_month_end(origin) else month_of(origin) + 1
    starts = [start_of(whole + i) for i in range(n_months + 1)]
    return starts if is_month_end(origin) else [origin, *starts]
