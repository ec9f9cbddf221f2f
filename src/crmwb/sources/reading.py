"""Source rows → canonical columns, and what is wrong with each row: wrong rows are kept apart with their reasons."""

from collections.abc import Callable, Sequence
from itertools import count

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from crmwb import engine
from crmwb.contract import Column, Kind, Table
from crmwb.sources import casts, expressions, rates, steps
from crmwb.sources.column_mapping import ColumnMapping
from crmwb.sources.formats import ROW
from crmwb.sources.mapping import TableMapping
from crmwb.sources.rows import FAULTY, KEY, REASON, SourceRows, original
from crmwb.sources.staging import FILE

NO_FAULT = ibis.null("string")
FILTER, UNCLEAR = "is kept by the filter", "cannot be told by the filter"
CANNOT_READ = "a value in it is no number or date as the mapping writes them"
NO_CURRENCY = ColumnMapping(constant="")
MOMENT = "moment"
OF_A_SALE = ("customer_id", "revenue_cents")
WIDE = "decimal(38, 0)"  # what the source brings may be absurd
MAX_CASES = 100
_numbers = count()  # of tables on the engine
EARLIEST = ibis.timestamp("1970-01-01 00:00:00")  # of a table without dates


def read(rows: SourceRows, table: Table, periods: ir.Table | None = None) -> SourceRows:
    """Leave out what the filter leaves out; add the canonical columns that the mapping names, and what is wrong.

    Wrong is text that is no value of its column's kind, a required value that is missing, and money without a rate. An
    order_id made of customer and time is not here yet.

    Parameters
    ----------
    rows : SourceRows
        As staged, or as `latest_known` derives them.
    table : Table
        What they become.
    periods : ir.Table, optional
        As `rates.periods` returns them; needed where the mapping names a currency.
    """
    mapping = rows.mapping
    result = _filtered(_opened(rows), rows)
    if mapping.currency is not None and periods is not None:
        result = _rated(result, rows, table, periods)
    ids = _ids(result, rows, table)
    columns = [c for c in table.columns if c.name in mapping.columns and mapping.columns[c.name].one_per is None]
    result = _cast(result.mutate(**ids), rows, columns)
    faults = {c.name: _fault(result, c, mapping) for c in columns}
    if UNCLEAR in result.columns:
        what = str(mapping.filter).replace("; ", ";")  # between faults stands "; "
        faults["filter"] = ibis.ifelse(result[UNCLEAR], f"{what} cannot be told: {CANNOT_READ}", NO_FAULT)
    before = {option: result[name] for option, name in rows.faults.items()}
    for fault in before.values():  # what is unknown because of it is no fault of its own
        faults = {name: ibis.ifelse(fault.notnull(), NO_FAULT, own) for name, own in faults.items()}
    faults = before | faults
    result = result.mutate(**{_fault_in(name): fault for name, fault in faults.items()})
    results = result.select(
        FILE,
        ROW,
        *([KEY] if KEY in result.columns else []),
        *ids,
        *(c.name for c in columns),
        **{name: result[original(name)] for name in rows.columns.values()},
        **_explained(result, list(faults)),
    )
    return SourceRows(mapping, results, rows.columns, rows.malformed)


def without_customer(rows: SourceRows, table: Table, periods: ir.Table | None = None) -> dict[str, tuple[int, int]]:
    """Return, by file, how many rows with revenue are left out because they name no customer, and their cents.

    They are those without customer that a filter leaves out which asks for the customer's column; another filter has
    other reasons.

    Parameters
    ----------
    rows, table, periods
        As in `read`. Rows whose revenue cannot be read count, and bring nothing.
    """
    mapped = rows.mapping.columns
    columns = [c for c in table.columns if c.name in OF_A_SALE and c.name in mapped]
    if rows.mapping.filter is None or len(columns) < len(OF_A_SALE):
        return {}
    if not set(expressions.columns(rows.mapping.filter)) & set(mapped[OF_A_SALE[0]].source_columns):
        return {}
    result = _filtered(_opened(rows), rows, kept=False)
    if (others := expressions.without(rows.mapping.filter, mapped[OF_A_SALE[0]].source_columns)) is not None:
        also = expressions.compute(others, _text_of(result, rows), rows.mapping.style)
        result = result.filter(also.value.fill_null(False))
    if rows.mapping.currency is not None and periods is not None:
        result = _rated(result, rows, table, periods)
    result = _cast(
        result.mutate(**_ids(result, rows, table)), rows, [c for c in columns if c.name not in result.columns]
    )
    nobodys = result.filter(result[OF_A_SALE[0]].isnull())
    cents = nobodys[OF_A_SALE[1]].sum().cast(WIDE).fill_null(0)
    counts = nobodys.group_by(FILE).aggregate(n=nobodys.count(), cents=cents)
    results = engine.batches(nobodys.get_backend(), counts, in_steps=True).read_all().to_pylist()
    return {row[FILE]: (int(row["n"]), int(row["cents"])) for row in results}


