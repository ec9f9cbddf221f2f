"""Codes of rows that nothing explains: whether they tell signs of amounts, what came back, or what was cancelled."""
# ruff: noqa: E501 - lists of words are easier to read in one line

import re

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.reading import words
from crmwb.sources.drafting.reading.modifier_words import MODIFIERS
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.reading.vocabulary import matches

REVERSAL = re.compile(
    r"general ?umkehr|(is )?(reversal|reversed|reversing|correction|storno|stornierung|contrepassation|extourne|rettifica|storn\w*|anulacion)( (flag|indicator|kennzeichen|kz|entry|posting|code|mark))?|红冲|冲销(标志)?|赤伝(区分)?"
)
BY_CHANCE = 0.05
PLAINLY, MOST_CODES = 2, 8
CANCELLED = "by its name it tells what was cancelled, or cancels another"


def tell_reversals(column: Column) -> bool:
    """Say whether a column marks rows that reverse another of the same amount, by its name."""
    return REVERSAL.fullmatch(column.words) is not None and len(column.counts) <= MOST_CODES


def tell_cancelled(column: Column) -> bool:
    """Say whether a column is called cancelled and holds codes, more than yes and no: some documents cancel others."""
    is_named = matches(column.words, MODIFIERS["deleted"]) == PLAINLY
    is_mark = len(column.counts) == 1 and column.n_known < column.n_rows
    is_of_few = is_mark or 1 < len(column.counts) <= MOST_CODES
    return is_named and is_of_few and not column.is_flag and not column.is_date


def tell_signs(part: Part, column: Column) -> bool:
    """Say whether amounts below zero stand beside some of the values only, more than chance brings about."""
    amount = part.guesses["revenue_cents"].sources
    if len(amount) != 1 or not part.looked_at.holds(amount[0]):
        return False
    pairs = zip(part.looked_at.texts(column), part.looked_at.numbers(amount[0]), strict=True)
    known = [(text, n) for text, n in pairs if n]
    below = [text for text, n in known if n < 0]
    share = sum(text in set(below) for text, _ in known) / max(len(known), 1)
    return bool(below) and share < 1 and share ** len(below) < BY_CHANCE


def tell_returns(part: Part, column: Column) -> bool:
    """Say whether one of several codes stands in all rows that a word says came back, and in no other."""
    if len(column.counts) <= 2:
        return False
    codes = part.looked_at.texts(column)
    for source in part.guesses["is_return"].sources:
        if source.is_number or not part.looked_at.holds(source):
            continue
        back = [text is not None and words.came_back(text) for text in part.looked_at.texts(source)]
        own = {code for code, is_back in zip(codes, back, strict=True) if is_back}
        others = {code for code, is_back in zip(codes, back, strict=True) if not is_back}
        if len(own) == 1 and not own & others:
            return True
    return False
