"""What a draft proposes for params.yaml (currency, time zone), and asks: rates, and notations that nothing settles."""
# ruff: noqa: E501 - sentences and lists are easier to read in one line

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from crmwb.contract import Kind
from crmwb.contract.canonical import TABLES
from crmwb.sources.drafting.amounts import blank_currencies, styles
from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.reading.words import CODES
from crmwb.sources.values import OFFSET

if TYPE_CHECKING:
    from crmwb.sources.drafting.draft import Draft

# Of zones whose clocks agree, the one that most companies go by stands first.
ZONES = (
    "UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles",
    "Asia/Shanghai", "Asia/Kolkata", "Asia/Tokyo", "Australia/Sydney", "America/Sao_Paulo", "Europe/Athens", "Europe/Moscow",
    "Asia/Dubai", "Asia/Singapore", "Asia/Jakarta", "Asia/Karachi", "Asia/Dhaka", "America/Halifax", "America/Bogota",
    "America/Phoenix", "America/Mexico_City", "America/Anchorage", "Pacific/Honolulu", "Pacific/Auckland", "Africa/Lagos",
    "Africa/Johannesburg", "Africa/Nairobi", "Asia/Kathmandu", "Asia/Yangon", "Australia/Adelaide", "Australia/Brisbane",
    "Australia/Perth", "Australia/Darwin", "America/St_Johns", "America/Argentina/Buenos_Aires", "Asia/Tehran",
)  # fmt: skip
SHARED = {  # signs of several currencies
    "$": "USD AUD CAD NZD SGD HKD TWD MXN CLP COP ARS UYU BBD JMD TTD FJD NAD",
    "¥": "JPY CNY",
    "£": "GBP EGP GIP FKP LBP SYP",
    "元": "CNY TWD HKD",
}
OF_CODES = "write the currency's three capital letters (ISO 4217), such as USD, EUR or CNY"
MOST = 0.8  # of the moments must fit a zone: systems slip in the hour in which the clocks change
IN_UTC = re.compile(r"\b(utc|gmt)\b", re.IGNORECASE)


def propose(draft: "Draft") -> None:
    """Propose `source.currency` and `source.time_zone`, and ask what other currencies are worth."""
    met = styles.currencies(draft.parts)
    blank = {i: each for i, part in enumerate(draft.parts) if (each := blank_currencies.of_part(part)) is not None}
    if met and not blank:
        draft.currency = met.most_common(1)[0][0]
    for code in sorted(set(met) - {draft.currency}):
        _ask_rate(draft, code)
    codes = [code for code, _ in met.most_common()]
    asked = _ask_of_blank(draft, blank, codes) if blank else _ask_currency(draft, codes)
    draft.questions.insert(0, asked)
    moments = [c for part in draft.parts for g in part.guesses.values() for c in g.sources if c.is_date]
    draft.time_zone, draft.why_time_zone = _zone(moments)
    for part in draft.parts:
        if any(IN_UTC.search(c.words) for g in part.guesses.values() for c in g.sources if c.is_date):
            part.options["time_zone"] = "UTC"


def _ask_of_blank(draft: "Draft", blank: Mapping[int, tuple[Column, int]], met: list[str]) -> Question:
    """Ask which currency amounts are in that name none, beside others that do."""
    column, n = max(blank.values(), key=lambda each: each[1])

    def answer(given: str) -> None:
        if not re.fullmatch("[A-Z]{3}", given):
            raise ValueError(OF_CODES)
        draft.currency = given
        draft.rates.pop(given, None)
        for i, (named_by, _) in blank.items():
            blank_currencies.take(draft.parts[i], named_by, given)

    text = (
        f"{column.name} is blank in {n:,} rows with money and {' or '.join(met)} in others: which currency are those in, which is "
        f"that of all results then (source.currency)?"
    )
    return Question("currency", text, answer, columns=(column.name,))


def _ask_currency(draft: "Draft", met: list[str]) -> Question:
    def answer(given: str) -> None:
        if given and not re.fullmatch("[A-Z]{3}", given):
            raise ValueError(OF_CODES)
        if given and len(met) == 1 and given not in met and _shares_its_sign(draft, given):
            for part in draft.parts:
                part.currencies = Counter({given: part.currencies.total()}) if part.currencies else part.currencies
            draft.currency = given
            return
        if given and met and given not in met:
            raise ValueError(
                f"amounts are in {' and '.join(met)}; results in {given} need what each is worth: answer {met[0]}, and write rates "
                f"into the mapping (docs/mappings.md, rates)"
            )
        draft.currency = given or None

    if met:
        text = f"Amounts are in {' and '.join(met)}: in which currency shall results be (source.currency)?"
    else:
        text = "Nothing in the files says which currency amounts are in (source.currency): which, such as EUR?"
    has_money = any(TABLES[part.table].column(name).kind is Kind.MONEY for part in draft.parts for name in part.guesses)
    return Question("currency", text, answer, default=draft.currency or "", is_safe=bool(met) or not has_money)


