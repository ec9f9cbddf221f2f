"""Sums of order lines that are kept: where months came after those of an earlier run, only their lines are summed.

Sums of some months and those of later ones add up to those of all where no order has lines in two months and where each
file has its own month's days alone, so that what is returned was bought in the same or an earlier one. Else, and where
a month was corrected or is gone, all lines are summed.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import ibis.expr.types as ir

from crmwb import engine, storage
from crmwb.contract.canonical import TRANSACTIONS
from crmwb.engine import Backend
from crmwb.files import kept
from crmwb.quality import kept_findings, sums
from crmwb.quality.facts import share_keys
from crmwb.quality.judged_months import lies_between
from crmwb.quality.sums import SUMS, Keep, Lines, Sum

MONTHS = "months.json"


def summed(con: Backend, clean: Path, keep: Keep, folder: Path) -> dict[str, ir.Table]:
    """Return the sums of all clean order lines, by "transactions" and their names, and keep them.

    Parameters
    ----------
    con : Backend
        The engine.
    clean : Path
        The clean order lines, a folder with a file for each month.
    keep : callable
        As `engine.keeping` yields.
    folder : Path
        Where sums of an earlier run are, and these are kept.
    """
    files = storage.parts(clean)
    hashes = {file.name: kept.file_hash(file) for file in files}
    every = storage.open_table(con, clean, "summed")
    fresh = _fresh(con, files, hashes, folder)
    tables = sums.worked_out(every, keep) if fresh is None else _with(con, fresh, every, keep, folder)
    for each in SUMS:
        table = tables[f"transactions{each.name}"]
        storage.write_query(con, table, _file(folder, each), each.keys or table.columns)
    written = {_file(folder, each).name: kept.file_hash(_file(folder, each)) for each in SUMS}
    kept_findings.write(folder / MONTHS, {}, {"months": hashes, "sums": written})
    return tables


def _fresh(con: Backend, files: Sequence[Path], hashes: dict[str, str], folder: Path) -> list[Path] | None:
    """Return the months after those that were summed; None where sums of these cannot be used."""
    earlier = kept_findings.read(folder / MONTHS, {})
    if earlier is None or not kept.is_whole(folder, earlier["sums"]):
        return None
    before = earlier["months"]
    fresh = [file for file in files if file.name not in before]
    if any(hashes.get(name) != known for name, known in before.items()):
        return None
    if fresh and (fresh[0].name < max(before) or not all(map(_is_a_month, files))):
        return None
    return None if share_keys(con, files, ["order_id"]) else fresh


def _with(con: Backend, fresh: list[Path], every: ir.Table, keep: Keep, folder: Path) -> dict[str, ir.Table]:
    """Return the sums that are kept, with those of the months `fresh`."""

    def known(each: Sum) -> ir.Table:
        return engine.open_files(con, [_file(folder, each)], "kept_sums")

    # worked out in any case, since these files are written again
    if not fresh:
        return {f"transactions{each.name}": keep("sums", known(each)) for each in SUMS}
    some = engine.open_files(con, fresh, "newest")
    lines = Lines(some, keep("orders", sums.by_order(some)), every)
    return {f"transactions{each.name}": keep("sums", each.together(known(each), each.of(lines))) for each in SUMS}


def _is_a_month(file: Path) -> bool:
    """Return whether a file has the days alone of the month that it is named for."""
    if not storage.MONTH.fullmatch(file.stem) or file.stem == "unknown":
        return False
    first = date.fromisoformat(f"{file.stem}-01")
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return lies_between(file, str(TRANSACTIONS.partition), first, last)


def _file(folder: Path, each: Sum) -> Path:
    return folder / f"{each.name.split()[-1]}.parquet"
