"""Which customer a row of contacts is about: by a column whose values other files know, of its own or of a joined file."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from crmwb.contract import Kind
from crmwb.sources.drafting.customers import ids
from crmwb.sources.drafting.guess import Guess, Part, Sure, of_column
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, vocabulary
from crmwb.sources.drafting.reading.links import Declared, reach
from crmwb.sources.drafting.reading.profile import Column, Profile
from crmwb.sources.drafting.reading.vocabulary import matches
from crmwb.sources.drafting.tables.dimensions import overlap

LEAST_OVERLAP = 0.5
CUSTOMERS = (vocabulary.CUSTOMER, vocabulary.PERSON)
ORDERS = (vocabulary.ORDER, vocabulary.ORDER)
ADDRESS = re.compile(r".*\b(e ?mail|mail|phone|mobile|telefon)\b.*|.*(邮箱|手机|电话).*")
Joins = dict[str, dict[str, Any]]
OPTIONS = ("pseudonym", "fold", "strip_zeros", "whole_number")


def may_be_customer(column: Column) -> bool:
    """Say whether a column may tell the customer by its name: a number, or an address that customers may go by."""
    return not column.is_date and (matches(column.words, CUSTOMERS) > 0 or ADDRESS.fullmatch(column.words) is not None)


def may_tell_customer(column: Column) -> bool:
    """Say whether a column is a customer's, or an order's, which tells the customer."""
    return may_be_customer(column) or (not column.is_date and matches(column.words, ORDERS) > 0)


def known_customers(profiles: Sequence[Profile], drafted: Sequence[Part], contacts: Sequence[Profile]) -> list[Column]:
    """Return the columns whose values are customers: of what other files tell, and of lists of these customers."""
    result = [c for part in drafted if "customer_id" in part.guesses for c in part.guesses["customer_id"].sources]
    lists = [p for p in profiles if all(p is not other for other in contacts)]
    unique = [c for p in lists for c in p.columns if c.is_unique and (matches(c.words, CUSTOMERS) or c.words == "id")]
    return result + [c for c in unique if not result or any(overlap(c, other) >= LEAST_OVERLAP for other in result)]


def customer(
    profile: Profile,
    profiles: Sequence[Profile],
    drafted: Sequence[Part],
    known: Sequence[Column],
    declared: Collection[Declared],
) -> tuple[Guess, Joins] | str:
    """Return the customer that rows are about and the joins that it takes; or why nothing tells it.

    Parameters
    ----------
    profile : Profile
        The file.
    profiles : sequence of Profile
        All files.
    drafted : sequence of Part
        What other files tell; an order that they know tells the customer.
    known : sequence of Column
        Columns of customers, as `known_customers` returns them.
    declared : collection of Declared
        Links that a database says.
    """
    same = {c.words for c in known}
    named = [c for c in profile.columns if c.n_known and (may_be_customer(c) or c.words in same)]
    if not known and named:
        best = max(
            named, key=lambda c: (matches(c.words, CUSTOMERS), not vocabulary.NAMES_OF_PEOPLE.fullmatch(c.words))
        )
        return of_column(best, Kind.ID, Sure.LIKELY, "its name says so"), {}
    if (own := _met(named, known)) is not None:
        return own, {}
    at = reach(profile, list(profiles), declared)
    joined = [c for columns in at.columns.values() for c in columns if may_be_customer(c) or c.words in same]
    if (guess := _met(joined, known)) is not None:
        return guess, dict(at.options)  # those that are not needed are left out later
    by_order = next(_by_order(profile, drafted), None)
    names = " and ".join(c.name for c in named)
    lacking = f"{names} names none of the customers of the other files" if names else "no column names customers"
    return by_order or (
        f"it may hold contacts of customers, and {lacking}: add a column with their numbers, or join a file that has them in the mapping "
        f"(docs/mappings.md)"
    )


def follow(drafted: Sequence[Part], contacts: Sequence[Part]) -> None:
    """Read customers of contacts as those of purchases are read, also after a person said how."""
    base = next((part for part in drafted if "customer_id" in part.guesses and part.questions), None)
    _copy_options(drafted, contacts)
    if base is None:
        return
    for part in drafted:
        part.questions = [_followed(question, drafted, contacts) for question in part.questions]


def _followed(question: Question, drafted: Sequence[Part], contacts: Sequence[Part]) -> Question:
    def answer(given: str) -> None:
        question.answer(given)
        _copy_options(drafted, contacts)

    return replace(question, answer=answer)


def _copy_options(drafted: Sequence[Part], contacts: Sequence[Part]) -> None:
    values = [part.guesses["customer_id"].value for part in drafted if "customer_id" in part.guesses]
    options = {name: True for value in values if isinstance(value, dict) for name in OPTIONS if value.get(name)}
    for part in contacts:
        who = part.guesses.get("customer_id")
        if who is not None and options and not (isinstance(who.value, dict) and "expression" in who.value):
            part.guesses["customer_id"] = ids.with_options(who, **options)


def _met(columns: Sequence[Column], known: Sequence[Column]) -> Guess | None:
    shares = {c: max((overlap(c, other) for other in known), default=0.0) for c in columns}
    column = max(columns, key=lambda c: (shares[c], matches(c.words, CUSTOMERS)), default=None)
    if column is None or shares[column] < LEAST_OVERLAP:
        return None
    return of_column(column, Kind.ID, Sure.SURE, f"{shares[column]:.0%} of its values stand in the other files too")


def _by_order(profile: Profile, drafted: Sequence[Part]) -> Iterator[tuple[Guess, Joins]]:
    """Yield the customer of the order that a row names, by a join of the file of orders."""
    for part in drafted:
        order, who = part.guesses.get("order_id"), part.guesses.get("customer_id")
        if order is None or who is None or part.profile is None or len(order.sources) != 1 or len(who.sources) != 1:
            continue
        there, name = order.sources[0], who.sources[0]
        if any(c not in part.looked_at.own for c in (there, name)):
            continue
        for column in (c for c in profile.columns if matches(c.words, ORDERS) and overlap(c, there) >= LEAST_OVERLAP):
            files = {k: v for k, v in part.options.items() if k in syntax.OF_FILES}
            joined = {**files, "key": {column.name: there.name}, "several": "first"}
            renamed = replace(name, name=f"orders.{name.name}", n_rows=profile.n_rows)
            yield of_column(renamed, Kind.ID, Sure.LIKELY, f"who placed the order of {column.name}"), {"orders": joined}
