"""A mapping tried on the first rows of its files: every mistake with its line, and a look at what comes out."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pandas as pd

from crmwb import engine
from crmwb.contract import ARROW_TYPES, Column, Kind, Severity, Table
from crmwb.contract.canonical import TABLES
from crmwb.engine import Backend
from crmwb.files import owners
from crmwb.params import EngineParams, SourceParams
from crmwb.sources import books, contract, control_totals, mapping, rows
from crmwb.sources.control_totals import ControlTotals
from crmwb.sources.delivery import Filtered
from crmwb.sources.formats import ROW
from crmwb.sources.mapped_tables import Reading
from crmwb.sources.privacy import identifiers
from crmwb.sources.rows import FAULTY, REASON, SourceRows
from crmwb.sources.staging import FILE

N_ROWS = 1_000  # of each file
N_ROWS_COMPARED = 1_000_000  # where the sum is compared with the company's books
N_VALUES = 3
OPTIONS = ("filter", "join", "spread")  # of a table, that faults are told of beside its columns


@dataclass(frozen=True)
class ColumnSample:
    """What the sampled rows hold of one canonical column.

    Attributes
    ----------
    origin : str
        Where it comes from, as the mapping says.
    known_share : float
        Share of the readable rows in which it is known.
    values : list
        Its first different values.
    """

    name: str
    origin: str
    known_share: float
    values: list[str]


@dataclass(frozen=True)
class TableSample:
    """What the sampled rows hold of one canonical table."""

    name: str
    n_rows: int
    n_unreadable: int
    n_filtered: int
    columns: list[ColumnSample]


@dataclass
class Checked:
    """What was found.

    Attributes
    ----------
    mistakes : list of str
        What the pipeline would stop at, or lose whole columns by: file, line, key and what to do.
    remarks : list of str
        What it would quarantine.
    tables : list of TableSample
        What comes out.
    totals : ControlTotals or None
        What the purchases among it come to.
    """

    mistakes: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    tables: list[TableSample] = field(default_factory=list)
    totals: ControlTotals | None = None


def check(
    path: Path,
    directory: Path,
    source: SourceParams,
    params: EngineParams,
    n_rows: int = N_ROWS,
    *,
    most_unreadable: float = 1.0,
) -> Checked:
    """Check a mapping against the contract and against the first rows of each of its files.

    Parameters
    ----------
    path : Path
        The mapping.
    directory : Path
        Where the files lie.
    source : SourceParams
        Their currency and time zone count.
    params : EngineParams
        What the engine may use.
    n_rows : int
        Rows to read of each file.
    most_unreadable : float
        `quality.max_quarantined_share` of the params: where more rows cannot be read, the pipeline would stop.

    Raises
    ------
    CrmwbError
        The mapping is missing, has another shape than a mapping, or does not fit the contract.
    """
    described, places = mapping.load(path)
    described = described.on_the_clock_of(source.time_zone)
    contract.check(described, places)
    checked = Checked()
    with owners.scratch("check") as folder, engine.connect(params) as con:
        reading = Reading(con, described, places, directory, source.currency, folder, n_rows)
        every = reading.tables(checked.mistakes)
        for name, parts in every.items():
            for i, part in enumerate(parts):
                judged = _Judged(con, part, TABLES[name], lambda *key, n=name, i=i: places.of(("tables", n, i, *key)))
                checked.mistakes += judged.mistakes()
                checked.remarks += judged.remarks()
            if parts:
                sample = _sample(con, name, parts, reading.filtered.get(name, Filtered()).n_rows)
                checked.tables.append(sample)
                if most_unreadable * sample.n_rows < sample.n_unreadable < sample.n_rows:
                    is_of_all = all(each.is_whole for each in reading.tried[name])
                    (checked.mistakes if is_of_all else checked.remarks).append(
                        f"{places.of(('tables', name))}: {sample.n_unreadable:,} of {sample.n_rows:,} rows cannot be "
                        f"read, more than quality.max_quarantined_share ({most_unreadable:g}): "
                        f"{'the pipeline' if is_of_all else 'with as many of all, the pipeline'} stops."
                    )
                if sample.n_rows and sample.n_unreadable == sample.n_rows and not checked.mistakes:
                    checked.mistakes.append(_nothing(places.of(("tables", name)), sample.n_rows, checked.remarks))
                checked.remarks += _broken_rules(con, name, parts, places.of(("tables", name)))
        if tried := reading.tried.get(control_totals.PURCHASES):
            checked.totals = control_totals.totals(con, tried, source, n_rows)
            if checked.totals is not None and (why := control_totals.impossible(checked.totals)):
                checked.mistakes.append(f"{places.of(('tables', control_totals.PURCHASES))}: {why}")
            apart = [] if checked.totals is None else [each for each in checked.totals.compared if not each.agrees]
            checked.mistakes += [f"{books.differs(p.period, p.stated, p.cents, source.currency)}." for p in apart]
    return checked


class _Judged:
    """The sampled rows of one part of a table: what is wrong with them, column by column."""

    def __init__(self, con: Backend, part: SourceRows, table: Table, place: Callable[..., str]) -> None:
        self._part = part
        self._table = table
        self._place = place
        self._rows = _fetched(con, part.table.order_by(FILE, ROW))
        bad = self._rows[self._rows[REASON].notna()]
        self._faults = [
            (row, column, reason)
            for row in bad.to_dict("records")
            for column, reason in zip(row[FAULTY].split("; "), row[REASON].split("; "), strict=True)
        ]

    def mistakes(self) -> Iterator[str]:
        """Yield what is wrong with a whole column."""
        n_rows = len(self._rows)
        for name, faults in self._by_column().items():
            if len(faults) == n_rows:
                yield f"{self._key(name)}: none of {n_rows:,} rows can be read; {self._example(name, faults)}."
        for column in self._table.columns:
            if column.allowed is not None and column.name in self._rows:
                yield from self._not_allowed(column, column.allowed)
        n_malformed = self._part.malformed.num_rows
        if n_malformed > n_rows:
            yield (
                f"{self._place('file')}: {n_malformed:,} of {n_rows + n_malformed:,} rows are no rows (row "
                f"{self._part.malformed[ROW][0]}: {self._part.malformed['reason'][0]}); check delimiter, quote, "
                f"skip_rows and column_names."
            )

    def remarks(self) -> Iterator[str]:
        """Yield what is wrong with some rows."""
        n_rows = len(self._rows)
        for name, faults in self._by_column().items():
            if len(faults) < n_rows:
                yield f"{self._key(name)}: {len(faults):,} of {n_rows:,} rows: {self._example(name, faults)}."
        key = list(self._table.key)
        good = self._rows[self._rows[REASON].isna()]
        if set(key) <= set(good.columns) and (n_twins := int(good.duplicated(key).sum())):
            yield f"{self._place()}: {n_twins:,} of {n_rows:,} rows have a key ({', '.join(key)}) that stood before."

    def _by_column(self) -> dict[str, list[tuple[dict[Hashable, Any], str]]]:
        result: dict[str, list[tuple[dict[Hashable, Any], str]]] = {}
        for row, column, reason in self._faults:
            result.setdefault(column, []).append((row, reason))
        return result

    def _key(self, name: str) -> str:
        return self._place(name) if name in OPTIONS else self._place("columns", name)

    def _example(self, name: str, faults: list[tuple[dict[Hashable, Any], str]]) -> str:
        """Say what is wrong, with the first row's own text."""
        row, reason = faults[0]
        mapped = self._part.mapping.columns.get(name)
        sources = () if mapped is None else mapped.source_columns
        texts = [row[self._part.columns[s]] for s in sources if s in self._part.columns]
        shown = " and ".join(repr(identifiers.shown(str(text))) for text in texts if pd.notna(text) and text.strip())
        return f"{reason} (first: {row[FILE]} row {row[ROW]:,}{f', {shown}' if shown else ''})"

    def _not_allowed(self, column: Column, allowed: tuple[str, ...]) -> Iterator[str]:
        values = self._rows[column.name].dropna()
        others = values[~values.isin(allowed)]
        if len(others):
            shown = ", ".join(repr(value) for value in others.unique()[:N_VALUES])
            yield (
                f"{self._key(column.name)}: {len(others):,} of {len(self._rows):,} rows hold {shown}, and only "
                f"{', '.join(allowed)} may be there; say what stands for what, such as "
                f"replace: {{{others.iloc[0]}: {allowed[0]}}}."
            )


