"""Reading and writing artefacts: same data, same bytes, and never half a file.

A file is written beside its place and renamed into it; a folder likewise. Rows are sorted by a total key, because an
engine returns them in whatever order its threads finish. The engine and pandas are imported where they are needed: much
that reads artefacts of text needs neither.
"""

from __future__ import annotations

import csv
import json
import re
from contextlib import contextmanager
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from crmwb.errors import DAMAGED, CrmwbError
from crmwb.files import kept
from crmwb.files.csv_file import FORMULA, disarmed
from crmwb.files.parquet import (
    COMPRESSION,
    ROW_GROUP_ROWS,
    WRITER,
    in_order,
    layout_of,
    parquet_writer,
    regrouped,
    runs,
    write_rows,
)
from crmwb.files.replacing import replacing, replacing_folder, together, write_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    import ibis.expr.types as ir
    import numpy as np
    import pandas as pd

    from crmwb.contract import Artefact
    from crmwb.engine import Backend
    from crmwb.params import EngineParams

MONTH = re.compile(r"\d{4}-\d\d|unknown")  # what a file is named for in a folder of files by month

__all__ = [
    "COMPRESSION",
    "ROW_GROUP_ROWS",
    "WRITER",
    "columns_of",
    "content_hash",
    "open_artefact",
    "open_file",
    "open_table",
    "open_tables",
    "parquet_writer",
    "parts",
    "read",
    "read_frame",
    "read_joined",
    "read_json",
    "regrouped",
    "replacing",
    "replacing_folder",
    "require",
    "stream",
    "table_in",
    "tables_in",
    "together",
    "values_of",
    "write",
    "write_csv",
    "write_frame",
    "write_json",
    "write_partitions",
    "write_query",
    "write_query_csv",
    "write_text",
]


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
    from crmwb import engine

    known = query.drop(*(name for name in engine.unknown(query) if name not in order_by))
    return write_rows(engine.batches(con, known.order_by(list(order_by))), query.schema().to_pyarrow(), path, apart)


def write_partitions(
    con: Backend,
    query: ir.Table,
    folder: Path,
    by: str,
    order_by: Sequence[str],
    *,
    apart: tuple[Path, Sequence[str]] | None = None,
    named: Callable[[Any], str] = str,
) -> int:
    """Evaluate `query` on the engine and stream it to a Parquet file for each value of the column `by`, sorted.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables of `query`.
    query : ir.Table
        What to write; without `by`, its Ibis schema is the files' schema.
    folder : Path
        Where to, a folder; a file is named for its value.
    by : str
        A column without NULL.
    order_by : sequence of str
        Columns that together tell every row of a file from every other.
    apart : (Path, sequence of str), optional
        Columns that go to files of the same names in a folder of their own instead, row by row beside the others.
    named : callable
        Value in, name out.

    Returns
    -------
    int
        Rows written.
    """
    from crmwb import engine

    schema = query.drop(by).schema().to_pyarrow()
    known = query.drop(*(name for name in engine.unknown(query) if name not in {by, *order_by}))
    n_rows = 0
    for value, batches in groupby(runs(engine.batches(con, known.order_by([by, *order_by])), by), itemgetter(0)):
        file = f"{named(value)}.parquet"
        targets = folder / file, None if apart is None else (apart[0] / file, apart[1])
        n_rows += write_rows((batch for _, batch in batches), schema, *targets)
    return n_rows


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
    first = order_by[0]
    is_sorted = schema is not None and len(order_by) == 1 and in_order(pa.array(frame[first], schema.field(first).type))
    ordered = frame if is_sorted else frame.sort_values(list(order_by), kind="stable")
    table = pa.Table.from_pandas(ordered, schema=schema, preserve_index=False).replace_schema_metadata(None)
    with replacing(path) as beside:
        pq.write_table(table, beside, row_group_size=ROW_GROUP_ROWS, **layout_of(table.schema))


