"""How dates of a file are written: formats of days and times, days of a spreadsheet, seconds since 1970."""
# ruff: noqa: E501 - lists and patterns are easier to read in one line

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache

from crmwb import engine
from crmwb.engine import Backend
from crmwb.params import EngineParams
from crmwb.sources import eras, months, values
from crmwb.sources.drafting.reading.number_notation import Numbers
from crmwb.sources.drafting.reading.trial import LEAST_SHARE, plain, tried
from crmwb.sources.values import ISO, SERIAL

FIRST_YEAR, LAST_YEAR = 1950, 2100
WITHOUT_END = 9999
DATE_NAME = re.compile(
    r".*\b(date|datum|day|time|timestamp|created|updated|ordered|on|at|tag|fecha|datetime|am|since|start|end|closed)\b.*"
    r"|.*(日期|时间|日付|日時|日)"
)
CLOCK = r"\d{1,2}:\d{2}(?P<s>:\d{2}(?P<f>[.,]\d+)?)?(?P<p> ?[AaPp]\.? ?[Mm]\.?)?(?P<z> ?(Z|z|UTC|GMT|(UTC|GMT)?[-+]\d{1,2}:?(\d{2})?))?"
MONTH = r"[A-Za-z]{3,9}\.?"
ENGLISH = "jan|january|feb|february|mar|march|apr|april|may|jun|june|jul|july|aug|august|sep|sept|september|oct|october|nov|november|dec|december"
LETTERED = r"[RHS]\.? ?\d{1,2}[./-]\d{1,2}[./-]\d{1,2}"  # a day of a Japanese era, or a number of another kind
MONTH_FORMATS = (  # of a whole month, which stands for its first day
    (r"(0?[1-9]|1[0-2])/(19|20)\d\d", "%m/%Y"),
    (r"(19|20)\d\d/(0?[1-9]|1[0-2])", "%Y/%m"),
    (r"(0[1-9]|1[0-2])-(19|20)\d\d", "%m-%Y"),
    (r"(19|20)\d\d-(0[1-9]|1[0-2])", "%Y-%m"),
    (r"(0[1-9]|1[0-2])\.(19|20)\d\d", "%m.%Y"),
    (r"(19|20)\d\d年(0?[1-9]|1[0-2])月", "%Y年%m月"),
)
OF_MONTHS = frozenset(f for _, f in MONTH_FORMATS)
DAY_FORMATS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"\d{1,2}/\d{1,2}/25\d{2}", (f"{eras.BUDDHIST}%d/%m/%Y",)),
    (r"\d{1,2}-\d{1,2}-25\d{2}", (f"{eras.BUDDHIST}%d-%m-%Y",)),
    (r"25\d{2}-\d{1,2}-\d{1,2}", (f"{eras.BUDDHIST}%Y-%m-%d",)),
    (r"25\d{2}/\d{1,2}/\d{1,2}", (f"{eras.BUDDHIST}%Y/%m/%d",)),
    (r"(令和|平成|昭和) ?(\d{1,2}|元)[年./-]\d{1,2}[月./-]\d{1,2}日?", (eras.JAPANESE,)),
    (LETTERED, (eras.JAPANESE,)),
    (r"\d{4}-\d{1,2}-\d{1,2}", ("%Y-%m-%d",)),
    (r"\d{4}/\d{1,2}/\d{1,2}", ("%Y/%m/%d",)),
    (r"\d{4}\.\d{1,2}\.\d{1,2}", ("%Y.%m.%d",)),
    (r"\d{8}", ("%Y%m%d",)),
    (r"\d{1,2}\.\d{1,2}\.\d{4}", ("%d.%m.%Y",)),
    (r"\d{1,2}\.\d{1,2}\.\d{2}", ("%d.%m.%y", "%y.%m.%d")),
    (r"\d{1,2}/\d{1,2}/\d{4}", ("%m/%d/%Y", "%d/%m/%Y")),
    (r"\d{1,2}/\d{1,2}/\d{2}", ("%m/%d/%y", "%d/%m/%y", "%y/%m/%d")),
    (r"\d{1,2}-\d{1,2}-\d{4}", ("%d-%m-%Y", "%m-%d-%Y")),
    (r"\d{1,2}-\d{1,2}-\d{2}", ("%d-%m-%y", "%m-%d-%y", "%y-%m-%d")),
    (rf"\d{{1,2}} {MONTH} \d{{4}}", ("%d %b %Y", "%d %B %Y")),
    (rf"\d{{1,2}}-{MONTH}-\d{{4}}", ("%d-%b-%Y", "%d-%B-%Y")),
    (rf"\d{{1,2}}-{MONTH}-\d{{2}}", ("%d-%b-%y",)),
    (rf"\d{{2}}{MONTH}\d{{2}}", ("%d%b%y",)),
    (rf"\d{{2}}{MONTH}\d{{4}}", ("%d%b%Y",)),
    (rf"{MONTH}-\d{{1,2}}-\d{{2}}", ("%b-%d-%y",)),
    (rf"{MONTH}-\d{{1,2}}-\d{{4}}", ("%b-%d-%Y", "%B-%d-%Y")),
    (rf"\d{{1,2}}/{MONTH}/\d{{4}}", ("%d/%b/%Y",)),
    (rf"{MONTH} \d{{1,2}}, \d{{4}}", ("%b %d, %Y", "%B %d, %Y")),
    (rf"{MONTH} \d{{1,2}} \d{{4}}", ("%b %d %Y", "%B %d %Y")),
    (rf"[A-Za-z]{{3}}, \d{{1,2}} {MONTH} \d{{4}}", ("%a, %d %b %Y",)),
    *((pattern, (f,)) for pattern, f in MONTH_FORMATS),
    (r"\d{4}年\d{1,2}月\d{1,2}日?", ("%Y年%m月%d日", "%Y年%m月%d")),
)
YEAR_LAST = re.compile(r"%[dm][-/.]%[dm][-/.]%y")
TIME = rf"(?P<t>(?P<b>, | - | |T)(?P<c>)?{CLOCK})?"
CHINESE_TIME = rf"(?P<t>(?P<b> ?)(?P<c>上午|下午|早上|凌晨|晚上)? ?{CLOCK})?"


