"""Rows set down by file: those that could be read apart from those that could not, so that a file's can be kept."""

from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crmwb import engine
from crmwb.calendar import MONTHS_A_YEAR
from crmwb.contract import Artefact, Table
from crmwb.engine import Backend
from crmwb.sources.delivery import NO_MONTH
from crmwb.sources.privacy import identifiers
from crmwb.sources.rows import FAULTY, REASON, SourceRows
from crmwb.sources.staging import FILE


@dataclass(frozen=True)
class Apart:
    """Rows set down apart: the bad ones, and the good ones of each file.

    Attributes
    ----------
    bad : Path
        Parquet: every column of the rows with which something is wrong.
    good : dict of str to list of Path
        By file, Parquet: source_file, source_row, the canonical columns, and those source columns that were asked for.
    n_bad, n_good : Counter
        How many, by file.
    """

    bad: Path
    good: dict[str, list[Path]]
    n_bad: Counter[str]
    n_good: Counter[str]


def set_apart(con: Backend, rows: SourceRows, folder: Path, texts: list[str]) -> Apart:
    """Evaluate rows once, into `folder`: the bad ones, and apart from them the good ones of each file.

    Parameters
    ----------
    con : Backend
        The engine.
    rows : SourceRows
        As `reading.read` returns them.
    folder : Path
        Where to; it is made.
    texts : list of str
        The source columns, by their names in the table, to set down with good rows.
    """
    folder.mkdir()
    schema = rows.table.schema().to_pyarrow()
    columns = [name for name in schema.names if name not in {FAULTY, REASON, *rows.columns.values()}]
    fields = pa.schema([*(schema.field(name) for name in columns), *((name, pa.string()) for name in texts)])
    apart = Apart(folder / "bad.parquet", {}, Counter(), Counter())
    # Columns stay dictionary-encoded: of plain text with one value DuckDB 2.0 misreads IS NULL.
    with pq.ParquetWriter(apart.bad, schema, compression="lz4") as bad, ExitStack() as stack:
        last, writer = None, None
        for batch in engine.batches(con, rows.table, in_steps=True):
            read = batch.cast(schema)
            is_good = pc.is_null(read[REASON])
            if not pc.all(is_good, min_count=0).as_py():
                faulty = read.filter(pc.invert(is_good))
                bad.write_batch(faulty)
                apart.n_bad.update({row["values"]: row["counts"] for row in faulty[FILE].value_counts().to_pylist()})
                read = read.filter(is_good)
            known = [
                read[name] if name in read.schema.names else pa.nulls(read.num_rows, pa.string()) for name in texts
            ]
            chosen = pa.record_batch([*(read[name] for name in columns), *known], schema=fields)
            runs = pc.run_end_encode(chosen[FILE])
            start = 0
            for file, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
                if file != last or writer is None:
                    stack.close()
                    path = folder / f"{sum(map(len, apart.good.values()))}.parquet"
                    writer = stack.enter_context(pq.ParquetWriter(path, fields, compression="lz4"))
                    apart.good.setdefault(file, []).append(path)
                    last = file
                writer.write_batch(chosen.slice(start, end - start))
                apart.n_good[file] += end - start
                start = end
    return apart


def together(
    con: Backend, read: SourceRows, bad: Path, good: list[Path], *, columns: dict[str, str], name: str
) -> SourceRows:
    """Return rows that were set apart as one table, the source columns of good rows unknown but for those set down.

    Parameters
    ----------
    con : Backend
        The engine.
    read : SourceRows
        As they were before.
    bad : Path
        The bad ones.
    good : list of Path
        The good ones, of this run or of an earlier one.
    columns : dict of str to str
        The source columns of all files, and their names in the table.
    name : str
        What to call the table.
    """
    kinds = dict(read.table.schema().items()) | dict.fromkeys(columns.values(), ibis.dtype("string"))
    n_bad = pq.read_metadata(bad).num_rows
    n_rows = n_bad + sum(pq.read_metadata(path).num_rows for path in good)

    def aligned(table: ir.Table) -> ir.Table:
        return table.select(**{c: table[c] if c in table.columns else ibis.null(kind) for c, kind in kinds.items()})

    every = [aligned(engine.open_parquet(con, bad, f"{name} bad"))] if n_bad or not good else []
    every += [aligned(engine.open_files(con, good, f"{name} good"))] if good else []
    whole = ibis.union(*every) if len(every) > 1 else every[0]
    return SourceRows(read.mapping, whole, columns, read.malformed, n_rows, read.faults, n_bad)


def months_in(good: Iterable[Path], table: Table) -> tuple[int, ...]:
    """Return the months of rows that were set apart, where their table is written in a file for each.

    They are as `calendar.month_of` counts them; `NO_MONTH` is among them where the date of a row is unknown.
    """
    if not isinstance(table, Artefact) or table.partition is None:
        return ()
    months: set[int] = set()
    for path in good:
        with pq.ParquetFile(path) as opened:
            if table.partition not in opened.schema_arrow.names:
                return (NO_MONTH,)
            for batch in opened.iter_batches(columns=[table.partition]):
                of_rows = pc.add(pc.multiply(pc.year(batch[0]), MONTHS_A_YEAR), pc.subtract(pc.month(batch[0]), 1))
                months |= set(pc.unique(pc.fill_null(of_rows, NO_MONTH)).to_pylist())
    return tuple(sorted(months))


def with_identifiers(rows: SourceRows, texts: list[str]) -> list[str]:
    """Return the files of which one of these source columns holds an e-mail address or a phone number."""
    held = [rows.table[name] for name in texts if name in rows.table.columns]
    if not held:
        return []
    shown = rows.table.filter(ibis.or_(*(identifiers.stands_in(text).fill_null(False) for text in held)))
    return [str(file) for file in shown.select(FILE).distinct().to_pyarrow()[FILE].to_pylist()]