def write(frame: pd.DataFrame, artefact: Artefact, path: Path | None = None) -> None:
    """Write a data frame as a declared artefact: its columns and types, rows in the order of its key.

    Parameters
    ----------
    frame : DataFrame
        The declared columns, in any order, and no other; NaN becomes NULL.
    artefact : Artefact
        The declaration.
    path : Path, optional
        Where to, where not to the artefact's own path.

    Raises
    ------
    CrmwbError
        A column is missing or too many, or holds what its kind does not allow; nothing is written.
    """
    where = path or artefact.path
    if wrong := sorted(set(frame.columns) ^ set(artefact.names)):
        raise _undeclared(f"{', '.join(wrong)}: declared or there, but not both", where)
    try:
        write_frame(frame, where, artefact.key, artefact.schema)
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise _undeclared(" ".join(str(part) for part in error.args), where) from error


def stream(
    con: Backend, query: ir.Table, artefact: Artefact, path: Path | None = None, *, sorted_by: Sequence[str] = ()
) -> int:
    """Evaluate `query` on the engine and stream it to a declared artefact, rows in the order of its key.

    Parameters
    ----------
    con : Backend
        The engine that holds the tables of `query`.
    query : ir.Table
        The declared columns, in their order and types.
    artefact : Artefact
        The declaration.
    path : Path, optional
        Where to, where not to the artefact's own path.
    sorted_by : sequence of str
        Columns of the query, beside the declared ones, that put rows in the order of the key: numbers are sorted sooner
        than texts. They are not written.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    CrmwbError
        The columns are not the declared ones; nothing is written.
    """
    from crmwb import engine

    where = path or artefact.path
    declared = query.drop(*sorted_by)
    if wrong := artefact.difference(declared.schema().to_pyarrow()):
        raise _undeclared(wrong, where)
    if not sorted_by:
        return write_query(con, query, where, artefact.key)
    return write_rows(engine.batches(con, query.order_by(list(sorted_by))), artefact.schema, where, None)


def _undeclared(wrong: str, path: Path) -> CrmwbError:
    return CrmwbError(
        f"{path}: not written, as it is not what src/crmwb/contract declares ({wrong}); "
        "correct what makes it, or the declaration."
    )


def open_file(path: Path) -> pq.ParquetFile:
    """Open one Parquet artefact for reading part by part.

    Raises
    ------
    CrmwbError
        The artefact is damaged.
    """
    try:
        return pq.ParquetFile(path)
    except pa.ArrowInvalid:
        raise CrmwbError(f"{path}: {DAMAGED}") from None


def parts(path: Path) -> list[Path]:
    """Return the Parquet files of an artefact: itself, or, of a folder, its files in the order of their names.

    Raises
    ------
    CrmwbError
        The artefact has not been made yet.
    """
    require(path)
    return sorted(path.glob("*.parquet")) if path.is_dir() else [path]


def columns_of(path: Path) -> list[str]:
    """Return the names of the columns of a Parquet artefact."""
    return list(open_file(parts(path)[0]).schema_arrow.names)


def values_of(path: Path, column: str) -> list[Any]:
    """Return the different values of a column of a Parquet artefact, in order.

    Raises
    ------
    CrmwbError
        The artefact has not been made yet, or is damaged.
    """
    known = {value for part in parts(path) for value in pc.unique(open_file(part).read([column])[column]).to_pylist()}
    return sorted(known)


def places(texts: pa.Array | pa.ChunkedArray, ids: pa.Array) -> np.ndarray:
    """Return the place of each text in `ids`, -1 where it is none of them; shape (n,) of int64.

    Places take a fraction of the time and memory of texts where customers are looked up month after month.
    """
    place: np.ndarray = pc.index_in(texts, value_set=ids).fill_null(-1).to_numpy(zero_copy_only=False)
    return place.astype("int64")


