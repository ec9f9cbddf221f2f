"""Days without a year (1503, 15.03.): read where titles, or the file's name, say of which year they are."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from crmwb.sources import months
from crmwb.sources.drafting.reading import date_notation
from crmwb.sources.drafting.reading.date_notation import DATE_NAME, Dates

DAY = re.compile(
    r"(?<!\d)(?:(?P<y>20\d\d)-?(?P<m>[01]\d)-?(?P<d>[0-3]\d)|(?P<d2>\d{1,2})\.(?P<m2>\d{1,2})\.(?P<y2>20\d\d))(?!\d)"
)
YEAR = re.compile(r"(?<!\d)20\d\d(?!\d)")
BELEG = re.compile(r"\w*(datum|dato)\b.*")  # belegdatum, one word
MOST_DAYS = 366
LONGEST = 6


def readings(columns: Mapping[str, tuple[str, Counter[str]]], texts: Sequence[str]) -> dict[str, Dates]:
    """Return days without a year of columns that are called dates, in the year that something beside them says.

    Parameters
    ----------
    columns : mapping of str to (str, Counter)
        By name: its words, and its known values with how often each stands there.
    texts : sequence of str
        What stands above the header, cell by cell, and the file's name.
    """
    bare = {
        name: written
        for name, (words, counts) in columns.items()
        if (DATE_NAME.fullmatch(words) or BELEG.fullmatch(words)) and (written := _format(counts))
    }
    first = begins(texts) if bare else None
    if first is None:
        return {}
    result = {}
    for name, written in bare.items():
        how = f"{months.DAYS_FROM}{first} {written}"
        dates = date_notation.as_dates(columns[name][1], how)
        if dates is not None:
            result[name] = dates
    return result


def begins(texts: Sequence[str]) -> dt.date | None:
    """Return the first day of the year or period that texts name: two days after another, or one year alone.

    Examples
    --------
    >>> begins(["Buchungsstapel", "20240701", "20250630"])
    datetime.date(2024, 7, 1)
    >>> begins(["Sales", "2024 and 2025"]) is None
    True
    """
    days = [day for text in texts for match in DAY.finditer(text) if (day := _day(match))]
    periods = [(a, b) for a, b in pairwise(days) if a < b and (b - a).days < MOST_DAYS]
    if periods:
        return max(periods, key=lambda pair: pair[1] - pair[0])[0]
    years = {year for text in texts for year in YEAR.findall(text)}
    return dt.date(int(years.pop()), 1, 1) if len(years) == 1 and not days else None


def _day(match: re.Match[str]) -> dt.date | None:
    year, month, day = (match[a] or match[b] for a, b in (("y", "y2"), ("m", "m2"), ("d", "d2")))
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def _format(counts: Counter[str]) -> str:
    """Return the format of days without a year; empty where they are something else, or may be read in two ways."""
    if not counts or any(len(text) > LONGEST for text in counts):
        return ""
    fitting = [f for f, pattern in months.BARE.items() if all(_fits(pattern, text) for text in counts)]
    return fitting[0] if len(fitting) == 1 else ""


def _fits(pattern: str, text: str) -> bool:
    read = re.fullmatch(pattern, text)
    return read is not None and 1 <= int(read["m"]) <= 12 and 1 <= int(read["d"]) <= 31
