"""Amounts that are no amount of their row: running totals, and money that stands in a second column instead."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.modifiers import Modifiers
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, words
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.drafting.rows import row_kinds, taking_back

CENT = 0.015
LEAST_ROWS = 5
NEARLY_ALL = 0.95
MOST_LIKELY_CHANCE = math.log(1e-6)
LEAST_ALONE = 3
MOSTLY = 0.5


def of_rows(part: Part) -> list[float | None]:
    """Return what each row brings, as far as it was looked at: an amount, or the quantity times the price."""
    revenue = part.guesses["revenue_cents"]
    every = [part.looked_at.numbers(column) for column in revenue.sources]
    if not revenue.is_product:
        return every[0]
    return [None if None in row else math.prod(n for n in row if n is not None) for row in zip(*every, strict=True)]


def is_in_hundredths(revenue: Guess) -> bool:
    """Say whether an amount is read in hundredths."""
    return isinstance(revenue.value, dict) and revenue.value.get("unit") == "hundredths"


def factor_to_unit(part: Part, column: Column) -> float | None:
    """Return what a column of money is multiplied by to be in the unit of the amount beside it; None where nothing tells.

    Beside an amount in hundredths, a column with decimals is one of whole units; of whole numbers, what they are is told
    by a name, by one that would be more than the whole amount, or by one that is exactly the amount.
    """
    revenue = part.guesses["revenue_cents"]
    if not is_in_hundredths(revenue):
        return 0.01 if column.is_in_cents and not any(c.is_in_cents for c in revenue.sources) else 1
    if column.is_in_cents:
        return 1
    if any(n != int(n) for n in column.numbers):
        return 100
    pairs = zip(of_rows(part), part.looked_at.numbers(column), strict=False)
    known = [(abs(a), abs(b)) for a, b in pairs if a and b]
    if any(100 * b > a + CENT or abs(a - b) < CENT for a, b in known):
        return 1
    return 100 if any(abs(a - 100 * b) < CENT for a, b in known) else None


def is_of_order(part: Part, column: Column, least: int = LEAST_ALONE) -> bool:
    """Say whether a number stands on every line of its order, in orders of several lines, and is another in others.

    Parameters
    ----------
    part : Part
        Purchases.
    column : Column
        Of its file.
    least : int
        How many different numbers there must be, for one that is the same everywhere may be that of each line.
    """
    order = part.guesses["order_id"].sources if "order_id" in part.guesses else ()
    own = part.looked_at.own
    if len(order) != 1 or order[0] not in own or column not in own or order[0].is_unique:
        return False
    by_order: dict[str, list[float | None]] = defaultdict(list)
    for key, number in zip(part.looked_at.texts(order[0]), part.looked_at.numbers(column), strict=True):
        if key:
            by_order[key].append(number)
    several = [numbers for numbers in by_order.values() if len(numbers) > 1 and any(numbers)]
    same = [numbers[0] for numbers in several if len(set(numbers)) == 1]
    return len(set(same)) >= least and len(same) >= NEARLY_ALL * len(several)


def of_the_row(part: Part, column: Column, text: str) -> str:
    """Return an expression with a column of whole orders in it, of which each line has its share where that is shown."""
    return share_of_the_row(part, column, text) if is_of_order(part, column) else text


def share_of_the_row(part: Part, column: Column, text: str) -> str:
    """Return an expression with the share of each line in the place of an amount of its whole order."""
    order, amount = part.guesses["order_id"].sources[0], part.guesses["revenue_cents"]
    share = f"{column.name} of the line"
    by = amount.value["expression"] if amount.is_product else syntax.column(amount.sources[0].name)
    before = part.options.get("spread", {})
    how = next((each["by"] for each in before.values()), {"expression": by})
    part.options["spread"] = {**before, share: {"amount": column.name, "over": order.name, "by": how}}
    part.remarks.append(f"{column.name} is of the whole order, and is spread over its lines by their amounts")
    return text.replace(syntax.column(column.name), syntax.column(share))


def even_share(options: dict[str, Any], column: Column, order: Column) -> str:
    """Return the share of each row of what stands on every row of an order, and say in a part's options how it is made."""
    share = f"{column.name} of the row"
    how = {"amount": column.name, "over": order.name, "by": {"expression": "1"}}
    options["spread"] = {**options.get("spread", {}), share: how}
    return syntax.column(share)


def in_unit_of(part: Part, column: Column) -> str:
    """Return a column of money, 0 where it is unknown, in the unit of the amount beside it; ask which where nothing tells."""
    factor = factor_to_unit(part, column)
    text = f"coalesce({syntax.column(column.name)}, 0)"
    in_ones = f"100 * {text}"
    if factor is None:

        def answer(given: str) -> None:
            revenue = part.guesses["revenue_cents"]
            if given == "hundredths":
                expression = str(revenue.value["expression"]).replace(in_ones, text)
                part.guesses["revenue_cents"] = revenue.computed(expression, revenue.why, revenue.sources)

        asked = f"The amount is in hundredths, and {column.name} stands beside it: is that in hundredths too, or in whole units?"
        key = syntax.slug(f"unit of {column.own_words or column.name}")
        part.questions.append(Question(key, asked, answer, ("hundredths", "whole"), columns=(column.name,)))
    return text if factor == 1 else f"{text} / 100" if factor == 0.01 else in_ones


def ask_of_running_total(part: Part, amount: Column) -> bool:
    """Take the amount of which another is the running total; ask of one that never falls within a customer."""
    who, when = part.guesses["customer_id"].sources, part.guesses["ordered_at"].sources
    if len(who) != 1 or len(when) != 1 or when[0].dates_read is None or not part.looked_at.holds(who[0], when[0]):
        return False
    days = [when[0].dates_read.values.get(text or "") for text in part.looked_at.texts(when[0])]
    return any(_is_running(part, amount, column, days) for column in (who[0], *_groups_of(part, (amount, *who, *when))))


