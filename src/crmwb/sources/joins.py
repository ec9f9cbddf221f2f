"""Rows of one file or table joined to those of others: each to one at most, and counted before and after."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from crmwb import engine, progress
from crmwb.engine import Backend
from crmwb.errors import CrmwbError
from crmwb.sources import casts
from crmwb.sources.formats import ROW
from crmwb.sources.mapping import JoinMapping
from crmwb.sources.privacy import identifiers
from crmwb.sources.rows import SourceRows
from crmwb.sources.staging import FILE

FAULT = "fault in join"
N_KEYS_SHOWN = 3


@dataclass(frozen=True)
class Joined:
    """What became of a join.

    Attributes
    ----------
    name : str
        As the mapping calls what was joined.
    source : str
        The file or table joined.
    key : dict of str to str
        Columns here, and there.
    n_rows : int
        Rows here; as many as come out.
    n_partners : int
        Rows there, different ones.
    n_unmatched : int
        Rows here that have no partner there.
    is_whole : bool
        All rows there were read.
    """

    name: str
    source: str
    key: dict[str, str]
    n_rows: int
    n_partners: int
    n_unmatched: int
    is_whole: bool = True

    def manifest(self) -> dict[str, Any]:
        """Return it as the manifest writes it."""
        return {
            "name": self.name,
            "source": self.source,
            "key": self.key,
            "rows": self.n_rows,
            "partners": self.n_partners,
            "unmatched": self.n_unmatched,
        }


@dataclass(frozen=True)
class Partner:
    """What is joined.

    Attributes
    ----------
    name : str
        As the mapping calls it.
    mapping : JoinMapping
        How.
    rows : SourceRows
        As staged: the key and the columns that are asked for.
    key : str
        Where the mapping says so, for messages.
    is_whole : bool
        All its rows were read, so that a row without a partner has none.
    """

    name: str
    mapping: JoinMapping
    rows: SourceRows
    key: str
    is_whole: bool = True

    @property
    def source(self) -> str:
        """The file, table or query."""
        return str(self.mapping.file or self.mapping.table or self.mapping.query)


def join(con: Backend, rows: SourceRows, partner: Partner, number: int) -> tuple[SourceRows, Joined]:
    """Add the columns of the one row of `partner` that has the same key; of those without, what is wrong.

    Parameters
    ----------
    con : Backend
        The engine that holds both.
    rows : SourceRows
        Their values as `casts.known` returns them.
    partner : Partner
        What is joined; keys are compared as text, without blanks around them, and an unknown one meets none.
    number : int
        Of the join within its table, which names its columns apart.

    Raises
    ------
    CrmwbError
        Different rows there have the same key, so that a row here would become several; or no row here has a partner.
    """
    on = partner.mapping.key
    there = _different(partner.rows)
    columns = [there[partner.rows.columns[right]] for right in on.values()]
    keys = {f"key {i}": casts.same(column, partner.mapping) for i, column in enumerate(columns)}
    there = there.mutate(**keys)
    there = there.filter(*(there[key].notnull() for key in keys))
    there = _one_of_each(rows, partner, there)
    names = {f"{partner.name}.{own}": f"j{number}_{i}" for i, own in enumerate(partner.rows.columns)}
    renamed = {to: partner.rows.columns[name.partition(".")[2]] for name, to in names.items()}
    own_keys = {f"key {number} {i}": there[key] for i, key in enumerate(keys)}
    met = {f"met {number}": ibis.literal(True)}
    there = there.select(**{to: there[own] for to, own in renamed.items()}, **own_keys, **met)
    result = rows.table.left_join(there, _pairs(rows, partner, there, own_keys)).drop(*own_keys)
    is_alone = result[f"met {number}"].isnull()
    if partner.mapping.unmatched == "quarantine":
        reason = f"no row in {partner.source} with the same {' and '.join(on.values())}"
        fault = ibis.ifelse(is_alone, ibis.literal(reason), ibis.null("string"))
        earlier = result[FAULT] if FAULT in result.columns else ibis.null("string")
        result = result.mutate(**{FAULT: ibis.coalesce(earlier, fault)})
    counts = result.aggregate(n=result.count(), alone=is_alone.sum().fill_null(0)).to_pyarrow().to_pylist()[0]
    n_partners = int(there.count().to_pyarrow().as_py())
    results = Joined(partner.name, partner.source, dict(on), counts["n"], n_partners, counts["alone"], partner.is_whole)
    if results.n_rows and results.n_unmatched == results.n_rows and partner.is_whole:
        raise CrmwbError(_none_met(con, rows, partner))
    is_faulty = partner.mapping.unmatched == "quarantine" and partner.is_whole
    faults = rows.faults | ({"join": FAULT} if is_faulty else {})
    if not partner.is_whole and partner.mapping.unmatched == "quarantine":
        result = result.filter(~is_alone)  # it may have a partner among those not read
    result = result.drop(f"met {number}")
    return SourceRows(rows.mapping, result, rows.columns | names, rows.malformed, faults=faults), results


def _pairs(rows: SourceRows, partner: Partner, there: ir.Table, keys: Iterable[str]) -> list[ir.BooleanValue]:
    """Return that the key of a row here is that of one there, but for what means nothing."""
    here = [casts.same(rows.table[rows.columns[left]], partner.mapping) for left in partner.mapping.key]
    return [own == there[key] for own, key in zip(here, keys, strict=True)]


def say(table: str, results: Joined) -> None:
    """Print what became of a join."""
    on = ", ".join(left if left == right else f"{left} = {right}" for left, right in results.key.items())
    alone = f"{results.n_unmatched:,} without a partner" if results.n_unmatched else "each with its partner"
    progress.console.print(
        f"  {table}: {results.n_rows:,} rows joined to {results.n_partners:,} of {results.source} on {on}: "
        f"{results.n_rows:,} rows, {alone}.",
        soft_wrap=True,
        highlight=False,
    )


def _different(rows: SourceRows) -> ir.Table:
    """Return the different rows of what is joined, unknown where the mapping says so: the first of each that is one."""
    null_values = rows.mapping.null_values
    known = rows.table.select(
        FILE, ROW, **{name: casts.known(rows.table[name], null_values) for name in rows.columns.values()}
    )
    place = ibis.struct({FILE: known[FILE], ROW: known[ROW]}).min()
    grouped = known.group_by(*rows.columns.values()).aggregate(place=place)
    return grouped.mutate(**{FILE: grouped.place[FILE], ROW: grouped.place[ROW]}).drop("place")


def _one_of_each(rows: SourceRows, partner: Partner, there: ir.Table) -> ir.Table:
    """Return one row of each key: all of them where none has two, else those that the mapping chooses."""
    keys = [f"key {i}" for i in range(len(partner.mapping.key))]
    place = ibis.struct({FILE: there[FILE], ROW: there[ROW]})
    if partner.mapping.several != "refuse":
        order = place if partner.mapping.several == "first" else ibis.desc(place)
        ranked = there.mutate(nth=ibis.row_number().over(group_by=keys, order_by=order))
        return ranked.filter(ranked.nth == 0).drop("nth")
    twins = there.group_by(*keys).aggregate(n=there.count(), first=place.min(), last=place.max())
    twins = twins.filter(twins.n > 1)
    shown = twins.order_by(twins.first[FILE], twins.first[ROW]).limit(1).to_pyarrow().to_pylist()
    if shown:
        raise CrmwbError(_would_multiply(rows, partner, there, shown[0]))
    return there


def _would_multiply(rows: SourceRows, partner: Partner, there: ir.Table, twin: dict[str, Any]) -> str:
    keys = [f"key {i}" for i in range(len(partner.mapping.key))]
    met = rows.table.left_join(there, _pairs(rows, partner, there, keys))
    n_rows, n_after = (int(t.count().to_pyarrow().as_py()) for t in (rows.table, met))
    value = " and ".join(repr(identifiers.shown(str(twin[key]))) for key in keys)
    first, last = (f"row {twin[at][ROW]:,}" for at in ("first", "last"))
    return (
        f"{partner.key}: in {twin['first'][FILE]} {' and '.join(partner.mapping.key.values())} {value} stands in "
        f"{twin['n']} different rows ({first} … {last}), so {n_rows:,} rows would become {n_after:,}. Join by more "
        f"columns; or say which of them counts (several: first, or last); or, where each of those rows is a line of "
        f"its own, make {partner.source} the table's file and join the other to it."
    )


def _none_met(con: Backend, rows: SourceRows, partner: Partner) -> str:
    def shown(table: ir.Table, columns: list[str]) -> str:
        some = table.select(columns).distinct().order_by(columns).limit(N_KEYS_SHOWN)
        result = engine.batches(con, some).read_all().to_pylist()
        return ", ".join(" and ".join(repr(identifiers.shown(str(v))) for v in row.values()) for row in result)

    on = partner.mapping.key
    here = shown(rows.table, [rows.columns[left] for left in on])
    there = shown(partner.rows.table, [partner.rows.columns[right] for right in on.values()])
    return (
        f"{partner.key}: no row has a partner in {partner.source}: {' and '.join(on)} is {here} here, and "
        f"{' and '.join(on.values())} {there or 'nothing'} there; name the columns that are the same in both."
    )
