"""Facts: what the engine works out over the whole table before its partitions are judged one by one."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from crmwb import engine, storage
from crmwb.contract import Severity, Table
from crmwb.engine import Backend
from crmwb.quality.checks import ROW, Check


def with_facts(rows: ir.Table, checks: Iterable[Check], others: Mapping[str, ir.Table]) -> ir.Table:
    """Add the boolean column of each check that has a fact; it is unknown where what the rule is about is unknown."""
    facts = {check.rule: check.fact(rows, others) for check in checks if check.fact}
    return rows.mutate(**facts) if facts else rows


def repeats(
    con: Backend,
    rows: ir.Table,
    table: Table,
    checks: Iterable[Check],
    *,
    files: Sequence[Path],
    scratch: Path,
    apart: bool = False,
) -> ir.Table:
    """Find the rows whose key another row has, which is kept instead.

    Of several rows with one key that one is kept which breaks no other rule, then the least by its values, known before
    unknown: whatever order the source came in. A row whose key is unknown repeats nothing.

    Parameters
    ----------
    con : Backend
        The engine.
    rows : ir.Table
        The numbered rows, with the facts of `checks`.
    table : Table
        Their contract.
    checks : iterable of Check
        The other checks.
    files : sequence of Path
        The canonical files that the rows stand in.
    scratch : Path
        A folder for files that this table lives in.
    apart : bool
        No key stands in several files, as is known.

    Returns
    -------
    ir.Table
        One row per repeated row: `ROW`.
    """
    # Keys that several rows have are few; found first and put aside, they keep the sorting below small.
    key = list(table.key)
    aside = scratch / f"{table.name}_several.parquet"
    twins = keys_of_several(con, files, key, apart=apart)
    if twins is None:
        alike = _with_one_hash(rows, key)
        several = alike.group_by(key).aggregate(n_rows=alike.count()).filter(lambda t: t.n_rows > 1).select(key)
        several = put_aside(con, several, aside, key)
    else:
        pq.write_table(twins, aside)
        several = engine.open_parquet(con, aside, aside.stem)
    same = rows.semi_join(several, key)
    facts = [check.rule for check in checks if check.fact and check.severity is Severity.ERROR]
    values = [column.name for column in table.columns if column.name not in key]
    order = [*(same[name].desc() for name in facts), *(same[name] for name in [*values, ROW])]
    place = ibis.row_number().over(ibis.window(group_by=key, order_by=order))
    later = same.mutate(place=place).filter(lambda t: t.place > 0).select(ROW)
    return put_aside(con, later, scratch / f"{table.name}_repeats.parquet", [ROW])


def keys_of_several(con: Backend, files: Sequence[Path], key: list[str], *, apart: bool = False) -> pa.Table | None:
    """Return the keys that several rows have, in one quick reading of what is sorted by key within each file.

    Returns
    -------
    pyarrow.Table or None
        The keys, each once; None where a file is not sorted, some key is unknown, or several files share one.
    """
    repeated = [neighbours_with_one_key(file, key) for file in files]
    if any(twins is None for twins in repeated) or (not apart and share_keys(con, files, key)):
        return None
    return pa.concat_tables([twins for twins in repeated if twins is not None])


def share_keys(con: Backend, files: Sequence[Path], key: list[str]) -> bool:
    """Return whether a key stands in several files."""
    if len(files) < 2 or _lie_apart(files, key[0]):
        return False
    rows = engine.open_files(con, files, "keys", position=ROW).select(ROW, *key)
    alike = engine.batches(con, _with_one_hash(rows, key)).read_all().to_pandas().dropna()
    ends = np.cumsum([pq.read_metadata(file).num_rows for file in files])
    alike["file"] = np.searchsorted(ends, alike[ROW], "right")
    return bool((alike.groupby(key)["file"].nunique() > 1).any())


def _lie_apart(files: Sequence[Path], column: str) -> bool:
    """Return whether the values of each file are before those of the next, in some order, as statistics tell."""
    ends: list[tuple[Any, Any]] = []
    for file in files:
        with storage.open_file(file) as opened:
            place = opened.schema_arrow.names.index(column)
            groups = [opened.metadata.row_group(i) for i in range(opened.num_row_groups)]
            known = [group.column(place).statistics for group in groups]
        if not all(s is not None and s.has_min_max for s in known):
            return False
        ends += [(min(s.min for s in known), max(s.max for s in known))] if known else []
    return all(before[1] < later[0] for before, later in pairwise(sorted(ends)))


def neighbours_with_one_key(file: Path, key: list[str]) -> pa.Table | None:
    """Return the keys that several rows have, in one quick reading of a file sorted by key, as ingest writes it.

    Returns
    -------
    pyarrow.Table or None
        The keys, each once; None where the file is not sorted, or some key is unknown.
    """
    repeated = []
    last: pa.Table | None = None
    with pq.ParquetFile(file) as opened:
        for batch in opened.iter_batches(storage.ROW_GROUP_ROWS, columns=key):
            keys = pa.Table.from_batches([batch]).select(key)
            if any(column.null_count for column in keys.columns):
                return None
            keys = keys if last is None else pa.concat_tables([last, keys]).combine_chunks()
            before, after = keys.slice(0, len(keys) - 1), keys.slice(1)
            same, later = (pa.array(np.full(len(after), fill)) for fill in (True, False))
            for name in key:
                later = pc.or_(later, pc.and_(same, pc.greater(after[name], before[name])))
                same = pc.and_(same, pc.equal(after[name], before[name]))
            if not pc.all(pc.or_(same, later), min_count=0).as_py():
                return None
            repeated.append(after.filter(same))
            last = keys.slice(len(keys) - 1)
    empty = pq.read_schema(file)
    schema = pa.schema([empty.field(name) for name in key])
    return pa.concat_tables([schema.empty_table(), *repeated]).group_by(key).aggregate([])


def _with_one_hash(rows: ir.Table, key: list[str]) -> ir.Table:
    """Return the rows whose key has the hash of another row's: few, found by numbers, which are quicker than texts."""
    hashed = rows.mutate(hash_of_key=ibis.struct({name: rows[name] for name in key}).hash())
    numbers = hashed.group_by("hash_of_key").aggregate(n_rows=hashed.count())
    return hashed.semi_join(numbers.filter(numbers.n_rows > 1), "hash_of_key").drop("hash_of_key")


def put_aside(con: Backend, query: ir.Table, path: Path, order_by: list[str]) -> ir.Table:
    """Evaluate `query` once into the file `path`, and return it as a table."""
    storage.write_query(con, query, path, order_by)
    return engine.open_parquet(con, path, path.stem)
