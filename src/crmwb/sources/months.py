"""Dates with a month in words of another language than English, and days without a year: text → ISO 8601."""

import datetime as dt
import re
from functools import cache

import ibis
import ibis.expr.types as ir

from crmwb.sources import letters

IN_WORDS = "month in words"  # 15 de marzo de 2025 14:32 hs.; 15 mars 2025; 15. März 2025
DAYS_FROM = "days from "  # and a day and a format: days from 2024-07-01 %d%m, of which 0103 is 1 March 2025
MONTHS: dict[int, str] = {  # Spanish, French, Italian, Portuguese, Dutch, German and Polish, without accents
    1: "enero ene janvier janv gennaio gen janeiro januari jan januar janner stycznia styczen sty",
    2: "febrero feb fevrier fevr fev febbraio fevereiro februari februar lutego luty lut",
    3: "marzo mar mars marco maart mrt marz mrz marca marzec",
    4: "abril abr avril avr aprile apr april kwietnia kwiecien kwi",
    5: "mayo may mai maggio mag maio mei maja maj",
    6: "junio jun juin giugno giu junho juni czerwca czerwiec cze",
    7: "julio jul juillet juil luglio lug julho juli lipca lipiec lip",
    8: "agosto ago aout augustus aug august sierpnia sierpien sie",
    9: "septiembre setiembre sep sept set septembre settembre sett setembro september wrzesnia wrzesien wrz",
    10: "octubre oct octobre ottobre ott outubro out oktober okt pazdziernika pazdziernik paz",
    11: "noviembre nov novembre novembro november listopada listopad lis",
    12: "diciembre dic decembre dec dicembre dezembro dez december dezember grudnia grudzien gru",
}
DAY = r"(\d{1,2})(?:er|[.o])?[ /-]*(?:de |di |d')?"  # and its month
YEAR = r"\.?,?[ /-]*(?:de |del |di )?(\d{4}|\d{2})\b"
CLOCK = r"^([\d-]{6,10})[, -]*(?:a las|alle ore|alle|as|a|om|um|ore)? ?(\d{1,2})[:h](\d{2})(:\d{2})?"
STEPS: tuple[tuple[str, str], ...] = (  # what is replaced by what, in small letters without accents
    (r"^[a-z]{2,10}\.?,? (?:den |el |le )?(\d{1,2}[^\d:]*[a-z])", r"\1"),  # the day of the week
    *((rf"\b(?:{'|'.join(words.split())})\b\.?", f"@{number:02}") for number, words in MONTHS.items()),
    (rf"^{DAY}@(\d\d){YEAR}", r"\3-\2-\1"),
    (r"^@(\d\d) (\d{1,2}),? (?:de |del )?(\d{4})", r"\3-\1-\2"),
    (CLOCK, r"\1 \2:\3\4"),
    (r" ?([ap])\. ?m\.?$", r" \1m"),
    (r"(:\d\d) ?(?:hs|hrs|h|uhr|uur)\.?$", r"\1"),
)
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
def is_in_words(text: str) -> bool:
    """Say whether a text is a date with a month in words.

    Examples
    --------
    >>> is_in_words("15 de marzo de 2025 14:32 hs."), is_in_words("15 Martians 2025")
    (True, False)
    """
    plain = letters.without_accents(text.lower())
    for pattern, to in STEPS:
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
    for pattern, to in STEPS:
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
