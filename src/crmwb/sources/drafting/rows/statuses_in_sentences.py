"""Statuses in sentences beside a status of few values: rows that only a sentence calls cancelled are asked about."""

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.modifiers import MOST_KINDS, Modifiers
from crmwb.sources.drafting.reading import words
from crmwb.sources.drafting.reading.modifier_words import MODIFIERS
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.reading.vocabulary import matches
from crmwb.sources.drafting.reading.words import Outcome
from crmwb.sources.drafting.rows import row_kinds

PLAINLY = 2  # how well a name must match
NO_SALES = {Outcome.CANCELLED, Outcome.UNPAID, Outcome.REFUNDED}


def ask(part: Part, roles: Modifiers) -> None:
    """Ask of rows that a sentence calls cancelled and that no status of few values leaves out.

    Parameters
    ----------
    part : Part
        Purchases.
    roles : Modifiers
        What other columns of the file are.
    """
    own = part.looked_at.own
    statuses = [part.looked_at.texts(c) for c in roles.statuses if c in own]
    failed = [[words.outcome(text or "") in NO_SALES for text in texts] for texts in statuses]
    for column in own:
        if not _is_in_sentences(column):
            continue
        texts = part.looked_at.texts(column)
        open_rows = [text for i, text in enumerate(texts) if text and not any(each[i] for each in failed)]
        values = sorted({text for text in open_rows if words.outcome(text) is Outcome.CANCELLED})
        if values:
            why = "no other status of these rows says"
            row_kinds.ask_to_leave_out(part, column, values, why)


def _is_in_sentences(column: Column) -> bool:
    is_text = not column.is_number and not column.is_date and len(column.counts) > MOST_KINDS
    return is_text and matches(column.words, MODIFIERS["status"]) == PLAINLY