def _shares_its_sign(draft: "Draft", given: str) -> bool:
    """Say whether a sign that several countries have is all that tells the currency, and is that of the given one too."""
    columns = [c for part in draft.parts for guess in part.guesses.values() for c in guess.sources]
    signs = {c.style.currency_sign for c in columns if c.style is not None and c.style.currency_sign}
    own = (c for part in draft.parts if part.profile is not None for c in part.looked_at.own)
    is_named = any(value in CODES for c in own for value in c.counts)
    return len(signs) == 1 and given in SHARED.get(signs.pop(), "").split() and not is_named


def _ask_rate(draft: "Draft", code: str) -> None:
    def answer(given: str) -> None:
        try:
            rate = float(given)
        except ValueError:
            rate = 0.0
        if not (math.isfinite(rate) and rate > 0):
            raise ValueError("write what one unit is worth as a number above 0, such as 0.92")
        if code != draft.currency:
            draft.rates[code] = rate

    text = (
        f"Some amounts are in {code}, and nothing says what that is worth: how much {draft.currency or 'of the currency of results'} is one {code}? (Rates that "
        f"change: docs/mappings.md, rates.)"
    )
    draft.questions.append(Question(f"rate_{code}", text, answer))


def _zone(columns: list[Column]) -> tuple[str | None, str]:
    """Return the time zone whose clock has the offsets that moments are written with; None where none is or none fits."""
    met: set[tuple[datetime, int]] = set()
    for column in columns:
        for text, at in column.dates_read.values.items() if column.dates_read else ():
            if (result := re.search(OFFSET, text)) and result[3]:
                ahead = (int(result[3]) * 60 + int(result[4] or 0)) * (-1 if result[2] == "-" else 1)
                met.add((at, ahead))
    offsets = sorted({ahead for _, ahead in met})
    if not offsets or offsets == [0]:
        return None, ""
    shown = " and ".join(f"{'-' if m < 0 else '+'}{abs(m) // 60:02d}:{abs(m) % 60:02d}" for m in offsets)
    fits = {
        zone: sum(_offset(ZoneInfo(zone), at) == timedelta(minutes=ahead) for at, ahead in met) / len(met)
        for zone in ZONES
    }
    zone = max(fits, key=lambda name: fits[name])
    return (zone, f"its clock has the offsets of the moments ({shown})") if fits[zone] >= MOST else (None, "")


def _offset(clock: ZoneInfo, at_utc: datetime) -> timedelta | None:
    return at_utc.replace(tzinfo=ZoneInfo("UTC")).astimezone(clock).utcoffset()


def notation_questions(parts: list[Part]) -> list[Question]:
    """Ask about notations that could be read in two ways, where nothing in the files settles them."""
    used = {c.name: c for part in parts for guess in part.guesses.values() for c in guess.sources}
    questions = []
    if (dates := [c for c in used.values() if c.why_order == "" and c.is_date]) and dates[0].dates_read is not None:
        text = next(t for t, at in dates[0].dates_read.values.items() if dates[0].dates_read.rival_values.get(t) != at)
        questions.append(
            Question(
                "day_or_month", f"In {text!r} ({dates[0].name}), does the day or the month stand first?",
                _answer(parts, lambda c, given: _ordered(c, given == "day")), ("day", "month"), "day",
            )
        )  # fmt: skip
    if (numbers := [c for c in used.values() if c.why_style == "" and c.is_number]) and numbers[
        0
    ].numbers_read is not None:
        read = numbers[0].numbers_read
        text = next(t for t, n in read.values.items() if read.rival_values.get(t) != n)
        values = sorted({f"{read.values[text]:g}", f"{read.rival_values[text]:g}"}, key=float)
        questions.append(
            Question(
                "decimal", f"Is {text!r} ({numbers[0].name}) {' or '.join(values)}: which is the decimal sign?",
                _answer(parts, _with_decimal), (".", ","),
            )
        )  # fmt: skip
    return questions


def _answer(parts: list[Part], change: Callable[[Column, str], Column]) -> Callable[[str], None]:
    def answer(given: str) -> None:
        for part in parts:
            for name, guess in part.guesses.items():
                part.guesses[name] = _changed(guess, tuple(change(c, given) for c in guess.sources), given)
            styles.write_numbers(part)

    return answer


def _changed(guess: Guess, sources: tuple[Column, ...], given: str) -> Guess:
    if sources == guess.sources:
        return guess
    value = guess.value
    if isinstance(value, dict) and "format" in value and sources[0].is_date:
        formats = list(sources[0].formats)
        value = {**value, "format": formats if len(formats) > 1 else formats[0]}
    return replace(guess, value=value, sources=sources, sure=max(guess.sure, Sure.LIKELY), why=f"you said so: {given}")


def _ordered(column: Column, day_first: bool) -> Column:
    if column.dates_read is None or column.why_order != "":
        return column
    is_day_first = any(re.match("%d[/-]%m", f) for f in column.formats)
    read = column.dates_read if is_day_first == day_first else column.dates_read.swapped()
    return replace(column, dates_read=read, why_order="you said so")


def _with_decimal(column: Column, decimal: str) -> Column:
    read = column.numbers_read
    if read is None or column.why_style != "" or read.rival is None:
        return column
    return replace(
        column, numbers_read=read if read.style.decimal == decimal else read.swapped(), why_style="you said so"
    )
