"""The two sides of a payment (from, to): of what went back, the customer stands where the company itself stood before."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from collections import Counter
from dataclasses import replace

from crmwb.sources.drafting.customers import ids
from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column

FROM = re.compile(
    r"(from|sender|payer|source|von|absender|zahler|expediteur|payeur|de|remitente|pagador|付款方|付款人|送金元)\b.*"
)
TO = re.compile(
    r"(to|recipient|receiver|payee|destination|an|empfanger|beneficiaire|a|para|destinatario|beneficiario|收款方|收款人|送金先)\b.*"
)
MOSTLY = 0.5


def other_side(part: Part) -> Part | None:
    """Return the rows in which the company itself stands where customers do, with the other side as the customer.

    These are the rows whose amounts are below zero. Where they are others, it is asked.

    Parameters
    ----------
    part : Part
        Purchases whose customer stands in one plain column; its filter leaves out what is returned.

    Returns
    -------
    Part or None
        None where the file does not show both sides of each payment, or the company never stands on the customer's.
    """
    guess, amount = part.guesses["customer_id"], part.guesses["revenue_cents"].sources
    if len(guess.sources) != 1 or guess.sources[0] not in part.looked_at.own or len(amount) != 1:
        return None
    here = guess.sources[0]
    other = next((c for c in part.looked_at.own if _are_sides(here, c)), None)
    own = _own_value(part, here, other) if other is not None else None
    if other is None or own is None:
        return None
    n = sum(here.counts[value] for value in own)
    rows = zip(part.looked_at.texts(here), part.looked_at.numbers(amount[0]), strict=True)
    if any((text in own) != (number < 0) for text, number in rows if text and number is not None):
        _ask(part, here, other, n)
        return None
    back = f"{syntax.column(amount[0].name)} < 0"
    result = replace(part, options=dict(part.options), guesses=dict(part.guesses), questions=[], twins=[], remarks=[])
    why = f"{here.name} is the company itself where {amount[0].name} is below zero"
    result.guesses["customer_id"] = ids.with_options(
        Guess(other.name, Sure.LIKELY, why, (other,)), **({"pseudonym": True} if ids.is_email(other) else {})
    )
    name = syntax.column(here.name)
    for each, condition in ((part, f"not {back}"), (result, back)):
        if each is result:
            each.replace_condition(f"{name} is not null", f"{syntax.column(other.name)} is not null")
        each.keep_rows(condition)
    part.remarks.append(f"in {n:,} rows, {here.name} is the company itself: what these bring counts for {other.name}")
    return result


def _ask(part: Part, here: Column, other: Column, n: int) -> None:
    def answer(_given: str) -> None:
        return

    text = (
        f"{here.name} is the company itself in {n:,} rows, whose customers stand in {other.name}: export what was received and "
        f"what went back into files of their own, or read these rows as if the company were its own customer?"
    )
    part.questions.append(
        Question(syntax.slug(f"sides of {here.words}"), text, answer, ("read_on",), columns=(here.name,))
    )


def _are_sides(here: Column, other: Column) -> bool:
    if other is here or other.is_number or other.is_date:
        return False
    opposite = (FROM, TO) if FROM.fullmatch(here.words) else (TO, FROM) if TO.fullmatch(here.words) else None
    return (
        opposite is not None
        and opposite[1].fullmatch(other.words) is not None
        and ids.is_email(here) == ids.is_email(other)
    )


def _own_value(part: Part, here: Column, other: Column) -> list[str] | None:
    """Return how the company itself is written: on the other side of most rows, and never on both sides of one."""
    if not other.counts:
        return None
    value, n = Counter(other.counts).most_common(1)[0]
    written = [v for v in here.counts if v.lower() == value.lower()]
    if n <= MOSTLY * other.n_known or not written:
        return None
    pairs = zip(part.looked_at.texts(here), part.looked_at.texts(other), strict=True)
    is_both = any(a and b and a.lower() == b.lower() for a, b in pairs)
    return None if is_both else written
