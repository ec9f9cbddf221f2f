"""A table's sources, read once and set down as text: the columns that the mapping names, and where each row stood.

From here on every kind of file and database is the same to the engine. Columns that the mapping does not name are never
copied, so what a company does not ask for (names, addresses) does not enter the workbench.
"""

import difflib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from crmwb import progress
from crmwb.errors import CrmwbError
from crmwb.sources.column_mapping import ColumnMapping
from crmwb.sources.database import Query
from crmwb.sources.formats import ROW, open_file, sheets
from crmwb.sources.formats.delimited import NO_ROW
from crmwb.sources.mapping import TableMapping, Value
from crmwb.sources.privacy import pseudonyms
from crmwb.sources.source_files import SourceFile, not_readable

FILE = "source_file"
N_SHOWN = 100  # characters of a column's name that a message shows
MALFORMED = pa.schema([(FILE, pa.string()), (ROW, pa.int64()), ("reason", pa.string())])


@dataclass(frozen=True)
class Wanted:
    """A source column to keep.

    Attributes
    ----------
    key : str
        What of the mapping asks for it, for messages.
    needed : bool
        Every file must have it; else it is unknown in those that have it not.
    pseudonym : ColumnMapping or None
        Set down only its codes, of ids read as this says.
    """

    key: str
    needed: bool = True
    pseudonym: ColumnMapping | None = None


@dataclass(frozen=True)
class Staged:
    """A table's source rows as text.

    Attributes
    ----------
    path : Path
        Parquet: the source columns as text, named "0", "1", …, then source_file and source_row.
    columns : dict of str to str
        Source columns that the files have, and their names in `path`.
    malformed : pyarrow.Table
        source_file, source_row and reason of the rows that are no rows: too few or too many fields.
    n_rows : int
        Rows in `path`.
    n_rows_of : dict of str to int
        Of them, by file.
    columns_of : dict of str to list of str
        By file, the source columns that it has.
    """

    path: Path
    columns: dict[str, str]
    malformed: pa.Table
    n_rows: int
    n_rows_of: dict[str, int] = field(default_factory=dict)
    columns_of: dict[str, list[str]] = field(default_factory=dict)


def stage(
    files: Sequence[SourceFile | Query],
    mapping: TableMapping,
    wanted: dict[str, Wanted],
    path: Path,
    n_rows: int | None = None,
    *,
    may_be_none: bool = False,
) -> Staged:
    """Read the files of one part of a table, or its rows in a database, and write their wanted columns to `path`.

    Parameters
    ----------
    files : sequence of SourceFile or Query
        The files; or one query.
    mapping : TableMapping
        Says how the files are written.
    wanted : dict of str to Wanted
        Source columns to keep.
    path : Path
        Where to.
    n_rows : int, optional
        Read no more than so many rows of each file.
    may_be_none : bool, default=False
        That there is no row is no error: there are others elsewhere.

    Raises
    ------
    CrmwbError
        A file is empty, damaged, in another encoding, lacks a wanted column or has it twice; or there is no row at all.
    """
    columns = {column: str(i) for i, column in enumerate(wanted)}
    schema = pa.schema([*((name, pa.string()) for name in columns.values()), (FILE, pa.string()), (ROW, pa.int64())])
    malformed: list[tuple[str, int, str]] = []
    met: dict[str, list[str]] = {}
    n_written: Counter[str] = Counter()
    with pq.ParquetWriter(path, schema, compression="lz4") as writer:
        each = [
            sheet for file in files for sheet in (sheets(file, mapping) if isinstance(file, SourceFile) else [file])
        ]
        for file in each:
            size = f" ({file.n_bytes / 1e6:,.1f} MB)" if isinstance(file, SourceFile) else ""
            with progress.step(f"reading {file.name}{size}"):
                for batch in _first(n_rows, _batches(file, mapping, wanted, met, malformed)):
                    n_written[file.name] += batch.num_rows
                    writer.write_batch(_placed(batch, file, schema))
    if not may_be_none and n_written.total() + len(malformed) == 0:
        what = (
            "a header but no rows; export it again" if isinstance(files[0], SourceFile) else "it has no rows; fill it"
        )
        raise CrmwbError(f"{', '.join(file.name for file in files)}: {what}.")
    bad_rows = [dict(zip(MALFORMED.names, row, strict=True)) for row in malformed]
    result = {column: name for column, name in columns.items() if any(column in there for there in met.values())}
    bad = pa.Table.from_pylist(bad_rows, schema=MALFORMED)
    return Staged(path, result, bad, n_written.total(), dict(n_written), met)


