"""Tables with a column for each week, month or year, which no mapping reads, and rows that tell of a month and no day."""
# ruff: noqa: E501 - sentences and lists are easier to read in one line

import re

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.names import plain_words
from crmwb.sources.drafting.reading.profile import Profile

LEAST_PERIODS = 3
SURE_PERIODS = 4  # of a table that could be read in another way
OF_MONEY = r"sales|umsatz|revenue|amount|betrag|fees?|dues|beitrag|ca|ventes|ventas|omzet|cuota|cotisation|金额|売上"
MONTHS = (
    r"jan\w*|feb\w*|fev\w*|mar\w*|apr\w*|avr\w*|abr\w*|may|mai|mei|mag\w*|maj|jun\w*|juin|giu\w*|cze\w*|jul\w*|juil\w*|lug\w*|lip\w*|aug\w*|aou\w*|ago\w*|sie\w*|sep\w*|set\w*|wrz\w*"
    r"|oct\w*|okt\w*|ott\w*|out\w*|paz\w*|nov\w*|lis\w*|dec\w*|dez\w*|dic\w*|gru\w*|sty\w*|lut\w*|kwi\w*|ene\w*|gen\w*"
)
NUMBERED = r"(kw|cw|week|wk|w|woche|semaine|sem|semana|settimana|tydzien|q|quarter|quartal|trim\w*|m|month|monat|mois|mes|mese|p|period|fy|h) ?\d{1,2}"
PERIOD = re.compile(
    rf"(({OF_MONEY}) )?(({NUMBERED}|{MONTHS})( \d{{2,4}})?"
    rf"|(19|20)\d\d( (\d{{1,2}}|{MONTHS}|{NUMBERED}))?|\d{{1,2}} (19|20)\d\d|((19|20)\d\d ?年 ?)?(第 ?)?\d{{1,2}} ?[月周週](度|目)?|(19|20)\d\d ?年)( ({OF_MONEY}))?"
)


def has_periods(looked_at: Profile) -> bool:
    """Say whether a table has a column for each week, month or year."""
    return len(_named(looked_at)) >= SURE_PERIODS


def _named(looked_at: Profile) -> list[str]:
    return [c.name for c in looked_at.columns if c.is_number and PERIOD.fullmatch(plain_words(c.name))]


def advice(looked_at: Profile) -> str:
    """Return what to do with a table that has a column for each week, month or year; nothing of other tables."""
    named = _named(looked_at)
    if len(named) < LEAST_PERIODS:
        return ""
    return (
        f"no date: {len(named)} columns ({named[0]} to {named[-1]}) are called like weeks, months or years, a column for each: export a "
        f"row for each sale instead, or reshape it (unpivot) to a row for each customer and period, with the columns customer, date "
        f"(a day of the period, such as 2024-01-31) and amount, and map that"
    )


def ask_of_months(part: Part) -> None:
    """Ask of purchases that tell months and no days: a row may sum up several of a month."""
    when = part.guesses["ordered_at"].sources
    if len(when) != 1 or when[0].dates_read is None or not when[0].dates_read.are_months:
        return

    def answer(_given: str) -> None:
        return

    text = (
        f"{when[0].name} tells months ({when[0].shown(1)}) and no days: each row would be one purchase on the first day of its "
        f"month (first_day), as monthly fees are. Where a row sums up several purchases, export these with their days instead."
    )
    key = syntax.slug(f"days of {when[0].words}")
    part.questions.append(Question(key, text, answer, ("first_day",), columns=(when[0].name,)))
