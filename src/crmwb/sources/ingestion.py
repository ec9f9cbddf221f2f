"""From a source to the canonical tables: chosen, read, checked against the contract, written with a manifest."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from crmwb import engine, layout, progress, storage
from crmwb.contract.canonical import TABLES, TRANSACTIONS
from crmwb.contract.ingest import UNREADABLE
from crmwb.engine import Backend
from crmwb.errors import CrmwbError
from crmwb.files import owners
from crmwb.params import Params, SourceParams
from crmwb.sources import b2b_demo, books, complete_journey, files
from crmwb.sources.delivery import Delivery, Filtered, Truth
from crmwb.sources.formats import ROW
from crmwb.sources.privacy import forgotten
from crmwb.sources.settling import settled
from crmwb.sources.staging import FILE
from crmwb.sources.writing import write_table

Adapter = Callable[[Backend, SourceParams, Path], Delivery]

ADAPTERS: dict[str, Adapter] = {
    "complete_journey": complete_journey.read,
    "files": files.read,
    "database": files.read,
    "b2b_demo": b2b_demo.read,
}

N_FAULTS_SHOWN = 5


def ingest(p: Params, folder: Path = layout.CANONICAL) -> None:
    """Read the source that the params name and write the canonical tables.

    Parameters
    ----------
    p : Params
        `source` chooses the adapter; `engine` says what it may use.
    folder : Path
        Where to: `<table>.parquet` sorted by key, of order lines a folder of such files by month; manifest.json and,
        where rows could not be cast, `unreadable/<table>.parquet`; of files also `provenance/`, with the same files, of
        a simulated source `truth/`. It is replaced as a whole, or not at all.

    Raises
    ------
    CrmwbError
        The source is missing or wrong, or no row of a table is usable.
    """
    with storage.replacing_folder(folder) as beside, engine.connect(p.engine) as con:
        with owners.scratch("staged") as staged:
            delivery, left_out = forgotten.without(con, ADAPTERS[p.source.kind](con, p.source, staged))
            tables: dict[str, Any] = {}
            for i, (name, delivered) in enumerate(sorted(settled(delivery.tables).items()), start=1):
                with progress.step(f"writing {name} ({i} of {len(delivery.tables)})"):
                    tables[name] = write_table(con, TABLES[name], delivered, beside, delivery.kept)
                if name in delivery.unreadable:
                    tables[name]["unreadable"] = _write_unreadable(con, name, delivery.unreadable[name], beside)
                tables[name] |= _told_filtered(name, delivery.filtered.get(name, Filtered()))
                if name in delivery.joined:
                    tables[name]["joined"] = [joined.manifest() for joined in delivery.joined[name]]
                _refuse_empty(name, tables[name])
            compared = _compared(con, p.source, beside)
            if delivery.truth is not None:
                _write_truth(con, delivery.truth, beside / layout.TRUTH.name)
            if delivery.kept is not None:
                delivery.kept.write()
        with progress.step("hashing the source"):
            manifest = {
                "source": {"kind": p.source.kind, **delivery.origin.manifest()},
                "currency": p.source.currency,
                "tables": tables,
                "control_totals": compared,
                "not_available": [name for name in TABLES if name not in tables],
                "forgotten": left_out,
            }
        storage.write_json(manifest, beside / layout.MANIFEST.name)
    if any(results["unreadable"] for results in tables.values()):
        progress.console.print(
            f"  The rows that cannot be read are in {folder / layout.UNREADABLE.name}, with file, row and reason."
        )


def _compared(con: Backend, source: SourceParams, folder: Path) -> list[dict[str, Any]]:
    """Return the revenue that the company's books state beside that of the purchases; stop where they differ."""
    path = folder / TRANSACTIONS.path.name
    if not source.control_totals:
        return []
    if not path.exists():
        raise CrmwbError("source.control_totals: there are no purchases to compare with; write {} there.")
    purchases = storage.open_table(con, path, "compared_with_books")
    result = []
    for period, amount in source.control_totals.items():
        stated, cents = round(100 * amount), books.read_cents(purchases, period)
        if not books.agree(stated, cents, source.control_tolerance):
            raise CrmwbError(
                f"{books.differs(period, stated, cents, source.currency)}. Nothing was written; `crmwb check` looks "
                f"for the rows or columns that come to the difference."
            )
        result.append({"period": period, "stated_cents": stated, "revenue_cents": cents})
    return result


def _write_unreadable(con: Backend, name: str, rows: ir.Table, folder: Path) -> int:
    """Write the rows of a table that could not be cast, say what was wrong with them, and return how many there are."""
    path = folder / layout.UNREADABLE.name / f"{name}.parquet"
    n_rows = storage.stream(con, rows, UNREADABLE, path)
    if n_rows == 0:
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
        return 0
    result = engine.open_parquet(con, path, f"unreadable_{name}")
    place = ibis.struct({FILE: result[FILE], ROW: result[ROW]}).min()
    faults = result.group_by("column", "reason").aggregate(n=result.count(), file=place[FILE], row=place[ROW])
    results = faults.order_by(ibis.desc("n"), "reason", "column").limit(N_FAULTS_SHOWN).to_pyarrow().to_pylist()
    progress.console.print(f"  {name}: {n_rows:,} {'row' if n_rows == 1 else 'rows'} cannot be read:")
    for fault in results:
        column = f"{fault['column']}: " if fault["column"] else ""
        progress.console.print(
            f"    {fault['n']:,} × {column}{fault['reason']} (first: {fault['file']} row {fault['row']:,})"
        )
    return n_rows


def _write_truth(con: Backend, truth: Truth, folder: Path) -> None:
    with progress.step("writing the truth"):
        for name, (rows, key) in truth.tables.items():
            storage.write_query(con, rows, folder / f"{name}.parquet", key)
        storage.write_json(truth.parameters, folder / layout.TRUTH_PARAMETERS.name)


def _told_filtered(name: str, left_out: Filtered) -> dict[str, Any]:
    """Say how many rows of a table its mapping's filter left out, and return what the manifest says of them."""
    if n_rows := left_out.n_rows:
        progress.console.print(f"  {name}: {n_rows:,} {'row' if n_rows == 1 else 'rows'} left out by the filter.")
    return left_out.manifest()


def _refuse_empty(name: str, results: dict[str, Any]) -> None:
    if results["rows"] == 0 and (results["unreadable"] > 0 or name == "transactions"):
        raise CrmwbError(
            f"{name}: none of its {results['unreadable']:,} rows is usable (the reasons stand above); check the "
            f"columns, formats and delimiter that the mapping names."
        )
