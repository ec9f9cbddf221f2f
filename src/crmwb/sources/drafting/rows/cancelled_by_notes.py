"""Invoices that a flag calls cancelled, beside a file of credit notes: these may be what cancelled them. Asked about."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from collections.abc import Sequence

from crmwb.sources.drafting import modifiers
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import FALSE, Column
from crmwb.sources.drafting.rows import credit_notes, row_kinds


def ask(parts: Sequence[Part]) -> None:
    """Ask whether credit notes cancelled what is left out as cancelled: both count then, or their money is taken off twice.

    Parameters
    ----------
    parts : sequence of Part
        All parts of a draft.
    """
    sales = [p for p in parts if p.table == "transactions" and p.profile is not None and not p.is_stand_in]
    notes = [p for p in sales if credit_notes.are_in(p.looked_at)]
    for part in sales if notes else ():
        column = modifiers.find(part.looked_at).get("deleted")
        if column is None or part in notes or part.lines:
            continue  # where lines are read too, these are asked about
        out = [value for value in column.counts if value.lower() not in FALSE]
        condition = row_kinds.not_in(column, out)
        if out and condition in part.condition:
            _ask(part, column, out, condition, str(notes[0].options["file"]))


def _ask(part: Part, column: Column, out: list[str], condition: str, notes: str) -> None:
    def answer(given: str) -> None:
        if given == "credited":
            for each in (part, *part.twins):
                each.drop_condition(condition)
                each.remarks = [r for r in each.remarks if f" by {column.name}: " not in r]

    text = (
        f"{column.name} is {row_kinds.few(out)} in {row_kinds.rows(column, out)}, which are left out, and {notes} holds credit notes: did some of these "
        f"cancel them, so that both count and come to nothing (credited), or are they in no credit note (leave_out)?"
    )
    key = syntax.slug(f"cancelled by {column.words}")
    part.questions.append(Question(key, text, answer, ("credited", "leave_out"), columns=(column.name,)))