def _sample(con: Backend, name: str, parts: list[SourceRows], n_filtered: int) -> TableSample:
    table = TABLES[name]
    good = _fetched(con, rows.good(parts, table)).sort_values(list(table.key))
    n_rows = sum(part.n_rows + part.malformed.num_rows for part in parts)
    columns = [
        ColumnSample(
            c.name,
            _origin(c.name, parts),
            float(good[c.name].notna().mean()) if len(good) else 0.0,
            [_shown(value, c) for value in good[c.name].dropna().unique()[:N_VALUES]],
        )
        for c in table.columns
        if c.name in good.columns
    ]
    return TableSample(name, n_rows, n_rows - len(good), n_filtered, columns)


def _broken_rules(con: Backend, name: str, parts: list[SourceRows], place: str) -> Iterator[str]:
    """Yield the rules of the contract that readable rows break."""
    table = TABLES[name]
    result = rows.good(parts, table)
    lacking = {
        c.name: ibis.null(ibis.dtype(ARROW_TYPES[c.kind])) for c in table.columns if c.name not in result.columns
    }
    result = result.mutate(**lacking)
    broken = {rule.meaning: (~rule.holds(result), rule.severity) for rule in table.rules}
    for c in table.columns:
        for limit, word in ((c.minimum, "at least"), (c.maximum, "at most")):
            if limit is not None:
                beyond = result[c.name] < limit if word == "at least" else result[c.name] > limit
                broken[f"{c.name} is {word} {limit:,}"] = (beyond, Severity.ERROR)
    if not broken:
        return
    counts = result.aggregate(n=result.count(), **{f"{i}": b.sum() for i, (b, _) in enumerate(broken.values())})
    counted = engine.batches(con, counts).read_all().to_pylist()[0]
    for i, (meaning, (_, severity)) in enumerate(broken.items()):
        if counted[str(i)]:
            what = "would be reported" if severity is Severity.WARNING else "would be quarantined"
            yield f"{place}: {counted[str(i)]:,} of {counted['n']:,} rows break a rule and {what}: {meaning}."


