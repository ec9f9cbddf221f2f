"""Orders that were cancelled and billed all the same, as with a fee for cancelling: asked whether these are sales."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from collections.abc import Sequence

from crmwb.sources.drafting.amounts import money
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows.row_kinds import BILLS

LEAST_ROWS = 3
NEARLY_ALL = 0.9


def ask(part: Part, status: Column, values: Sequence[str], condition: str) -> None:
    """Ask of rows that a status leaves out although they have an invoice, as sales have and others left out have not.

    Parameters
    ----------
    part : Part
        Purchases.
    status : Column
        What tells which orders are no sales.
    values : sequence of str
        Its values of orders that are none.
    condition : str
        The condition that leaves them out, which the filter holds.
    """
    amount = part.guesses["revenue_cents"].sources
    if not amount or not part.looked_at.holds(*amount, status):
        return
    is_out = [text in values for text in part.looked_at.texts(status)]
    brings = [bool(n) for n in money.of_rows(part)]
    for column in part.looked_at.own:
        if not BILLS.search(column.words) or column is status or column.is_date or column in amount:
            continue
        has = [text is not None for text in part.looked_at.texts(column)]
        rows = list(zip(is_out, has, brings, strict=True))
        n = sum(out and billed and brought for out, billed, brought in rows)
        n_not = sum(out and not billed for out, billed, _ in rows)
        kept = [billed for out, billed, _ in rows if not out]
        if n < LEAST_ROWS or n_not < LEAST_ROWS or sum(kept) < NEARLY_ALL * len(kept):
            continue

        def answer(given: str, column: Column = column) -> None:
            if given == "keep":
                instead = f"({condition} or {syntax.column(column.name)} is not null)"
                for each in (part, *part.twins):
                    each.options["filter"] = str(each.options["filter"]).replace(condition, instead)

        text = (
            f"{status.name} is {' or '.join(values)} in {sum(is_out):,} rows, {n:,} of which hold an amount and {column.name}: "
            f"was something billed for these all the same, as a fee for cancelling (keep), or are they no sales (leave_out)?"
        )
        key = syntax.slug(f"billed by {column.words}")
        part.questions.append(Question(key, text, answer, ("keep", "leave_out"), columns=(column.name, status.name)))
        return
