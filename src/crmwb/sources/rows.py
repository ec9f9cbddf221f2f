"""The rows of a part of a table on the engine: as staged, as read (`reading.py`), and then as good or bad ones."""

from dataclasses import dataclass, field
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from crmwb import engine
from crmwb.contract import ARROW_TYPES, Table
from crmwb.engine import Backend
from crmwb.sources.formats import ROW
from crmwb.sources.mapping import TableMapping
from crmwb.sources.privacy import identifiers
from crmwb.sources.staging import FILE, MALFORMED, Staged

FAULTY, REASON = "faulty columns", "reason of the fault"
KEY = "key"  # of a derived table


@dataclass(frozen=True)
class SourceRows:
    """Rows of one part of a table on the engine.

    Attributes
    ----------
    mapping : TableMapping
        How they are read.
    table : ir.Table
        source_file, source_row, the source columns as text, and, once read, the canonical columns and what is wrong
        with the row (NULL where nothing is).
    columns : dict of str to str
        Source columns and their names in `table`.
    malformed : pyarrow.Table
        source_file, source_row and reason of what is no row.
    n_rows, n_bad : int
        Rows in `table`, once it is set down, and with how many of them something is wrong.
    faults : dict of str to str
        What was wrong with a row before it was read: by the option of the mapping concerned, the column of `table`.
    """

    mapping: TableMapping
    table: ir.Table
    columns: dict[str, str]
    malformed: pa.Table = field(default_factory=MALFORMED.empty_table)
    n_rows: int = 0
    faults: dict[str, str] = field(default_factory=dict)
    n_bad: int = 0

    @property
    def is_readable(self) -> bool:
        """Whether every row, once set down, could be read."""
        return not (self.n_bad or self.malformed.num_rows)

    @property
    def good(self) -> ir.Table:
        """The rows, once read, with which nothing is wrong."""
        return self.table.filter(self.table[REASON].isnull())

    def text(self, result: ir.Table, name: str) -> ir.StringValue:
        """Return a source column as `found` has it, by its name; NULL where no file has it."""
        return result[self.columns[name]] if name in self.columns else ibis.null("string")


def original(name: str) -> str:
    """Return the column that holds what stood in the column `name` before it was changed."""
    return f"original {name}"


def open_staged(con: Backend, staged: Staged, mapping: TableMapping, name: str) -> SourceRows:
    """Open staged rows as a table called `name` on the engine."""
    return SourceRows(mapping, engine.open_parquet(con, staged.path, name), staged.columns, staged.malformed)


def set_down(con: Backend, rows: SourceRows, name: str, path: Path) -> SourceRows:
    """Evaluate rows once, into `path`: what is derived from them, and good and bad ones, then read the result."""
    schema = rows.table.schema().to_pyarrow()
    n_rows = n_bad = 0
    # Columns stay dictionary-encoded: of plain text with one value DuckDB 2.0 misreads IS NULL.
    with pq.ParquetWriter(path, schema, compression="lz4") as writer:
        for batch in engine.batches(con, rows.table, in_steps=True):
            writer.write_batch(batch.cast(schema))
            n_rows += batch.num_rows
            n_bad += batch.num_rows - batch[REASON].null_count if REASON in schema.names else 0
    opened = engine.open_parquet(con, path, name)
    return SourceRows(rows.mapping, opened, rows.columns, rows.malformed, n_rows, rows.faults, n_bad)


def good(parts: list[SourceRows], table: Table) -> ir.Table:
    """Return the canonical rows: the readable ones, with order ids and line numbers made where the source has none.

    Where each stood, source_file and source_row, comes last.
    """
    named = {name for part in parts for name in part.mapping.columns} | {
        name for part in parts if part.mapping.derived_from for name in table.key
    }
    types = {c.name: ibis.dtype(ARROW_TYPES[c.kind]) for c in table.columns if c.name in named}
    every = [_canonical(part, types) for part in parts]
    result = ibis.union(*every) if len(every) > 1 else every[0]
    if "line_no" in table.key and not all("line_no" in part.mapping.columns for part in parts):
        position = ibis.row_number().over(group_by=result.order_id, order_by=[result[FILE], result[ROW]])
        result = result.mutate(line_no=position + 1)
    return result.select([*(c.name for c in table.columns if c.name in result.columns), FILE, ROW])


def bad(con: Backend, parts: list[SourceRows], name: str) -> ir.Table:
    """Return the rows that cannot be read: where they stood, in which columns, why, and their values as JSON.

    What is no row, for it has too few or too many fields, has no columns and no values to tell.
    """
    malformed = engine.open_arrow(con, pa.concat_tables([p.malformed for p in parts]), f"malformed_{name}")
    results = [malformed.select(FILE, ROW, column=ibis.null("string"), reason="reason", values=ibis.literal("{}"))]
    for part in parts:
        result = part.table.filter(part.table[REASON].notnull())
        columns = {**part.columns, **({KEY: KEY} if KEY in result.columns else {})}
        as_json = ibis.literal("{}")
        if columns:
            shown = [identifiers.hidden(result[name]) for name in columns.values()]
            as_json = ibis.map(ibis.array(list(columns)), ibis.array(shown)).cast("json").cast("string")
        results.append(result.select(FILE, ROW, column=result[FAULTY], reason=result[REASON], values=as_json))
    return ibis.union(*results)


def _canonical(rows: SourceRows, types: dict[str, ibis.DataType]) -> ir.Table:
    """Return the readable rows of one part: the canonical columns of all parts, and where each row stood."""
    result = rows.good
    order_id = rows.mapping.columns.get("order_id")
    order_ids = {
        "customer_and_day": lambda t: t.customer_id + " " + t.ordered_at.strftime("%Y-%m-%d"),
        "customer_and_time": lambda t: t.customer_id + " " + t.ordered_at.strftime("%Y-%m-%d %H:%M:%S.%f"),
    }
    if order_id is not None and order_id.one_per in order_ids:
        result = result.mutate(order_id=order_ids[order_id.one_per](result))
    return result.select(
        FILE,
        ROW,
        **{
            name: result[name].cast(dtype) if name in result.columns else ibis.null(dtype)
            for name, dtype in types.items()
        },
    )
