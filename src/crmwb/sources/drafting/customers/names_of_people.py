"""Customers who go by names of people: the names become codes, for they have no place past ingest."""

import re
from collections.abc import Sequence

from crmwb.sources.drafting.customers.ids import is_email, is_phone, is_plain, with_options
from crmwb.sources.drafting.guess import Guess, Part, Sure
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading.profile import Column
from crmwb.sources.letters import without_accents

MOSTLY = 0.8
LEAST_NAMES = 5
NAME = re.compile(
    r"[^\W\d_]+\.?,?([ '-][^\W\d_]+\.?,?){1,3}|[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{1,3}[ \u3000][\u4e00-\u9fff]{1,3}"
)
PEOPLE = {"constant": "person"}


def ask(part: Part, who: Sequence[Column]) -> None:
    """Ask whether names that customers go by are those of people, where nothing says what customers are.

    Parameters
    ----------
    part : Part
        Customers, with what they are.
    who : sequence of Column
        What customers go by.
    """
    kind = part.guesses.get("kind")
    named = next((c for c in who if holds_names(c)), None)
    if kind is None or kind.value != PEOPLE or kind.sure is not Sure.GUESS or named is None:
        return

    def answer(given: str) -> None:
        part.guesses["kind"] = Guess({"constant": given}, Sure.SURE, "you said so")

    text = (
        f"Customers go by {named.name}, and nothing says what they are: people, whose names become codes, or "
        f"companies, whose names stay?"
    )
    part.questions.append(
        Question("kind", text, answer, ("person", "company"), default="person", is_safe=True, columns=(named.name,))
    )


def holds_names(column: Column) -> bool:
    """Say whether a column holds what looks like full names of people.

    Examples
    --------
    >>> from collections import Counter
    >>> from crmwb.sources.drafting.reading.profile import Column
    >>> names = ["Ana Díaz", "Bo Li", "Cem Kaya", "Dora O'Neill", "Eva Maria Roth"]
    >>> holds_names(Column("buyer", 5, Counter(names), ()))
    True
    """
    if column.is_number or column.is_date or is_email(column) or is_phone(column):
        return False
    alike = sum(NAME.fullmatch(without_accents(value)) is not None for value in column.counts)
    return len(column.counts) >= LEAST_NAMES and alike >= MOSTLY * len(column.counts)


def become_codes(parts: Sequence[Part]) -> None:
    """Make codes of the names that customers go by, in every table, where they are people.

    Parameters
    ----------
    parts : sequence of Part
        All of them, after questions were answered; changed in place.
    """
    customers = next((part for part in parts if part.table == "customers"), None)
    if customers is None or "kind" not in customers.guesses or customers.guesses["kind"].value != PEOPLE:
        return
    own = [part for part in parts if "customer_id" in part.guesses]
    columns = [column for part in own for column in part.guesses["customer_id"].sources]
    if not all(is_plain(part.guesses["customer_id"]) for part in own) or not any(map(holds_names, columns)):
        return
    for part in own:
        if part.guesses["customer_id"].sources:
            part.guesses["customer_id"] = with_options(part.guesses["customer_id"], pseudonym=True)
    customers.remarks.append(
        "names of people become codes; where customers are companies, answer kind=company to keep them"
    )