def read_frame(
    path: Path, columns: Sequence[str] | None = None, where: tuple[str, Collection[Any]] | None = None
) -> pd.DataFrame:
    """Read a Parquet artefact, a file or a folder of files with the same columns.

    Parameters
    ----------
    path : Path
        The artefact.
    columns : sequence of str, optional
        Those to read; all where not given.
    where : (str, collection), optional
        A column, and the values in it that rows are read of; of a folder with a file named for each value, only the
        files of these are opened.

    Raises
    ------
    CrmwbError
        The artefact has not been made yet, or is damaged.
    """
    named = None if columns is None else list(columns)
    filters = None if where is None else [(where[0], "in", list(where[1]))]
    files = parts(path)
    if where is not None and path.is_dir():
        wanted = {str(value) for value in where[1]}
        files = [file for file in files if file.stem in wanted] or files
    try:
        frame: pd.DataFrame = pq.read_table(files, columns=named, filters=filters).to_pandas()
    except (pa.ArrowInvalid, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise CrmwbError(f"{path}: {DAMAGED}") from None
    return frame


def read(
    artefact: Artefact,
    columns: Sequence[str] | None = None,
    where: tuple[str, Collection[Any]] | None = None,
    *,
    root: Path | None = None,
) -> pd.DataFrame:
    """Read a declared artefact.

    Parameters
    ----------
    artefact : Artefact
        The declaration.
    columns, where
        See `read_frame`.
    root : Path, optional
        The project's root; the working directory where not given.

    Raises
    ------
    CrmwbError
        The artefact has not been made yet, is damaged, or what is read of it is not as declared.
    """
    return read_frame(_declared(artefact, columns, root), columns, where)


def read_joined(
    key: str, *artefacts: Artefact, columns: Collection[str] | None = None, root: Path | None = None
) -> pd.DataFrame:
    """Read declared artefacts of one grain as one frame: the rows of the first, sorted, with the columns of all.

    Parameters
    ----------
    key : str
        The column that tells the rows of each from one another.
    *artefacts : Artefact
        The declarations. Apart from the key, no two have a column of the same name.
    columns : collection of str, optional
        Those to read, the key among them; all where not given.
    root : Path, optional
        The project's root; the working directory where not given.

    Raises
    ------
    CrmwbError
        An artefact has not been made yet, is damaged, or is not as declared.
    """
    first, *others = (
        read(one, None if columns is None else [name for name in one.names if name in columns], root=root)
        for one in artefacts
    )
    joined = first if first[key].is_monotonic_increasing else first.sort_values(key, ignore_index=True)
    del first
    while others:
        joined = joined_on(key, joined, others.pop(0))
    return joined


def joined_on(key: str, frame: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    """Set the columns of another frame beside those of a frame, row by row of it; nothing is copied where keys agree.

    Parameters
    ----------
    key : str
        The column that names the rows of both, each once.
    frame, other : DataFrame
        Rows of the frame without one in the other have unknown values.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmwb.storage import joined_on
    >>> customers = pd.DataFrame({"customer_id": ["a", "b"], "n_orders": [3, 1]})
    >>> joined_on("customer_id", customers, pd.DataFrame({"customer_id": ["b"], "tier": ["gold"]})).tier.tolist()
    [nan, 'gold']
    """
    import pandas as pd

    if other[key].equals(frame[key]) and other[key].is_unique:  # as stages write them
        return pd.concat([frame, other.drop(columns=key)], axis=1)
    return frame.merge(other, on=key, how="left", validate="one_to_one")


def _declared(artefact: Artefact, columns: Sequence[str] | None, root: Path | None) -> Path:
    """Return where an artefact lies, after a look at the columns in its footer; of a folder, in that of one file."""
    path = artefact.path if root is None else root / artefact.path
    files = parts(path)
    if files and (wrong := artefact.difference(open_file(files[0]).schema_arrow, columns)):
        raise CrmwbError(
            f"{path}: not what src/crmwb/contract declares ({wrong}), so it was made by another version; "
            "run `dvc repro` in the project's folder to make it again."
        )
    return path


def write_json(content: Any, path: Path, *, lasting: bool = False) -> None:
    """Write JSON with sorted keys, readable by people; refuses NaN and infinity, which JSON does not know."""
    text = json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    write_text(text + "\n", path, lasting=lasting)


def read_json(path: Path) -> Any:
    """Read a JSON artefact.

    Raises
    ------
    CrmwbError
        The artefact has not been made yet, or is damaged.
    """
    require(path)
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:  # no UTF-8 or no JSON
        raise CrmwbError(f"{path}: {DAMAGED}") from None


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a small table for people as CSV, rows as they come, without the index; formulas are disarmed."""
    shown = frame.map(disarmed).rename(columns=disarmed)
    # A carriage return ends a row unless it stands in quotes, and what follows it would be a cell of its own.
    has_returns = shown.map(lambda cell: isinstance(cell, str) and "\r" in cell).to_numpy().any()
    quoting: Literal[0, 1] = csv.QUOTE_ALL if has_returns else csv.QUOTE_MINIMAL
    write_text(shown.to_csv(index=False, lineterminator="\n", quoting=quoting), path)


def write_query_csv(con: Backend, query: ir.Table, path: Path, order_by: Sequence[str]) -> None:
    """Evaluate `query` on the engine and stream it to CSV, sorted; formulas are disarmed."""
    import ibis

    from crmwb import engine

    texts = {name: query[name] for name, kind in query.schema().items() if kind.is_string()}
    plain = {name: ibis.ifelse(text.re_search(FORMULA), "'" + text, text) for name, text in texts.items()}
    reader = engine.batches(con, query.order_by(list(order_by)).mutate(**plain))
    with replacing(path) as beside, pa_csv.CSVWriter(beside, reader.schema) as writer:
        for batch in reader:
            writer.write_batch(batch)


def open_table(con: Backend, path: Path, name: str) -> ir.Table:
    """Open one Parquet artefact, a file or a folder of files with the same columns, as an Ibis table called `name`.

    Raises
    ------
    CrmwbError
        The artefact has not been made yet.
    """
    from crmwb import engine

    if path.is_dir():
        return engine.open_files(con, parts(path), name)
    require(path)
    return engine.open_parquet(con, path, name)


def open_artefact(con: Backend, artefact: Artefact, name: str, *, root: Path | None = None) -> ir.Table:
    """Open a declared artefact as an Ibis table called `name`.

    Raises
    ------
    CrmwbError
        The artefact has not been made yet, is damaged, or is not as declared.
    """
    return open_table(con, _declared(artefact, None, root), name)


def open_tables(con: Backend, folder: Path) -> dict[str, ir.Table]:
    """Open every Parquet file of a folder, and every folder of such files in it, as an Ibis table of that name.

    Raises
    ------
    CrmwbError
        The folder has not been made yet.
    """
    return {name: open_table(con, path, name) for name, path in tables_in(folder).items()}


@contextmanager
def open_beside_frames(params: EngineParams, folder: Path) -> Iterator[tuple[Backend, dict[str, ir.Table]]]:
    """Open an engine beside frames of all customers, and the tables of a folder on it.

    Parameters
    ----------
    params : EngineParams
        Which engine, threads and memory.
    folder : Path
        Clean canonical tables.
    """
    from crmwb import engine

    with engine.connect(params, beside_frames=True) as con:
        yield con, open_tables(con, folder)


def tables_in(folder: Path) -> dict[str, Path]:
    """Return where the tables in a folder lie, by their names: Parquet files, and folders of such files by month.

    Raises
    ------
    CrmwbError
        The folder has not been made yet.
    """
    require(folder)
    by_month = {file.parent for file in folder.glob("*/*.parquet") if MONTH.fullmatch(file.stem)}
    paths = (path for path in sorted(folder.iterdir()) if path.suffix == ".parquet" or path in by_month)
    return {path.name.removesuffix(".parquet"): path for path in paths}


def table_in(folder: Path, name: str) -> Path:
    """Return where a table lies in a folder: a folder of its name where there is one, else a file."""
    return folder / name if (folder / name).is_dir() else folder / f"{name}.parquet"


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
            digest.update(bytes.fromhex(kept.file_hash(file)))
    return digest.hexdigest()
