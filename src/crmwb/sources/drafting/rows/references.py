"""Rows that name another document of the file: reversals, whose amounts often have no sign. Asked about."""

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows.row_kinds import leave_out, take_back

MOSTLY = 0.5


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
    if column is None:
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


def _names_others(column: Column, order: Column, part: Part) -> bool:
    """Say whether a column names orders of other rows, in some rows only."""
    if not 0 < column.n_known <= MOSTLY * column.n_rows or not column.counts.keys() <= order.counts.keys():
        return False
    pairs = zip(part.looked_at.texts(column), part.looked_at.texts(order), strict=True)
    return all(other != own for other, own in pairs if other)