@dataclass(frozen=True)
class Dates:
    """A column's values as dates.

    Attributes
    ----------
    formats : tuple of str
        In which they are written, the commonest first.
    values : dict of str to datetime
        What each of its texts is, on the clock of UTC.
    share : float
        Share of the known rows that hold dates.
    rival : tuple of str
        Formats with day and month in each other's place, which read as many; empty where the values themselves tell.
    """

    formats: tuple[str, ...]
    values: dict[str, datetime]
    share: float
    rival: tuple[str, ...] = ()
    rival_values: dict[str, datetime] = field(default_factory=dict)

    @property
    def are_months(self) -> bool:
        """They are whole months, each of which stands for its first day."""
        return OF_MONTHS.issuperset(self.formats)

    def swapped(self) -> "Dates":
        """Return the same texts read with day and month in the other order."""
        return replace(self, formats=self.rival, values=self.rival_values, rival=self.formats, rival_values=self.values)


def as_dates(counts: Counter[str], date_format: str) -> Dates | None:
    """Return a column's values as dates of one format; None where too few are such."""
    with engine.connect(EngineParams(threads=1, memory_limit_gb=1)) as con:
        rows = tried(con, {"d": list(counts)}, {"f": date_format})["d"]
    read = {row["text"]: row["f"] for row in rows if row["f"] is not None}
    share = sum(counts[text] for text in read) / max(counts.total(), 1)
    return Dates((date_format,), read, share) if share >= LEAST_SHARE else None


