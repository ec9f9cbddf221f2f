"""Does a mapping fit the data contract? Checked before any file is opened."""

import difflib
import math
from collections.abc import Iterable, Iterator
from datetime import datetime

import ibis

from crmwb.contract import MOST_CENTS, Column, Kind, Table
from crmwb.contract.canonical import TABLES
from crmwb.errors import CrmwbError
from crmwb.sources import casts, expressions, orders, rates, values
from crmwb.sources.column_mapping import ColumnMapping
from crmwb.sources.lines import Key, Places
from crmwb.sources.mapping import Mapping, TableMapping

Mistake = tuple[Key, str]

WORDS = {Kind.ID, Kind.CATEGORY}
NUMERIC = {Kind.MONEY, Kind.INTEGER, Kind.NUMBER, Kind.SHARE}
FITTING_KINDS = {
    "format": {Kind.DATE, Kind.TIMESTAMP},
    "decimal": NUMERIC,
    "thousands": NUMERIC,
    "currency_sign": NUMERIC,
    "accounting": NUMERIC,
    "unit": NUMERIC - {Kind.INTEGER},
    "whole_number": {Kind.ID},
    "strip_zeros": {Kind.ID},
    "fold": WORDS,
    "pseudonym": WORDS,
    "true_values": {Kind.BOOLEAN},
    "false_values": {Kind.BOOLEAN},
    "one_per": {Kind.ID},
}
ADVICE = {
    "is_return": ": say what marks a return, such as {expression: quantity < 0}, or {constant: false}",
    "order_id": ": name the source's column, or say what counts as one order, such as {one_per: customer_and_day}",
    "quantity": ": name the source's column, or {constant: 1} where it has none",
    "kind": ": such as {constant: person} or {constant: company}",
}


def check(mapping: Mapping, places: Places) -> None:
    """Refuse a mapping that names what the contract does not know, or lacks what it requires.

    Raises
    ------
    CrmwbError
        One line per mistake, each with file, line, key and what is allowed.
    """
    mistakes = [f"{places.of(key)}: {mistake}" for key, mistake in _mistakes(mapping)]
    if mistakes:
        raise CrmwbError("\n".join(mistakes))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a hint that names the closest of the known names, or all of them."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"; did you mean {close[0]}?" if close else f"; known here: {', '.join(names) or 'none'}."


def table_named(table: str, column: str) -> str | None:
    """Return the table whose rows a column names: its own, by the key, or another."""
    if table not in TABLES or column not in [c.name for c in TABLES[table].columns]:
        return None
    return table if TABLES[table].key == (column,) else TABLES[table].column(column).references


def pseudonyms(mapping: Mapping, name: str, part: TableMapping) -> dict[str, ColumnMapping]:
    """Return the source columns of a part of the table `name` of which only codes are read, and how."""
    readers = [mapped for _, mapped in _readers(mapping, name, part)]
    return {column: mapped for mapped in readers if mapped.pseudonym for column in mapped.source_columns}


def _mistakes(mapping: Mapping) -> Iterator[Mistake]:
    for name, parts in mapping.tables.items():
        if name not in TABLES:
            yield ("tables", name), f"no such table{did_you_mean(name, TABLES)}"
            continue
        for i, part in enumerate(parts):
            for key, mistake in _table_mistakes(TABLES[name], part, mapping):
                yield ("tables", name, i, *key), mistake
            for key, mistake in _pseudonym_mistakes(mapping, name, i):
                yield key, mistake
    if mapping.rates is not None:
        for key, mistake in _table_mistakes(rates.RATES, mapping.rates, mapping):
            yield ("rates", *key), mistake
    yield from _unjoined_mistakes(mapping)
    if "customers" not in mapping.tables:
        yield (
            ("tables", "customers"),
            (
                "missing; where the source has none, write customers: "
                "{derived_from: transactions, columns: {kind: {constant: person}}}"
            ),
        )


