"""Rows into Parquet files: packed in one way, in groups of one size, whatever batches an engine returns them in."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crmwb.files.behind import behind
from crmwb.files.replacing import replacing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

COMPRESSION = "zstd"
WRITER = f"pyarrow {pa.__version__}"  # what the bytes of a file depend on beside its rows
ROW_GROUP_ROWS = 131_072


def write_rows(
    batches: Iterable[pa.RecordBatch], schema: pa.Schema, path: Path, apart: tuple[Path, Sequence[str]] | None
) -> int:
    """Write batches to a file, some columns to another one, and return the number of rows.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
        The rows, in order.
    schema : pyarrow.Schema
        Columns and types of both files together; a column that the batches lack is NULL.
    path : Path
        The file.
    apart : (Path, sequence of str) or None
        The other file, and the columns that go there, row by row beside the others.
    """
    elsewhere = [] if apart is None else list(apart[1])
    targets = [(path, [name for name in schema.names if name not in elsewhere])]
    targets += [] if apart is None else [(apart[0], elsewhere)]
    n_rows = 0
    with ExitStack() as stack:
        writers = []
        for target, names in targets:
            beside = stack.enter_context(replacing(target))
            fields = pa.schema([schema.field(name) for name in names])
            writers.append((stack.enter_context(parquet_writer(beside, fields)), names))
        later = stack.enter_context(behind())
        for group in regrouped(batches, schema):
            for writer, names in writers:
                later(writer.write_table, group.select(names), ROW_GROUP_ROWS)
            n_rows += group.num_rows
    return n_rows


def parquet_writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Return what writes a Parquet file of rows that come in groups of ROW_GROUP_ROWS."""
    return pq.ParquetWriter(path, schema, **layout_of(schema))


def layout_of(schema: pa.Schema) -> dict[str, Any]:
    """Return how columns are packed: whole numbers by differences, others but fractions, which seldom repeat, once."""
    whole = [field.name for field in schema if pa.types.is_integer(field.type)]
    repeating = [f.name for f in schema if f.name not in whole and not pa.types.is_floating(f.type)]
    packed = {"column_encoding": dict.fromkeys(whole, "DELTA_BINARY_PACKED")} if whole else {}
    return {"compression": COMPRESSION, "use_dictionary": repeating or False, **packed}


def in_order(column: pa.Array | pa.ChunkedArray) -> bool:
    """Return whether a column ascends and has no unknown values, so that its rows need not be sorted.

    Examples
    --------
    >>> import pyarrow as pa
    >>> from crmwb.files.parquet import in_order
    >>> [in_order(pa.array(values)) for values in (["a", "b", "b"], ["b", "a"], ["a", None])]
    [True, False, False]
    """
    ascends = pc.all(pc.less_equal(column[:-1], column[1:])).as_py() if len(column) > 1 else True
    return ascends is not False and not column.null_count


def runs(batches: Iterable[pa.RecordBatch], by: str) -> Iterator[tuple[Any, pa.RecordBatch]]:
    """Yield the rows of batches that are sorted by a column, apart by its values and without it."""
    for batch in batches:
        column = batch[by]
        rows = batch.drop_columns(by)
        ends = pc.run_end_encode(column)
        start = 0
        for value, end in zip(ends.values.to_pylist(), ends.run_ends.to_pylist(), strict=True):
            yield value, rows.slice(start, end - start)
            start = end


def regrouped(batches: Iterable[pa.RecordBatch], schema: pa.Schema, n_rows: int = ROW_GROUP_ROWS) -> Iterator[pa.Table]:
    """Yield tables of `n_rows` rows each, the last may have fewer: the engine's batches differ with its threads.

    Columns of the schema that the batches lack are NULL.
    """
    waiting = schema.empty_table()
    for batch in batches:
        waiting = pa.concat_tables([waiting, pa.Table.from_batches([_fitted(batch, schema)])])
        while waiting.num_rows >= n_rows:
            yield waiting.slice(0, n_rows).combine_chunks()
            waiting = waiting.slice(n_rows)
    if waiting.num_rows:
        yield waiting.combine_chunks()


def _fitted(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    given = set(batch.schema.names)
    columns = [
        batch[field.name].cast(field.type) if field.name in given else pa.nulls(batch.num_rows, field.type)
        for field in schema
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
