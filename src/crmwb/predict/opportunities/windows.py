"""The quarter that is forecast, and the same part of earlier quarters, on which the forecast is tested."""

from dataclasses import dataclass
from datetime import date, timedelta

from crmwb.calendar import month_of, start_of
from crmwb.predict.opportunities.deals import day_of

MONTHS = 3
MIN_DAYS_LEFT = 31  # with fewer left, the next quarter is forecast too


@dataclass(frozen=True)
class Window:
    """Part of a quarter, or of two.

    Attributes
    ----------
    starts_on : date
        First day of the quarter.
    origin : date
        What is known before this day is used.
    ends_on : date
        The day after the last one.
    n_quarters : int
        1, or 2 where the quarter of the origin is nearly over.
    """

    starts_on: date
    origin: date
    ends_on: date
    n_quarters: int

    @property
    def days(self) -> int:
        """Days from the origin to the end."""
        return (self.ends_on - self.origin).days

    @property
    def numbers(self) -> tuple[int, int, int]:
        """Start, origin and end as numbers of days."""
        return day_of(self.starts_on), day_of(self.origin), day_of(self.ends_on)


def current(as_of: date) -> Window:
    """Return the window to forecast.

    Examples
    --------
    >>> current(date(2026, 1, 1)).ends_on
    datetime.date(2026, 4, 1)
    >>> current(date(2026, 3, 20)).ends_on
    datetime.date(2026, 7, 1)
    """
    first = _quarter(as_of)
    n = 1 if (start_of(first + MONTHS) - as_of).days >= MIN_DAYS_LEFT else 2
    return Window(start_of(first), as_of, start_of(first + MONTHS * n), n)


def earlier(window: Window, n_quarters: int) -> Window:
    """Return the same part so many quarters before."""
    first = _quarter(window.starts_on) - MONTHS * n_quarters
    start, end = start_of(first), start_of(first + MONTHS * window.n_quarters)
    offset = (window.origin - window.starts_on).days
    return Window(start, start + timedelta(days=offset), end, window.n_quarters)


def _quarter(day: date) -> int:
    """Return the number of the first month of the quarter that a day lies in."""
    month = month_of(day)
    return month - month % MONTHS
