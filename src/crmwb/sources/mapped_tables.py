"""A mapping at work: every canonical table that it names, read from files or a database."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import ibis.expr.types as ir

from crmwb import engine, progress
from crmwb.contract import Table
from crmwb.contract.canonical import TABLES
from crmwb.engine import Backend
from crmwb.errors import CrmwbError
from crmwb.sources import by_file, joins, rates, reading, rows, staging
from crmwb.sources.delivery import Filtered, Origin
from crmwb.sources.formats import ROW
from crmwb.sources.joins import Joined, Partner
from crmwb.sources.kept_rows import KeptFile, KeptRows
from crmwb.sources.lines import Key, Places
from crmwb.sources.mapping import Mapping, TableMapping
from crmwb.sources.raw_rows import N_FILES_TRIED, RawRows
from crmwb.sources.related import related
from crmwb.sources.rows import KEY, SourceRows
from crmwb.sources.source_files import SourceFile
from crmwb.sources.staging import FILE, Wanted
from crmwb.sources.wanted import asked, asked_by_derived

T = TypeVar("T")

N_PARTNERS_TRIED = 500_000  # rows of what is joined, where a mapping is only tried


@dataclass(frozen=True)
class Tried:
    """A part of a table of which only the first rows were read.

    Attributes
    ----------
    read : SourceRows
        What its filter keeps of them.
    files : list of SourceFile
        Where they stand; none of a database.
    unfiltered : SourceRows or None
        All of them, read as if it had no filter; None where it has none.
    is_whole : bool
        Whether the files have no more rows.
    nobodys : Filtered
        Of the rows that the filter leaves out, those that name no customer and that it would keep otherwise.
    """

    read: SourceRows
    files: list[SourceFile]
    unfiltered: SourceRows | None
    is_whole: bool
    nobodys: Filtered


@dataclass
class Reading:
    """A mapping at work on the files in a folder, or on a database.

    Attributes
    ----------
    n_rows : int or None
        Read no more than so many rows of each file, table or query, and not all of many files.
    filtered : dict of str to Filtered
        What the filters of a table left out, once it is read.
    joined : dict of str to list of Joined
        What became of the joins of a table.
    kept : KeptRows or None
        The rows of files that were read before.
    tried : dict of str to list of Tried
        The parts of tables, where no more than `n_rows` are read.
    """

    con: Backend
    described: Mapping
    places: Places
    directory: Path
    currency: str
    folder: Path
    n_rows: int | None = None
    filtered: dict[str, Filtered] = field(default_factory=dict)
    joined: dict[str, list[Joined]] = field(default_factory=dict)
    kept: KeptRows | None = None
    tried: dict[str, list[Tried]] = field(default_factory=dict)
    _rates: str = ""
    _raw: RawRows = field(init=False)

    def __post_init__(self) -> None:
        self._raw = RawRows(self.places, self.directory, self.folder)

    @property
    def origin(self) -> Origin:
        """What was read, once it is read."""
        d = self.described
        raw = self._raw
        return Origin(d.name, d.version, d.licence, d.caveat, raw.files, raw.stored, raw.states)

    def tables(self, mistakes: list[str] | None = None) -> dict[str, list[SourceRows]]:
        """Read every table, those derived from others last; each is a list of its parts.

        Parameters
        ----------
        mistakes : list of str, optional
            Where given, what cannot be read is told there, and the others go on.
        """

        def attempt(read_it: Callable[..., T], *given: Any) -> T | None:
            try:
                return read_it(*given)
            except CrmwbError as error:
                if mistakes is None:
                    raise
                mistakes.extend(line for line in str(error).splitlines() if line not in mistakes)
                return None

        periods = attempt(self.periods)
        every: dict[str, list[SourceRows]] = {}
        described = self.described.tables
        for name in sorted(described, key=lambda name: bool(described[name][0].derived_from)):
            keys = [("tables", name, i) for i, part in enumerate(described[name]) if not part.derived_from]
            if keys:
                parts = [attempt(self.part, key, TABLES[name], described[name][key[2]], periods) for key in keys]
                every[name] = [part for part in parts if part is not None]
                attempt(self._refuse_unmet, name, every[name])
        for name, i, part in self.described.derived:
            if all(every.get(base) for base in part.derived_from):
                every[name] = [*every.get(name, []), self.derived(name, i, every)]
        return every

    def periods(self) -> ir.Table | None:
        """Return what currencies are worth, as `rates.periods` does; None where the mapping does not say."""
        if self.described.rates is None:
            return None
        read_rows = self.part(("rates",), rates.RATES, self.described.rates, None)
        refuse_bad(self.con, read_rows, self.places.of(("rates",)))
        given = rows.good([read_rows], rates.RATES).to_pyarrow().to_pylist()
        given = [{"starts_on": None, **row} for row in given]
        self._rates = repr(sorted(map(repr, given)))
        return rates.periods(self.con, given, self.currency, self.places.of(("rates",)))

    def part(self, key: Key, table: Table, part: TableMapping, periods: ir.Table | None) -> SourceRows:
        """Read one part of a table: its files, its rows in the database, or those in the mapping."""
        label = "-".join(str(k) for k in key)
        columns = asked(self.described, self.places, key, part)
        if self.kept is not None and self.is_kept_by_file(key, part):
            return self._of_files(key, table, part, periods=periods, wanted=columns.own, keeping=self.kept)
        staged = self._raw.stage(key, part, columns.own, label, self.n_rows)
        opened = rows.open_staged(self.con, staged, part, f"source {label}")
        if part.is_related:
            opened = self._related(key, table.name, opened, columns.joined)
        with progress.step(f"casting {table.name} ({staged.n_rows:,} rows)"):
            read_rows = self._set_down(reading.read(opened, table, periods), label)
        left_out = Filtered()
        if part.filter is not None:
            nobodys = reading.without_customer(opened, table, periods).values()
            n_nobodys, cents = (sum(each) for each in zip((0, 0), *nobodys, strict=True))
            left_out = Filtered(staged.n_rows - read_rows.n_rows, n_nobodys, cents)
            self._left_out(table.name, left_out)
        if part.rows:
            refuse_bad(self.con, read_rows, self.places.of(key))
        if self.n_rows is not None and part.file:
            files = self._raw.files_of(key, part, self.n_rows)
            is_whole = len(files) < N_FILES_TRIED and max(staged.n_rows_of.values(), default=0) < self.n_rows
            every = self._unfiltered(opened, table, periods, label)
            self.tried.setdefault(table.name, []).append(Tried(read_rows, files, every, is_whole, left_out))
        return read_rows

    def is_kept_by_file(self, key: Key, part: TableMapping) -> bool:
        """Return whether the rows of each file of a part can be kept by themselves."""
        return bool(self.kept and key[0] == "tables" and part.file and not part.is_related and len(part.sheet) <= 1)

    def _unfiltered(self, opened: SourceRows, table: Table, periods: ir.Table | None, label: str) -> SourceRows | None:
        """Read rows as if there were no filter."""
        if opened.mapping.filter is None:
            return None
        every = replace(opened, mapping=opened.mapping.model_copy(update={"filter": None}))
        return self._set_down(reading.read(every, table, periods), f"{label} unfiltered")

    def _of_files(
        self,
        key: Key,
        table: Table,
        part: TableMapping,
        *,
        periods: ir.Table | None,
        wanted: dict[str, Wanted],
        keeping: KeptRows,
    ) -> SourceRows:
        """Read the files of a part that are new or changed, and put the kept rows of the others beside them."""
        label = "-".join(str(k) for k in key)
        as_read = f"{label} {self._rates}"
        files = self._raw.files_of(key, part, None)
        known = {file.name: rows_ for file in files if (rows_ := keeping.find(as_read, file)) is not None}
        fresh = [file for file in files if file.name not in known]
        path = self.folder / f"{label}.parquet"
        staged = staging.stage(fresh, part, wanted, path, may_be_none=bool(known))
        opened = rows.open_staged(self.con, staged, part, f"source {label}")
        places = {column: str(i) for i, column in enumerate(wanted)}
        by_derived = asked_by_derived(self.described, self.places, table.name)
        texts = [place for column, place in places.items() if column in by_derived]
        beside = f", beside {len(known):,} files that are as they were" if known else ""
        with progress.step(f"casting {table.name} ({staged.n_rows:,} rows{beside})"):
            read = reading.read(opened, table, periods)
            apart = by_file.set_apart(self.con, read, self.folder / label, texts)
        nobodys = reading.without_customer(opened, table, periods) if part.filter is not None else {}
        new = {
            file.name: KeptFile(
                tuple(apart.good.get(file.name, ())),
                tuple(staged.columns_of[file.name]),
                Filtered(
                    staged.n_rows_of.get(file.name, 0) - apart.n_good[file.name] - apart.n_bad[file.name],
                    *nobodys.get(file.name, (0, 0)),
                ),
                by_file.months_in(apart.good.get(file.name, ()), table),
            )
            for file in fresh
        }
        for file in files:
            keeping.note(table.name, as_read, file, (known | new)[file.name].months)
        every = [*known.values(), *new.values()]
        there = {column for each in every for column in each.columns}
        columns = {column: place for column, place in places.items() if column in there}
        good = [each for file in every for each in file.parts]
        whole = by_file.together(self.con, read, apart.bad, good, columns=columns, name=f"read {label}")
        if part.filter is not None:
            self._left_out(table.name, sum((each.filtered for each in every), Filtered()))
        faulty = {*apart.n_bad, *staged.malformed[FILE].to_pylist(), *by_file.with_identifiers(whole, texts)}
        for file in fresh if self._is_kept_as_read(table.name) else ():
            if file.name not in faulty:
                keeping.add(as_read, file, table, new[file.name])
        return whole

    def _is_kept_as_read(self, base: str) -> bool:
        """Return whether tables derived from `base` hold what they read of its files, and nothing worked out of it.

        What they work something out of, such as a year of birth out of a national id, may stand nowhere.
        """
        derived = (part for _, _, part in self.described.derived if base in part.derived_from)
        return all(not (c.expression or c.replace) for part in derived for c in part.columns.values())

    def _left_out(self, name: str, left_out: Filtered) -> None:
        self.filtered[name] = self.filtered.get(name, Filtered()) + left_out

    def _related(self, key: Key, name: str, opened: SourceRows, columns: dict[str, dict[str, Wanted]]) -> SourceRows:
        """Join, fill down, spread and number, and set the result down."""
        label = "-".join(str(k) for k in key)
        partners = []
        for alias, mapped in opened.mapping.join.items():
            own = (*key, "join", alias)
            some = None if self.n_rows is None else max(self.n_rows, N_PARTNERS_TRIED)
            staged = self._raw.stage(own, mapped, columns[alias], f"{label}-{alias}", some)
            there = rows.open_staged(self.con, staged, mapped, f"source {label}-{alias}")
            partners.append(Partner(alias, mapped, there, self.places.of(own), some is None or staged.n_rows < some))
        with progress.step(f"joining {name}"):
            result, joined = related(self.con, opened, partners)
            result = rows.set_down(self.con, result, f"related {label}", self.folder / f"{label}.related.parquet")
        for each in joined if self.n_rows is None else ():
            joins.say(name, each)
        self.joined.setdefault(name, []).extend(joined)
        return result

    def derived(self, name: str, i: int, every: dict[str, list[SourceRows]]) -> SourceRows:
        """Make rows of the keys that stand in other tables; of those only that stand in no part before."""
        table, part = TABLES[name], self.described.tables[name][i]
        bases = [(TABLES[base], rows_) for base in part.derived_from for rows_ in every[base]]
        self._refuse_unmet_by_any(name, i, [rows_ for _, rows_ in bases])
        latest = reading.latest_known(table, part, bases)
        if there := every.get(name):
            keys = rows.good(there, table).select(table.key[0]).distinct()
            lacking = latest.table.anti_join(keys, latest.table[KEY] == keys[table.key[0]])
            latest = replace(latest, table=lacking)
        with progress.step(f"deriving {name}"):
            read = self._set_down(reading.read(latest, table), f"{name} derived")
        if there and read.n_rows and self.n_rows is None:
            progress.console.print(
                f"  {name}: {read.n_rows:,} stand in {' and '.join(part.derived_from)} only, and are kept.",
                highlight=False,
            )
        return read

    def _set_down(self, read_rows: SourceRows, label: str) -> SourceRows:
        return rows.set_down(self.con, read_rows, f"read {label}", self.folder / f"{label}.cast.parquet")

    def _refuse_unmet(self, name: str, parts: list[SourceRows]) -> None:
        if any(name in part.derived_from and len(part.derived_from) > 1 for _, _, part in self.described.derived):
            return
        there = list(dict.fromkeys(column for part in parts for column in part.columns))
        for column, key in asked_by_derived(self.described, self.places, name).items():
            if column not in there and not any(part.mapping.rows for part in parts):
                raise CrmwbError(f"{key}: no file of {name} has a column {column!r}; mend the name.")

    def _refuse_unmet_by_any(self, name: str, i: int, parts: list[SourceRows]) -> None:
        """Refuse a derived table that names a column which none of the several tables has that it is derived from."""
        part = self.described.tables[name][i]
        there = {column for each in parts for column in each.columns}
        if len(part.derived_from) == 1 or any(each.mapping.rows for each in parts):
            return
        for canonical, mapped in part.columns.items():
            for column in mapped.source_columns:
                if column not in there:
                    key = self.places.of(("tables", name, i, "columns", canonical))
                    bases = " or ".join(part.derived_from)
                    raise CrmwbError(f"{key}: no file of {bases} has a column {column!r}; mend the name.")


def refuse_bad(con: Backend, read_rows: SourceRows, key: str) -> None:
    """Refuse rows that stand in the mapping itself, or that everything rests on, where one of them cannot be read.

    Raises
    ------
    CrmwbError
        One cannot.
    """
    if read_rows.is_readable:
        return
    results = rows.bad(con, [read_rows], f"refused {key}")
    faults = engine.batches(con, results.order_by(FILE, ROW).limit(1)).read_all().to_pylist()
    if faults:
        fault = faults[0]
        where = f"row {fault[ROW]:,}" + (f" of {fault[FILE]}" if not read_rows.mapping.rows else "")
        column = f"{fault['column']}: " if fault["column"] else ""
        raise CrmwbError(f"{key}: {where}: {column}{fault['reason']}; every row must be right here.")
