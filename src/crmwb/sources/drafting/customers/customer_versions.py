"""Lists of customers that hold several versions of one, as warehouses keep them: asked whether these are the same."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

from collections import defaultdict
from dataclasses import replace

from crmwb.contract import Kind
from crmwb.sources.drafting.guess import Guess, Part, Sure, of_column
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, vocabulary
from crmwb.sources.drafting.reading.profile import Column

VERSION = "version"
PLAINLY = 2  # how well a name must match
LEAST, NEARLY_ALL, HALF = 3, 0.9, 0.5


def are_told_by(column: Column, key: Column, customers: Part) -> bool:
    """Say whether a column numbers customers of whom some rows are versions: what names them is the same in these.

    Parameters
    ----------
    column, key : Column
        Of the list: what may number customers, and what numbers its rows.
    customers : Part
        The list.
    """
    is_number = vocabulary.matches(column.words, vocabulary.CUSTOMERS["customer_id"]) == PLAINLY
    if (
        not is_number
        or column.n_known < column.n_rows
        or not HALF * len(key.counts) <= len(column.counts) < len(key.counts)
    ):
        return False
    at = customers.looked_at
    names = (c for c in at.own if c not in (column, key) and not (c.is_number or c.is_date or c.is_flag))
    for name in (c for c in names if len(c.counts) >= HALF * len(column.counts)):
        called: dict[str | None, list[str | None]] = defaultdict(list)
        for number, text in zip(at.texts(column), at.texts(name), strict=True):
            called[number].append(text)
        several = [texts for texts in called.values() if len(texts) > 1]
        n_alike = sum(len(set(texts)) == 1 for texts in several)
        if len(several) >= LEAST and n_alike >= NEARLY_ALL * len(several):
            return True
    return False


def ask(facts: list[Part], customers: Part, column: Column, alias: str) -> None:
    """Ask whether rows with one number are one customer, at different times.

    Parameters
    ----------
    facts : list of Part
        Purchases that name rows of the list by a plain column.
    customers : Part
        The list; of the rows of a customer, the last one counts.
    column : Column
        What numbers customers.
    alias : str
        The name under which the list is joined to purchases.
    """
    key = customers.guesses["customer_id"].sources[0]

    def answer(given: str) -> None:
        if given != "same":
            return
        for part in facts:
            own = part.guesses["customer_id"].sources[0]
            part.join(alias, syntax.join(customers.options, {own.name: key.name}))
            here = replace(column, name=f"{alias}.{column.name}", n_rows=part.looked_at.n_rows)
            part.guesses["customer_id"] = of_column(here, Kind.ID, Sure.SURE, "the customer, and no version of one")
        customers.guesses["customer_id"] = Guess(column.name, Sure.SURE, "you said so", (column,))
        customers.options["numbered"] = {VERSION: {"within": column.name, "first": "last"}}
        customers.keep_rows(f"{VERSION} = 1")

    text = (
        f"{customers.options['file']} has {len(key.counts):,} {key.name} of {len(column.counts):,} {column.name}, and those of one are called "
        f"alike: are rows with one {column.name} the same customer, as of different times (same), or others (else)?"
    )
    question = Question(
        syntax.slug(f"customers by {column.words}"), text, answer, ("same", "else"), columns=(column.name,)
    )
    facts[0].questions.append(question)
