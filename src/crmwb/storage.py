"""Reading and writing artefacts: same data, same bytes, and never half a file.

A file is written beside its place and renamed into it; a folder likewise. Rows are sorted by a total key, because an
engine returns them in whatever order its threads finish.
"""

import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from crmwb import engine
from crmwb.engine import Backend
from crmwb.errors import CrmwbError

COMPRESSION = "zstd"
ROW_GROUP_ROWS = 131_072
# A spreadsheet runs a cell that begins so, and is no number, as a formula; a leading apostrophe makes it text again.
FORMULA = r"^([=@\t\r]|[-+][\d.,]*[^\d.,])"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path to write a file to, and rename it to `path` when the block ends without an error.

    What an earlier, killed run left beside `path` is swept away first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{path.name}.*.part"):
        left.unlink(missing_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        beside.chmod(0o644)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder to fill, and put it in the place of `path` when the block ends without an error.

    What an earlier, killed run left beside `path` is swept away first.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for left in path.parent.glob(f".{path.name}.*.part"):
        shutil.rmtree(left, ignore_errors=True)
    beside = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part"))
    try:
        yield beside
        beside.chmod(0o755)
        if path.exists():
            shutil.rmtree(path)
        beside.replace(path)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def write_query(
    con: Backend, query: ir.Table, path: Path, order_by: Sequence[str], apart: tuple[Path, Sequence[str]] | None = None
) -> int:
    """Evaluate `query` on the engine and stream it to Parquet, sorted.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables of `query`.
    query : ir.Table
        What to write; its Ibis schema is the file's schema (DuckDB widens integer sums, so batches are cast back).
    path : Path
        Where to.
    order_by : sequence of str
        Columns that together tell every row from every other.
    apart : (Path, sequence of str), optional
        Columns that go to a file of their own instead, row by row beside the others.

    Returns
    -------
    int
        Rows written.
    """
    schema = query.schema().to_pyarrow()
    elsewhere = [] if apart is None else list(apart[1])
    targets = [(path, [name for name in schema.names if name not in elsewhere])]
    targets += [] if apart is None else [(apart[0], elsewhere)]
    n_rows = 0
    with ExitStack() as stack:
        writers = []
        for target, names in targets:
            beside = stack.enter_context(replacing(target))
            fields = pa.schema([schema.field(name) for name in names])
            writers.append((stack.enter_context(pq.ParquetWriter(beside, fields, compression=COMPRESSION)), names))
        for group in regrouped(engine.batches(con, query.order_by(list(order_by))), schema):
            for writer, names in writers:
                writer.write_table(group.select(names), row_group_size=ROW_GROUP_ROWS)
            n_rows += group.num_rows
    return n_rows


def regrouped(batches: Iterable[pa.RecordBatch], schema: pa.Schema, n_rows: int = ROW_GROUP_ROWS) -> Iterator[pa.Table]:
    """Yield tables of `n_rows` rows each, the last may have fewer: the engine's batches differ with its threads."""
    waiting = schema.empty_table()
    for batch in batches:
        waiting = pa.concat_tables([waiting, pa.Table.from_batches([batch.cast(schema)])])
        while waiting.num_rows >= n_rows:
            yield waiting.slice(0, n_rows).combine_chunks()
            waiting = waiting.slice(n_rows)
    if waiting.num_rows:
        yield waiting.combine_chunks()


def write_frame(frame: pd.DataFrame, path: Path, order_by: Sequence[str], schema: pa.Schema | None = None) -> None:
    """Write a data frame to Parquet, sorted, without its index; NaN becomes NULL.

    Parameters
    ----------
    frame : DataFrame
        What to write.
    path : Path
        Where to.
    order_by : sequence of str
        Columns that together tell every row from every other.
    schema : pyarrow.Schema, optional
        The columns and their types; taken from the frame where not given.
    """
    ordered = frame.sort_values(list(order_by), kind="stable")
    table = pa.Table.from_pandas(ordered, schema=schema, preserve_index=False).replace_schema_metadata(None)
    with replacing(path) as beside:
        pq.write_table(table, beside, compression=COMPRESSION)


def read_frame(path: Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a Parquet artefact.

    Raises
    ------
    CrmwbError
        The artefact has not been made yet.
    """
    require(path)
    return pd.read_parquet(path, columns=None if columns is None else list(columns))


def read_joined(key: str, *paths: Path) -> pd.DataFrame:
    """Read Parquet artefacts of one grain as one frame: the rows of the first, sorted, with the columns of all.

    Parameters
    ----------
    key : str
        The column that tells the rows of each from one another.
    *paths : Path
        The artefacts. Apart from the key, no two have a column of the same name.

    Raises
    ------
    CrmwbError
        An artefact has not been made yet.
    """
    first, *others = (read_frame(path) for path in paths)
    joined = first.sort_values(key, ignore_index=True)
    for other in others:
        joined = joined.merge(other, on=key, how="left", validate="one_to_one")
    return joined


def write_json(content: Any, path: Path) -> None:
    """Write JSON with sorted keys, readable by people; refuses NaN and infinity, which JSON does not know."""
    write_text(json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n", path)


def read_json(path: Path) -> Any:
    """Read a JSON artefact.

    Raises
    ------
    CrmwbError
        The artefact has not been made yet.
    """
    require(path)
    return json.loads(path.read_text(encoding="utf-8"))


def write_text(text: str, path: Path) -> None:
    """Write text as UTF-8 with LF line ends."""
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8", newline="\n")


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a small table for people as CSV, rows as they come, without the index."""
    write_text(frame.to_csv(index=False, lineterminator="\n"), path)


def open_table(con: Backend, path: Path, name: str) -> ir.Table:
    """Open one Parquet artefact as an Ibis table called `name`.

    Raises
    ------
    CrmwbError
        The artefact has not been made yet.
    """
    require(path)
    return engine.open_parquet(con, path, name)


def open_tables(con: Backend, folder: Path) -> dict[str, ir.Table]:
    """Open every Parquet file of a folder as an Ibis table named for its file.

    Raises
    ------
    CrmwbError
        The folder has not been made yet.
    """
    require(folder)
    return {file.stem: engine.open_parquet(con, file, file.stem) for file in sorted(folder.glob("*.parquet"))}


def require(path: Path) -> None:
    """Raise CrmwbError where an artefact is not there, saying how to make it."""
    if not path.exists():
        raise CrmwbError(f"{path}: not there yet; run `dvc repro` in the project's folder to make it.")


def content_hash(*paths: Path) -> str:
    """Return the SHA-256 of files and folders: of each file's relative name and bytes, in the order of the names."""
    digest = sha256()
    for path in paths:
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file() and p.suffix != ".pyc")
        for file in files:
            digest.update(file.relative_to(path.parent).as_posix().encode() + b"\0")
            digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()
