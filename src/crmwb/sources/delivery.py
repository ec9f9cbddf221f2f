"""What every adapter hands over: canonical tables as expressions on the engine, and where they come from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from typing import Any, Protocol

import ibis.expr.types as ir

from crmwb.errors import CrmwbError
from crmwb.findings import Finding, to_json
from crmwb.sources.joins import Joined

FileState = tuple[int, int, int]
NO_MONTH = -1  # of rows without a date, of a table that is written in a file for each month


@dataclass(frozen=True)
class Origin:
    """Where the data comes from, as the manifest and every report state it.

    Attributes
    ----------
    files : list of (Path, str)
        The files that were read and the names the manifest gives them: the same on every machine.
    stored : list of dict
        What was read from a database, as the manifest tells of files.
    seen : dict of str to tuple
        Of files, by name: what `state_of` said before they were read.
    """

    name: str
    version: str | None
    licence: str | None
    caveat: str | Finding | None
    files: list[tuple[Path, str]]
    stored: list[dict[str, Any]] = field(default_factory=list)
    seen: dict[str, FileState] = field(default_factory=dict)

    def manifest(self) -> dict[str, Any]:
        """Return it as the manifest writes it, each file, table or query with its SHA-256 and size.

        Raises
        ------
        CrmwbError
            A file changed since it was first looked at, so that nobody knows what was read of it.
        """
        return {
            "name": self.name,
            "version": self.version,
            "licence": self.licence,
            "caveat": to_json(self.caveat) if isinstance(self.caveat, Finding) else self.caveat,
            "files": [
                *(self._file(path, name) for path, name in self.files),
                *self.stored,
            ],
        }

    def _file(self, path: Path, name: str) -> dict[str, Any]:
        digest, state = _sha256(path), state_of(path)
        if self.seen.get(name, state) != state:
            raise CrmwbError(f"{name}: changed while it was read; run again once it is whole.")
        return {"path": name, "sha256": digest, "bytes": state[0]}


@dataclass(frozen=True)
class Filtered:
    """What the filters of a table's mapping left out: counted, and kept nowhere.

    Attributes
    ----------
    n_rows : int
        How many rows.
    n_without_customer, cents_without_customer : int
        Of them, those left out because they name no customer, and the revenue that they would have brought.
    """

    n_rows: int = 0
    n_without_customer: int = 0
    cents_without_customer: int = 0

    def __add__(self, other: "Filtered") -> "Filtered":
        return Filtered(
            self.n_rows + other.n_rows,
            self.n_without_customer + other.n_without_customer,
            self.cents_without_customer + other.cents_without_customer,
        )

    def manifest(self) -> dict[str, Any]:
        """Return it as the manifest writes it."""
        nobodys = {"rows": self.n_without_customer, "revenue_cents": self.cents_without_customer}
        return {"filtered": self.n_rows} | ({"without_customer": nobodys} if self.n_without_customer else {})


@dataclass(frozen=True)
class Truth:
    """What a simulated source knows and a real one never does; nothing after ingest reads it but tests.

    Attributes
    ----------
    tables : dict of str to (ir.Table, tuple of str)
        What is true of each row of a canonical table, and the key that it is sorted by.
    parameters : dict
        What everything was drawn from, as JSON.
    """

    tables: dict[str, tuple[ir.Table, tuple[str, ...]]]
    parameters: dict[str, Any]


@dataclass(frozen=True)
class Months:
    """The months of a table that is written in a file for each, by their numbers.

    Attributes
    ----------
    stay : dict of int to tuple of Path
        Those that are made from what they were made from before, with the files that were written then.
    changed : list of int
        All others that have rows.
    """

    stay: dict[int, tuple[Path, ...]]
    changed: list[int]


class Kept(Protocol):
    """What an adapter keeps for its next run."""

    def months(self, name: str) -> "Months | None":
        """Return which months of a table stay as they were written; None where that cannot be told."""

    def add_months(self, name: str, files: Mapping[int, tuple[Path, ...]]) -> None:
        """Note files that were written, by their months, to be kept."""

    def write(self) -> None:
        """Keep what was noted."""


@dataclass(frozen=True)
class Delivery:
    """What an adapter read.

    Attributes
    ----------
    tables : dict of str to ir.Table
        Canonical tables. Each holds the contract's required columns and any of the others, typed as it says; and,
        where the source has rows in files, source_file and source_row.
    unreadable : dict of str to ir.Table
        For some of these tables, the rows that could not be cast: source_file, source_row, column, reason and the
        original values as JSON.
    filtered : dict of str to Filtered
        For some of these tables, what their mappings' filters left out.
    truth : Truth or None
        Of a simulated source.
    joined : dict of str to list of Joined
        For some of these tables, what became of their joins.
    kept : Kept or None
        What to do once all is written, so that the next run need not read files again that are as they were.
    """

    origin: Origin
    tables: dict[str, ir.Table]
    unreadable: dict[str, ir.Table] = field(default_factory=dict)
    filtered: dict[str, Filtered] = field(default_factory=dict)
    truth: Truth | None = None
    joined: dict[str, list[Joined]] = field(default_factory=dict)
    kept: Kept | None = None


def state_of(path: Path) -> FileState:
    """Return the size of a file and when it was written to and changed (ns): what a change to it alters."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
