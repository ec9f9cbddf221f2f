"""Rows that name another document of the file: reversals, whose amounts often have no sign. Asked about."""

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows.row_kinds import leave_out
from crmwb.sources.drafting.rows.taking_back import take_back

MOSTLY = 0.5
NEARLY_ALL = 0.9  # of the documents named: others may be older than the file


def ask(part: Part, roles: Modifiers) -> None:
    """Ask of rows that name another document: returns of it, no sales at all, or sales of their own.

    Parameters
    ----------
    part : Part
        Purchases.
    roles : Modifiers
        What other columns of the file are.
    """
    order = part.guesses["order_id"].sources
    if len(order) != 1 or roles.get("parent_order") is not None or part.guesses["is_return"].sources:
        return
    used = {c.name for guess in part.guesses.values() for c in guess.sources} | roles.columns
    fitting = (c for c in part.looked_at.columns if c.name not in used and not c.is_date and not c.is_flag)
    column = next((c for c in fitting if _names_others(c, order[0], part)), None)
    if column is None or _tells_both_states(part, column):
        return

    def answer(given: str) -> None:
        condition = f"{syntax.column(column.name)} is not null"
        if given == "none":
            leave_out(part, f"{syntax.column(column.name)} is null")
        elif given == "return":
            take_back(part, (column,), condition)

    text = (
        f"{column.name} names another document of {order[0].name} in {column.n_known:,} rows: are these returns or "
        f"reversals of it, no sales at all, or sales of their own?"
    )
    part.questions.append(
        Question(
            syntax.slug(f"refers {column.words}"), text, answer, ("return", "none", "sale"), columns=(column.name,)
        )
    )


def count_with_what_they_correct(part: Part) -> None:
    """Count rows that name another document of the file as that order's: a correction is no order of its own.

    Parameters
    ----------
    part : Part
        Purchases, some rows of which are corrections.
    """
    order = part.guesses["order_id"]
    if len(order.sources) != 1 or not isinstance(order.value, str) or not part.looked_at.holds(*order.sources):
        return
    used = {c.name for guess in part.guesses.values() for c in guess.sources}
    fitting = [c for c in part.looked_at.own if c.name not in used and not c.is_flag and not c.is_date]
    for number in (order.sources[0], *(c for c in fitting if _is_same_document(part, order.sources[0], c))):
        column = next((c for c in fitting if c is not number and _names_others(c, number, part)), None)
        if column is not None:
            text = f"coalesce({syntax.column(column.name)}, {syntax.column(number.name)})"
            why = f"{order.why}; corrections count with what {column.name} names"
            part.guesses["order_id"] = order.computed(text, why, (number, column))
            return


def _is_same_document(part: Part, order: Column, other: Column) -> bool:
    """Say whether two columns number the same documents, each in its own way."""
    if len(order.counts) != len(other.counts) or other.n_known < other.n_rows:
        return False
    pairs = set(zip(part.looked_at.texts(order), part.looked_at.texts(other), strict=True))
    return len(pairs) == len(order.counts)


def _tells_both_states(part: Part, column: Column) -> bool:
    """Say whether rows that name another document tell its state before and after, which is asked elsewhere."""
    others = (c for c in part.looked_at.own if c.n_known == column.n_known and len(c.counts) == 2)
    both = (c for c in others if len(set(c.counts.values())) == 1)
    named = [text is not None for text in part.looked_at.texts(column)]
    return any([text is not None for text in part.looked_at.texts(c)] == named for c in both)


def _names_others(column: Column, order: Column, part: Part) -> bool:
    """Say whether a column names orders of other rows, in some rows only."""
    known = column.counts.keys() & order.counts.keys()
    if not 0 < column.n_known <= MOSTLY * column.n_rows or len(known) < NEARLY_ALL * len(column.counts):
        return False
    pairs = zip(part.looked_at.texts(column), part.looked_at.texts(order), strict=True)
    return all(other != own for other, own in pairs if other)
