"""How numbers and dates of a file are written: candidates are tried with what the pipeline reads by.

Nothing here reads a number or a date by itself: what fits is what `values` reads.
"""
# ruff: noqa: E501 - lists and patterns are easier to read in one line

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import ibis
import pyarrow as pa

from crmwb import engine
from crmwb.engine import Backend
from crmwb.params import EngineParams
from crmwb.sources import eras, months, values
from crmwb.sources.drafting.reading.words import CODES, currency
from crmwb.sources.values import ISO, NARROW, NOTHING, SERIAL, WIDE, NumberStyle

LEAST_SHARE = 0.8  # of a column's rows, or it is no column of numbers or dates
FIRST_YEAR, LAST_YEAR = 1950, 2100
WITHOUT_END = 9999
SIGNS = ("US$", "R$", "A$", "C$", "CA$", "HK$", "$", "€", "£", "¥", "元", "円", "₹", "₽", "₩", "₺", "₫", "kr", "zł", "Kč", "Ft", "Rs", "TL", "원", "%")  # fmt: skip
PLAIN = NumberStyle()
STYLES = (
    PLAIN,
    NumberStyle(thousands=","),
    NumberStyle(decimal=","),
    NumberStyle(decimal=",", thousands="."),
    NumberStyle(decimal=",", thousands=" "),
    NumberStyle(thousands=" "),
    NumberStyle(thousands="'"),
    NumberStyle(decimal=",", thousands="'"),
)
BRACKETED = re.compile(r"\(.*\d.*\)|[^-+()]*\d[^-+()]*-")
NUMBER_LIKE = re.compile(r"[-+(]*[\d.,' ]*\d[\d.,' ]*([eE][-+]?\d+)?[)-]?")
DATE_NAME = re.compile(
    r".*\b(date|datum|day|time|timestamp|created|updated|ordered|on|at|tag|fecha|datetime|am|since|start|end|closed)\b.*"
    r"|.*(日期|时间|日付|日時|日)"
)
CLOCK = r"\d{1,2}:\d{2}(?P<s>:\d{2}(?P<f>[.,]\d+)?)?(?P<p> ?[AaPp]\.? ?[Mm]\.?)?(?P<z> ?(Z|z|UTC|GMT|(UTC|GMT)?[-+]\d{1,2}:?(\d{2})?))?"
MONTH = r"[A-Za-z]{3,9}\.?"
ENGLISH = "jan|january|feb|february|mar|march|apr|april|may|jun|june|jul|july|aug|august|sep|sept|september|oct|october|nov|november|dec|december"
LETTERED = r"[RHS]\.? ?\d{1,2}[./-]\d{1,2}[./-]\d{1,2}"  # a day of a Japanese era, or a number of another kind
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
    (r"\d{4}年\d{1,2}月\d{1,2}日?", ("%Y年%m月%d日", "%Y年%m月%d")),
)
YEAR_LAST = re.compile(r"%[dm][-/.]%[dm][-/.]%y")
TIME = rf"(?P<t>(?P<b>, | - | |T)(?P<c>)?{CLOCK})?"
CHINESE_TIME = rf"(?P<t>(?P<b> ?)(?P<c>上午|下午|早上|凌晨|晚上)? ?{CLOCK})?"


@dataclass(frozen=True)
class Numbers:
    """A column's values as numbers.

    Attributes
    ----------
    style : NumberStyle
        How they are written.
    values : dict of str to float
        What each of its texts is; texts that are no numbers are not there.
    share : float
        Share of the known rows that hold numbers.
    rival : NumberStyle or None
        Another style that reads the same texts as other numbers.
    """

    style: NumberStyle
    values: dict[str, float]
    share: float
    rival: NumberStyle | None = None
    rival_values: dict[str, float] = field(default_factory=dict)

    def swapped(self) -> "Numbers":
        """Return the same texts read in the other style."""
        other = self.rival or self.style
        return replace(self, style=other, values=self.rival_values, rival=self.style, rival_values=self.values)


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

    def swapped(self) -> "Dates":
        """Return the same texts read with day and month in the other order."""
        return replace(self, formats=self.rival, values=self.rival_values, rival=self.formats, rival_values=self.values)


