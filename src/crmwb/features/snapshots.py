"""The feature table at every month end: what was known of each customer then."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from crmwb import engine, history, layout, progress, storage
from crmwb.calendar import whole_month_ends
from crmwb.contract.features import SNAPSHOTS
from crmwb.engine import Backend
from crmwb.errors import CrmwbError
from crmwb.features.customers import customers
from crmwb.features.inputs import input_checksums, key_of
from crmwb.features.observation import Observation
from crmwb.files import kept
from crmwb.files.behind import behind
from crmwb.history import History
from crmwb.history.asof import Day, day_of
from crmwb.history.months import until_next
from crmwb.params import FeatureParams

MANIFEST = "manifest.json"
EMPTY = "none.parquet"  # where there is no month end, so that the columns can be read
FEW = 3


def month_ends(observation: Observation) -> list[date]:
    """Return the first day of every month with a past in the observed window, up to the observation's own `as_of`.

    They are exclusive, like every as_of: the first of February is January's end.
    """
    return whole_month_ends(observation.first_event, observation.as_of)


def snapshot(
    tables: Mapping[str, ir.Table], as_of: Day, params: FeatureParams, past: History | None = None
) -> ir.Table:
    """Return the features of every customer with a purchase before `as_of`, and `as_of` itself in front."""
    return _dated(customers(tables, as_of, params, past, buyers_only=True), as_of)


def _dated(described: ir.Table, as_of: Day) -> ir.Table:
    return described.select(as_of=day_of(as_of), **{name: described[name] for name in described.columns})


def write_snapshots(
    con: Backend,
    tables: Mapping[str, ir.Table],
    observation: Observation,
    params: FeatureParams,
    folder: Path = layout.SNAPSHOTS,
    *,
    past: History | None = None,
    line_checksums: Mapping[int, int] | None = None,
    now: ir.Table | None = None,
) -> int:
    """Write the snapshots of the last `params.n_snapshots` month ends, one by one, so that memory holds one at a time.

    A file per month end, named for its day, and a manifest. A file of before stays where all that its features are
    made from is the same; so that it has the same bytes as one that is made anew.

    Parameters
    ----------
    con : Backend
        The engine.
    tables : mapping of str to ir.Table
        Clean canonical tables.
    observation : Observation
        The observed window.
    params : FeatureParams
        Lengths of periods, the off season, and how many month ends.
    folder : Path
        Where to.
    past : History, optional
        The history before the observation's `as_of`, worked out for each month end where not given.
    line_checksums : mapping of int to int, optional
        Of the order lines of each month, as `history.line_checksums` returns it; every file is made anew where not
        given.
    now : ir.Table, optional
        What `customers` says as of the observation's `as_of`, where it is written already: where that day is the end of
        a month, it is not worked out again.

    Returns
    -------
    int
        Rows written, without those of files that stay: one per month end and customer, sorted by both.
    """
    ends = {f"{end}.parquet": end for end in month_ends(observation)[-params.n_snapshots :]}
    made_by, keys = _made_by(con, tables, params), {}
    if past is not None and line_checksums is not None:
        checksums = {"transactions": dict(line_checksums)} | input_checksums(con, tables, past)
        keys = {file: key_of(checksums, end) for file, end in ends.items()}
    stays = _same(folder, made_by, keys)
    missing = [end for file, end in ends.items() if file not in stays]
    with storage.replacing_folder(folder) as beside:
        for file in stays:
            kept.link(folder / file, beside / file)
        last = now if observation.as_of in missing else None
        described = _described(con, tables, params, missing, past=past, now=last)
        with behind() as later:
            n_rows = sum(_write(rows, beside / f"{end}.parquet", later) for end, rows in described)
        if not ends:
            pq.write_table(SNAPSHOTS.schema.empty_table(), beside / EMPTY, compression=storage.COMPRESSION)
        files = {file.name: stays.get(file.name) or kept.file_hash(file) for file in sorted(beside.glob("*.parquet"))}
        storage.write_json({"made_by": made_by, "keys": keys, "files": files}, beside / MANIFEST)
    return n_rows


def _described(
    con: Backend,
    tables: Mapping[str, ir.Table],
    params: FeatureParams,
    ends: list[date],
    *,
    past: History | None,
    now: ir.Table | None,
) -> Iterator[tuple[date, pa.RecordBatchReader]]:
    """Yield month ends with their features; `now` is what `customers` says of the last of them."""
    if now is not None:
        *ends, last = ends
        same_day = _dated(now.filter(now.n_purchase_days > 0), last).order_by("customer_id")
        yield last, engine.batches(con, same_day)
    if len(ends) == 1:  # its day known, a state may say it, and few files are read
        yield ends[0], engine.batches(con, _in_order(snapshot(tables, ends[0], params, past)))
    if len(ends) <= 1:
        return
    with engine.keeping(con) as keep:
        if past is not None and len(ends) > FEW:  # decoded once, not at every month end
            months = keep("months", until_next(past.months))
            past = History(keep("days", past.days), months, keep("spread_orders", past.spread_orders))
        query = engine.compiled(con, _in_order(snapshot(tables, engine.day("month_end"), params, past)))
        for end in progress.track(ends, "month-end snapshots", total=len(ends)):
            yield end, engine.run_on(con, query, month_end=end)


def _in_order(described: ir.Table) -> ir.Table:
    return described.drop(*engine.unknown(described)).order_by("customer_id")


def _write(rows: pa.RecordBatchReader, path: Path, later: Callable[..., None]) -> int:
    n_rows = 0
    writer = storage.parquet_writer(path, SNAPSHOTS.schema)
    for group in storage.regrouped(rows, SNAPSHOTS.schema):
        later(writer.write_table, group, storage.ROW_GROUP_ROWS)
        n_rows += group.num_rows
    later(writer.close)
    return n_rows


def _declared(contract: Path) -> list[Path]:
    """Return what the contract says of the tables that features are made from."""
    return [contract / name for name in ("canonical", "columns.py", "feature_columns.py", "history.py", "tables.py")]


def _made_by(con: Backend, tables: Mapping[str, ir.Table], params: FeatureParams) -> dict[str, Any]:
    """Return the code, the engine and the choices that snapshots depend on."""
    ours = Path(__file__).parent
    return {
        "code": storage.content_hash(ours, Path(history.__file__).parent, *_declared(ours.parent / "contract")),
        "engine": engine.version(con),
        "writer": storage.WRITER,
        "tables": sorted(tables),
        "recent_days": params.recent_days,
        "off_season_months": list(params.off_season_months),
    }


def _same(folder: Path, made_by: Mapping[str, Any], keys: Mapping[str, str]) -> dict[str, str]:
    """Return the files of before, whole, that are made from the same and in the same way, each with its hash."""
    try:
        before = storage.read_json(folder / MANIFEST)
        if before["made_by"] != made_by:
            return {}
        same = {file: before["files"][file] for file, key in keys.items() if before["keys"].get(file) == key}
    except (CrmwbError, KeyError, TypeError, AttributeError):
        return {}
    return {file: known for file, known in same.items() if kept.is_whole(folder, {file: known})}
