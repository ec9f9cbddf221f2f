"""Source rows → canonical rows: what can be read goes on, what cannot is told with its reason."""

from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow.parquet as pq

from crmwb import engine
from crmwb.engine import Backend
from crmwb.sources import casts
from crmwb.sources.delimited import ROW
from crmwb.sources.mapping import TableMapping
from crmwb.sources.staging import FILE, Staged
from crmwb.tables import Kind, Table

FAULTY, REASON = "faulty columns", "reason of the fault"
KEY, MOMENT = "key", "moment"
EARLIEST = ibis.timestamp("1970-01-01 00:00:00")  # of a table without dates


@dataclass(frozen=True)
class SourceRows:
    """Rows of a source on the engine.

    Attributes
    ----------
    table : ir.Table
        source_file, source_row, the source columns as text, and, once `read`, the canonical columns and what is wrong
        with the row (NULL where nothing is).
    columns : dict of str to str
        Source columns and their names in `table`.
    """

    table: ir.Table
    columns: dict[str, str]

    @property
    def good(self) -> ir.Table:
        """The rows, once read, with which nothing is wrong."""
        return self.table.filter(self.table[REASON].isnull())


def open_staged(con: Backend, staged: Staged, name: str) -> SourceRows:
    """Open staged rows as a table called `name` on the engine."""
    return SourceRows(engine.open_parquet(con, staged.path, f"source_{name}"), staged.columns)


def set_down(con: Backend, rows: SourceRows, name: str, path: Path) -> SourceRows:
    """Evaluate rows once, into `path`: what is derived from them, and good and bad ones, then read the result."""
    schema = rows.table.schema().to_pyarrow()
    with pq.ParquetWriter(path, schema, compression="lz4") as writer:
        for batch in engine.batches(con, rows.table):
            writer.write_batch(batch.cast(schema))
    return SourceRows(engine.open_parquet(con, path, f"read_{name}"), rows.columns)


def read(rows: SourceRows, table: Table, mapping: TableMapping) -> SourceRows:
    """Add the canonical columns that the mapping names, and what is wrong with each row.

    Wrong is text that is no value of its column's kind, and a required value that is missing. An order_id that ingest
    makes is not here yet.
    """
    values: dict[str, ir.Value] = {}
    faults: dict[str, ir.StringValue] = {}
    for column in table.columns:
        mapped = mapping.columns.get(column.name)
        if mapped is None and mapping.derived_from and column.name in table.key:
            values[column.name] = rows.table[KEY]
        if mapped is None or mapped.one_per is not None:
            continue
        texts = [casts.known(rows.table[rows.columns[name]], mapping.null_values) for name in mapped.source_columns]
        value = casts.cast(texts, column, mapped)
        missing = ibis.or_(*(text.isnull() for text in texts))
        needed = ibis.null("string") if column.nullable else ibis.literal(f"no {column.name.removesuffix('_id')}")
        values[column.name] = value
        if texts:
            faults[column.name] = ibis.cases(
                (missing, needed),
                (value.isnull(), ibis.literal(casts.fault(column, mapped))),
                else_=ibis.null("string"),
            )
    if not faults:
        return SourceRows(
            rows.table.mutate(**values, **dict.fromkeys((FAULTY, REASON), ibis.null("string"))), rows.columns
        )
    return SourceRows(rows.table.mutate(**values, **_told(faults)), rows.columns)


def good(rows: SourceRows, table: Table, mapping: TableMapping) -> ir.Table:
    """Return the canonical rows: the readable ones, with order ids and line numbers made where the source has none."""
    found = rows.good
    order_id = mapping.columns.get("order_id")
    if order_id is not None and order_id.one_per is not None:
        made = {
            "row": lambda t: t[FILE] + ":" + t[ROW].cast("string"),
            "customer_and_day": lambda t: t.customer_id + " " + t.ordered_at.strftime("%Y-%m-%d"),
            "customer_and_time": lambda t: t.customer_id + " " + t.ordered_at.strftime("%Y-%m-%d %H:%M:%S.%f"),
        }
        found = found.mutate(order_id=made[order_id.one_per](found))
    if "line_no" in table.key and "line_no" not in mapping.columns:
        position = ibis.row_number().over(group_by=found.order_id, order_by=[found[FILE], found[ROW]])
        found = found.mutate(line_no=position + 1)
    return found.select([c.name for c in table.columns if c.name in found.columns])


def bad(rows: SourceRows, malformed: ir.Table | None) -> ir.Table:
    """Return the rows that cannot be read: where they stood, in which columns, why, and their values as JSON.

    A row that is no row, for it has too few or too many fields, has no columns and no values to tell.
    """
    found = rows.table.filter(rows.table[REASON].notnull())
    columns = {**rows.columns, **({KEY: KEY} if KEY in found.columns else {})}
    original = ibis.map(ibis.array(list(columns)), ibis.array([found[name] for name in columns.values()]))
    told = found.select(
        FILE, ROW, column=found[FAULTY], reason=found[REASON], values=original.cast("json").cast("string")
    )
    if malformed is None:
        return told
    return told.union(
        malformed.select(FILE, ROW, column=ibis.null("string"), reason="reason", values=ibis.literal("{}"))
    )


def latest_known(table: Table, mapping: TableMapping, bases: dict[str, tuple[Table, SourceRows]]) -> SourceRows:
    """Return one source row per key found in the readable rows of other tables, each column's latest known text in it.

    Parameters
    ----------
    table : Table
        What is derived; it has one key column.
    mapping : TableMapping
        Names source columns of the other tables' files.
    bases : dict of str to (Table, SourceRows)
        The other tables. Later is what comes later in their first required date, then in the files.
    """
    names = dict.fromkeys(name for mapped in mapping.columns.values() for name in mapped.source_columns)
    columns = {name: str(i) for i, name in enumerate(names)}
    parts = []
    for base, rows in bases.values():
        found = rows.good
        moments = [c.name for c in base.columns if c.kind in {Kind.DATE, Kind.TIMESTAMP} and not c.nullable]
        moment = found[moments[0]].cast("timestamp") if moments else EARLIEST
        texts = {to: casts.known(found[rows.columns[name]], mapping.null_values) for name, to in columns.items()}
        parts.append(
            found.select(FILE, ROW, **{KEY: found[table.key[0]], MOMENT: moment}, **texts).filter(ibis._[KEY].notnull())
        )
    every = ibis.union(*parts) if len(parts) > 1 else parts[0]
    place = {MOMENT: every[MOMENT], FILE: every[FILE], ROW: every[ROW]}
    last = ibis.struct(place).max()
    return SourceRows(
        every.group_by(KEY).aggregate(
            **{FILE: last[FILE], ROW: last[ROW]},
            **{
                to: ibis.struct({**place, "text": every[to]}).max(where=every[to].notnull())["text"]
                for to in columns.values()
            },
        ),
        columns,
    )


def _told(faults: dict[str, ir.StringValue]) -> dict[str, ir.StringValue]:
    """Return the faulty columns of a row and their reasons, each joined by "; ", NULL where there are none."""
    columns = [ibis.ifelse(fault.notnull(), name, ibis.null("string")) for name, fault in faults.items()]
    return {FAULTY: _joined(columns), REASON: _joined(list(faults.values()))}


def _joined(parts: list[ir.StringValue]) -> ir.StringValue:
    return ibis.literal("; ").join(parts).nullif("")