def readings(
    columns: Mapping[str, tuple[str, Counter[str]]],
) -> dict[str, tuple[Numbers | None, Dates | None]]:
    """Return how the numbers and dates of columns are written.

    Parameters
    ----------
    columns : mapping of str to (str, Counter)
        By name: its words, and its known values with how often each stands there.
    """
    with engine.connect(EngineParams(threads=1, memory_limit_gb=1)) as con:
        held = {name: counts for name, (_, counts) in columns.items() if counts}
        dates = _dates(con, {name: counts for name, counts in held.items() if _may_be_dates(columns[name][0], counts)})
        others = {name: counts for name, counts in held.items() if name not in dates}
        numbers = _numbers(con, others)
        counted = {name: held[name] for name in numbers if _may_be_a_moment(columns[name][0], numbers[name])}
        dates |= _counted(con, counted, numbers)
    return {name: (numbers.get(name), dates.get(name)) for name in columns}


def as_dates(counts: Counter[str], date_format: str) -> Dates | None:
    """Return a column's values as dates of one format; None where too few are such."""
    with engine.connect(EngineParams(threads=1, memory_limit_gb=1)) as con:
        rows = _tried(con, {"d": list(counts)}, {"f": date_format})["d"]
    read = {row["text"]: row["f"] for row in rows if row["f"] is not None}
    share = sum(counts[text] for text in read) / max(counts.total(), 1)
    return Dates((date_format,), read, share) if share >= LEAST_SHARE else None


def _may_be_dates(words: str, counts: Counter[str]) -> bool:
    """Say whether a column may hold dates: R6.3.5 is one only in a column that is called a date."""
    return DATE_NAME.fullmatch(words) is not None or not any(re.fullmatch(LETTERED, text) for text in counts)


def swapped(date_format: str) -> str:
    """Return a format with day and month in each other's place."""
    return date_format.replace("%d", "%0").replace("%m", "%d").replace("%0", "%m")


def plain(text: str) -> str:
    """Return a text in signs of plain width."""
    return _plain(text)


def is_number_like(text: str, sign: str | None) -> bool:
    """Say whether a text looks like a number beside a sign."""
    return bool(NUMBER_LIKE.fullmatch(_bare(text, sign)))


def is_value(text: str) -> bool:
    """Say whether a text by itself looks like a number or a date, as headers do not."""
    bare = _bare(text, _sign([text]))
    return bool(NUMBER_LIKE.fullmatch(bare) or _candidates(_plain(text)))


@cache
def _plain(text: str) -> str:
    return text.translate(str.maketrans(WIDE, NARROW, NOTHING)).strip()


# numbers


def _numbers(con: Backend, columns: dict[str, Counter[str]]) -> dict[str, Numbers]:
    by_signs: dict[tuple[str | None, bool], dict[str, list[str]]] = {}
    for name, counts in columns.items():
        texts = [text for text in counts if any(sign.isdigit() for sign in text)]
        sign = _sign(texts)
        bare = {text: _bare(text, sign) for text in texts}
        like = [text for text in texts if NUMBER_LIKE.fullmatch(bare[text])]
        if sum(counts[text] for text in like) >= LEAST_SHARE * counts.total():
            accounting = any(BRACKETED.fullmatch(bare[text]) for text in like)
            by_signs.setdefault((sign, accounting), {})[name] = like
    result: dict[str, Numbers] = {}
    for (sign, accounting), texts_of in by_signs.items():
        styles = {f"s{i}": replace(s, currency_sign=sign, accounting=accounting) for i, s in enumerate(STYLES)}
        for name, rows in _tried(con, texts_of, styles).items():
            read = [(styles[to], {row["text"]: row[to] for row in rows if row[to] is not None}) for to in styles]
            chosen = _best(read, columns[name])
            if chosen is not None:
                result[name] = chosen
    return result


def _best(read: list[tuple[NumberStyle, dict[str, float]]], counts: Counter[str]) -> Numbers | None:
    """Return the plainest style that reads most, and a rival that reads the same texts as other numbers."""
    n_read = [sum(counts[text] for text in texts) for _, texts in read]
    best = max(n_read)
    if best < LEAST_SHARE * counts.total():
        return None
    tied = [pair for pair, n in zip(read, n_read, strict=True) if n == best]
    style, texts = tied[0]
    rivals = [pair for pair in tied[1:] if pair[1] != texts]
    return Numbers(style, texts, best / counts.total(), *(rivals[0] if rivals else ()))


