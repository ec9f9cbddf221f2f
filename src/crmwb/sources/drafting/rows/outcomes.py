"""What the values of a status say of an order, by what its column tells of: payment, an invoice, or sending the goods."""
# ruff: noqa: E501 - lists of words are easier to read in one line

import re
from collections.abc import Callable, Sequence

from crmwb.sources.drafting import modifiers
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.reading import further_languages, words
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.reading.words import Outcome
from crmwb.sources.drafting.tables import billing

OF_PAYMENT = re.compile(further_languages.PAYMENT)
OF_SENDING = re.compile(
    r".*\b(fulfil\w*|shipping|shipment|shipped|delivery|dispatch|picking|packing|production|versand\w*|liefer\w*|kommissionier\w*|expedition|livraison|envio|entrega|spedizione|consegna|verzend\w*|lever\w*|wysylk\w*|dostaw\w*|leverans\w*|levering\w*)\b.*"
    r"|.*(发货|物流|配送|出荷|発送|納品).*"
)
LEAST_ROWS = 3
OVER = re.compile(
    r"completed?|done|closed|abgeschlossen|erledigt|complet\w+|terminee?|conclu[is]\w+|chiuso|已完成|完成|完了"
)
RENTED = re.compile(  # columns of what is lent: a deposit against damage, a time of hire
    r".*\b(cautions?|kaution\w*|(security|damage) deposits?|fianzas?|cauzion[ei]|borg(som)?|caucao|kaucj\w+|(rental|hire) (start|end|period|days|from|to)|miet(beginn|ende|dauer|zeitraum)|(debut|fin|duree) de location)\b.*"
    r"|.*(押金|敷金|租期|起租|レンタル期間).*"
)
HANDED_BACK = re.compile(r"(retourn|return|zuruck|ruckgabe|devuelt|restitui|oddan|zwroc|teruggebracht|归还|返却)\w*")
OPEN = re.compile(r"open|offen|abierto|abierta|ouverte?|aperto|aberto|aberta|未结")


def by_outcome(part: Part, column: Column, statuses: Sequence[Column] = ()) -> dict[Outcome, list[str]]:
    """Return the values of a status by what they mean.

    What is not paid yet may be sold in a file with due dates; what is not sent yet is sold where another status tells
    of the order or its payment, and may be sold elsewhere. What ended early and was refunded in part may be sold too.

    Parameters
    ----------
    part : Part
        Purchases.
    column : Column
        One of the statuses of its file.
    statuses : sequence of Column
        All of them.
    """
    result: dict[Outcome, list[str]] = {}
    is_over = any(OVER.fullmatch(words.simple(value)) for value in column.counts)
    for value in sorted(column.counts):
        may_be_unpaid = is_over or OF_PAYMENT.search(column.words) is not None
        is_open = may_be_unpaid and OPEN.fullmatch(words.simple(value)) is not None
        result.setdefault(Outcome.UNKNOWN if is_open else words.outcome(value), []).append(value)
    _do_not_know(result, Outcome.CANCELLED, lambda value: _keeps_money(part, column, value))
    if any(RENTED.fullmatch(c.own_words) for c in part.looked_at.columns):  # what was lent came back, and was paid
        _do_not_know(result, Outcome.REFUNDED, lambda value: HANDED_BACK.fullmatch(words.simple(value)) is not None)
    unpaid = [value for value in result.get(Outcome.UNPAID, []) if not words.is_draft(value)]
    if not unpaid:
        return result
    if OF_SENDING.fullmatch(column.words):
        others = [c for c in statuses if c is not column and modifiers.OF_ORDERS.fullmatch(c.words)]
        instead = Outcome.SALE if any(not OF_SENDING.fullmatch(c.words) for c in others) else Outcome.UNKNOWN
    elif billing.is_billed(part.looked_at) or billing.have_invoices(part.looked_at, column, unpaid):
        instead = Outcome.UNKNOWN
    else:
        return result
    result[Outcome.UNPAID] = [value for value in result[Outcome.UNPAID] if value not in unpaid]
    result[instead] = sorted([*result.get(instead, []), *unpaid])
    return result


def _do_not_know(result: dict[Outcome, list[str]], outcome: Outcome, is_doubtful: Callable[[str], bool]) -> None:
    """Move the values of an outcome that are doubtful to those of which nothing is known."""
    doubtful = [value for value in result.get(outcome, []) if is_doubtful(value)]
    if doubtful:
        result[outcome] = [value for value in result[outcome] if value not in doubtful]
        result[Outcome.UNKNOWN] = sorted([*result.get(Outcome.UNKNOWN, []), *doubtful])


def _keeps_money(part: Part, status: Column, value: str) -> bool:
    """Say whether most orders with a status were refunded in part: they ended early, and the rest was paid."""
    refund, amount = modifiers.find(part.looked_at).get("refund"), part.guesses["revenue_cents"].sources
    if refund is None or len(amount) != 1 or not part.looked_at.holds(status, refund, *amount):
        return False
    every = zip(
        part.looked_at.texts(status), part.looked_at.numbers(amount[0]), part.looked_at.numbers(refund), strict=True
    )
    rows = [(whole or 0.0, back or 0.0) for text, whole, back in every if text == value]
    in_part = sum(0 < abs(back) < abs(whole) for whole, back in rows)
    return in_part >= LEAST_ROWS and 2 * in_part > len(rows)
