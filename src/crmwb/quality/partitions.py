"""A table in the pieces that Great Expectations judges one by one."""

import errno
import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from crmwb import engine, progress, storage
from crmwb.contract import Kind, Table
from crmwb.engine import Backend
from crmwb.errors import BY_NUMBER, CrmwbError
from crmwb.quality.checks import MISSING, ROW, Check

BATCHES = 4  # of the engine's, in one partition: a million rows, 150 MB of transactions


def shape(file: Path, table: Table) -> pd.DataFrame:
    """Return one row that tells of each of the contract's columns its type in the file, or `MISSING`.

    Of a folder of files it tells of the first that is not as declared.

    Raises
    ------
    CrmwbError
        A file is missing or no Parquet file.
    """
    schemas = [_schema(part) for part in (sorted(file.glob("*.parquet")) if file.is_dir() else [file])]
    schema = next((each for each in schemas if table.difference(each)), schemas[0])
    types = {field.name: str(field.type) for field in schema}
    return pd.DataFrame({column.name: [types.get(column.name, MISSING)] for column in table.columns})


def _schema(file: Path) -> pa.Schema:
    try:
        return pq.read_schema(file)
    except PermissionError as error:
        raise CrmwbError(f"{file}: {BY_NUMBER[errno.EACCES]}") from error
    except (OSError, pa.ArrowException) as error:
        raise CrmwbError(
            f"{file}: not readable as Parquet ({' '.join(str(error).split())}); run `dvc repro -f -s ingest`."
        ) from None


def partitions(
    con: Backend, rows: ir.Table, table: Table, checks: Sequence[Check], n_rows: int
) -> Iterator[pd.DataFrame]:
    """Stream what `checks` judge, showing how far it is.

    Great Expectations copies and hashes every frame it is given, so that words are kept out of it: an id or a text of
    which only matters whether it is known is there as 1 or unknown, a category as a number with its words beside it.

    Parameters
    ----------
    con : Backend
        The engine.
    rows : ir.Table
        Numbered rows with the facts of `checks`.
    table : Table
        Their contract.
    checks : sequence of Check
        What will be judged.
    n_rows : int
        How many rows there are.

    Yields
    ------
    DataFrame
        Some of the rows, in any order, with their row ids as index.
    """
    judged = dict.fromkeys(check.judged for check in checks)
    words = {c.name for c in table.columns if c.kind in {Kind.ID, Kind.TEXT, Kind.CATEGORY}}
    read = {c.name for c in table.columns if c.allowed is not None}
    known = {name: ibis.ifelse(rows[name].notnull(), 1, ibis.null("int8")) for name in judged if name in words - read}
    parts = _joined(engine.batches(con, rows.select(ROW, **{name: known.get(name, rows[name]) for name in judged})))
    n_parts = math.ceil(n_rows / (BATCHES * engine.BATCH_ROWS))
    for part in progress.track(parts, f"{table.name}: checking {len(checks)} rules", total=n_parts):
        frame = part.to_pandas(date_as_object=False, categories=[name for name in judged if name in read])
        # a truth that may be unknown is an object to pandas, and many times as slow to judge as 1, 0 and NaN
        unsure = [check.rule for check in checks if check.fact and frame[check.rule].dtype == object]
        frame[unsure] = frame[unsure].astype(float)
        yield frame.set_index(ROW).rename_axis(None)  # see RESULT_FORMAT in verdicts.py


def rows_at(file: Path, table: Table, ids: Sequence[int]) -> pd.DataFrame:
    """Return rows of a canonical table by their positions (ascending, from 0), which are the index."""
    parts = [pd.DataFrame()]
    begin = 0
    for path in storage.parts(file):
        with pq.ParquetFile(path) as opened:
            for group in range(opened.num_row_groups):
                end = begin + opened.metadata.row_group(group).num_rows
                here = [row - begin for row in ids if begin <= row < end]
                if here:
                    part = opened.read_row_group(group, columns=[c.name for c in table.columns]).take(here)
                    parts.append(part.to_pandas(date_as_object=False).set_axis([row + begin for row in here]))
                begin = end
    return pd.concat(parts)


def _joined(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
    """Yield several batches as one table: Great Expectations costs as much for a few rows as for some thousands."""
    rest = iter(batches)
    while several := list(islice(rest, BATCHES)):
        yield pa.Table.from_batches(several)
