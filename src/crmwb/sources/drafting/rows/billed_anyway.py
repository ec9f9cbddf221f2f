"""Orders that were cancelled and billed all the same, as with a fee for cancelling: asked whether these are sales."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from collections import defaultdict
from collections.abc import Sequence

from crmwb.sources.drafting.amounts import money
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows import row_kinds

LEAST_ROWS = 3
MOST_KINDS = 30
NEARLY_ALL = 0.9


def ask_of_charges(part: Part, status: Column, values: Sequence[str], condition: str) -> None:
    """Ask of lines of a kind that stands only in orders that a status leaves out, as a fee for cancelling does.

    Parameters
    ----------
    part : Part
        Purchases, whose rows are lines of several kinds.
    status : Column
        What tells which orders are no sales.
    values : sequence of str
        Its values of orders that are none.
    condition : str
        The condition that leaves them out, which the filter holds.
    """
    amount, order = part.guesses["revenue_cents"].sources, part.guesses["order_id"].sources
    if not amount or len(order) != 1 or not part.looked_at.holds(*amount, *order, status):
        return
    is_out = [text in values for text in part.looked_at.texts(status)]
    orders, amounts = part.looked_at.texts(order[0]), money.of_rows(part)
    for column in part.looked_at.own:
        is_kind = 1 < len(column.counts) <= MOST_KINDS and not (column.is_number or column.is_date or column.is_flag)
        if not is_kind or column is status or column in amount:
            continue
        rows_of: dict[str, list[int]] = defaultdict(list)
        within: dict[str | None, set[str]] = defaultdict(set)
        for i, text in enumerate(part.looked_at.texts(column)):
            if text:
                rows_of[text].append(i)
                within[orders[i]].add(text)
        only = [v for v, rows in rows_of.items() if len(rows) >= LEAST_ROWS and all(is_out[i] for i in rows)]
        beside = [v for v in only if all(len(within[orders[i]]) > 1 for i in rows_of[v])]  # else it is of the order
        kinds = [v for v in beside if all((amounts[i] or 0) > 0 for i in rows_of[v])]
        both = [v for v, rows in rows_of.items() if 0 < sum(is_out[i] for i in rows) < len(rows)]
        if kinds and both:
            _ask_of_charges(part, column, sorted(kinds), f"{status.name} is {' or '.join(values)}", condition)
            return


def _ask_of_charges(part: Part, column: Column, kinds: list[str], state: str, condition: str) -> None:
    def answer(given: str) -> None:
        if given == "keep":
            instead = f"({condition} or {syntax.is_in(column.name, kinds)})"
            others = f"{row_kinds.not_in(column, kinds)} and "  # as a fee, it may be left out by its name
            for each in (part, *part.twins):
                each.replace_condition(others, "")
                each.replace_condition(condition, instead)
                each.remarks = [r for r in each.remarks if not r.startswith(f"its {column.name} is {kinds[0]} in ")]

    n = sum(column.counts[kind] for kind in kinds)
    text = (
        f"{column.name} is {' or '.join(map(repr, kinds))} in {n:,} rows, all of orders whose {state}: is that "
        f"charged all the same, as a fee for cancelling is (keep), or are these no sales either (leave_out)?"
    )
    key = syntax.slug(f"charged by {column.words}")
    part.questions.append(Question(key, text, answer, ("keep", "leave_out"), columns=(column.name,)))


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
        if not row_kinds.BILLS.search(column.words) or column is status or column.is_date or column in amount:
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
                    each.replace_condition(condition, instead)

        text = (
            f"{status.name} is {' or '.join(values)} in {sum(is_out):,} rows, {n:,} of which hold an amount and {column.name}: "
            f"was something billed for these all the same, as a fee for cancelling (keep), or are they no sales (leave_out)?"
        )
        key = syntax.slug(f"billed by {column.words}")
        part.questions.append(Question(key, text, answer, ("keep", "leave_out"), columns=(column.name, status.name)))
        return