def may_be_dates(words: str, counts: Counter[str]) -> bool:
    """Say whether a column may hold dates: R6.3.5 is one only in a column that is called a date.

    Of whole months (05/2023), most stand there again and again, unlike numbers of documents.
    """
    if DATE_NAME.fullmatch(words):
        return True
    months_of = [text for text in counts if OF_MONTHS & set(candidates_of(plain(text)))]
    if 2 * len(months_of) > len(counts) and sum(counts[text] for text in months_of) < 2 * len(months_of):
        return False
    return not any(re.fullmatch(LETTERED, text) for text in counts)


def dates(con: Backend, columns: dict[str, Counter[str]]) -> dict[str, Dates]:
    """Return how the dates of columns are written, of those that hold dates.

    Parameters
    ----------
    con : Backend
        On which formats are tried.
    columns : dict of str to Counter
        Their known values, with how often each stands there.
    """
    candidates: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, counts in columns.items():
        like = {text: formats for text in counts if (formats := candidates_of(plain(text)))}
        if like and sum(counts[text] for text in like) >= LEAST_SHARE * counts.total():
            candidates[name] = like
    if not candidates:
        return {}
    every = sorted({f for like in candidates.values() for formats in like.values() for f in formats})
    names = {f"f{i}": f for i, f in enumerate(every)}
    read = tried(con, {name: list(like) for name, like in candidates.items()}, names)
    result = {}
    for name, rows in read.items():
        by_format = {
            f: {row["text"]: row[to] for row in rows if f in candidates[name][row["text"]] and _is_likely(row[to])}
            for to, f in names.items()
        }
        reading = _cover(by_format, columns[name])
        if reading is not None:
            result[name] = reading
    return result


def _cover(by_format: dict[str, dict[str, datetime]], counts: Counter[str]) -> Dates | None:
    """Return the fewest formats that together read most, day and month in one order."""

    def cover(allowed: Iterable[str]) -> Dates:
        chosen: list[str] = []
        left = {f: dict(by_format[f]) for f in allowed}
        read: dict[str, datetime] = {}
        while left:
            best = max(left, key=lambda f: sum(counts[text] for text in left[f]))
            fresh = left.pop(best)
            if not fresh:
                break
            chosen.append(best)
            read |= fresh
            left = {f: {text: at for text, at in texts.items() if text not in read} for f, texts in left.items()}
        return Dates(tuple(chosen), read, sum(counts[text] for text in read) / counts.total())

    orders = {
        day_first: cover(f for f in by_format if _day_first(f) in {None, day_first} and not f.startswith("%y"))
        for day_first in (False, True)
    }
    months, days = orders[False], orders[True]
    best = max((months, days), key=lambda reading: reading.share)
    years = cover(f for f in by_format if not YEAR_LAST.match(f))
    if years.share > best.share or (years.share == best.share and _is_year_first(years, best)):
        return years if years.share >= LEAST_SHARE else None
    if best.share < LEAST_SHARE:
        return None
    other = days if best is months else months
    is_open = other.share == best.share and other.values != best.values
    return replace(best, rival=other.formats, rival_values=other.values) if is_open else best


def _is_year_first(years: Dates, best: Dates) -> bool:
    """Say whether dates in two-digit parts are rather 24/03/05: then fewer different ones stand first than last.

    A file tells of a few years, and of all days of a month.
    """
    if not any(f.startswith("%y") for f in years.formats):
        return False
    by_year_first, by_year_last = set(years.values.values()), set(best.values.values())
    n_years, n_if_last = (len({at.year for at in moments}) for moments in (by_year_first, by_year_last))
    return 2 * n_years <= n_if_last or (n_years < n_if_last and _span(by_year_first) < _span(by_year_last))


def _span(moments: Collection[datetime]) -> timedelta:
    return max(moments) - min(moments)


def _day_first(date_format: str) -> bool | None:
    """Say whether the day stands before the month, of formats in which either may; None of others."""
    if re.match(r"%[dm][/-]%[dm]", date_format) is None:
        return None
    return date_format.startswith("%d")


