"""Dates with a month in words of another language than English, and days without a year: text → ISO 8601."""

import datetime as dt
import re
from functools import cache
from itertools import product

import ibis
import ibis.expr.types as ir
from babel import Locale

from crmwb.sources import letters

IN_WORDS = "month in words"  # 15 de marzo de 2025 14:32 hs.; 15 mars 2025; 15. März 2025
DAYS_FROM = "days from "  # and a day and a format: days from 2024-07-01 %d%m, of which 0103 is 1 March 2025
LANGUAGES = (  # of which no name is that of one month in one of them and of another month in another
    *("cs", "da", "de", "es", "et", "fi", "fr", "hu", "id", "it", "lt"),
    *("lv", "ms", "nb", "nl", "pl", "pt", "ro", "sk", "sl", "sv", "tr"),
)
ALSO = {1: ["janner"], 3: ["mrz"], 8: ["agt"], 9: ["sett", "setiembre"]}  # in use, and not in Unicode's tables
DAY = r"(\d{1,2})(?:er|[.o])?[ /-]*(?:de |di |d')?"  # and its month
YEAR = r"\.?,?[ /-]*(?:de |del |di )?(\d{4}|\d{2})\b"
CLOCK = r"^([\d-]{6,10})[, -]*(?:a las|alle ore|alle|as|a|om|um|ore)? ?(\d{1,2})[:h](\d{2})(:\d{2})?"
FORMATS = tuple(
    f"%{year}-%m-%d{clock}" for year in "yY" for clock in (" %I:%M:%S %p", " %I:%M %p", " %H:%M:%S", " %H:%M", "")
)
READ = re.compile(r"(\d{4}|\d{2})-\d\d-\d{1,2}( \d{1,2}:\d\d(:\d\d)?( ?[ap]m)?)?")
BARE = {  # a day and a month, by their format
    "%d%m": r"^(?P<d>\d{1,2})(?P<m>\d{2})$",
    "%m%d": r"^(?P<m>\d{1,2})(?P<d>\d{2})$",
    "%d.%m": r"^(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.?$",
    "%d/%m": r"^(?P<d>\d{1,2})/(?P<m>\d{1,2})$",
    "%m/%d": r"^(?P<m>\d{1,2})/(?P<d>\d{1,2})$",
    "%d-%m": r"^(?P<d>\d{1,2})-(?P<m>\d{1,2})$",
    "%m-%d": r"^(?P<m>\d{1,2})-(?P<d>\d{1,2})$",
}
FROM = re.compile(rf"{DAYS_FROM}(?P<from>\d{{4}}-\d{{2}}-\d{{2}}) (?P<format>\S+)")


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]  # ibis is untyped
def strip_accents(text: str) -> str:  # type: ignore[empty-body]  # the engine has the body
    """Return text without accents."""


@cache
def _steps() -> tuple[tuple[str, str], ...]:
    """Return what is replaced by what, in small letters without accents; months have the names of Unicode's tables."""
    words = {number: set(also) for number, also in ALSO.items()}
    for language, width in product(LANGUAGES, ("wide", "abbreviated")):
        for by_width in Locale.parse(language).months.values():  # alone, and within a date
            for number, name in by_width[width].items():
                words.setdefault(number, set()).add(letters.without_accents(name.lower()).rstrip("."))
    longest_first = {n: sorted(sorted(words[n]), key=len, reverse=True) for n in sorted(words)}
    return (
        (r"^[a-z]{2,10}\.?,? (?:den |el |le )?(\d{1,2}[^\d:]*[a-z])", r"\1"),  # the day of the week
        *((rf"\b(?:{'|'.join(names)})\b\.?", f"@{n:02}") for n, names in longest_first.items()),
        (rf"^{DAY}@(\d\d){YEAR}", r"\3-\2-\1"),
        (r"^@(\d\d) (\d{1,2}),? (?:de |del )?(\d{4})", r"\3-\1-\2"),
        (r"^(\d{4})\. @(\d\d) (\d{1,2})\.?", r"\1-\2-\3"),  # Hungarian
        (CLOCK, r"\1 \2:\3\4"),
        (
            r"(:\d\d(?: ?[ap]\.? ?m\.?)?) ?(?:utc|gmt|z|[pcem][sd]t|wes?t|ces?t|mes?z|ees?t|bst)$",
            r"\1",
        ),  # whose clock it is
        (r" ?([ap])\. ?m\.?$", r" \1m"),
        (r"(:\d\d) ?(?:hs|hrs|h|uhr|uur)\.?$", r"\1"),
    )


@cache
def is_in_words(text: str) -> bool:
    """Say whether a text is a date with a month in words.

    Examples
    --------
    >>> is_in_words("15 de marzo de 2025 14:32 hs."), is_in_words("15 Martians 2025")
    (True, False)
    """
    if text.isalnum():
        return False  # nothing stands between day and month
    plain = letters.without_accents(text.lower())
    for pattern, to in _steps():
        plain = re.sub(pattern, to, plain)
    return READ.fullmatch(plain) is not None


def is_of_days(date_format: str) -> bool:
    """Say whether a format is one of days without a year, and says well from which day on they are.

    Examples
    --------
    >>> is_of_days("days from 2024-07-01 %d%m"), is_of_days("days from 2024-07-41 %d%m")
    (True, False)
    """
    read = FROM.fullmatch(date_format)
    if read is None or read["format"] not in BARE:
        return False
    try:
        dt.date.fromisoformat(read["from"])
    except ValueError:
        return False
    return True


def of_words(text: ir.StringValue) -> ir.StringValue:
    """Return a date with a month in words as one of `FORMATS` reads it; other texts are none of them."""
    plain = strip_accents(text.lower())
    for pattern, to in _steps():
        plain = plain.re_replace(pattern, to)
    return plain


def of_days(text: ir.StringValue, date_format: str) -> ir.StringValue:
    """Return days without a year as ISO 8601, in the year that begins with the day that the format names."""
    read = FROM.fullmatch(date_format)
    if read is None:
        raise ValueError(f"{date_format!r} is no format of days without a year")
    pattern = BARE[read["format"]]
    places = re.compile(pattern).groupindex
    plain = re.sub(r"\?P<\w>", "", pattern)
    day, month = (text.re_extract(plain, places[name]).lpad(2, "0") for name in ("d", "m"))
    first = dt.date.fromisoformat(read["from"])
    is_next = month + "-" + day < f"{first:%m-%d}"
    year = ibis.ifelse(is_next, str(first.year + 1), str(first.year))
    return ibis.ifelse(text.re_search(plain), year + "-" + month + "-" + day, ibis.null("string"))