def latest_known(table: Table, mapping: TableMapping, bases: Sequence[tuple[Table, SourceRows]]) -> SourceRows:
    """Return one source row per key found in the readable rows of other tables, each column's latest known text in it.

    Parameters
    ----------
    table : Table
        What is derived; it has one key column.
    mapping : TableMapping
        Names source columns of the other tables' files.
    bases : list of (Table, SourceRows)
        The parts of the other tables. Later is what comes later in their first required date, then in the files.
    """
    names = dict.fromkeys(name for mapped in mapping.columns.values() for name in mapped.source_columns)
    columns = {name: str(i) for i, name in enumerate(names)}
    parts = []
    for base, rows in bases:
        result = rows.good
        moments = [c.name for c in base.columns if c.kind in {Kind.DATE, Kind.TIMESTAMP} and not c.nullable]
        moment = result[moments[0]].cast("timestamp") if moments else EARLIEST
        texts = {to: casts.known(rows.text(result, name), mapping.null_values) for name, to in columns.items()}
        parts.append(
            result.select(FILE, ROW, **{KEY: result[table.key[0]], MOMENT: moment}, **texts).filter(
                ibis._[KEY].notnull()
            )
        )
    every = ibis.union(*parts) if len(parts) > 1 else parts[0]
    place = {MOMENT: every[MOMENT], FILE: every[FILE], ROW: every[ROW]}
    last = ibis.struct(place).max()
    latest = every.group_by(KEY).aggregate(
        **{FILE: last[FILE], ROW: last[ROW]},
        **{
            to: ibis.struct({**place, "text": every[to]}).max(where=every[to].notnull())["text"]
            for to in columns.values()
        },
    )
    return SourceRows(mapping, latest, columns)


def _known(name: str) -> str:
    return f"known {name}"


def _replaced(name: str) -> str:
    return f"replaced {name}"


def _fault_in(name: str) -> str:
    return f"fault in {name}"


def _failed(name: str) -> str:
    return f"failed {name}"


def _text_of(result: ir.Table, rows: SourceRows) -> Callable[[str], ir.StringValue]:
    return lambda name: rows.text(result, name)


def _opened(rows: SourceRows) -> ir.Table:
    """Return the source columns, unknown where the mapping says so, and beside them as they stood."""
    changed = [name for name in rows.columns.values() if original(name) not in rows.table.columns]
    return rows.table.mutate(
        **{original(name): rows.table[name] for name in changed},
        **{name: casts.known(rows.table[name], rows.mapping.null_values) for name in rows.columns.values()},
    )


def _filtered(result: ir.Table, rows: SourceRows, *, kept: bool = True) -> ir.Table:
    """Return the rows that the filter keeps, and those of which it cannot tell because a value cannot be read.

    Where not `kept`, all the others.
    """
    if rows.mapping.filter is None:
        return result
    results = expressions.compute(rows.mapping.filter, _text_of(result, rows), rows.mapping.style)
    result = steps.mutate(result, {FILTER: results.value, UNCLEAR: results.value.isnull() & results.has_failed})
    stays = result[FILTER].fill_null(False) | result[UNCLEAR]
    for fault in rows.faults.values():  # it may be why the filter is unknown
        stays |= result[FILTER].isnull() & result[fault].notnull()
    result = result.filter(stays if kept else ~stays)
    return result if results.failed else result.drop(UNCLEAR)


def _rated(result: ir.Table, rows: SourceRows, table: Table, periods: ir.Table) -> ir.Table:
    """Add what each row's currency was worth on its first date that is known, or lately where none is."""
    mapping = rows.mapping
    dates = [c for c in table.columns if c.kind in {Kind.DATE, Kind.TIMESTAMP} and c.name in mapping.columns]
    days = [_values(result, rows, c)[0].cast("date") for c in dates]
    code, _ = casts.cast(rates.CODE, mapping.currency or NO_CURRENCY, _text_of(result, rows), mapping.style)
    return rates.with_rates(result, code.upper(), ibis.coalesce(*days, rates.LATEST), periods)


