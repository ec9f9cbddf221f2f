"""Rows of one table that may lie in several files or sheets, as text."""

from collections import Counter
from collections.abc import Collection, Iterator, KeysView, Sequence
from functools import cached_property
from itertools import chain

import pyarrow as pa
import pyarrow.compute as pc

from crmwb import progress
from crmwb.sources.drafting.reading.sniff import Shape
from crmwb.sources.formats import Opened, open_file
from crmwb.sources.source_files import SourceFile

HOLDS_LISTS = " holds a list"  # of a column of JSON lines
FEW_LISTS = 0.01  # of the rows that can be read: rather slips in them


def first_rows(
    files: Sequence[SourceFile], shape: Shape, n_rows: int, without: Collection[str] = ()
) -> tuple[list[str], pa.Table, list[str], Iterator[pa.Table]]:
    """Return the names of a file's columns, the first rows, columns that hold lists, and the rows below, unread yet."""
    opened = open_file(files[0], shape.mapping(files[0].name))
    names = opened.columns
    kept = [name for name in names if name and names.count(name) == 1 and name not in without]
    parts = [pa.table({name: pa.array([], pa.string()) for name in kept})]
    rest = chain(_batches(opened, kept), _of_files(files[1:], shape, kept))
    for part in rest:
        parts.append(part.slice(0, n_rows - sum(p.num_rows for p in parts)))
        if part.num_rows > parts[-1].num_rows:
            rest = chain([part.slice(parts[-1].num_rows)], rest)
            break
    rows = pa.concat_tables(parts)
    faults = Counter(fault.removesuffix(HOLDS_LISTS) for _, fault in opened.malformed if fault.endswith(HOLDS_LISTS))
    return names, rows, [name for name, n in faults.items() if n > FEW_LISTS * rows.num_rows], rest


def _of_files(files: Sequence[SourceFile], shape: Shape, columns: list[str]) -> Iterator[pa.Table]:
    for file in files:
        yield from _batches(open_file(file, shape.mapping(file.name)), columns)


def _batches(opened: Opened, columns: list[str]) -> Iterator[pa.Table]:
    """Yield rows as text; a column that a file lacks is unknown in it."""
    there = [name for name in columns if name in opened.columns]
    for batch in opened.batches([opened.columns.index(name) for name in there]):
        read = dict(zip(there, batch.columns, strict=False))
        unknown = pa.nulls(batch.num_rows, pa.string())
        yield pa.table({name: read[name].cast(pa.string()) if name in read else unknown for name in columns})


class WholeColumn:
    """Every different value of a column of files that are not looked at whole, read once they are asked for."""

    def __init__(self, files: Sequence[SourceFile], shape: Shape, name: str) -> None:
        self._files, self._shape, self._name = files, shape, name

    @cached_property
    def values(self) -> KeysView[str]:
        """Its known values, without blanks around them, in the order of the files."""
        with progress.step(f"looking through {self._name}"):
            batches = _of_files(self._files, self._shape, [self._name])
            different = pa.chunked_array([pc.unique(rows[self._name]) for rows in batches], pa.string())
            texts = pc.unique(pc.utf8_trim_whitespace(pc.unique(different))).to_pylist()
        return dict.fromkeys(text for text in texts if text).keys()


def trimmed(rows: pa.Table) -> pa.Table:
    """Return rows of texts without blanks around them."""
    return pa.table({n: pc.utf8_trim_whitespace(rows[n].combine_chunks()) for n in rows.column_names})
