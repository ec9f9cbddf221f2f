"""Shares of an amount that are charged: asked whether the amount is still to be multiplied by them."""
# ruff: noqa: E501 - lists of words are easier to read in one line

import re
from itertools import combinations

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column

WHOLE = 100
CENT = 0.015
HALF = 0.5
NEARLY_ALL = 0.9
MOST_ROWS = 200
PERCENT = re.compile(
    r"%|\bpct\b|\bper ?cent(age|ual)?\b|prozent|pourcent|porcent|percentuale|procent|比例|割合|率$", re.IGNORECASE
)
CHARGED = re.compile(
    r".*\b(charg\w*|bill(ed|able|ing)?|invoic\w*|payable|coverage|covered|compl(ete|eted|etion)|progress|share|berechn\w*|verrechn\w*|abrechn\w*|fakturier\w*|fertigstellung\w*|anteil|factur\w*|avancement|quote part|cobrad[oa]|cobro"
    r"|avance|addebit\w*|fattur\w*|avanzamento|quota|cobranca|faturad[oa]|doorberek\w*|gefactureerd|voortgang)\b.*|.*(请求|計上|請求|进度|進捗).*"
)
OTHERS = re.compile(  # shares that are no part of what is charged
    r".*\b(tax|vat|gst|mwst|ust|tva|iva|btw|discount|disc|rabatt?|rab|remise|descuento|sconto|korting|commission|provision|margin|marge|markup|duty|fee|royalty|probability|chance|interest|alcohol|vol)\b.*|.*(税|折扣|割引|利益|佣金).*"
)


def ask(part: Part, column: Column) -> bool:
    """Ask whether an amount is to be multiplied by a share that stands beside it; say whether it did.

    It is asked of a share that is the whole in most rows and less in others, or is called that of what is charged.

    Parameters
    ----------
    part : Part
        Purchases.
    column : Column
        One of which nothing is read.
    """
    amount = part.guesses["revenue_cents"].sources
    if not amount or not part.looked_at.holds(column, *amount) or not _is_share(column):
        return False
    if any(column.name in question.columns for question in part.questions) or _is_in_amount(part, column):
        return False
    whole = _whole(column)

    def answer(given: str) -> None:
        if given == "leave":
            return
        revenue = part.guesses["revenue_cents"]
        name = syntax.column(column.name)
        share = f"number(replace({name}, '%', ''))" if any("%" in value for value in column.counts) else name
        text = f"({revenue.text}) * coalesce({share}, {whole}) / {whole}"
        why = f"{revenue.why}; times {column.name}, as you said"
        part.guesses["revenue_cents"] = revenue.computed(text, why, (*revenue.sources, column))

    n = column.n_known - _n_of(column, whole)
    shown = " times ".join(c.name for c in amount)
    text = (
        f"{column.name} is less than {whole} in {n:,} rows: is only that share of {shown} charged, and still to be taken of it "
        f"(share), or does it change no amount (leave)?"
    )
    key = syntax.slug(f"share by {column.own_words or column.name}")
    part.questions.append(Question(key, text, answer, ("share", "leave"), columns=(column.name,)))
    return True


def _is_share(column: Column) -> bool:
    if not column.is_number or len(column.counts) < 2 or OTHERS.fullmatch(column.words):
        return False
    is_percent = PERCENT.search(column.name) is not None or all("%" in value for value in column.counts)
    whole = _whole(column)
    if not is_percent or not all(0 <= n <= whole for n in column.numbers) or _n_of(column, whole) == 0:
        return False
    return CHARGED.fullmatch(column.words) is not None or _n_of(column, whole) > HALF * column.n_known


def _whole(column: Column) -> int:
    """Return what the whole is written as: 100, or 1 where no share is above it."""
    return WHOLE if any(n > 1 for n in column.numbers) else 1


def _n_of(column: Column, number: int) -> int:
    read = column.numbers_read.values if column.numbers_read else {}
    return sum(column.counts[text] for text, n in read.items() if n == number)


def _is_in_amount(part: Part, column: Column) -> bool:
    """Say whether an amount is the share already of what stands in another column, or of a quantity times a price."""
    amount, whole = part.guesses["revenue_cents"].sources, _whole(column)
    if len(amount) != 1:
        return False
    own, shares = part.looked_at.numbers(amount[0]), part.looked_at.numbers(column)
    some = [i for i, share in enumerate(shares) if share is not None and 0 < share < whole and own[i]][:MOST_ROWS]
    others = [c for c in part.looked_at.own if c.is_number and c not in (amount[0], column)]
    numbers = (part.looked_at.numbers(c) for c in others)
    every = [[each[i] or 0.0 for i in some] for each in numbers]
    products = [[a * b for a, b in zip(one, other, strict=True)] for one, other in combinations(every, 2)]
    charged = [(shares[i] or 0.0, own[i] or 0.0) for i in some]
    for before in [*every, *products]:
        rows = zip(before, charged, strict=True)
        fitting = sum(abs(n * share / whole - is_charged) < CENT for n, (share, is_charged) in rows)
        if some and fitting >= NEARLY_ALL * len(some):
            return True
    return False
