"""A table's files, read once and set down as text: the columns that the mapping names, and where each row stood.

From here on every kind of file is the same to the engine. Columns that the mapping does not name are never copied, so
what a company does not ask for (names, addresses) does not enter the workbench.
"""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crmwb import progress
from crmwb.errors import CrmwbError
from crmwb.sources.delimited import ROW, open_delimited
from crmwb.sources.mapping import TableMapping

FILE = "source_file"
PARQUET_SUFFIXES = {".parquet", ".pq"}
MALFORMED = pa.schema([(FILE, pa.string()), (ROW, pa.int64()), ("reason", pa.string())])


@dataclass(frozen=True)
class Staged:
    """A table's source rows as text.

    Attributes
    ----------
    path : Path
        Parquet: the source columns as text, named "0", "1", …, then source_file and source_row.
    columns : dict of str to str
        Source columns and their names in `path`.
    malformed : pyarrow.Table
        source_file, source_row and reason of the rows that are no rows: too few or too many fields.
    n_rows : int
        Rows in `path`.
    """

    path: Path
    columns: dict[str, str]
    malformed: pa.Table
    n_rows: int


def stage(files: list[tuple[Path, str]], mapping: TableMapping, wanted: dict[str, str], path: Path) -> Staged:
    """Read the files of one table and write their wanted columns to `path`.

    Parameters
    ----------
    files : list of (Path, str)
        The files and what messages and `source_file` call them.
    mapping : TableMapping
        Says how the files are written.
    wanted : dict of str to str
        Source columns to keep, and the key of the mapping that asks for each, for messages.
    path : Path
        Where to.

    Raises
    ------
    CrmwbError
        A file is empty, damaged, in another encoding, lacks a wanted column or has it twice; or there is no row at all.
    """
    columns = {column: str(i) for i, column in enumerate(wanted)}
    schema = pa.schema([*((name, pa.string()) for name in columns.values()), (FILE, pa.string()), (ROW, pa.int64())])
    malformed: list[tuple[str, int, str]] = []
    n_rows = 0
    with pq.ParquetWriter(path, schema, compression="lz4") as writer:
        for file, name in files:
            with progress.step(f"reading {name} ({file.stat().st_size / 1e6:,.1f} MB)"):
                for batch in _batches(file, name, mapping, wanted, malformed):
                    n_rows += batch.num_rows
                    *texts, rows = batch.columns
                    names = pa.array([name]).take(pa.repeat(pa.scalar(0), batch.num_rows))
                    writer.write_batch(pa.record_batch([*texts, names, rows], schema=schema))
    if n_rows + len(malformed) == 0:
        raise CrmwbError(f"{', '.join(name for _, name in files)}: a header but no rows; export it again.")
    bad_rows = [dict(zip(MALFORMED.names, row, strict=True)) for row in malformed]
    return Staged(path, columns, pa.Table.from_pylist(bad_rows, schema=MALFORMED), n_rows)


def find(directory: Path, pattern: str, key: str) -> list[tuple[Path, str]]:
    """Return the files that `pattern`, a path or a glob within `directory`, names, and their names within it, sorted.

    Raises
    ------
    CrmwbError
        There is no such folder or file, or the path is a folder.
    """
    if not directory.is_dir():
        raise CrmwbError(f"{directory}: no such folder; set source.directory in params.yaml to where the files lie.")
    path = directory / pattern
    if path.is_dir():
        raise CrmwbError(f"{key}: {path} is a folder; name a file in it, or several by a glob such as {pattern}/*.csv.")
    if path.is_file():
        return [(path, Path(pattern).as_posix())]
    found = sorted(p for p in directory.glob(pattern) if p.is_file()) if "*" in pattern or "?" in pattern else []
    if not found:
        there = sorted(p.name for p in directory.iterdir() if p.is_file() and not p.name.startswith("."))
        close = difflib.get_close_matches(pattern, there, n=1) or there[:5]
        raise CrmwbError(f"{key}: {path} does not exist; in {directory} there is {', '.join(close) or 'no file'}.")
    return [(p, p.relative_to(directory).as_posix()) for p in found]


def _batches(
    file: Path, name: str, mapping: TableMapping, wanted: dict[str, str], malformed: list[tuple[str, int, str]]
) -> Iterator[pa.RecordBatch]:
    """Yield the wanted columns of one file as text, then the row number; what is no row is added to `malformed`."""
    try:
        if file.suffix.lower() in PARQUET_SUFFIXES:
            yield from _parquet_batches(file, name, wanted)
            return
        opened = open_delimited(file, name, mapping)
        yield from opened.batches(_positions(opened.columns, wanted, name))
        malformed += [(name, number, reason) for number, reason in opened.malformed]
    except OSError as error:
        raise CrmwbError(f"{name}: not readable ({error.strerror or error}); check the file and its rights.") from None


def _parquet_batches(file: Path, name: str, wanted: dict[str, str]) -> Iterator[pa.RecordBatch]:
    if file.stat().st_size == 0:
        raise CrmwbError(f"{name}: the file is empty (0 bytes); export it again.")
    try:
        with pq.ParquetFile(file) as opened:
            columns = opened.schema_arrow.names
            kept = [columns[i] for i in _positions(columns, wanted, name)]
            n_before = 0
            for batch in opened.iter_batches(columns=kept):
                rows = pa.array(range(n_before + 1, n_before + 1 + batch.num_rows), pa.int64())
                n_before += batch.num_rows
                texts = [_as_text(batch.column(column), f"{name}: column {column!r}") for column in kept]
                yield pa.record_batch([*texts, rows], names=[*(str(i) for i in range(len(kept))), ROW])
    except (pa.ArrowInvalid, OSError) as error:
        said = " ".join(str(error).split())
        raise CrmwbError(
            f"{name}: no readable Parquet file, perhaps cut off ({said}); copy or export it again."
        ) from None


def _as_text(values: pa.Array, what: str) -> pa.Array:
    """Return values of any flat type as text: NaN is unknown, times with a zone are written in UTC."""
    if pa.types.is_nested(values.type) or pa.types.is_binary(values.type):
        raise CrmwbError(f"{what}: holds {values.type}, which is no single value; export it as plain columns.")
    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_nan(values), None, values)
    return values.cast(pa.string())


def _positions(columns: list[str], wanted: dict[str, str], name: str) -> list[int]:
    """Return where the wanted columns stand, or refuse the file with the closest columns that it has."""
    for column, key in wanted.items():
        if columns.count(column) > 1:
            places = " and ".join(str(i) for i, c in enumerate(columns, start=1) if c == column)
            raise CrmwbError(f"{key}: {name} has column {column!r} more than once ({places}); rename one of them.")
        if column not in columns:
            lower = {c.lower(): c for c in columns}
            close = [lower[c] for c in difflib.get_close_matches(column.lower(), list(lower), n=3, cutoff=0.5)]
            said = f"the closest there: {', '.join(close)}" if close else f"there: {', '.join(columns[:12])}"
            hint = "; it has one column only, so check the delimiter" if len(columns) == 1 else ""
            raise CrmwbError(f"{key}: {name} has no column {column!r}; {said}{hint}.")
    return [columns.index(column) for column in wanted]