def _table_mistakes(table: Table, mapped: TableMapping, mapping: Mapping) -> Iterator[Mistake]:
    known = [column.name for column in table.columns]
    for name, column in mapped.columns.items():
        if name not in known:
            yield ("columns", name), f"no such column{did_you_mean(name, known)}"
        else:
            for option, mistake in _column_mistakes(table.column(name), column, mapped):
                yield ("columns", name, option), mistake
    for needed in (column for column in table.columns if not column.nullable):
        if needed.name not in mapped.columns and not _is_made(table, needed.name, mapped):
            yield ("columns", needed.name), f"missing{ADVICE.get(needed.name, f' ({needed.meaning})')}"
    is_read = mapped.file or (mapped.stored and getattr(mapped, mapped.stored))
    if is_read and not any(c.source_columns or c.one_per for c in mapped.columns.values()):
        yield ("columns",), f"none of them is a column of {is_read}"
    yield from ((("filter",), mistake) for mistake in _filter_mistakes(mapped))
    yield from _spread_mistakes(mapped)
    yield from _currency_mistakes(mapped, mapping)
    yield from ((("derived_from",), mistake) for mistake in _derivation_mistakes(table, mapped, mapping))


def _filter_mistakes(mapped: TableMapping) -> Iterator[str]:
    if mapped.filter is None:
        return
    try:
        given = expressions.compute(mapped.filter, lambda _: ibis.null("string"), mapped.style)
    except expressions.ExpressionError as error:
        yield str(error)
        return
    if given.type is not expressions.Type.TRUTH:
        yield f"gives {given.type}; a filter is true for the rows to read, such as deal_stage = 'Won'"


def _spread_mistakes(mapped: TableMapping) -> Iterator[Mistake]:
    for name, each in mapped.spread.items():
        for option in ("amount", "by"):
            column = getattr(each, option)
            try:
                orders.read_number(column, lambda _: ibis.null("string"), mapped.style_of(column))
            except expressions.ExpressionError as error:
                yield ("spread", name, option), str(error)
            if column.unit != "whole":
                yield ("spread", name, option), "unit has no place here; name an amount in whole units of money"


def _currency_mistakes(mapped: TableMapping, mapping: Mapping) -> Iterator[Mistake]:
    if mapped.currency is None:
        return
    if mapping.rates is None:
        yield ("currency",), "needs rates beside tables: what one unit of each currency is worth"
    for option, mistake in _column_mistakes(rates.CODE, mapped.currency, mapped):
        yield ("currency", option), mistake


def _readers(mapping: Mapping, name: str, part: TableMapping) -> Iterator[tuple[Key, ColumnMapping]]:
    """Yield what reads the sources of a part: its own columns, and those of tables derived from its table."""
    for column, mapped in part.columns.items():
        yield ("tables", name, mapping.tables[name].index(part), "columns", column), mapped
    for other, i, derived in mapping.derived:
        if name in derived.derived_from:
            yield from ((("tables", other, i, "columns", column), mapped) for column, mapped in derived.columns.items())


def _pseudonym_mistakes(mapping: Mapping, name: str, i: int) -> Iterator[Mistake]:
    """Yield what would read a code in place of what stands in the source."""
    part = mapping.tables[name][i]
    coded = pseudonyms(mapping, name, part)
    readers = [(key, mapped, mapped.source_columns) for key, mapped in _readers(mapping, name, part)]
    if part.currency is not None:
        readers.append((("tables", name, i, "currency"), part.currency, part.currency.source_columns))
    mistaken = [(key, c) for key, mapped, names in readers for c in names if c in coded and mapped != coded[c]]
    if part.filter is not None:
        read = expressions.columns_read(part.filter)
        mistaken += [(("tables", name, i, "filter"), column) for column in read if column in coded]
    for key, column in mistaken:
        yield (
            key,
            (
                f"{column!r} is a pseudonym in {name}, so there is nothing but its code to read; map it everywhere in "
                f"the same way, with pseudonym: true (a filter may ask whether it is null)"
            ),
        )


