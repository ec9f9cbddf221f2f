"""Files of invoices that are sales: what is not paid yet was sold too, unless a person says otherwise."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from collections.abc import Sequence

from crmwb.sources.drafting import modifiers
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, vocabulary, words
from crmwb.sources.drafting.reading.profile import FALSE, Column, Profile
from crmwb.sources.drafting.reading.words import Outcome
from crmwb.sources.drafting.rows import below_zero, row_kinds

NEARLY_ALL = 0.9
OUTSTANDING = re.compile(
    r"(amount|total) (due|remaining|outstanding|open)|(outstanding|open|remaining) amount|rest(belob|belop|betrag|bedrag)|offener betrag|reste a payer|saldo pendiente|importe pendiente|未收金额|未付金额"
)
PAID_ON = re.compile(
    rf"(order )?(paid|payment|bezahlt|zahlung|zahlungs|pago|pagado|paiement|paye|pagamento|betaald|betaling)( (on|at|am|el|le))? ?({vocabulary.DATE})|付款(时间|日期)|支付(时间|日期)|入金日|決済日"
)
MOST_UNPAID = 0.5
PAID = re.compile(r"(is )?paid|bezahlt|payee?|pagad[ao]|pagat[ao]|betaald|betalt|betald|是否付款")


def is_billed(looked_at: Profile) -> bool:
    """Say whether a file is one of invoices, which may be paid later: it has due dates, or says what is outstanding."""
    return any(
        (c.is_date and vocabulary.matches(c.words, vocabulary.DUE)) or (c.is_number and OUTSTANDING.fullmatch(c.words))
        for c in looked_at.columns
    )


def have_invoices(looked_at: Profile, status: Column, values: Sequence[str]) -> bool:
    """Say whether nearly all rows with some values of a status name their invoice, as what was billed does.

    Parameters
    ----------
    looked_at : Profile
        The file.
    status : Column
        Of its columns.
    values : sequence of str
        Values of the status.
    """
    if not looked_at.holds(status):
        return False
    own = [text in values for text in looked_at.texts(status)]
    for column in looked_at.own:
        if row_kinds.BILLS.search(column.words) and not column.is_date and len(column.counts) > len(status.counts):
            named = [text is not None for text, is_one in zip(looked_at.texts(column), own, strict=True) if is_one]
            if sum(named) >= NEARLY_ALL * len(named) > 0:
                return True
    return False


def is_asked(looked_at: Profile, captured: Column) -> bool:
    """Say whether a flag tells whether something is paid: what is not may be a sale, paid later or on delivery."""
    return PAID.fullmatch(captured.words) is not None and (
        is_billed(looked_at) or bool(modifiers.find(looked_at).statuses)
    )


def ask_of_unpaid(part: Part, roles: Modifiers) -> None:
    """Ask whether invoices that a flag says are not paid are sales, but for those that a status leaves out already."""
    column = roles.get("captured")
    if column is None or not is_asked(part.looked_at, column):
        return
    unpaid = [value for value in column.counts if value.lower() in FALSE]
    known = {Outcome.CANCELLED, Outcome.UNPAID, Outcome.REFUNDED}
    out = {(c.name, value) for c in roles.statuses for value in c.counts if words.outcome(value) in known}
    states = [[(c.name, text) for text in part.looked_at.texts(c)] for c in roles.statuses]
    rows = zip(part.looked_at.texts(column), *states, strict=True)
    n = sum(flag in unpaid and not out.intersection(others) for flag, *others in rows)
    if not n or n == part.looked_at.n_rows:
        return

    def answer(given: str) -> None:
        if given == "leave_out":
            row_kinds.leave_out(part, row_kinds.not_in(column, unpaid))

    text = (
        f"{column.name} says of {n:,} rows that they are not paid, and no status leaves them out: are they sales, "
        f"which may be paid later, or to be left out?"
    )
    key = syntax.slug(f"unpaid by {column.words}")
    part.questions.append(Question(key, text, answer, ("sales", "leave_out"), columns=(column.name,)))


def ask_of_days_paid(part: Part) -> None:
    """Ask whether orders without the day of their payment are sales, where it is known of most and no invoices are paid later."""
    fitting = [c for c in part.looked_at.own if c.is_date and PAID_ON.fullmatch(c.words)]
    if is_billed(part.looked_at) or not fitting:
        return
    column = max(fitting, key=lambda c: c.n_known)
    n = _without(part, column)
    if not 0 < n <= MOST_UNPAID * column.n_rows:
        return

    def answer(given: str) -> None:
        if given == "leave_out":
            row_kinds.leave_out(part, f"{syntax.column(column.name)} is not null")

    text = f"{column.name} is blank in {n:,} orders that count, and known in the others: are these sales, which may be paid later, or never paid, and to be left out?"
    key = syntax.slug(f"without {column.words}")
    part.questions.append(
        Question(key, text, answer, ("sales", "leave_out"), columns=(column.name,), rows_with=(None,))
    )


def _without(part: Part, column: Column) -> int:
    """Return how many orders that count have a column blank in all of their rows."""
    order = part.guesses["order_id"].sources
    texts = part.looked_at.texts(column)
    keys = part.looked_at.texts(order[0]) if len(order) == 1 and part.looked_at.holds(*order) else range(len(texts))
    known = {key for key, text in zip(keys, texts, strict=True) if text is not None}
    out = {key for key, is_out in zip(keys, below_zero.left_out(part), strict=True) if is_out}
    return len(set(keys) - known - out)
