"""The history as it is kept: partitioned by month, and brought up to date where order lines changed."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import ibis.expr.types as ir

from crmwb import engine, layout, progress, storage
from crmwb.calendar import MONTHS_A_YEAR, month_column, month_named, name_of, start_of
from crmwb.contract import Artefact
from crmwb.contract.history import DAYS, MONTHS, SPREAD_ORDERS, STATES
from crmwb.engine import Backend
from crmwb.errors import CrmwbError
from crmwb.files import kept
from crmwb.history import manifests
from crmwb.history.asof import day_of
from crmwb.history.changes import inputs_of_months, month_checksums, since
from crmwb.history.columns import conformed
from crmwb.history.history import History, Since
from crmwb.history.manifests import Manifest
from crmwb.history.months import last_before
from crmwb.history.parts import advance_in_parts
from crmwb.history.states import after_changes, last_two


def open_history(con: Backend, folder: Path = layout.HISTORY, months: Collection[int] | None = None) -> History:
    """Open a kept history, or of its days and months those of some months.

    Raises
    ------
    CrmwbError
        It has not been made yet, lacks a file, or a file has other columns.
    """
    storage.require(folder / manifests.FILE)
    names = None if months is None else {name_of(month) for month in months}
    there = manifests.read(folder).files
    opened = []
    for artefact in (DAYS, MONTHS, SPREAD_ORDERS):
        files = [folder / file for file in there if file.startswith(artefact.name)]
        some = [file for file in files if names is None or artefact.partition is None or file.stem in names]
        opened.append(_open(con, artefact, some))
    ends = [folder / file for file in there if file.startswith(STATES.name)]
    numbers = {file: month_named(file.stem) for file in ends}
    states = {number: _open(con, STATES, [file]) for file, number in numbers.items() if number is not None}
    return History(opened[0], opened[1], opened[2], states)


def _open(con: Backend, artefact: Artefact, files: list[Path]) -> ir.Table:
    for file in files:
        storage.require(file)
        if artefact.difference(storage.open_file(file).schema_arrow):
            raise CrmwbError(f"{file}: its columns are not those of the history; delete the folder to make it anew.")
    return engine.open_files(con, files, artefact.name) if files else _nothing(con, artefact)


def _nothing(con: Backend, artefact: Artefact) -> ir.Table:
    return engine.open_arrow(con, artefact.schema.empty_table(), f"no_{artefact.name}")


def line_checksums(folder: Path = layout.HISTORY) -> dict[int, int]:
    """Return the checksum of the order lines of each month (as `calendar.month_of` counts it) of a kept history."""
    return manifests.read(folder).lines


def update(
    con: Backend,
    tables: Mapping[str, ir.Table],
    as_of: date,
    off_season_months: tuple[int, ...],
    folder: Path = layout.HISTORY,
    *,
    clean: Path | None = None,
) -> History:
    """Bring the kept history up to date with the order lines before `as_of`, and open it.

    A new month is added; of customers whose lines changed in an earlier month, all from that month on is worked out
    anew. What is written are the same bytes as from scratch.

    Parameters
    ----------
    con : Backend
        The engine.
    tables : mapping of str to ir.Table
        Clean canonical tables.
    as_of : date
        Exclusive.
    off_season_months : tuple of int
        Months of the year.
    folder : Path
        Where it is kept.
    clean : Path, optional
        The folder that the tables are opened from: of a month of order lines whose file there is as it was, the lines
        are not looked at to see whether they changed. They must be of known customers, as clean ones are.
    """
    made_by = {
        "code": _code(),
        "engine": engine.version(con),
        "writer": storage.WRITER,
        "off_season_months": list(off_season_months),
    }
    stored = manifests.usable(folder, made_by)
    lines, inputs = _lines(con, tables, as_of, clean, stored)
    before = {} if stored is None else stored.lines
    changed = sorted(m for m in before.keys() | lines.keys() if before.get(m) != lines.get(m))
    if stored is None or changed:
        used = None if stored is None or len(changed) == len(before.keys() | lines.keys()) else stored
        with engine.keeping(con) as keep, progress.step(f"history: {len(changed)} of {len(lines)} months"):
            states: dict[int, ir.Table] = {}
            if not lines:
                history = History(*(_nothing(con, artefact) for artefact in (DAYS, MONTHS, SPREAD_ORDERS)))
                months: list[int] = []
            elif used is None:
                history, months = advance_in_parts(con, tables, as_of, off_season_months, keep=keep), sorted(lines)
            else:
                past = open_history(con, folder)
                start = since(tables, as_of, changed, past, keep)
                new = advance_in_parts(con, tables, as_of, off_season_months, keep=keep, since=start)
                history, months = _merged(past, new, start, con, folder)
                if max(lines) >= max(past.states):
                    states = {month: after_changes(past, new, start, month) for month in last_two(lines)}
            files = {} if used is None else _staying(used.files, lines, months, changed[0])
            now = replace(history, states=states)
            _write(con, folder, Manifest(made_by, lines, inputs, files), now, months)
    elif stored.inputs != inputs:
        storage.write_json(Manifest(made_by, lines, inputs, stored.files).content(), folder / manifests.FILE)
    return open_history(con, folder)


def _lines(
    con: Backend, tables: Mapping[str, ir.Table], as_of: date, clean: Path | None, stored: Manifest | None
) -> tuple[dict[int, int], dict[int, str]]:
    """Return the checksum of the order lines of each month, known of files that are as they were, and their inputs."""
    inputs = {} if clean is None else inputs_of_months(clean, as_of)
    if "transactions" not in tables:
        return {}, inputs
    if stored is None or clean is None or not inputs:
        return month_checksums(con, tables, as_of), inputs
    same = {month for month, digest in inputs.items() if stored.inputs.get(month) == digest}
    lines = {month: stored.lines[month] for month in same if month in stored.lines}
    files = [clean / "transactions" / f"{name_of(month)}.parquet" for month in sorted(inputs.keys() - same)]
    if files:
        lines |= month_checksums(con, {**tables, "transactions": engine.open_files(con, files, "lines")}, as_of)
    return dict(sorted(lines.items())), inputs


def _merged(past: History, new: History, start: Since, con: Backend, folder: Path) -> tuple[History, list[int]]:
    """Put what was worked out anew in the place of what it replaces; return the months that this touches as well."""
    changed = start.changed.select(whose="customer_id", from_month="from_month")

    def is_replaced(table: ir.Table, day: str) -> list[ir.BooleanValue]:
        return [table.customer_id == changed.whose, month_column(table[day]) >= changed.from_month]

    gone = past.months.semi_join(changed, is_replaced(past.months, "month"))
    replaced = gone.select(month=month_column(gone.month))
    touched = replaced.union(new.months.select(month=month_column(new.months.month))).distinct()
    months = sorted(engine.batches(con, touched).read_all()["month"].to_pylist())
    some = open_history(con, folder, months)
    merged = History(
        some.days.anti_join(changed, is_replaced(some.days, "day")).union(new.days),
        some.months.anti_join(changed, is_replaced(some.months, "month")).union(new.months),
        some.spread_orders.anti_join(changed, some.spread_orders.customer_id == changed.whose).union(new.spread_orders),
    )
    return merged, months


def _staying(files: Mapping[str, str], lines: Mapping[int, int], touched: list[int], first: int) -> dict[str, str]:
    """Return the files, with their hashes, that no change from the month `first` on touches."""
    months = {name_of(month) for month in lines} - {name_of(month) for month in touched}
    states = {name_of(month) for month in last_two(lines) if month < first}
    return {
        file: known
        for file, known in files.items()
        if Path(file).stem in (states if file.startswith(STATES.name) else months)
    }


def _write(con: Backend, folder: Path, manifest: Manifest, history: History, months: list[int]) -> None:
    """Write the months that were worked out, and the states of the last, beside those files that the manifest has."""
    with storage.replacing_folder(folder) as beside:
        for file in manifest.files:
            kept.link(folder / file, beside / file)
        for artefact, table in zip(
            (DAYS, MONTHS, SPREAD_ORDERS), (history.days, history.months, history.spread_orders), strict=True
        ):
            declared, to = conformed(table, artefact), beside / artefact.path.name
            if artefact.partition is None:
                storage.stream(con, declared, artefact, to)
                continue
            to.mkdir(exist_ok=True)
            month = month_column(declared[artefact.partition])
            named = declared.mutate(partition=_named(month))
            storage.write_partitions(con, named.filter(month.isin(months)), to, "partition", artefact.key)
        for month in last_two(manifest.lines):
            file = f"{STATES.name}/{name_of(month)}.parquet"
            if file not in manifest.files:
                state = history.states.get(month)
                if state is None:
                    written = storage.open_table(con, beside / MONTHS.path.name, "written_months")
                    state = last_before(written, day_of(start_of(month + 1)))
                storage.stream(con, conformed(state, STATES), STATES, beside / file)
        hashes = dict(manifest.files)
        for path in sorted(beside.rglob("*.parquet")):
            file = path.relative_to(beside).as_posix()
            hashes[file] = hashes.get(file) or kept.file_hash(path)
        storage.write_json(replace(manifest, files=hashes).content(), beside / manifests.FILE)


def _named(month: ir.IntegerValue) -> ir.StringValue:
    """Return what `calendar.name_of` does, on the engine."""
    year, of_year = (month // MONTHS_A_YEAR).cast("string"), (month % MONTHS_A_YEAR + 1).cast("string")
    return year.lpad(4, "0") + "-" + of_year.lpad(2, "0")


def _code() -> str:
    """Return the hash of the code that makes a history: one made by other code is not gone on with."""
    ours = Path(__file__).parent
    return storage.content_hash(ours, ours.parent / "contract" / "history.py")
