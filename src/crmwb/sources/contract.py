"""Does a mapping fit the data contract? Checked before any file is opened."""

import difflib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from crmwb.errors import CrmwbError
from crmwb.sources.mapping import ColumnMapping, Mapping, TableMapping
from crmwb.tables import TABLES, Column, Kind, Table

DATE_DIRECTIVES = {f"%{letter}" for letter in "YymdbBHIMSfpjaA%"} | {"%-d", "%-m", "%-H", "%-I", "%-M", "%-S"}
NUMERIC = {Kind.MONEY, Kind.INTEGER, Kind.NUMBER, Kind.SHARE}
FITTING_KINDS = {
    "product": {Kind.MONEY, Kind.NUMBER},
    "difference": {Kind.MONEY, Kind.NUMBER},
    "format": {Kind.DATE, Kind.TIMESTAMP},
    "decimal": NUMERIC | {Kind.BOOLEAN},
    "thousands": NUMERIC | {Kind.BOOLEAN},
    "unit": {Kind.MONEY},
    "whole_number": {Kind.ID},
    "true_values": {Kind.BOOLEAN},
    "false_values": {Kind.BOOLEAN},
    "starts_with": {Kind.BOOLEAN},
    "below": {Kind.BOOLEAN},
}
CONSTANTS = dict.fromkeys(NUMERIC, float) | {Kind.BOOLEAN: bool}
ADVICE = {
    "is_return": ": say what marks a return, such as {column: quantity, below: 0}, or {constant: false}",
    "order_id": ": name the source's column, or say what counts as one order, such as {one_per: customer_and_day}",
    "quantity": ": name the source's column, or {constant: 1} where it has none",
    "kind": ": such as {constant: person} or {constant: company}",
}


def check(mapping: Mapping, path: Path) -> None:
    """Refuse a mapping that names what the contract does not know, or lacks what it requires.

    Raises
    ------
    CrmwbError
        One line per mistake, each with file, key and what is allowed.
    """
    mistakes = [f"{path}: tables{mistake}" for mistake in _mistakes(mapping)]
    if mistakes:
        raise CrmwbError("\n".join(mistakes))


def _mistakes(mapping: Mapping) -> Iterator[str]:
    for name, table in mapping.tables.items():
        if name not in TABLES:
            yield f".{name}: no such table{_did_you_mean(name, TABLES)}"
            continue
        yield from (f".{name}{mistake}" for mistake in _table_mistakes(TABLES[name], table, mapping))
    if "customers" not in mapping.tables:
        yield (
            ".customers: missing; where the source has none, write customers: "
            "{derived_from: transactions, columns: {kind: {constant: person}}}"
        )


def _table_mistakes(table: Table, mapped: TableMapping, mapping: Mapping) -> Iterator[str]:
    known = [column.name for column in table.columns]
    for name, column in mapped.columns.items():
        if name not in known:
            yield f".columns.{name}: no such column{_did_you_mean(name, known)}"
        else:
            yield from (f".columns.{name}{mistake}" for mistake in _column_mistakes(table.column(name), column))
    for needed in (column for column in table.columns if not column.nullable):
        if needed.name not in mapped.columns and not _is_made(table, needed.name, mapped):
            yield f".columns.{needed.name}: missing{ADVICE.get(needed.name, f' ({needed.meaning})')}"
    if mapped.file is not None and not any(column.source_columns for column in mapped.columns.values()):
        yield ".columns: none of them is a column of the file"
    yield from _derivation_mistakes(table, mapped, mapping)


def _derivation_mistakes(table: Table, mapped: TableMapping, mapping: Mapping) -> Iterator[str]:
    if mapped.derived_from and len(table.key) > 1:
        yield f".derived_from: {table.name} has the key {', '.join(table.key)}; only tables with one key can be derived"
        return
    for base in mapped.derived_from:
        with_file = [name for name, other in mapping.tables.items() if other.file is not None]
        if base not in with_file:
            yield f".derived_from: {base} is no table with a file in this mapping{_did_you_mean(base, with_file)}"
        elif table.key[0] not in mapping.tables[base].columns:
            yield f".derived_from: {base} has no {table.key[0]} in this mapping"


def _column_mistakes(column: Column, mapped: ColumnMapping) -> Iterator[str]:
    for option in mapped.model_fields_set & FITTING_KINDS.keys():
        if column.kind not in FITTING_KINDS[option]:
            yield f".{option}: does not go with this column, which holds {_a(column.kind)}"
    if mapped.constant is not None and not isinstance(mapped.constant, CONSTANTS.get(column.kind, str)):
        yield f".constant: {mapped.constant!r} does not go with this column, which holds {_a(column.kind)}"
    if mapped.one_per is not None and column.name != "order_id":
        yield ".one_per: only an order_id can be made"
    for date_format in mapped.format:
        unknown = set(re.findall(r"%-?.?", date_format)) - DATE_DIRECTIVES
        if unknown or "%" not in date_format:
            yield (
                f".format: {date_format!r} is no date format{''.join(f', {u} is not known' for u in sorted(unknown))}; "
                f"write it like %d.%m.%Y %H:%M (ISO dates, with or without an offset, need none)"
            )


def _is_made(table: Table, column: str, mapped: TableMapping) -> bool:
    """Say whether ingest makes a column that the mapping may leave out: a line's position, a derived table's key."""
    return column == "line_no" or (bool(mapped.derived_from) and column in table.key)


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known here: {', '.join(names) or 'none'}."


def _a(kind: Kind) -> str:
    return f"{'an' if kind.value[0] in 'aeiou' else 'a'} {kind.value}"
