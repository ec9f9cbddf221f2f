"""Which source columns a mapping asks for, of each file and table that it reads: nothing else is ever copied."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from crmwb.sources import contract, expressions
from crmwb.sources.column_mapping import ColumnMapping  # noqa: TC001
from crmwb.sources.lines import Key, Places
from crmwb.sources.mapping import Mapping, TableMapping
from crmwb.sources.staging import Wanted


@dataclass(frozen=True)
class Asked:
    """The source columns that a part of a table is made of.

    Attributes
    ----------
    own : dict of str to Wanted
        Of its own file or table.
    joined : dict of str to dict of str to Wanted
        Of what is joined to it, by the names that the mapping gives.
    """

    own: dict[str, Wanted]
    joined: dict[str, dict[str, Wanted]]


def asked(described: Mapping, places: Places, key: Key, part: TableMapping) -> Asked:
    """Return the source columns that a part's files must or may have, and what of the mapping asks for each.

    A table derived from this one reads its columns from the same files: of a table in several parts, or of several
    tables, any may have them. Where any of them reads a column as a pseudonym, only its codes are kept (the contract's
    check has seen to it that all do), and keys that are joined to it are codes too.
    """
    is_table = key[0] == "tables"
    result: dict[str, Wanted] = {}
    for column, at in _columns(part):
        result.setdefault(column, Wanted(places.of((*key, *at))))
    for column, by in asked_by_derived(described, places, str(key[1])).items() if is_table else ():
        result.setdefault(column, Wanted(by, needed=_is_alone(described, str(key[1]))))
    coded: dict[str, ColumnMapping] = contract.pseudonyms(described, str(key[1]), part) if is_table else {}
    for name, joined in part.join.items():
        for left, right in joined.key.items():
            there = f"{name}.{right}"
            result.setdefault(there, Wanted(places.of((*key, "join", name, "key"))))
            if how := coded.get(left) or coded.get(there):
                coded = {left: how, there: how} | coded
    result = {column: replace(each, pseudonym=coded.get(column)) for column, each in result.items()}
    own = {c: each for c, each in result.items() if part.join_of(c) is None and c not in part.derived_columns}
    of_joins = {c: (each, part.join_of(c)) for c, each in result.items()}
    return Asked(own, {
        name: {at[1]: each for each, at in of_joins.values() if at is not None and at[0] == name} for name in part.join
    })  # fmt: skip


def asked_by_derived(described: Mapping, places: Places, base: str) -> dict[str, str]:
    """Return the source columns that tables derived from `base` read, and what asks for each."""
    return {
        column: places.of(("tables", name, i, "columns", canonical))
        for name, i, derived in described.derived
        if base in derived.derived_from
        for canonical, mapped in derived.columns.items()
        for column in mapped.source_columns
    }


def _is_alone(described: Mapping, base: str) -> bool:
    """Say whether the files of one part are all that a derived table is derived from."""
    bases = [part.derived_from for _, _, part in described.derived if base in part.derived_from]
    return len(described.tables[base]) == 1 and any(len(names) == 1 for names in bases)


def _columns(part: TableMapping) -> Iterator[tuple[str, Key]]:
    """Yield the source columns that a part names, and where in it."""
    if part.filter is not None:
        yield from ((column, ("filter",)) for column in expressions.columns(part.filter))
    if part.currency is not None:
        yield from ((column, ("currency",)) for column in part.currency.source_columns)
    for canonical, mapped in part.columns.items():
        yield from ((column, ("columns", canonical)) for column in mapped.source_columns)
    if part.fill_down is not None:
        yield from ((column, ("fill_down",)) for column in (*part.fill_down.within, *part.fill_down.columns))
    for name, joined in part.join.items():
        yield from ((column, ("join", name, "key")) for column in joined.key)
    for name, numbered in part.numbered.items():
        yield from ((column, ("numbered", name)) for column in numbered.within)
    for name, spread in part.spread.items():
        named = (*spread.over, *spread.amount.source_columns, *spread.by.source_columns)
        yield from ((column, ("spread", name)) for column in named)