def _unjoined_mistakes(mapping: Mapping) -> Iterator[Mistake]:
    """Yield ids that are read as they stand where others of the same table are pseudonyms: they would never meet."""
    ids: dict[str, list[tuple[Key, ColumnMapping]]] = {}
    for name, parts in mapping.tables.items():
        for i, part in enumerate(parts):
            for column, mapped in part.columns.items():
                of = table_named(name, column)
                if of is not None and mapped.source_columns:
                    ids.setdefault(of, []).append((("tables", name, i, "columns", column), mapped))
    for of, every in ids.items():
        coded = [key for key, mapped in every if mapped.pseudonym]
        for key, mapped in every:
            if coded and not mapped.pseudonym:
                where = f"tables.{coded[0][1]}.columns.{coded[0][4]}"
                yield key, f"must be a pseudonym too (pseudonym: true), as {where} is, or it meets no row of {of}"


def _derivation_mistakes(table: Table, mapped: TableMapping, mapping: Mapping) -> Iterator[str]:
    if mapped.derived_from and len(table.key) > 1:
        yield f"{table.name} has the key {', '.join(table.key)}; only tables with one key can be derived"
        return
    with_rows = [name for name, parts in mapping.tables.items() if not parts[0].derived_from]
    for base in mapped.derived_from:
        if base not in with_rows:
            yield f"{base} is no table with a file in this mapping{did_you_mean(base, with_rows)}"
        elif not all(table.key[0] in part.columns for part in mapping.tables[base]):
            yield f"{base} has no {table.key[0]} in this mapping"


def _column_mistakes(column: Column, mapped: ColumnMapping, table: TableMapping) -> Iterator[tuple[str, str]]:
    """Yield the option of a column that is wrong, and what is wrong with it."""
    if column.pii and not mapped.pseudonym:
        yield "column", "says who somebody is: leave it out, or write pseudonym: true where tables are joined by it"
    for option in sorted(mapped.model_fields_set & FITTING_KINDS.keys()):
        if column.kind not in FITTING_KINDS[option] and getattr(mapped, option) is not None:
            yield option, f"does not go with this column, which holds {casts.a(column.kind)}"
    if mapped.constant is not None:
        yield from (("constant", mistake) for mistake in _constant_mistakes(mapped.constant, column))
    if mapped.expression is not None:
        try:
            casts.cast(column, mapped, lambda _: ibis.null("string"), table.style_of(mapped))
        except expressions.ExpressionError as error:
            yield "expression", str(error)
    if mapped.one_per not in {None, "row"} and column.name != "order_id":
        yield "one_per", "customer_and_day and customer_and_time make an order_id only"
    if mapped.unit != "whole" and (mapped.unit == "percent") == (column.kind is Kind.MONEY):
        yield "unit", f"{mapped.unit!r} does not go with this column, which holds {casts.a(column.kind)}"
    yield from (("format", mistake) for date_format in mapped.format for mistake in values.format_mistakes(date_format))


def _constant_mistakes(value: str | float | bool, column: Column) -> Iterator[str]:
    if not _is_of_kind(value, column.kind):
        yield f"{value!r} does not go with this column, which holds {casts.a(column.kind)}"
    elif column.allowed is not None and value not in column.allowed:
        yield f"{value!r} is not allowed: must be {' or '.join(column.allowed)}"


def _is_of_kind(value: str | float | bool, kind: Kind) -> bool:
    if kind is Kind.BOOLEAN or isinstance(value, bool):
        return kind is Kind.BOOLEAN and isinstance(value, bool)
    if kind in NUMERIC:
        if isinstance(value, str) or not math.isfinite(value) or abs(value) >= MOST_CENTS / 100:
            return False
        return kind is not Kind.INTEGER or value == int(value)
    if kind in {Kind.DATE, Kind.TIMESTAMP}:
        return isinstance(value, str) and _is_iso(value)
    return isinstance(value, str)


def _is_iso(text: str) -> bool:
    try:
        year = datetime.fromisoformat(text).year
    except ValueError:
        return False
    return "-" in text and values.FIRST_YEAR <= year <= values.LAST_YEAR


def _is_made(table: Table, column: str, mapped: TableMapping) -> bool:
    """Say whether ingest makes a column that the mapping may leave out: a line's position, a derived table's key."""
    return column == "line_no" or (bool(mapped.derived_from) and column in table.key)
