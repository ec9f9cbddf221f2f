"""Bookings that were cancelled, or never came, of which a fee or commission shows that some were charged. Asked about."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from collections import Counter
from collections.abc import Iterator

from crmwb.sources.drafting.amounts import fees, money
from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.reading.words import Outcome
from crmwb.sources.drafting.rows import outcomes, row_kinds

LEAST_ROWS = 3
NEARLY_ALL = 0.95


def ask(part: Part, roles: Modifiers) -> None:
    """Ask of rows that are no sales by a status, or a day on which they ended, where some bear a fee as sales do.

    Parameters
    ----------
    part : Part
        Purchases, with the filter that leaves such rows out.
    roles : Modifiers
        What other columns of the file are.
    """
    amount = part.guesses["revenue_cents"].sources
    named = [
        c for c in part.looked_at.own if fees.FEE.search(c.words) and c.is_number and any(c.numbers) and c not in amount
    ]
    every = list(_tell_no_sales(part, roles)) if named and part.looked_at.holds(*amount) else []
    brings = [bool(n) for n in money.of_rows(part)] if every else []
    for column in named if every else ():
        has = [bool(n) for n in part.looked_at.numbers(column)]
        no_sales = [(by, left) for by, values in every if (left := _not_as_sales(part, by, values, has)) or not values]
        if not no_sales:
            continue
        is_out = [any(each) for each in zip(*(_rows(part, *each) for each in no_sales), strict=True)]
        rows = [(out, borne) for out, borne, brought in zip(is_out, has, brings, strict=True) if brought]
        kept = [borne for out, borne in rows if not out]
        n, n_not = sum(out and borne for out, borne in rows), sum(out and not borne for out, borne in rows)
        if min(n, n_not, len(kept)) >= LEAST_ROWS and sum(kept) >= NEARLY_ALL * len(kept):
            _ask(part, column, no_sales, (n, n_not))
            return


def _tell_no_sales(part: Part, roles: Modifiers) -> Iterator[tuple[Column, list[str]]]:
    """Yield columns that say what is no sale, or may be none, with their values that say so; none of a day."""
    for column in roles.statuses:
        if part.looked_at.holds(column):
            of = outcomes.by_outcome(part, column, roles.statuses)
            for values in (of.get(Outcome.CANCELLED, []) + of.get(Outcome.UNPAID, []), of.get(Outcome.UNKNOWN, [])):
                if 0 < len(values) < len(column.counts):
                    yield column, values
    ended = roles.get("ended_on")
    if ended is not None and part.looked_at.holds(ended) and 0 < ended.n_known < ended.n_rows:
        yield ended, []


def _not_as_sales(part: Part, by: Column, values: list[str], has: list[bool]) -> list[str]:
    """Return values of which not nearly all rows bear a fee, as those of sales do."""
    rows = list(zip(part.looked_at.texts(by), has, strict=True))
    n_borne = Counter(text for text, borne in rows if borne)
    return [value for value in values if n_borne[value] < NEARLY_ALL * by.counts[value]]


def _rows(part: Part, column: Column, values: list[str]) -> list[bool]:
    return [text in values if values else text is not None for text in part.looked_at.texts(column)]


def _ask(part: Part, fee: Column, no_sales: list[tuple[Column, list[str]]], n: tuple[int, int]) -> None:
    name = syntax.column(fee.name)

    def answer(given: str) -> None:
        if given == "leave_out":
            return
        for column, values in no_sales:
            condition = row_kinds.not_in(column, values) if values else f"{syntax.column(column.name)} is null"
            instead = f"({condition} or coalesce({name}, 0) <> 0)"
            if condition not in part.condition:
                row_kinds.leave_out(part, instead)
                continue
            for each in (part, *part.twins):
                each.replace_condition(condition, instead)

    by_name = {
        c.name: " or ".join(v for by, values in no_sales if by is c for v in values) or "known" for c, _ in no_sales
    }
    says = " or ".join(f"{column} is {values}" for column, values in by_name.items())
    text = (
        f"Where {says}, {fee.name} is above zero in {n[0]:,} rows, as in nearly all others, and nothing in {n[1]:,}: were those with it "
        f"charged all the same, so that they are sales and these without it are none (keep), or is none that was cancelled a sale (leave_out)?"
    )
    key = syntax.slug(f"charged by {fee.words}")
    part.questions.append(Question(key, text, answer, ("keep", "leave_out"), columns=(fee.name, *by_name)))
