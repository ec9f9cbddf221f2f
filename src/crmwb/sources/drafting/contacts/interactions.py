"""Files of contacts with single customers: complaints, tickets, surveys, visits, calls."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from crmwb.contract import Kind
from crmwb.contract.canonical import TABLES
from crmwb.sources.drafting.contacts import ratings, words
from crmwb.sources.drafting.contacts.who import may_be_customer, may_tell_customer
from crmwb.sources.drafting.guess import Guess, Part, Sure, best, of_column
from crmwb.sources.drafting.questions import Question
from crmwb.sources.drafting.reading import syntax, vocabulary
from crmwb.sources.drafting.reading.names import plain_words
from crmwb.sources.drafting.reading.profile import Column, Profile
from crmwb.sources.drafting.reading.vocabulary import matches

TABLE = TABLES["interactions"]
MOST_SORTS = 30
SALES_HAVE = ("quantity", "unit_price", "revenue_cents")


@dataclass(frozen=True)
class Sort:
    """What sort of contacts a file holds: a key of `words.KINDS`, and what says so."""

    name: str
    why: str


def sort_of(profile: Profile) -> Sort | None:
    """Return what sort of contacts a file holds, by the names of its columns or its own; None where it holds none.

    A file with quantities, prices or amounts is none: visits and cases that are paid for are sales.
    """
    if not any(c.is_date for c in profile.columns) or any(words.WEB.fullmatch(c.words) for c in profile.columns):
        return None
    if any(is_of_sales(c) for c in profile.columns) or not any(map(may_tell_customer, profile.columns)):
        return None
    if any(words.says_campaign(c) for c in profile.columns):
        return None
    by_column = next(((name, c) for name, p in words.KINDS.items() for c in profile.columns if _names(c, p)), None)
    by_file = next((name for name, p in words.KINDS.items() if p.search(words.of_file(profile))), None)
    if by_file is not None and (by_column or _says_more(profile, by_file)):
        return Sort(by_file, "the file's name says so")
    return Sort(by_column[0], f"its column {by_column[1].name} says so") if by_column else None


def _says_more(profile: Profile, sort: str) -> bool:
    """Say whether columns fit what a file is called, where its name alone could mean something else."""
    if sort == "contact":  # a gym's activities are none
        return any(sum(words.WAYS.fullmatch(plain_words(v)) is not None for v in c.counts) > 1 for c in profile.columns)
    return sort != "ticket" or _is_settled(profile)


def _is_settled(profile: Profile) -> bool:
    """Say whether a file tells how matters are settled, as one of admission tickets does not."""
    dates = (c for c in profile.columns if c.is_date and matches(c.words, words.RESOLVED) == words.PLAINLY)
    return next(dates, None) is not None or any(words.OF_MATTERS.fullmatch(c.words) for c in profile.columns)


def interactions(profile: Profile, sort: Sort, who: Guess) -> Part | str:
    """Return a file as contacts with customers; or why it cannot be.

    Parameters
    ----------
    profile : Profile
        The file.
    sort : Sort
        What it holds.
    who : Guess
        The customer.
    """
    free = [c for c in profile.columns if c not in who.sources and not may_be_customer(c)]
    resolved = best(free, words.RESOLVED, Kind.TIMESTAMP)
    ended = resolved.sources if resolved else ()
    occurred = best([c for c in free if c not in ended], words.OCCURRED, Kind.TIMESTAMP)
    if occurred is None:
        return f"it may hold contacts ({sort.name}), and no column of dates says when they were"
    part = Part("interactions", syntax.file_options(profile), {"customer_id": who, "occurred_at": occurred}, profile)
    if resolved:
        part.guesses["resolved_at"] = resolved
    taken = [*who.sources, *occurred.sources, *ended]
    number = next((c for c in free if c not in taken and c.is_unique and words.CONTACT_ID.fullmatch(c.words)), None)
    one_each = Guess({"one_per": "row"}, Sure.SURE, "no number: every row is one contact")
    part.guesses["interaction_id"] = of_column(number, Kind.ID, Sure.SURE, "its name says so") if number else one_each
    free = [c for c in free if c not in taken and c is not number]
    _put_sort(part, sort, free)
    _put_department(part, sort, free)
    for column in free:
        directions = {v: side for v in column.counts for side, p in words.DIRECTIONS.items() if p.fullmatch(v.lower())}
        if directions and len(directions) == len(column.counts):
            part.guesses["direction"] = Guess(
                {"column": column.name, "replace": directions}, Sure.SURE, f"of {column.shown()}", (column,)
            )
    if cost := best(free, words.COSTS, Kind.MONEY):
        part.guesses["cost_cents"] = cost
    answered = next((c for c in free if c.is_flag and words.ANSWERED.fullmatch(c.words)), None)
    if answered is not None:
        part.guesses["responded"] = of_column(answered, Kind.BOOLEAN, Sure.LIKELY, "its name says so")
    if (rated := ratings.rating(profile, [*taken, *([number] if number else [])])) is not None:
        ratings.put(part, rated)
    _leave_out_nobody(part, who, occurred)
    read = {c.name for guess in part.guesses.values() for c in guess.sources}
    money = [c.name for c in free if c.is_number and c.name not in read and words.MONEY.search(c.words)]
    if money:
        part.remarks.append(
            f"numbers not read: {', '.join(money)}; where it is what a contact cost the company, write it as cost_cents"
        )
    part.guesses = {c.name: part.guesses[c.name] for c in TABLE.columns if c.name in part.guesses}
    return part


def number_apart(parts: Sequence[Part]) -> None:
    """Put the sort before the numbers of contacts where several files have such: 17 may be a visit and a complaint."""
    several = [p for p in parts if p.guesses["interaction_id"].sources]
    if len(several) < 2:
        return
    for part in several:
        guess = part.guesses["interaction_id"]
        name = syntax.slug(words.of_file(part.looked_at))
        expression = f"concat('{name}-', {syntax.column(guess.sources[0].name)})"
        part.guesses["interaction_id"] = Guess(
            {"expression": expression}, guess.sure, f"{guess.why}; other files have numbers too", guess.sources
        )


def _names(column: Column, pattern: re.Pattern[str]) -> bool:
    """Say whether a number or a day is called as a sort of contacts: "Besuchsdatum"."""
    is_key = column.is_date or words.CONTACT_ID.fullmatch(column.words) is not None
    return is_key and pattern.search(column.words) is not None


def is_of_sales(column: Column) -> bool:
    """Say whether a column is plainly a quantity, a price or an amount, which contacts have none of."""
    return column.is_number and any(
        matches(column.words, vocabulary.TRANSACTIONS[n]) == words.PLAINLY for n in SALES_HAVE
    )


def _put_sort(part: Part, sort: Sort, columns: Sequence[Column]) -> None:
    """Say what sort of contact each is: by a column of a few values where there is one, else all are what the file holds."""
    fitting = [
        c for c in columns if matches(c.words, words.SORTS) and not c.is_number and not c.is_date and not c.is_flag
    ]
    fitting = [c for c in fitting if 1 < len(c.counts) <= MOST_SORTS and c.n_known * 2 > c.n_rows]
    column = max(fitting, key=lambda c: matches(c.words, words.SORTS), default=None)
    if column is None:
        part.guesses["kind"] = Guess({"constant": sort.name}, Sure.LIKELY, sort.why)
    elif column.n_known == column.n_rows:
        part.guesses["kind"] = Guess(column.name, Sure.LIKELY, "its name says so", (column,))
    else:
        expression = f"coalesce({syntax.column(column.name)}, '{sort.name}')"
        part.guesses["kind"] = Guess(
            {"expression": expression}, Sure.LIKELY, f"{sort.name} where nothing stands", (column,)
        )


def _put_department(part: Part, sort: Sort, columns: Sequence[Column]) -> None:
    """Say which department had the contact: by what the file is called or holds; of calls and the like, asked."""
    named = words.of_file(part.looked_at)
    for column in columns:
        by_value = {v: d for v in column.counts for d, p in words.SERVED_BY.items() if p.search(v.lower())}
        if (
            re.search(r"department|abteilung|departement|departamento|部门", column.words)
            and len(by_value) == len(column.counts) > 0
        ):
            part.guesses["department"] = Guess(
                {"column": column.name, "replace": by_value}, Sure.LIKELY, f"of {column.shown()}", (column,)
            )
            return
    by_name = next((d for d, p in words.SERVED_BY.items() if p.search(named)), None)
    department = words.DEPARTMENTS.get(sort.name) or by_name
    part.guesses["department"] = Guess(
        {"constant": department or "sales"},
        Sure.LIKELY if department else Sure.GUESS,
        sort.why if department else "nothing says so",
    )
    if department is not None:
        return

    def answer(given: str) -> None:
        part.guesses["department"] = Guess({"constant": given}, Sure.SURE, "you said so")

    text = f"Which department had the contacts of {part.options['file']}?"
    key = syntax.slug(f"department of {named}")
    part.questions.append(Question(key, text, answer, ("sales", "service", "marketing"), "sales", is_safe=True))


def _leave_out_nobody(part: Part, who: Guess, occurred: Guess) -> None:
    """Leave out contacts without a customer or a day: nothing is known of them."""
    conditions, counts = [], Counter[str]()
    for guess in (who, occurred):
        for column in guess.sources:
            blank = column.n_rows - column.n_known
            if blank and column in part.looked_at.own:
                conditions.append(f"{syntax.column(column.name)} is not null")
                counts[column.name] += blank
    if conditions:
        part.keep_rows(*conditions)
        part.remarks.append(f"left out: {', '.join(f'{n:,} rows without {name}' for name, n in counts.items())}")