@cache
def _whole_formats() -> list[tuple[str, re.Pattern[str], tuple[str, ...]]]:
    """Return patterns of days, the same with a time behind them, and formats of the days."""
    times = ((CHINESE_TIME if "年" in pattern else TIME) for pattern, _ in DAY_FORMATS)
    return [
        (p, re.compile(f"(?P<d>{p}){time}"), formats) for (p, formats), time in zip(DAY_FORMATS, times, strict=True)
    ]


@cache
def candidates_of(text: str) -> tuple[str, ...]:
    """Return the formats that a text by itself could be in."""
    if not text or not any(sign.isdigit() for sign in text):
        return ()
    text = values.close_up(text)
    for pattern, whole, formats in _whole_formats():
        is_chinese = "年" in pattern
        result = whole.fullmatch(text)
        if result is None or (MONTH in pattern and months.is_in_words(text) and not _is_english(text)):
            continue
        if result["t"] is None:
            also = (months.IN_WORDS,) if MONTH in pattern and months.is_in_words(text) else ()
            return (ISO,) if formats == ("%Y-%m-%d",) else (*formats, *also)
        hour = "%I" if result["p"] or result["c"] else "%H"
        clock = f"{hour}:%M" + (":%S" if result["s"] else "") + (".%f" if result["f"] else "")
        if is_chinese:
            return tuple(f"{f} %p {clock}" if result["c"] else f"{f}{result['b']}{clock}" for f in formats)
        if result["p"]:
            clock += " %p" if result["p"].startswith(" ") else "%p"
        elif formats == ("%Y-%m-%d",) and result["b"] in {" ", "T"}:
            return (ISO,)
        also = (months.IN_WORDS,) if MONTH in pattern and months.is_in_words(text) else ()
        return (*(f"{f}{result['b']}{clock}" for f in formats), *also)
    return (months.IN_WORDS,) if months.is_in_words(text) else ()


def _is_english(text: str) -> bool:
    """Say whether a date with a month in words may be English."""
    return re.search(rf"(?i)\b({ENGLISH})\b", text) is not None


def _is_likely(moment: datetime | None) -> bool:
    return moment is not None and (FIRST_YEAR <= moment.year <= LAST_YEAR or moment.year == WITHOUT_END)


COUNTED = {
    "epoch seconds": (3e8, 4.2e9),
    "epoch milliseconds": (3e11, 4.2e12),
    "epoch microseconds": (3e14, 4.2e15),
    SERIAL: (20_000, 75_000),
    eras.CYYDDD: (95_001, 136_366),
}


def may_be_a_moment(words: str, numbers: Numbers) -> bool:
    """Say whether numbers may be moments: those of a column that is called a date, without a sign of money."""
    return DATE_NAME.fullmatch(words) is not None and numbers.style.currency_sign is None


def counted(con: Backend, columns: dict[str, Counter[str]], numbers: dict[str, Numbers]) -> dict[str, Dates]:
    """Return the dates of columns that are called dates and hold numbers: seconds since 1970, days of a spreadsheet."""
    result = {}
    for name, counts in columns.items():
        read = numbers[name].values
        for how, (least, most) in COUNTED.items():
            fitting = [
                text
                for text, number in read.items()
                if least <= number <= most or (how == SERIAL and number == values.LAST_SERIAL)
            ]
            if how == eras.CYYDDD and not _are_days_of_years([read[text] for text in fitting]):
                continue
            share = sum(counts[text] for text in fitting) / counts.total()
            if share >= LEAST_SHARE:
                rows = tried(con, {name: fitting}, {"m": how})[name]
                result[name] = Dates((how,), {row["text"]: row["m"] for row in rows if row["m"]}, share)
                break
    return result


def _are_days_of_years(numbers: Collection[float]) -> bool:
    """Say whether numbers are days of a year (124060), and not all of them year, month and day (130205)."""
    whole = [int(number) for number in numbers]
    may_be_months = all(1 <= n // 100 % 100 <= 12 and 1 <= n % 100 <= 31 for n in whole)
    return all(1 <= n % 1000 <= 366 for n in whole) and whole == list(numbers) and not may_be_months
