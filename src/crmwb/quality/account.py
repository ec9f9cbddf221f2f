"""Nothing is lost: what was ingested is clean or quarantined, in rows and, for transactions, to the cent."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from crmwb import engine, storage
from crmwb.contract import Kind, Table
from crmwb.engine import Backend
from crmwb.errors import CrmwbError

MONEY = "revenue_cents"  # the column whose sum is followed, in the tables that have it
WIDE = "decimal(38, 0)"


@dataclass(frozen=True)
class Account:
    """Where one table's rows went.

    Attributes
    ----------
    ingested : int
        Rows that came in: those of the canonical file and those that could not be read.
    clean, quarantined : int
        Rows that go on, and rows that stay behind; together, those ingested.
    unreadable : int
        Those quarantined because they could not be read as the contract's types.
    """

    ingested: int
    clean: int
    quarantined: int
    unreadable: int

    @property
    def quarantined_share(self) -> float:
        """Quarantined over ingested; 0 where nothing was ingested."""
        return self.quarantined / self.ingested if self.ingested else 0.0


def opened(file: Path, n_unreadable: int, manifest: Mapping[str, Any]) -> Account:
    """Open a table's account, with every readable row still clean.

    Raises
    ------
    CrmwbError
        The manifest counted otherwise when the table was ingested.
    """
    n_rows = _rows_in(file)
    if (n_rows, n_unreadable) != (manifest["rows"], manifest["unreadable"]):
        raise CrmwbError(
            f"{file}: {n_rows:,} rows and {n_unreadable:,} unreadable ones, but the manifest beside it tells of "
            f"{manifest['rows']:,} and {manifest['unreadable']:,}; run `dvc repro -f -s ingest`."
        )
    return Account(ingested=n_rows + n_unreadable, clean=n_rows, quarantined=n_unreadable, unreadable=n_unreadable)


def filtered(con: Backend, name: str, manifest: Mapping[str, Any]) -> ir.Table:
    """Return what the manifest tells of the rows of a table that its mapping's filter left out, as a table of one row.

    Columns: n_rows, and of those left out because they name no customer n_without_customer and cents_without_customer.
    """
    nobodys = manifest.get("without_customer", {"rows": 0, "revenue_cents": 0})
    counts = {
        "n_rows": manifest["filtered"],
        "n_without_customer": nobodys["rows"],
        "cents_without_customer": nobodys["revenue_cents"],
    }
    return engine.open_arrow(con, pa.table({key: [value] for key, value in counts.items()}), f"filtered_{name}")


def without(account: Account, n_broken: int) -> Account:
    """Move `n_broken` rows from clean to quarantined."""
    return Account(account.ingested, account.clean - n_broken, account.quarantined + n_broken, account.unreadable)


def check_rows(account: Account, clean: Path, quarantine: Path) -> None:
    """Hold an account against the files that were written.

    Raises
    ------
    RuntimeError
        They hold other numbers of rows, or rows were lost or made: a fault of ours.
    """
    written = _rows_in(clean), _rows_in(quarantine)
    if written != (account.clean, account.quarantined) or sum(written) != account.ingested:
        raise RuntimeError(f"{clean.stem}: wrote {written} clean and quarantined rows of {account}")


def _rows_in(table: Path) -> int:
    return sum(pq.read_metadata(part).num_rows for part in storage.parts(table))


def money(ingested: ir.Table, clean: ir.Table, left_behind: ir.Table) -> dict[str, int] | None:
    """Return the cents ingested, clean and quarantined; None for a table without revenue.

    Unreadable rows have no cents yet, so they are in neither sum.

    Parameters
    ----------
    ingested, clean, left_behind : ir.Table
        All canonical rows, those written as clean, and those that broke a rule.

    Raises
    ------
    RuntimeError
        Clean and quarantined do not add up to ingested: a fault of ours.
    """
    if MONEY not in ingested.columns:
        return None
    # Before bad rows are left behind, amounts may be so absurd that only a wide decimal holds their sum.
    sums = {
        name: int(rows[MONEY].sum().cast(WIDE).fill_null(0).to_pyarrow().as_py())
        for name, rows in (("ingested", ingested), ("clean", clean), ("quarantined", left_behind))
    }
    if sums["clean"] + sums["quarantined"] != sums["ingested"]:
        raise RuntimeError(f"revenue was lost or made: {sums}")
    return sums


def volumes(clean: ir.Table, table: Table) -> dict[str, int]:
    """Return of each money column what its amounts add up to, whatever their signs, in cents."""
    sums = {c.name: clean[c.name].abs().sum().cast(WIDE).fill_null(0) for c in table.columns if c.kind is Kind.MONEY}
    if not sums:
        return {}
    return {name: int(cents) for name, cents in clean.aggregate(**sums).to_pyarrow().to_pylist()[0].items()}