def _values(result: ir.Table, rows: SourceRows, column: Column) -> tuple[ir.Value, ir.BooleanValue]:
    mapped = rows.mapping.columns[column.name]
    style = rows.mapping.style_of(mapped)
    replaced = _replaced(column.name)
    if replaced in result.columns:
        as_it_stands = mapped.model_copy(update={"replace": {}, "expression": None})
        value, known = casts.cast(column, as_it_stands, lambda _: result[replaced], style)
        return value, known | result[_failed(column.name)]
    return casts.cast(column, mapped, _text_of(result, rows), style)


def _with_replaced(result: ir.Table, rows: SourceRows, columns: list[Column]) -> ir.Table:
    """Add columns with what their texts become, joined where there is much to replace: a long `case` takes minutes."""
    for column in columns:
        mapped = rows.mapping.columns[column.name]
        if len(mapped.replace) <= MAX_CASES:
            continue
        given = casts.read_source(mapped, _text_of(result, rows), rows.mapping.style_of(mapped))
        if given.type is not expressions.Type.TEXT:
            continue
        words = pa.table({"word": list(mapped.replace), "becomes": list(mapped.replace.values())})
        name = f"{_replaced(column.name)} {next(_numbers)}"
        table = engine.open_arrow(result.get_backend(), words, name)
        before = _replaced(column.name)
        result = result.mutate(**{before: given.value, _failed(column.name): given.has_failed})
        joined = result.left_join(table, [result[before] == table.word])
        result = joined.mutate(**{before: ibis.coalesce(joined.becomes, joined[before])}).drop("word", "becomes")
    return result


def _ids(result: ir.Table, rows: SourceRows, table: Table) -> dict[str, ir.StringValue]:
    """Return the ids that are no source column: one per row, and the key of a derived table."""
    row = result[FILE] + ":" + result[ROW].cast("string")
    by_row = {name: row for name, mapped in rows.mapping.columns.items() if mapped.one_per == "row"}
    return by_row | {name: result[KEY] for name in table.key if rows.mapping.derived_from}


def _cast(result: ir.Table, rows: SourceRows, columns: list[Column]) -> ir.Table:
    """Add the canonical columns, and whether each is known in the source."""
    result = _with_replaced(result, rows, columns)
    cast = {c.name: _values(result, rows, c) for c in columns}
    read = {name: value for name, (value, _) in cast.items()}
    result = steps.mutate(result, read | {_known(name): known for name, (_, known) in cast.items()})
    if rates.RATE not in result.columns:
        return result
    money = [c.name for c in columns if c.kind is Kind.MONEY]
    return result.mutate(
        **{name: rates.converted(result[name], result[rates.RATE]) for name in money},
        **{_known(name): result[_known(name)] & result[name].isnull() for name in money},
        **{f"rated {name}": result[name].notnull() for name in money},
    )


def _fault(result: ir.Table, column: Column, mapping: TableMapping) -> ir.StringValue:
    """Return what is wrong with a column in each row; NULL where nothing is."""
    mapped = mapping.columns[column.name]
    cannot_read = ibis.literal(casts.fault(column, mapped, mapping.style_of(mapped)))
    faults = []
    if f"rated {column.name}" in result.columns:
        is_lost = result[f"rated {column.name}"] & result[column.name].isnull()
        faults = [
            (is_lost & result[rates.RATE].isnull(), ibis.literal("no rate for its currency on its day")),
            (is_lost, ibis.literal("too large in the currency of the params")),
        ]
    faults.append((result[column.name].isnull() & result[_known(column.name)], cannot_read))
    if not column.nullable:
        faults.append((result[column.name].isnull(), ibis.literal(f"no {column.name.removesuffix('_id')}")))
    return ibis.cases(*faults, else_=NO_FAULT)


def _explained(result: ir.Table, names: list[str]) -> dict[str, ir.StringValue]:
    """Return the faulty columns of a row and their reasons, each joined by "; ", NULL where there are none."""
    if not names:
        return dict.fromkeys((FAULTY, REASON), NO_FAULT)
    faults = {name: result[_fault_in(name)] for name in names}
    columns = [ibis.ifelse(fault.notnull(), name, NO_FAULT) for name, fault in faults.items()]
    return {FAULTY: _joined(columns), REASON: _joined(list(faults.values()))}


def _joined(parts: list[ir.StringValue]) -> ir.StringValue:
    return ibis.literal("; ").join(parts).nullif("")