def _groups_of(part: Part, used: Sequence[Column]) -> list[Column]:
    """Return columns that may tell groups of rows, such as projects: texts or numbers that come again, of many values."""
    own = (c for c in part.looked_at.own if c not in used and not c.is_date and not c.is_unique)
    return [c for c in own if LEAST_ROWS <= len(c.counts) < MOSTLY * c.n_known and all(n == int(n) for n in c.numbers)]


def _is_running(part: Part, amount: Column, who: Column, days: Sequence[datetime | None]) -> bool:
    """Take the amount of which another is the running total within a group, or ask of one that never falls in any."""
    keys = part.looked_at.texts(who)
    by_customer: dict[str, list[int]] = defaultdict(list)
    for i in sorted((i for i, day in enumerate(days) if day is not None and keys[i]), key=lambda i: (days[i], i)):
        by_customer[str(keys[i])].append(i)
    numbers = part.looked_at.numbers(amount)
    steps = [(i, j) for rows in by_customer.values() for i, j in pairwise(rows)]
    if len(steps) < LEAST_ROWS or not _never_falls(by_customer.values(), numbers):
        return False
    for column in part.looked_at.own:
        if column is amount or not column.is_number:
            continue
        own = part.looked_at.numbers(column)
        fitting = sum(abs((numbers[j] or 0) - (numbers[i] or 0) - (own[j] or 0)) < CENT for i, j in steps)
        if fitting >= NEARLY_ALL * len(steps):
            why = f"{amount.name} is its running total within {who.name}"
            part.guesses["revenue_cents"] = replace(
                part.guesses["revenue_cents"], value=column.name, sources=(column,), why=why, sure=Sure.LIKELY
            )
            return True

    def answer(given: str) -> None:
        if given == "running":
            raise ValueError(
                f"revenue cannot be read from a running total: export what each row brings, without which {amount.name} "
                f"would be summed again and again"
            )

    text = (
        f"{amount.name} never falls from one row of a {who.name} to the next: is it a running total (since the beginning of the "
        f"year or of a project, or a balance), which no sum may be made of, or the amount of each row?"
    )
    part.questions.append(
        Question(syntax.slug(f"running {amount.words}"), text, answer, ("each", "running"), columns=(amount.name,))
    )
    return True


def _never_falls(groups: Iterable[list[int]], numbers: Sequence[float | None]) -> bool:
    """Say whether numbers never fall within groups, mostly rise, and do so too often for chance.

    Fees that stay the same but for a rise in price are no running total.
    """
    chance, n_steps, n_rises = 0.0, 0, 0
    for rows in groups:
        own = [numbers[i] or 0.0 for i in rows]
        if any(b < a for a, b in pairwise(own)):
            return False
        n_steps += len(own) - 1
        n_rises += sum(b > a for a, b in pairwise(own))
        chance -= math.lgamma(len(set(own)) + 1)
    return chance < MOST_LIKELY_CHANCE and n_rises >= MOSTLY * n_steps


def ask_of_other_side(part: Part, amount: Column, roles: Modifiers) -> None:
    """Ask of money that stands in rows where the amount is blank or nothing, as of debit beside credit."""
    used = {c.name for guess in part.guesses.values() for c in guess.sources} | roles.columns
    own = part.looked_at.numbers(amount)
    n_amount = sum(bool(n) for n in own)
    for column in part.looked_at.own:
        if (
            column.name in used
            or not column.is_number
            or column.is_flag
            or not any(n != int(n) for n in column.numbers)
        ):
            continue
        other = part.looked_at.numbers(column)
        n_alone = sum(bool(b) and not a for a, b in zip(own, other, strict=True))
        n_both = sum(bool(b) and bool(a) for a, b in zip(own, other, strict=True))
        if n_alone < LEAST_ALONE or n_both > (1 - NEARLY_ALL) * n_amount or n_both > n_alone:
            continue
        _ask(part, amount, column, n_alone)
        return


def _ask(part: Part, amount: Column, column: Column, n: int) -> None:
    def answer(given: str) -> None:
        if given == "leave_out":
            row_kinds.leave_out(
                part, f"({syntax.column(column.name)} is null or coalesce({syntax.column(amount.name)}, 0) <> 0)"
            )
            return
        if given == "add" and words.in_other_currencies(amount.name, column.name):
            raise ValueError(f"{amount.name} and {column.name} are in different currencies, which are no one sum")
        sign = "-" if given == "returns" else "+"
        revenue, other = part.guesses["revenue_cents"], syntax.column(column.name)
        statement = f"coalesce({revenue.text}, 0) {sign} coalesce({other}, 0)"
        part.guesses["revenue_cents"] = revenue.computed(statement, "as you said", (amount, column))
        known = f"{syntax.column(amount.name)} is not null"
        filters = [f for f in part.condition.split(" and ") if f and f != known]
        part.options["filter"] = syntax.both(*filters, f"({known} or {syntax.column(column.name)} is not null)")
        if given == "returns":
            taking_back.mark(part, f"coalesce({other}, 0) <> 0", (column,))

    text = (
        f"{column.name} holds money in {n:,} rows in which {amount.name} holds none: did that go back to customers (returns), "
        f"is it revenue too (add), or neither, such as payments (leave_out)?"
    )
    choices = ("returns", "add", "leave_out")
    part.questions.append(
        Question(syntax.slug(f"money in {column.name}"), text, answer, choices, columns=(column.name,))
    )
