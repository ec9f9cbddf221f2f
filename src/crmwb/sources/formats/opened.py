"""What every format hands over: a file's columns, then its rows as text, each with its number in the file."""

from collections.abc import Iterable, Iterator
from typing import Protocol

import pyarrow as pa

ROW = "source_row"
BATCH_ROWS = 65_536


class Opened(Protocol):
    """One file, opened: its columns are known, its rows are not read yet.

    Attributes
    ----------
    columns : list of str
        Names of its columns.
    malformed : list of (int, str)
        Number and fault of what is no row, in the order of the file; complete once `batches` is exhausted.
    """

    columns: list[str]
    malformed: list[tuple[int, str]]

    def batches(self, wanted: list[int]) -> Iterator[pa.RecordBatch]:
        """Yield the rows of the columns at the positions `wanted`, as text, then `source_row` (int64)."""
        ...


def as_batches(rows: Iterable[tuple[int, list[str | None]]], n_columns: int) -> Iterator[pa.RecordBatch]:
    """Put numbered rows of texts into batches, as `Opened.batches` yields them."""
    names = [*(str(i) for i in range(n_columns)), ROW]
    numbers: list[int] = []
    texts: list[list[str | None]] = []

    def batch() -> pa.RecordBatch:
        columns = [pa.array(column, pa.string()) for column in zip(*texts, strict=True)]
        return pa.record_batch([*columns, pa.array(numbers, pa.int64())], names=names)

    for number, row in rows:
        numbers.append(number)
        texts.append(row)
        if len(numbers) == BATCH_ROWS:
            yield batch()
            numbers.clear()
            texts.clear()
    if numbers:
        yield batch()
