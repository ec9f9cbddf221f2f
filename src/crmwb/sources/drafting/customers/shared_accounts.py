"""An account that many customers share, such as one for all buyers of a web shop: who they are, is asked."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from collections import defaultdict

from crmwb.sources.drafting.customers import ids
from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.privacy.identifiers import EMAIL

LEAST_ROWS = 10
LEAST_SHARE = 0.05  # of the rows
LEAST_OTHERS = 10  # who share it
LEAST_CUSTOMERS = 5  # beside it
NEARLY_ALL = 0.9
SELDOM = 1.5  # others that stand beside any other customer, on average


def ask(part: Part) -> None:
    """Ask of a customer beside whom stand many addresses or names, where hardly another has several.

    Parameters
    ----------
    part : Part
        Purchases.
    """
    who = part.only_column("customer_id")
    if who is None or not ids.is_plain(part.guesses["customer_id"]):
        return
    asked = {name for question in part.questions for name in question.columns}
    if ids.is_email(who) or who.name in asked or len(who.counts) <= LEAST_CUSTOMERS:
        return
    shared = max(who.counts, key=lambda value: who.counts[value])
    if shared in ids.guests(who)[0] or who.counts[shared] < max(LEAST_ROWS, LEAST_SHARE * who.n_rows):
        return
    for column in part.looked_at.own:
        if column is not who and not column.is_number and not column.is_date and _tells(part, who, shared, column):
            _ask(part, who, shared, column)
            return


def _tells(part: Part, who: Column, shared: str, column: Column) -> bool:
    """Say whether a column tells in nearly all rows of one customer who it is, and of others hardly anything more."""
    beside: dict[str, set[str]] = defaultdict(set)
    known: list[str] = []
    for customer, text in zip(part.looked_at.texts(who), part.looked_at.texts(column), strict=True):
        if customer and text:
            beside[customer].add(text.lower())
            known += [text] if customer == shared else []
    if len(known) < NEARLY_ALL * who.counts[shared] or len(beside[shared]) < LEAST_OTHERS:
        return False
    if sum(re.fullmatch(EMAIL, text) is not None for text in known) >= NEARLY_ALL * len(known):
        others = [text for customer, texts in beside.items() if customer != shared for text in texts]
        return sum(re.fullmatch(EMAIL, text) is not None for text in others) <= SELDOM * len(who.counts)
    counts = [len(texts) for customer, texts in beside.items() if customer != shared]
    is_name = ids.NAME_OF_CUSTOMER.fullmatch(column.words) is not None
    return is_name and len(counts) >= LEAST_CUSTOMERS and sum(counts) <= SELDOM * len(counts)


def _ask(part: Part, who: Column, shared: str, column: Column) -> None:
    def answer(given: str) -> None:
        if given != column.name:
            return
        if any(re.fullmatch(EMAIL, text) for text in _beside(part, who, shared, column)):
            raise ValueError(
                f"of addresses only codes are read, which no condition joins with {who.name}; add a column to the export that holds "
                f"{column.name} where {who.name} is {shared}, else {who.name}, and run again with --answer customer= that column"
            )
        own, other = syntax.column(who.name), syntax.column(column.name)
        text = f"case when {syntax.is_in(who.name, [shared])} then coalesce({other}, {own}) else {own} end"
        why = f"you said so: {column.name} where {who.name} is {shared}"
        for each in (part, *part.twins):
            each.guesses["customer_id"] = Guess({"expression": text}, Sure.SURE, why, (who, column))

    n = len({text.lower() for text in _beside(part, who, shared, column)})
    text = (
        f"{who.name} is {shared!r} in {who.counts[shared]:,} rows, beside which {n:,} different {column.name} stand, and hardly another "
        f"has several: is it an account that many customers share, whom {column.name} tells apart there ({column.name}), or one "
        f"customer (one)?"
    )
    key = syntax.slug(f"shared {who.own_words or who.name}")
    part.questions.append(Question(key, text, answer, (column.name, "one"), columns=(column.name,)))


def _beside(part: Part, who: Column, shared: str, column: Column) -> list[str]:
    rows = zip(part.looked_at.texts(who), part.looked_at.texts(column), strict=True)
    return [text for customer, text in rows if customer == shared and text]
