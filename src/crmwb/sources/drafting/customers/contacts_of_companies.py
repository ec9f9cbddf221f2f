"""Customers by name, some with a contact behind a comma: "Hotel De Kroon, Els Peeters" beside "Hotel De Kroon". Asked about."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from collections.abc import Sequence

from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax
from crmwb.sources.drafting.reading.profile import Column

COMMA = ", "
LEAST_NAMES, HALF = 3, 0.5  # with a comma, of which so many begin with a name that stands alone


def ask(parts: Sequence[Part]) -> None:
    """Ask whether what stands before a comma is the customer, where it is one by itself in other rows.

    Parameters
    ----------
    parts : sequence of Part
        Purchases; those that name customers by a plain column of their own are changed.
    """
    named = [(part, column) for part in parts if (column := _name(part)) is not None]
    for words in dict.fromkeys(column.words for _, column in named):
        same = [(part, column) for part, column in named if column.words == words]
        every = {name for _, column in same for name in column.counts}
        longer = {name for name in every if COMMA in name}
        known = {name for name in longer if name.partition(COMMA)[0] in every}
        if len(known) >= LEAST_NAMES and len(known) >= HALF * len(longer):
            _ask([part for part, _ in same], same[0][1], sorted(known))


def _name(part: Part) -> Column | None:
    """Return the column of a file that names the customers of its purchases, read as it stands."""
    if part.table != "transactions" or part.profile is None or "customer_id" not in part.guesses:
        return None
    guess = part.guesses["customer_id"]
    is_plain = isinstance(guess.value, str) and len(guess.sources) == 1 and part.looked_at.holds(*guess.sources)
    return guess.sources[0] if is_plain and not guess.sources[0].is_number else None


def _ask(parts: Sequence[Part], column: Column, known: Sequence[str]) -> None:
    def answer(given: str) -> None:
        for part in parts if given == "company" else ():
            own = part.guesses["customer_id"]
            if not isinstance(own.value, str):
                continue
            expression = {"expression": f"split_part({syntax.column(own.value)}, {syntax.value(COMMA)}, 1)"}
            why = "what stands before the comma is the company, as you said"
            part.guesses["customer_id"] = Guess(expression, Sure.SURE, why, own.sources)
            for back in part.refunds:
                back.guesses["customer_id"] = part.guesses["customer_id"].through(back.through)

    text = (
        f"{len(known):,} names in {column.name} are others with something behind a comma ({known[0]!r} beside {known[0].partition(COMMA)[0]!r}): is that a "
        f"contact of the customer whose name stands before it (company), or a customer of its own (each)?"
    )
    key = syntax.slug(f"contacts by {column.words}")
    parts[0].questions.append(Question(key, text, answer, ("company", "each"), columns=(column.name,)))
