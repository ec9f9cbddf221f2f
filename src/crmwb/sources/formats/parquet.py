"""Parquet as Arrow batches of text. Folders named `key=value` on the way to a file are columns of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crmwb.errors import CrmwbError
from crmwb.sources.formats.opened import ROW
from crmwb.sources.mapping import TableMapping
from crmwb.sources.source_files import SourceFile

UNKNOWN_PARTITION = "__HIVE_DEFAULT_PARTITION__"


@dataclass
class Parquet:
    """One Parquet file, opened; see `opened.Opened`.

    Attributes
    ----------
    partition : dict of str to (str or None)
        Columns that stand in the path, and their one value.
    """

    file: SourceFile
    columns: list[str]
    partition: dict[str, str | None]
    malformed: list[tuple[int, str]] = field(default_factory=list)

    def batches(self, wanted: list[int]) -> Iterator[pa.RecordBatch]:
        """Yield the wanted columns as text, then the row numbers.

        Raises
        ------
        CrmwbError
            The file is damaged, or a wanted column holds no single values.
        """
        names = [self.columns[i] for i in wanted]
        stored = [name for name in names if name not in self.partition]
        n_before = 0
        try:
            with pq.ParquetFile(self.file.path) as opened:
                for batch in opened.iter_batches(columns=stored):
                    rows = pa.arange(n_before + 1, n_before + 1 + batch.num_rows)
                    n_before += batch.num_rows
                    texts = [self._texts(batch, name) for name in names]
                    yield pa.record_batch([*texts, rows], names=[*(str(i) for i in range(len(names))), ROW])
        except (pa.ArrowInvalid, OSError) as error:
            raise _damaged(self.file, error) from None

    def _texts(self, batch: pa.RecordBatch, name: str) -> pa.Array:
        if name in self.partition:
            return pa.array([self.partition[name]], pa.string()).take(pa.repeat(pa.scalar(0), batch.num_rows))
        return _as_text(batch.column(name), f"{self.file.name}: column {name!r}")


def open_parquet(file: SourceFile, mapping: TableMapping) -> Parquet:  # noqa: ARG001 - the file says all about itself
    """Open a Parquet file and find its columns.

    Raises
    ------
    CrmwbError
        It is empty, damaged, or in a zip archive.
    """
    if file.member is not None:
        raise CrmwbError(f"{file.name}: Parquet within a zip archive is not read; unpack it and name the file.")
    if file.n_bytes == 0:
        raise CrmwbError(f"{file.name}: the file is empty (0 bytes); export it again.")
    try:
        with pq.ParquetFile(file.path) as opened:
            stored = list(opened.schema_arrow.names)
    except (pa.ArrowInvalid, OSError) as error:
        raise _damaged(file, error) from None
    partition = {name: value for name, value in _partition(file.name).items() if name not in stored}
    return Parquet(file, [*stored, *partition], partition)


def _partition(name: str) -> dict[str, str | None]:
    """Read "sales/year=2024/country=DE/0.parquet" as year 2024 and country DE."""
    folders = [part.partition("=") for part in PurePosixPath(name).parts[:-1] if "=" in part]
    return {unquote(key): None if value == UNKNOWN_PARTITION else unquote(value) for key, _, value in folders}


def _as_text(values: pa.Array, what: str) -> pa.Array:
    """Return values of any flat type as text: NaN is unknown, times with a zone are written in UTC."""
    if pa.types.is_nested(values.type) or pa.types.is_binary(values.type):
        raise CrmwbError(f"{what}: holds {values.type}, which is no single value; export it as plain columns.")
    if pa.types.is_floating(values.type):
        values = pc.if_else(pc.is_nan(values), None, values)
    return values.cast(pa.string())


def _damaged(file: SourceFile, error: Exception) -> CrmwbError:
    phrase = " ".join(str(error).split())
    return CrmwbError(f"{file.name}: no readable Parquet file, perhaps cut off ({phrase}); copy or export it again.")
