"""What a person is asked about a draft on a terminal: everything that is not sure."""

from collections.abc import Callable
from dataclasses import replace

from crmwb.contract.canonical import TABLES
from crmwb.errors import CrmwbError
from crmwb.sources import books
from crmwb.sources.drafting.draft import Draft
from crmwb.sources.drafting.guess import Guess, Part, Sure, of_column
from crmwb.sources.drafting.questions import settle

Ask = Callable[[str, str], str]
KINDS = {"person": "people", "company": "companies"}


def ask_about(draft: Draft, ask: Ask, say: Callable[[str], None]) -> None:
    """Ask about every guess that is not sure, and put the answers into the draft.

    Parameters
    ----------
    draft : Draft
        Changed in place.
    ask : callable
        Given a question and the answer that Enter stands for, returns the answer.
    say : callable
        Shows a line.
    """
    settle(draft.questions, {}, ask)
    for part in draft.parts:
        unsure = [name for name, guess in part.guesses.items() if guess.sure is not Sure.SURE]
        for name in unsure:
            part.guesses[name] = _asked(part, name, part.guesses[name], ask, say)


def ask_of_books(year: int, ask: Ask, say: Callable[[str], None]) -> dict[str, float]:
    """Ask for a year's revenue by the company's own books; empty where a person leaves it out.

    Parameters
    ----------
    year : int
        The year to compare.
    ask, say : callable
        As in `ask_about`.
    """
    question = f"Revenue of {year} by your own books, such as 1234567.89, to compare with this (Enter to leave it out)"
    while answer := ask(question, "").strip():
        try:
            return books.parse([f"{year}={answer}"])
        except CrmwbError as error:
            say(f"  {error}")
    return {}


def _asked(part: Part, name: str, guess: Guess, ask: Ask, say: Callable[[str], None]) -> Guess:
    meaning = TABLES[part.table].column(name).meaning
    if part.table == "customers" and name == "kind" and not guess.sources:
        return _kind(guess, ask, say)
    shown = f": {guess.sources[0].shown()}" if len(guess.sources) == 1 else ""
    description = f"{part.table}.{name} ({meaning}): {guess.why}{shown}"
    if part.profile is None or not _is_column(guess):
        say(f"{description} - {_shown(guess)}")
        return guess
    say(description)
    columns = {column.name: column for column in (*part.profile.columns, *guess.sources)}
    while True:
        answer = ask("  Enter, or the name of another column", guess.sources[0].name).strip()
        if answer == guess.sources[0].name:
            return replace(guess, sure=Sure.SURE, why="you said so")
        if answer in columns:
            given = of_column(columns[answer], TABLES[part.table].column(name).kind, Sure.SURE, "")
            return replace(given, sure=Sure.SURE, why="you said so")
        say(f"  There is no column {answer!r}; there are {', '.join(columns)}.")


def _is_column(guess: Guess) -> bool:
    return len(guess.sources) == 1 and (isinstance(guess.value, str) or "column" in guess.value)


def _kind(guess: Guess, ask: Ask, say: Callable[[str], None]) -> Guess:
    say(f"Are your customers people or companies? ({guess.why})")
    while True:
        answer = ask("  people or companies", KINDS[guess.value["constant"]]).strip().lower()
        for kind, word in KINDS.items():
            if answer in {kind, word}:
                return Guess({"constant": kind}, Sure.SURE, "you said so")


def _shown(guess: Guess) -> str:
    value = guess.value
    return value if isinstance(value, str) else ", ".join(f"{k} {v}" for k, v in value.items())
