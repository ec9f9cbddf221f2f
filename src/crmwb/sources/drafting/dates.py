"""Dates as people write them: which formats fit all of a column's values."""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import cache

FIRST_YEAR, LAST_YEAR = 1970, 2100
DAYS = (
    "%Y%m%d", "%d.%m.%Y", "%d.%m.%y", "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%Y/%m/%d", "%d-%m-%Y",
    "%m-%d-%Y", "%d-%m-%y", "%m-%d-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y", "%d-%b-%Y", "%d-%b-%y",
)  # fmt: skip
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p", "T%H:%M:%S")
ISO = "ISO 8601"
ISO_PATTERN = re.compile(r"\d{4}-\d{1,2}-\d{1,2}([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?)?( ?(Z|UTC|[-+]\d{2}:?\d{2}))?")
DATE_LIKE = re.compile(r"\D*\d{1,4}[-./ ]?(\d{1,2}|[A-Za-z]{3,9})[-./ ,]{0,2}\d{2,4}(\D.*)?|[A-Za-z]{3,9} \d.*")


def formats(values: Iterable[str]) -> list[str]:
    """Return the formats that fit every value, the likeliest first; `ISO` for ISO 8601, none where none fits.

    Where day and month could be either, both formats are there.
    """
    texts = list(values)
    if not texts or not all(DATE_LIKE.fullmatch(text) for text in texts):
        return []
    if all(ISO_PATTERN.fullmatch(text) and _is_iso(text) for text in texts):
        return [ISO]
    return [day + time for day in DAYS for time in TIMES if all(_fits(text, day + time) for text in texts)]


def looks_like_a_date(text: str) -> bool:
    """Say whether a text alone would pass as a date."""
    return bool(formats([text]))


def swapped(date_format: str) -> str:
    """Return a format with day and month in each other's place."""
    return date_format.replace("%d", "%0").replace("%m", "%d").replace("%0", "%m")


def _is_iso(text: str) -> bool:
    year = int(text[:4])
    return FIRST_YEAR <= year <= LAST_YEAR and _fits(text[:10].strip().partition("T")[0].partition(" ")[0], "%Y-%m-%d")


@cache
def _fits(text: str, date_format: str) -> bool:
    if date_format.startswith("%Y%m%d") and not re.match(r"\d{8}(\D|$)", text):
        return False
    try:
        return FIRST_YEAR <= datetime.strptime(text, date_format).year <= LAST_YEAR  # noqa: DTZ007 - no zone in it
    except ValueError:
        return False
