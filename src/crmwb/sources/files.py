"""Adapter for a company's own data: files or a database, and a mapping that says how they become canonical tables."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import ibis.expr.types as ir

from crmwb import engine, layout, progress
from crmwb.contract import Table
from crmwb.contract.canonical import TABLES
from crmwb.engine import Backend
from crmwb.errors import CrmwbError
from crmwb.params import SourceParams
from crmwb.sources import by_file, contract, database, joins, mapping, rates, reading, rows, staging
from crmwb.sources.delivery import Delivery, FileState, Filtered, Origin, state_of
from crmwb.sources.formats import ROW
from crmwb.sources.found import Found, find
from crmwb.sources.joins import Joined, Partner
from crmwb.sources.kept_rows import KeptFile, KeptRows, made_by
from crmwb.sources.lines import Key, Places
from crmwb.sources.mapping import Mapping, TableMapping
from crmwb.sources.related import related
from crmwb.sources.rows import KEY, SourceRows
from crmwb.sources.staging import FILE, Wanted
from crmwb.sources.wanted import asked, asked_by_derived

T = TypeVar("T")

N_FILES_TRIED = 10
N_PARTNERS_TRIED = 500_000  # rows of what is joined, where a mapping is only tried


def read(con: Backend, params: SourceParams, folder: Path) -> Delivery:
    """Read what `params.mapping` names: files in `params.directory`, and tables or queries of a database.

    Parameters
    ----------
    con : Backend
        The engine that will hold the tables.
    params : SourceParams
        Of kind `files` or `database`: names the mapping and the directory.
    folder : Path
        Where the rows are set down as text while the engine works on them.

    Raises
    ------
    CrmwbError
        The mapping is missing or wrong, or does not fit the files; or a file is missing, empty or damaged; or the
        database cannot be read.
    """
    if params.mapping is None:
        raise CrmwbError(f"params.yaml: source: kind {params.kind} needs mapping.")
    described, places = mapping.load(Path(params.mapping))
    described = described.on_the_clock_of(params.time_zone)
    contract.check(described, places)
    stored = [("tables", name, i) for name, parts in described.tables.items() for i, p in enumerate(parts) if p.stored]
    if stored and params.kind != "database":
        raise CrmwbError(f"{places.of(stored[0])}: lies in a database; set source.kind: database in params.yaml.")
    directory = Path(params.directory or layout.RAW)
    if params.kind == "files" and not directory.resolve().is_relative_to(layout.RAW.resolve()):
        progress.console.print(
            f"  {directory} is not in {layout.RAW}: DVC does not watch it; after a change there run dvc repro --force."
        )
    keeping = KeptRows(made_by(described.model_dump_json(), params.model_dump_json()))
    at_work = Reading(con, described, places, directory, params.currency, folder, kept=keeping)
    every = at_work.tables()
    if stored:
        progress.console.print("  DVC does not watch the database: for new data there run dvc repro --force ingest.")
    return Delivery(
        at_work.origin,
        tables={name: rows.good(parts, TABLES[name]) for name, parts in every.items()},
        unreadable={name: rows.bad(con, parts, name) for name, parts in every.items()},
        filtered=at_work.filtered,
        joined=at_work.joined,
        kept=keeping,
    )


@dataclass
class Reading:
    """A mapping at work on the files in a folder, or on a database.

    Attributes
    ----------
    n_rows : int or None
        Read no more than so many rows of each file, table or query, and not all of many files.
    filtered : dict of str to Filtered
        What the filters of a table left out, once it is read.
    stored : list of dict
        What was read from the database, as the manifest tells of files.
    joined : dict of str to list of Joined
        What became of the joins of a table.
    kept : KeptRows or None
        The rows of files that were read before.
    """

    con: Backend
    described: Mapping
    places: Places
    directory: Path
    currency: str
    folder: Path
    n_rows: int | None = None
    filtered: dict[str, Filtered] = field(default_factory=dict)
    stored: list[dict[str, Any]] = field(default_factory=list)
    joined: dict[str, list[Joined]] = field(default_factory=dict)
    kept: KeptRows | None = None
    _rates: str = ""
    _seen: dict[str, FileState] = field(default_factory=dict)
    _found: dict[str, Found] = field(default_factory=dict)

    @property
    def files(self) -> list[tuple[Path, str]]:
        """The files that were read and their names in the directory, sorted."""
        return [(self._found[name].path, name) for name in sorted(self._found)]

    @property
    def origin(self) -> Origin:
        """What was read, once it is read."""
        d = self.described
        return Origin(d.name, d.version, d.licence, d.caveat, self.files, self.stored, self._seen)

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
        if self.kept is not None and key[0] == "tables" and part.file and not part.is_related and len(part.sheet) <= 1:
            return self._of_files(key, table, part, periods=periods, wanted=columns.own, keeping=self.kept)
        staged = self._staged(key, part, columns.own, label, self.n_rows)
        opened = rows.open_staged(self.con, staged, part, f"source {label}")
        if part.is_related:
            opened = self._related(key, table.name, opened, columns.joined)
        with progress.step(f"casting {table.name} ({staged.n_rows:,} rows)"):
            read_rows = self._set_down(reading.read(opened, table, periods), label)
        if part.filter is not None:
            nobodys = reading.without_customer(opened, table, periods).values()
            n_nobodys, cents = (sum(each) for each in zip((0, 0), *nobodys, strict=True))
            self._left_out(table.name, Filtered(staged.n_rows - read_rows.n_rows, n_nobodys, cents))
        if part.rows:
            refuse_bad(self.con, read_rows, self.places.of(key))
        return read_rows

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
        files = self._files(key, part, None)
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
            )
            for file in fresh
        }
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

    def _staged(
        self, key: Key, part: TableMapping, wanted: dict[str, Wanted], label: str, n_rows: int | None
    ) -> staging.Staged:
        """Set the source's rows down as text."""
        path = self.folder / f"{label}.parquet"
        if part.rows:
            return staging.stage_rows(part, self.places.path.name, path)
        if part.stored:
            with self._query(key, part, n_rows) as query:
                staged = staging.stage([query], part, wanted, path)
            self.stored.append(query.told)
            return staged
        return staging.stage(self._files(key, part, n_rows), part, wanted, path, n_rows)

    def _files(self, key: Key, part: TableMapping, n_rows: int | None) -> list[Found]:
        """Find the files of a part, and note what they are before they are read."""
        files = find(self.directory, str(part.file), self.places.of((*key, "file")))
        files = files if n_rows is None else files[:N_FILES_TRIED]
        for file in files:
            self._found[file.on_disk] = file
            self._seen.setdefault(file.on_disk, state_of(file.path))
        return files

    def _related(self, key: Key, name: str, opened: SourceRows, columns: dict[str, dict[str, Wanted]]) -> SourceRows:
        """Join, fill down, spread and number, and set the result down."""
        label = "-".join(str(k) for k in key)
        partners = []
        for alias, mapped in opened.mapping.join.items():
            own = (*key, "join", alias)
            some = None if self.n_rows is None else max(self.n_rows, N_PARTNERS_TRIED)
            staged = self._staged(own, mapped, columns[alias], f"{label}-{alias}", some)
            there = rows.open_staged(self.con, staged, mapped, f"source {label}-{alias}")
            partners.append(Partner(alias, mapped, there, self.places.of(own), some is None or staged.n_rows < some))
        with progress.step(f"joining {name}"):
            found, joined = related(self.con, opened, partners)
            found = rows.set_down(self.con, found, f"related {label}", self.folder / f"{label}.related.parquet")
        for each in joined if self.n_rows is None else ():
            joins.say(name, each)
        self.joined.setdefault(name, []).extend(joined)
        return found

    def derived(self, name: str, i: int, every: dict[str, list[SourceRows]]) -> SourceRows:
        """Make rows of the keys that stand in other tables; of those only that stand in no part before."""
        table, part = TABLES[name], self.described.tables[name][i]
        bases = [(TABLES[base], rows_) for base in part.derived_from for rows_ in every[base]]
        latest = reading.latest_known(table, part, bases)
        if there := every.get(name):
            keys = rows.good(there, table).select(table.key[0]).distinct()
            lacking = latest.table.anti_join(keys, latest.table[KEY] == keys[table.key[0]])
            latest = replace(latest, table=lacking)
        with progress.step(f"deriving {name}"):
            made = self._set_down(reading.read(latest, table), f"{name} derived")
        if there and made.n_rows and self.n_rows is None:
            progress.console.print(
                f"  {name}: {made.n_rows:,} stand in {' and '.join(part.derived_from)} only, and are kept.",
                highlight=False,
            )
        return made

    @contextmanager
    def _query(self, key: Key, part: TableMapping, n_rows: int | None) -> Iterator[database.Query]:
        """Open the table or the query in the database that a part's rows stand in."""
        asked_by = self.places.of((*key, str(part.stored)))
        with database.connect() as con:
            if part.table is not None:
                yield database.open_table(con, part.table, asked_by, order_by=part.order_by, n_rows=n_rows)
            else:
                name = str(part.query)
                query = self._sql(name, asked_by)
                yield database.open_query(con, query, name, asked_by, order_by=part.order_by, n_rows=n_rows)

    def _sql(self, name: str, key: str) -> str:
        path = self.places.path.parent / name
        try:
            return path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise CrmwbError(f"{key}: {path}: not readable ({error}); name a file beside the mapping.") from None

    def _set_down(self, read_rows: SourceRows, label: str) -> SourceRows:
        return rows.set_down(self.con, read_rows, f"read {label}", self.folder / f"{label}.cast.parquet")

    def _refuse_unmet(self, name: str, parts: list[SourceRows]) -> None:
        there = list(dict.fromkeys(column for part in parts for column in part.columns))
        for column, key in asked_by_derived(self.described, self.places, name).items():
            if column not in there and not any(part.mapping.rows for part in parts):
                raise CrmwbError(f"{key}: no file of {name} has a column {column!r}; mend the name.")


def refuse_bad(con: Backend, read_rows: SourceRows, key: str) -> None:
    """Refuse rows that stand in the mapping itself, or that everything rests on, where one of them cannot be read.

    Raises
    ------
    CrmwbError
        One cannot.
    """
    told = rows.bad(con, [read_rows], f"refused {key}")
    faults = engine.batches(con, told.order_by(FILE, ROW).limit(1)).read_all().to_pylist()
    if faults:
        fault = faults[0]
        where = f"row {fault[ROW]:,}" + (f" of {fault[FILE]}" if not read_rows.mapping.rows else "")
        column = f"{fault['column']}: " if fault["column"] else ""
        raise CrmwbError(f"{key}: {where}: {column}{fault['reason']}; every row must be right here.")
