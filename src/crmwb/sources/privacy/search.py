"""Searching the sources of a mapping for customers, as ingest reads them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from crmwb import engine
from crmwb.contract.canonical import TABLES
from crmwb.engine import Backend
from crmwb.sources import contract, reading, rows, staging
from crmwb.sources.column_mapping import ColumnMapping
from crmwb.sources.formats import ROW
from crmwb.sources.lines import Key, Places
from crmwb.sources.mapping import Mapping, TableMapping
from crmwb.sources.privacy.forgotten import KEY
from crmwb.sources.related import related
from crmwb.sources.source_files import SourceFile
from crmwb.sources.staging import Staged, Wanted


@dataclass(frozen=True)
class Part:
    """A part of a table that names customers.

    Attributes
    ----------
    key : Key
        Where it stands in the mapping.
    mapping : TableMapping
        How it is read: of its columns only the source's ids of customers, and every row.
    by_row : bool
        A customer is a row of it, and has no other id.
    """

    key: Key
    mapping: TableMapping
    by_row: bool

    @property
    def pseudonyms(self) -> dict[str, ColumnMapping]:
        """Source columns of which only codes are read."""
        return {column: m for m in self.mapping.columns.values() if m.pseudonym for column in m.source_columns}


@dataclass
class Held:
    """The rows of a source about some customers, by `source_row`.

    Attributes
    ----------
    own : set of int
        Their rows.
    mentions : dict of str to set of int
        Rows of others that name them, by source column or expression.
    malformed : set of int
        Malformed rows, whose customer is unknown.
    n_rows : int
        All rows, without malformed ones.
    """

    own: set[int] = field(default_factory=set)
    mentions: dict[str, set[int]] = field(default_factory=dict)
    malformed: set[int] = field(default_factory=set)
    n_rows: int = 0

    @property
    def is_empty(self) -> bool:
        """Whether no readable row is about them."""
        return not self.own and not self.mentions


class Search:
    """Search for customers in the sources of a mapping.

    Parameters
    ----------
    con : Backend
        An engine.
    ids : sequence of str
        The customers, as the canonical tables name them.
    folder : Path
        For what is staged.
    """

    def __init__(self, con: Backend, ids: list[str], folder: Path) -> None:
        self._con = con
        self._ids = ids
        self._folder = folder
        self._numbers = count()

    def in_file(self, file: SourceFile, part: Part) -> Held:
        """Return what a file holds, read as a part of a table says."""
        wanted = {
            column: Wanted(str(part.key[1]), pseudonym=part.pseudonyms.get(column))
            for mapped in part.mapping.columns.values()
            for column in mapped.source_columns
        }
        held = Held()
        if wanted:
            label = self._label()
            filled = part.mapping.fill_down
            for column in () if filled is None else (*filled.within, *filled.columns):
                wanted.setdefault(column, Wanted(str(part.key[1])))
            held = self._held(part, staging.stage([file], part.mapping, wanted, self._folder / label), label)
        if part.by_row:
            held.own |= {int(i.rpartition(":")[2]) for i in self._ids if i.rpartition(":")[0] == file.name}
        return held

    def in_mapping(self, part: Part, places: Places) -> Held:
        """Return what the rows in the mapping itself hold."""
        label = self._label()
        return self._held(part, staging.stage_rows(part.mapping, places.path.name, self._folder / label), label)

    def _held(self, part: Part, staged: Staged, label: str) -> Held:
        opened = rows.open_staged(self._con, staged, part.mapping, label)
        if part.mapping.fill_down is not None:
            opened, _ = related(self._con, opened, [])
        result = reading.read(opened, TABLES[str(part.key[1])]).table
        held = Held(malformed=set(staged.malformed[ROW].to_pylist()), n_rows=staged.n_rows)
        for name, mapped in part.mapping.columns.items():
            theirs = result.filter(result[name].isin(self._ids)).select(ROW)
            numbers = set(engine.batches(self._con, theirs).read_all()[ROW].to_pylist())
            if name == KEY:
                held.own |= numbers
            elif numbers:
                held.mentions.setdefault(str(mapped.column or mapped.expression), set()).update(numbers)
        return held

    def _label(self) -> str:
        return f"raw {next(self._numbers)}"


def parts(described: Mapping) -> Iterator[Part]:
    """Yield the parts of a mapping that read ids of customers, and are not derived from others; and what they join."""
    for name, every in described.tables.items():
        for i, part in enumerate(every):
            ids = {c: m for c, m in part.columns.items() if contract.table_named(name, c) == "customers"}
            if ids and not part.derived_from:
                yield from _read_from(("tables", name, i), part, ids)


def joined_only(described: Mapping) -> Iterator[tuple[Key, TableMapping]]:
    """Yield the parts of a mapping whose customers are named by what is joined to them, and not in their own rows."""
    for name, every in described.tables.items():
        for i, part in enumerate(every):
            who = part.columns.get(KEY)
            if who is not None and any(part.join_of(column) for column in who.source_columns):
                yield ("tables", name, i), part


def _read_from(key: Key, part: TableMapping, ids: dict[str, ColumnMapping]) -> Iterator[Part]:
    """Yield what of a part, and of each join, holds ids: its mapping, with these columns only."""
    by_row = KEY in ids and ids[KEY].one_per is not None
    own = {c: m for c, m in ids.items() if m.source_columns and not any(map(part.join_of, m.source_columns))}
    named = {column for mapped in own.values() for column in mapped.source_columns}
    filled = part.fill_down
    if filled is not None:
        down = tuple(column for column in filled.columns if column in {*named, *filled.within})
        filled = filled.model_copy(update={"columns": down}) if down else None
    related: dict[str, Any] = {"join": {}, "spread": {}, "numbered": {}, "fill_down": filled}
    alone: dict[str, Any] = {"filter": None, "currency": None, **related}
    if own or by_row or not part.join:
        yield Part(key, part.model_copy(update={"columns": own, **alone}), by_row)
    for alias, joined in part.join.items():
        theirs = {
            c: m.model_copy(update={"column": at[1]})
            for c, m in ids.items()
            if m.column is not None and (at := part.join_of(m.column)) is not None and at[0] == alias
        }
        if theirs:
            yield Part((*key, "join", alias), joined.model_copy(update={"columns": theirs}), by_row=False)


def together(every: list[Held]) -> Held:
    """Return what several parts of tables find in the same file."""
    own = {number for held in every for number in held.own}
    mentions: dict[str, set[int]] = {}
    for held in every:
        for column, numbers in held.mentions.items():
            if numbers - own:
                mentions.setdefault(column, set()).update(numbers - own)
    return Held(own, mentions, {number for held in every for number in held.malformed}, max(h.n_rows for h in every))