def _nothing(place: str, n_rows: int, remarks: list[str]) -> str:
    """Say that no row of a table can be read, though each column can in some rows, and what is wrong in most."""
    reasons = "; ".join(remark.partition(": ")[2] for remark in remarks[:N_VALUES])
    return f"{place}: none of {n_rows:,} rows can be read whole, each for one reason or another: {reasons}"


def _origin(name: str, parts: list[SourceRows]) -> str:
    """Say where a column comes from, in the words of the mapping."""
    origins = []
    for part in parts:
        mapped = part.mapping.columns.get(name)
        if mapped is None and name != "line_no" and not part.mapping.derived_from:
            continue  # another part has it
        if mapped is None:
            origins.append("made" if name == "line_no" else f"key of {' and '.join(part.mapping.derived_from)}")
        elif mapped.constant is not None:
            origins.append(f"always {mapped.constant}")
        else:
            origins.append(str(mapped.column or mapped.expression or f"one per {mapped.one_per}"))
    return "; ".join(dict.fromkeys(origins))


def _shown(value: Any, column: Column) -> str:
    if column.kind is Kind.MONEY:
        return f"{value / 100:,.2f}"
    if column.kind is Kind.TIMESTAMP:
        return str(value).removesuffix(" 00:00:00")
    return f"{value:g}" if isinstance(value, float) else str(value)


def _fetched(con: Backend, expression: ir.Table) -> pd.DataFrame:
    """Return rows, whole numbers whole where some are unknown."""
    frame: pd.DataFrame = engine.batches(con, expression).read_all().to_pandas(types_mapper=pd.ArrowDtype)
    return frame
