"""The history as it is kept: partitioned by month, and brought up to date where order lines changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import ibis.expr.types as ir

from crmwb import engine, layout, progress, storage
from crmwb.calendar import MONTHS_A_YEAR, month_column, name_of
from crmwb.contract import Artefact
from crmwb.contract.history import ARTEFACTS
from crmwb.engine import Backend
from crmwb.errors import CrmwbError
from crmwb.files import kept
from crmwb.history.changes import month_checksums, since
from crmwb.history.columns import conformed
from crmwb.history.history import History, Since
from crmwb.history.parts import advance_in_parts

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What a kept history was made of, and the hash of each of its files.

    Attributes
    ----------
    made_by : dict
        The code, the engine and the choices: where they are others, nothing of it can be used.
    lines : dict of int to int
        By month, the checksum of the order lines.
    files : dict of str to str
        By place within the folder, the SHA-256.
    """

    made_by: dict[str, Any]
    lines: dict[int, int]
    files: dict[str, str]

    def content(self) -> dict[str, Any]:
        """Return the manifest as JSON knows it."""
        return {"made_by": self.made_by, "lines": {str(m): c for m, c in self.lines.items()}, "files": self.files}


def open_history(con: Backend, folder: Path = layout.HISTORY) -> History:
    """Open a kept history.

    Raises
    ------
    CrmwbError
        It has not been made yet, lacks a file, or a file has other columns.
    """
    storage.require(folder / MANIFEST)
    files = _manifest(folder).files
    opened = [
        _open(con, artefact, [folder / file for file in files if file.startswith(artefact.name)])
        for artefact in ARTEFACTS
    ]
    return History(*opened)


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
    return _manifest(folder).lines


def update(
    con: Backend,
    tables: Mapping[str, ir.Table],
    as_of: date,
    off_season_months: tuple[int, ...],
    folder: Path = layout.HISTORY,
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
    """
    made_by = {
        "code": _code(),
        "engine": engine.version(con),
        "writer": storage.WRITER,
        "off_season_months": list(off_season_months),
    }
    lines = month_checksums(con, tables, as_of) if "transactions" in tables else {}
    stored = _usable(folder, made_by)
    before = {} if stored is None else stored.lines
    changed = sorted(m for m in before.keys() | lines.keys() if before.get(m) != lines.get(m))
    if stored is None or changed:
        used = None if stored is None or len(changed) == len(before.keys() | lines.keys()) else stored
        with engine.keeping(con) as keep, progress.step(f"history: {len(changed)} of {len(lines)} months"):
            if not lines:
                history = History(*(_nothing(con, artefact) for artefact in ARTEFACTS))
                months: list[int] = []
            elif used is None:
                history, months = advance_in_parts(con, tables, as_of, off_season_months, keep=keep), sorted(lines)
            else:
                past = open_history(con, folder)
                start = since(tables, as_of, changed, past.months, keep)
                new = advance_in_parts(con, tables, as_of, off_season_months, keep=keep, since=start)
                history, months = _merged(past, new, start, con)
            _write(con, folder, Manifest(made_by, lines, {} if used is None else used.files), history, months)
    return open_history(con, folder)


def _merged(past: History, new: History, start: Since, con: Backend) -> tuple[History, list[int]]:
    """Put what was worked out anew in the place of what it replaces; return the months that this touches as well."""

    def unchanged(table: ir.Table, day: str, months: list[int] | None = None) -> ir.Table:
        month = month_column(table[day])
        some = table.filter(month.isin(months)) if months is not None else table
        changed = start.changed.select(whose="customer_id", from_month="from_month")
        gone = [some.customer_id == changed.whose, month_column(some[day]) >= changed.from_month]
        return some.anti_join(changed, gone) if months is not None else some.semi_join(changed, gone)

    gone = unchanged(past.months, "month")
    replaced = gone.select(month=month_column(gone.month))
    touched = replaced.union(new.months.select(month=month_column(new.months.month))).distinct()
    months = sorted(engine.batches(con, touched).read_all()["month"].to_pylist())
    spread = past.spread_orders.anti_join(start.changed, "customer_id")
    merged = History(
        unchanged(past.days, "day", months).union(new.days),
        unchanged(past.months, "month", months).union(new.months),
        spread.union(new.spread_orders),
    )
    return merged, months


def _write(con: Backend, folder: Path, manifest: Manifest, history: History, months: list[int]) -> None:
    """Write the months that were worked out, beside those files of the others that are kept."""
    with storage.replacing_folder(folder) as beside:
        names = [name_of(month) for month in months]
        stays = {name_of(month) for month in manifest.lines} - set(names)
        hashes = {file: known for file, known in manifest.files.items() if Path(file).stem in stays}
        for file in hashes:
            kept.link(folder / file, beside / file)
        for artefact, table in zip(ARTEFACTS, (history.days, history.months, history.spread_orders), strict=True):
            declared, to = conformed(table, artefact), beside / artefact.path.name
            if artefact.partition is None:
                storage.stream(con, declared, artefact, to)
                continue
            to.mkdir(exist_ok=True)
            month = month_column(declared[artefact.partition])
            named = declared.mutate(partition=_named(month))
            storage.write_partitions(con, named.filter(month.isin(months)), to, "partition", artefact.key)
        for path in sorted(beside.rglob("*.parquet")):
            file = path.relative_to(beside).as_posix()
            hashes[file] = hashes.get(file) or kept.file_hash(path)
        storage.write_json(Manifest(manifest.made_by, manifest.lines, hashes).content(), beside / MANIFEST)


def _named(month: ir.IntegerValue) -> ir.StringValue:
    """Return what `calendar.name_of` does, on the engine."""
    year, of_year = (month // MONTHS_A_YEAR).cast("string"), (month % MONTHS_A_YEAR + 1).cast("string")
    return year.lpad(4, "0") + "-" + of_year.lpad(2, "0")


def _manifest(folder: Path) -> Manifest:
    content = storage.read_json(folder / MANIFEST)
    lines = {int(month): checksum for month, checksum in content["lines"].items()}
    return Manifest(content["made_by"], lines, content["files"])


def _usable(folder: Path, made_by: dict[str, Any]) -> Manifest | None:
    """Return the manifest of a kept history that was made in this way and is whole; else None."""
    try:
        manifest = _manifest(folder)
    except (CrmwbError, KeyError, TypeError, ValueError):
        return None
    return manifest if manifest.made_by == made_by and kept.is_whole(folder, manifest.files) else None


def _code() -> str:
    """Return the hash of the code that makes a history: one made by other code is not gone on with."""
    ours = Path(__file__).parent
    return storage.content_hash(ours, ours.parent / "contract" / "history.py")
