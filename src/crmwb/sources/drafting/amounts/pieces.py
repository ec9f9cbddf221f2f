"""Amounts by their name that are numbers of pieces: times a price beside them they are what a line came to."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from itertools import permutations

from crmwb.sources.drafting.guess import Part
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading.profile import Column

CENT = 0.015
NEARLY_ALL = 0.95
LEAST_TELLING = 3  # rows of several pieces
MOST_COLUMNS = 12


def ask(part: Part) -> None:
    """Ask whether whole amounts that make another number of a price are money, or pieces.

    Parameters
    ----------
    part : Part
        Purchases.
    """
    amount = part.guesses["revenue_cents"].sources
    if len(amount) != 1 or amount[0].called is not None or not part.looked_at.holds(*amount) or amount[0].is_date:
        return
    beside = None if any(n != int(n) for n in amount[0].numbers) else _price_and_total(part, amount[0])
    if beside is None:
        return
    price, total = beside
    text = (
        f"{amount[0].name} is called an amount, and times {price.name} it is {total.name}, as pieces times a price are: is it money (money)? "
        f"Else name what is what: --answer quantity={amount[0].name} --answer amount={total.name} in the place of this answer."
    )
    part.questions.append(Question("amount_is", text, lambda _: None, ("money",), columns=(amount[0].name,)))


def _price_and_total(part: Part, amount: Column) -> tuple[Column, Column] | None:
    """Return a price that an amount makes a total of, row by row."""
    others = [c for c in part.looked_at.own if c is not amount and c.is_number and any(n != int(n) for n in c.numbers)]
    for price, total in permutations(others[:MOST_COLUMNS], 2):
        rows = [row for row in part.looked_at.number_rows(amount, price, total) if row[0] and row[1]]
        fitting = sum(abs(n * each - whole) < CENT for n, each, whole in rows)
        telling = sum(abs(n) > 1 and abs(n * each - whole) < CENT for n, each, whole in rows)
        if telling >= LEAST_TELLING and fitting >= NEARLY_ALL * len(rows):
            return price, total
    return None
