"""Files and columns that say who customers are and what products are."""
# ruff: noqa: E501 - sentences for people are easier to read in one line

import re
from collections.abc import Callable
from functools import lru_cache

from crmwb.contract import Kind
from crmwb.contract.canonical import TABLES
from crmwb.sources.drafting.customers import consent, ids, kinds
from crmwb.sources.drafting.guess import Guess, Part, Sure, fill, of_column
from crmwb.sources.drafting.reading import syntax, vocabulary
from crmwb.sources.drafting.reading.profile import Column, Profile

LEAST_OVERLAP = 0.5
MOST_COMPARED = 20_000  # values of a column
PLAINLY = 2  # how well a name must match
OF_CONTACTS = {"campaign_members", "interactions"}  # whose columns may say something else by the same names
KEYS = {"customers": "customer_id", "products": "product_id"}
WORDS = {"customers": vocabulary.CUSTOMERS, "products": vocabulary.PRODUCTS}


def dimension(table: str, profile: Profile, facts: list[Part]) -> Part | None:
    """Return a file as the customers or the products that files of facts name; None where it is not.

    Its key is a column that is never the same twice, and most of whose values, or of the facts' values, stand in both.
    """
    key = KEYS[table]
    named = [column for part in facts if key in part.guesses for column in part.guesses[key].sources]
    columns = [column for column in profile.columns if column.is_unique]
    ranked = sorted(columns, key=lambda column: -max((overlap(column, other) for other in named), default=0.0))
    if not ranked or not named or (share := max(overlap(ranked[0], other) for other in named)) < LEAST_OVERLAP:
        return None
    column = ranked[0]
    guesses = {key: of_column(column, Kind.ID, Sure.SURE, f"{share:.0%} of its values stand in the other files too")}
    others = [c for c in profile.columns if c is not column]
    guesses |= {k: v for k, v in fill(TABLES[table], others, WORDS[table]).items() if k != key}
    if table == "products" and "name" not in guesses:
        guesses["name"] = of_column(column, Kind.TEXT, Sure.LIKELY, "products are called by it")
    part = Part(table, syntax.file_options(profile), guesses, profile)
    if table == "customers":
        kinds.put(part, profile.columns, [column])
        consent.put(part, others)
    return _ordered(part)


def mismatch(profile: Profile, facts: list[Part]) -> str:
    """Say why a file with a column of customers or products is not joined to facts; empty where it has no such column."""
    for key in KEYS.values():
        for part in facts:
            for fact in part.guesses[key].sources if key in part.guesses else ():
                alike = (
                    c for c in profile.columns if c.is_unique and (c.own_words == fact.own_words or _is_key(c, key))
                )
                column = next(alike, None)
                if column is None or not fact.counts:
                    continue
                met = len(fact.counts.keys() & column.all_values)
                if met == len(fact.counts):
                    continue
                here, there = (_form(min(c.counts)) for c in (fact, column))
                return (
                    f"{met:,} of {len(fact.counts):,} values of {fact.name} stand in its {column.name} (such as {here} there, "
                    f"{there} here): where these mean the same, export them written alike, and map again"
                )
    return ""


def _form(value: str) -> str:
    """Return how an id is written, and not the id: "99-A" of "17-Z"."""
    return re.sub(r"[^\W\d_]", "A", re.sub(r"\d", "9", value))


def _is_key(column: Column, key: str) -> bool:
    return vocabulary.matches(column.words, vocabulary.TRANSACTIONS[key]) == PLAINLY


def best(table: str, result: list[Part]) -> Part | None:
    """Return the one of several files that is called like the table, or says most; None where there is none.

    A file that only says what products cost, and not what they are called, comes last.
    """
    stem = table.removesuffix("s")

    def rank(part: Part) -> tuple[bool, bool, int]:
        says_names = table != "products" or part.guesses["name"].sources != part.guesses["product_id"].sources
        return says_names, stem in str(part.options["file"]).lower(), len(part.guesses)

    return max(result, key=rank, default=None)


def derived(table: str, facts: list[Part]) -> Part | None:
    """Return the customers or products that files of facts name, with what stands beside them there."""
    key = KEYS[table]
    bases = [part for part in facts if key in part.guesses]
    if not bases:
        return None
    taken = [column for part in bases for guess in part.guesses.values() for column in guess.sources]
    every = [c for part in bases[:1] if part.profile for c in part.profile.columns if c not in taken]
    columns = [c for c in every if not (c.is_number and c.words == "line")]  # the number of a line, and no product line
    guesses = {k: v for k, v in fill(TABLES[table], columns, WORDS[table]).items() if k != key}
    column = next(iter(bases[0].guesses[key].sources), None)
    if table == "products" and column is not None and is_group(column) and "line" not in guesses:
        guesses["line"] = of_column(column, Kind.CATEGORY, Sure.LIKELY, "nothing finer tells products apart")
    if table == "products" and not guesses:
        return None
    part = Part(table, {}, guesses)
    if table == "customers":
        kinds.put(part, columns, [column for base in bases[:1] for column in base.guesses[key].sources])
    read = {c.name for guess in part.guesses.values() for c in guess.sources}
    others = {p.table for p in bases[1:] if p.table in OF_CONTACTS and any(c.name in read for c in p.looked_at.own)}
    names = [name for name in dict.fromkeys(part.table for part in bases) if name not in others - {bases[0].table}]
    part.options["derived_from"] = names[0] if len(names) == 1 else names
    return _ordered(part)


def name_no_product(parts: list[Part]) -> None:
    """Say of purchases beside others with products, such as credit notes, that their rows name none: a mapping wants it."""
    bought = [part for part in parts if part.table == "transactions"]
    if not any(part.table == "products" and "derived_from" in part.options for part in parts):
        return
    for part in bought:
        if "product_id" not in part.guesses and part.profile is not None:
            part.guesses["product_id"] = Guess({"expression": "null"}, Sure.LIKELY, "its rows name no product")
            _ordered(part)


def _ordered(part: Part) -> Part:
    part.guesses = {c.name: part.guesses[c.name] for c in TABLES[part.table].columns if c.name in part.guesses}
    return part


def is_group(column: Column) -> bool:
    """Say whether a column says by its name what kind of product a row is of."""
    return any(vocabulary.matches(column.words, vocabulary.PRODUCTS[name]) == PLAINLY for name in ("category", "line"))


def overlap(one: Column, other: Column) -> float:
    """Return the share of the values of the column with fewer, or of every few of them, that stand in the other too."""
    fewer, more = sorted((one, other), key=lambda column: len(column.all_values))
    some = list(fewer.all_values)[:: len(fewer.all_values) // MOST_COMPARED + 1]
    if not some:
        return 0.0
    met = sum(value in more.all_values for value in some)
    forms = [sum(f(v) in _in_form(more, f) for v in some) for f in ids.FORMS.values()] if met < len(some) else []
    return max(met, *forms, 0) / len(some)


@lru_cache(maxsize=8)
def _in_form(column: Column, form: Callable[[str], str]) -> set[str]:
    return {form(value) for value in column.all_values}


def near_twins(fact: Column, key: Column) -> dict[str, str]:
    """Return values of a fact's column that are no key but for blanks, signs and case, and the keys that they mean."""
    strangers = [value for value in fact.counts if value not in key.all_values]
    plain = {_plain(value): value for value in key.all_values} if strangers else {}
    return {value: plain[_plain(value)] for value in sorted(strangers) if _plain(value) in plain}


def _plain(value: str) -> str:
    return re.sub(r"[\W_]", "", value.lower())
