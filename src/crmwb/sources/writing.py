"""Canonical tables as files: sorted by key, those of events in a file for each month; what is as it was stays."""

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow.parquet as pq

from crmwb import layout, storage
from crmwb.calendar import month_column, month_of, name_of, start_of
from crmwb.contract import ARROW_TYPES, Artefact, Kind, Table
from crmwb.engine import Backend
from crmwb.files import kept
from crmwb.sources.delivery import NO_MONTH, Kept
from crmwb.sources.formats import ROW
from crmwb.sources.staging import FILE

MONTH = "month it lies in"
UNKNOWN = "unknown"  # the file of rows without a date, and of a table without rows
FIRST, LAST = month_of(date.min), month_of(date.max)


def write_table(con: Backend, table: Artefact, delivered: ir.Table, folder: Path, known: Kept | None) -> dict[str, Any]:
    """Write one canonical table into a folder.

    Parameters
    ----------
    con : Backend
        The engine.
    table : Artefact
        Its declaration.
    delivered : ir.Table
        Its rows, and where each stood in the source where that is known.
    folder : Path
        Where to; places in the source go beside it, row by row.
    known : Kept or None
        The months that were written before, of a table in a file for each month: those that are made from the same stay
        as they are.

    Returns
    -------
    dict
        What the manifest says of it.
    """
    path = folder / table.path.name
    columns = [c.name for c in table.columns]
    # A key may stand twice in what a company brings; everything else breaks the tie, so only equal rows are left.
    order = [*table.key, *(name for name in columns if name not in table.key and name in delivered.columns)]
    apart = None
    if {FILE, ROW} <= set(delivered.columns):
        order += [FILE, ROW]
        apart = (folder / layout.PROVENANCE.name / path.name, [FILE, ROW])
    rows = _conformed(delivered, table)
    if table.partition is None:
        n_rows = storage.write_query(con, rows, path, order, apart)
    else:
        n_rows = _write_months(con, table, rows, [path] if apart is None else [path, apart[0]], order, known=known)
    first, last = _period(con, table, path)
    return {"rows": n_rows, "first": first, "last": last, "unreadable": 0}


def _write_months(
    con: Backend, table: Artefact, rows: ir.Table, folders: list[Path], order: list[str], *, known: Kept | None
) -> int:
    """Write a file for each month into `folders`, the rows into the first; return how many rows there are."""
    for to in folders:
        to.mkdir(parents=True)
    months = None if known is None else known.months(table.name)
    moment = rows[str(table.partition)]
    month = month_column(moment.cast("date")).fill_null(NO_MONTH)
    missing = rows.mutate(**{MONTH: month})
    if months is not None and months.stay:
        for number, files in months.stay.items():
            for file, to in zip(files, folders, strict=True):
                kept.link(file, to / f"{_named(number)}.parquet")
        missing = missing.filter(*_between(moment, months.changed), month.isin(months.changed))
    if months is None or months.changed or not months.stay:
        apart = (folders[1], [FILE, ROW]) if len(folders) > 1 else None
        storage.write_partitions(con, missing, folders[0], MONTH, order, apart=apart, named=_named)
    if known is not None and months is not None:
        written = {number: tuple(to / f"{_named(number)}.parquet" for to in folders) for number in months.changed}
        known.add_months(table.name, written)
    if not any(folders[0].iterdir()):
        pq.write_table(table.schema.empty_table(), folders[0] / f"{UNKNOWN}.parquet")
    return sum(pq.read_metadata(file).num_rows for file in storage.parts(folders[0]))


def _named(month: int) -> str:
    return UNKNOWN if month == NO_MONTH else name_of(month)


def _between(moment: ir.TimestampValue, months: Collection[int]) -> list[ir.BooleanValue]:
    """Return that a moment lies from the first of some months to the last, by which the engine leaves files out."""
    ends = [min(months), max(months) + 1] if months else []
    if not ends or not FIRST <= ends[0] <= ends[1] <= LAST:
        return []
    first, end = (ibis.timestamp(f"{start_of(number)} 00:00:00") for number in ends)
    return [moment >= first, moment < end]


def _conformed(delivered: ir.Table, table: Table) -> ir.Table:
    """Return the contract's columns in its order and types, NULL where the source has none, and where rows stood."""
    lacking = [c.name for c in table.columns if not c.nullable and c.name not in delivered.columns]
    if lacking:
        raise TypeError(f"an adapter delivered {table.name} without {', '.join(lacking)}")
    types = {c.name: ibis.dtype(ARROW_TYPES[c.kind]) for c in table.columns}
    return delivered.select(
        **{
            name: delivered[name].cast(dtype) if name in delivered.columns else ibis.null(dtype)
            for name, dtype in types.items()
        },
        **{name: delivered[name] for name in (FILE, ROW) if name in delivered.columns},
    )


def _period(con: Backend, table: Table, path: Path) -> tuple[str | None, str | None]:
    """Return the first and last day of a written table's first date column (ISO), None where it has none."""
    moments = [c.name for c in table.columns if c.kind in {Kind.DATE, Kind.TIMESTAMP}]
    if not moments:
        return None, None
    written = storage.open_table(con, path, f"written_{table.name}")
    day = written[moments[0]].cast("date")
    result = written.aggregate(first=day.min(), last=day.max()).to_pyarrow().to_pylist()[0]
    first, last = (None if value is None else value.isoformat() for value in result.values())
    return first, last