def stage_rows(mapping: TableMapping, name: str, path: Path) -> Staged:
    """Write rows that stand in the mapping itself to `path`, as if they came from a file called `name`."""
    readers = {column: mapped for mapped in mapping.columns.values() for column in mapped.source_columns}
    texts = [
        _coded(
            pa.array([_as_text(row.get(column)) for row in mapping.rows], pa.string()),
            mapped if mapped.pseudonym else None,
            mapping,
        )
        for column, mapped in readers.items()
    ]
    n_rows = len(mapping.rows)
    names = {column: str(i) for i, column in enumerate(readers)}
    placed = [*texts, pa.array([name] * n_rows, pa.string()), pa.array(range(1, n_rows + 1), pa.int64())]
    pq.write_table(pa.table(placed, names=[*names.values(), FILE, ROW]), path)
    return Staged(path, names, MALFORMED.empty_table(), n_rows)


def _as_text(value: Value) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _first(n_rows: int | None, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Yield batches until there were so many rows."""
    for batch in batches:
        if n_rows is None:
            yield batch
            continue
        yield batch.slice(0, n_rows)
        n_rows -= batch.num_rows
        if n_rows <= 0:
            return


def _batches(
    file: SourceFile | Query,
    mapping: TableMapping,
    wanted: dict[str, Wanted],
    met: dict[str, list[str]],
    malformed: list[tuple[str, int, str]],
) -> Iterator[pa.RecordBatch]:
    """Yield the wanted columns of one file as text, then the row number; what is no row is added to `malformed`."""
    try:
        opened = open_file(file, mapping) if isinstance(file, SourceFile) else file
        there = _wanted_of(opened.columns, wanted, file.name)
        met[file.name] = there
        try:
            for batch in opened.batches([opened.columns.index(column) for column in there]):
                *texts, rows = batch.columns
                by_name = {
                    column: _coded(text, wanted[column].pseudonym, mapping)
                    for column, text in zip(there, texts, strict=True)
                }
                nothing = pa.nulls(batch.num_rows, pa.string())
                yield pa.record_batch(
                    [*(by_name.get(column, nothing) for column in wanted), rows], names=[*wanted, ROW]
                )
        finally:
            malformed += [(file.name, number, reason) for number, reason in opened.malformed if reason != NO_ROW]
    except OSError as error:
        raise not_readable(file.name, error) from None


def _coded(texts: pa.Array, pseudonym: ColumnMapping | None, mapping: TableMapping) -> pa.Array:
    return texts if pseudonym is None else pseudonyms.coded(texts, pseudonym, mapping.null_values)


def _placed(batch: pa.RecordBatch, file: SourceFile | Query, schema: pa.Schema) -> pa.RecordBatch:
    *texts, rows = batch.columns
    names = pa.array([file.name]).take(pa.repeat(pa.scalar(0), batch.num_rows))
    return pa.record_batch([*texts, names, rows], schema=schema)


def _wanted_of(columns: list[str], wanted: dict[str, Wanted], name: str) -> list[str]:
    """Return the wanted columns that a file has, or refuse it with the closest columns to each that it lacks."""
    mistakes = []
    for column, asked in wanted.items():
        twins = [c for c in columns if re.fullmatch(rf"{re.escape(column)} \(\d+\)", c)]
        if column not in columns and len(twins) > 1:
            places = " and ".join(str(columns.index(c) + 1) for c in twins)
            mistakes.append(
                f"{asked.key}: {name} has column {cut(column)!r} more than once ({places}); "
                f"rename one of them, or write {' or '.join(map(repr, twins))}."
            )
        elif column not in columns and asked.needed:
            mistakes.append(f"{asked.key}: {name} has no column {cut(column)!r}; {close_to(column, columns)}.")
    if mistakes:
        raise CrmwbError(mistakes[0] if len(columns) == 1 else "\n".join(mistakes))
    return [column for column in wanted if column in columns]


def cut(name: str) -> str:
    """Return a name as a message shows it."""
    return name if len(name) <= N_SHOWN else f"{name[:N_SHOWN]}…"


def close_to(column: str, columns: list[str]) -> str:
    """Return what a file has instead of a column: the closest ones, or its first."""
    lower = {c.lower(): c for c in columns}
    close = [lower[c] for c in difflib.get_close_matches(column.lower(), list(lower), n=3, cutoff=0.5)]
    names = ", ".join(cut(name) for name in close or columns[:12])
    hint = f"the closest there: {names}" if close else f"there: {names}"
    return hint + ("; it has one column only, so check the delimiter" if len(columns) == 1 else "")