def signs_of(text: str) -> tuple[str, ...]:
    """Return the signs, names and codes of currencies that stand in a text, codes last."""
    met = re.findall(r"[^\W\d_]+\$?|[^\w\s.,()+'-]+", _plain(text))
    return tuple(sorted((s for s in met if s in SIGNS or currency(s)), key=lambda sign: sign in CODES))


def _sign(texts: Iterable[str]) -> str | None:
    """Return the currency's sign or letters that stand at most of the numbers; both where both do, as in "$25.00 USD"."""
    met: Counter[tuple[str, ...]] = Counter(
        signs for text in texts if (signs := tuple(s for s in signs_of(text) if s in SIGNS or s in CODES))
    )
    several: Counter[tuple[str, ...]] = Counter({s: n for s, n in met.items() if len(s) == 2 and s[0] not in CODES})
    if several and several.total() * 2 > met.total():
        return " ".join(several.most_common(1)[0][0])
    each = Counter(sign for signs, n in met.items() for sign in signs for _ in range(n))
    return each.most_common(1)[0][0] if each else None


def _bare(text: str, sign: str | None) -> str:
    plain = _plain(text)
    for each in sign.split() if sign else ():
        plain = plain.replace(each, "").strip()
    return plain


# dates


def _dates(con: Backend, columns: dict[str, Counter[str]]) -> dict[str, Dates]:
    candidates: dict[str, dict[str, tuple[str, ...]]] = {}
    for name, counts in columns.items():
        like = {text: formats for text in counts if (formats := _candidates(_plain(text)))}
        if like and sum(counts[text] for text in like) >= LEAST_SHARE * counts.total():
            candidates[name] = like
    if not candidates:
        return {}
    tried = sorted({f for like in candidates.values() for formats in like.values() for f in formats})
    names = {f"f{i}": f for i, f in enumerate(tried)}
    read = _tried(con, {name: list(like) for name, like in candidates.items()}, names)
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
def _candidates(text: str) -> tuple[str, ...]:
    """Return the formats that a text by itself could be in."""
    if not text or not any(sign.isdigit() for sign in text):
        return ()
    for pattern, formats in DAY_FORMATS:
        is_chinese = "年" in pattern
        result = re.fullmatch(f"(?P<d>{pattern}){CHINESE_TIME if is_chinese else TIME}", text)
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


def _may_be_a_moment(words: str, numbers: Numbers) -> bool:
    return DATE_NAME.fullmatch(words) is not None and numbers.style.currency_sign is None


def _counted(con: Backend, columns: dict[str, Counter[str]], numbers: dict[str, Numbers]) -> dict[str, Dates]:
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
                rows = _tried(con, {name: fitting}, {"m": how})[name]
                result[name] = Dates((how,), {row["text"]: row["m"] for row in rows if row["m"]}, share)
                break
    return result


def _are_days_of_years(numbers: Collection[float]) -> bool:
    """Say whether numbers are days of a year (124060), and not all of them year, month and day (130205)."""
    whole = [int(number) for number in numbers]
    may_be_months = all(1 <= n // 100 % 100 <= 12 and 1 <= n % 100 <= 31 for n in whole)
    return all(1 <= n % 1000 <= 366 for n in whole) and whole == list(numbers) and not may_be_months


def _tried(
    con: Backend, texts_of: Mapping[str, list[str]], tried: Mapping[str, NumberStyle | str]
) -> dict[str, list[dict[str, Any]]]:
    """Return the texts of columns, and what each style of numbers or format of dates makes of them."""
    names = list(texts_of)
    rows = [{"c": i, "text": text} for i, name in enumerate(names) for text in texts_of[name]]
    engine.open_arrow(con, pa.Table.from_pylist(rows, TRIED.schema().to_pyarrow()), TRIED.get_name())
    key = tuple(tried.items())
    query = _queries.get(key)
    if query is None:  # compiling takes longer than running
        text = TRIED.text.strip()
        columns = {
            to: values.moment(text, (how,)) if isinstance(how, str) else values.number(text, how).cast("float64")
            for to, how in key
        }
        query = engine.compiled(con, TRIED.select("c", "text", **columns), in_steps=True)
        _queries[key] = query
    result: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for row in engine.run_on(con, query).read_all().to_pylist():
        result[names[row["c"]]].append(row)
    return result


TRIED = ibis.table({"c": "int64", "text": "string"}, name="tried")
_queries: dict[tuple[tuple[str, NumberStyle | str], ...], engine.Query] = {}
