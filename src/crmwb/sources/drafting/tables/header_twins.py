"""Columns whose name stands twice in a header: which of them is meant is asked, unless only one is known in most rows."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from dataclasses import replace

from crmwb.contract.canonical import TABLES
from crmwb.sources.drafting.guess import Guess, Part, Sure, of_column
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading.profile import Column

KNOWN = 0.98  # of the rows
HALF = 0.5


def ask(part: Part) -> None:
    """Ask which is meant where the name of a column that is used stands twice in the header."""
    for name, twins in part.looked_at.twins.items():
        for canonical, guess in part.guesses.items():
            if len(guess.sources) != 1 or guess.sources[0].name not in twins or guess.sources[0].called:
                continue
            if _is_known_alone(guess.sources[0], [part.looked_at.column(twin) for twin in twins]):
                continue

            def answer(given: str, canonical: str = canonical, guess: Guess = guess) -> None:
                kind = TABLES[part.table].column(canonical).kind
                column = of_column(part.looked_at.column(given), kind, Sure.SURE, "you said so")
                part.guesses[canonical] = replace(
                    guess, value=column.value, sources=column.sources, sure=Sure.SURE, why="you said so"
                )

            firsts = " and ".join(f"{twin!r} ({part.looked_at.column(twin).shown(2)})" for twin in twins)
            part.guesses[canonical] = replace(guess, sure=Sure.GUESS, why=f"{name} stands twice")
            text = (
                f"{name} stands twice in the header of {part.looked_at.file.name}, as {firsts}: which is {canonical}?"
            )
            part.questions.append(Question(canonical, text, answer, tuple(twins)))


def _is_known_alone(column: Column, twins: list[Column]) -> bool:
    """Say whether a column is known in nearly every row, and those of the same name in fewer than half of them."""
    others = (c for c in twins if c is not column)
    return column.n_known >= KNOWN * column.n_rows and all(c.n_known < HALF * c.n_rows for c in others)
