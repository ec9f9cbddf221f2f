"""The rows of files that were read before: only a file that is new, or changed, is read and cast again.

Of each file of which every row could be read, its canonical rows are kept in `data/kept`, under a hash of all that they
depend on. Beside them stand the source columns that derived tables read; a file in which these hold an e-mail address
or a phone number, or whose rows name a forgotten customer, is not kept. So are the months of a table that is written in
a file for each, under a hash of the files with rows in them.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from crmwb import layout, storage
from crmwb.contract import Table
from crmwb.contract.canonical import TABLES
from crmwb.errors import CrmwbError
from crmwb.files import kept
from crmwb.sources.delivery import NO_MONTH, Filtered, Months
from crmwb.sources.privacy import forgotten, secret
from crmwb.sources.source_files import SourceFile, not_readable

ENTRY = "entry.json"
PACKAGES = ("duckdb", "ibis-framework", "pyarrow", "phonenumbers")
CONTRACT = ("contract/canonical", "contract/columns.py", "contract/tables.py")
MODULES = ("sources", "engine", "calendar.py", *CONTRACT, "storage.py", "files/parquet.py")


@dataclass(frozen=True)
class KeptFile:
    """A file that was read.

    Attributes
    ----------
    parts : tuple of Path
        Parquet files with its rows, as `rows.good_schema` says.
    columns : tuple of str
        The source columns that it has of those that were asked for.
    filtered : Filtered
        What the mapping's filter left out of it.
    months : tuple of int
        The months in which its rows lie, where its table is written in a file for each.
    """

    parts: tuple[Path, ...]
    columns: tuple[str, ...]
    filtered: Filtered
    months: tuple[int, ...] = ()

    @cached_property
    def n_rows(self) -> int:
        """How many rows."""
        return sum(pq.read_metadata(part).num_rows for part in self.parts)


def made_by(mapping: str, params: str) -> str:
    """Return a hash of what all kept rows depend on beside their files: code, libraries, choices, whom to forget.

    Parameters
    ----------
    mapping, params : str
        The mapping, and `source` of the params, as JSON.
    """
    ours = Path(__file__).parents[1]
    content = {
        "code": storage.content_hash(*(ours / module for module in MODULES)),
        "packages": {name: version(name) for name in PACKAGES},
        "mapping": mapping,
        "params": params,
        "forgotten": sorted(forgotten.listed()),
        "key": secret.codes(["crmwb"], secret.key()) if secret.is_there() else [],
    }
    return _digest(content)


@dataclass
class KeptRows:
    """The rows that are kept, and those that this run adds.

    Attributes
    ----------
    made_by : str
        As the function of that name returns it.
    folder : Path
        Where they lie.
    by_month : dict of str to bool
        The tables that are written in a file for each month and read from files alone, and whether their lines are
        numbered here.
    """

    made_by: str
    folder: Path = layout.KEPT_ROWS
    by_month: dict[str, bool] = field(default_factory=dict)
    _sources: dict[str, list[tuple[str, str, tuple[int, ...]]]] = field(default_factory=dict)
    _months: dict[str, dict[int, str]] = field(default_factory=dict)
    _hashes: dict[Path, str] = field(default_factory=dict)
    _used: dict[str, dict[str, Any]] = field(default_factory=dict)
    _new: dict[str, tuple[Table, KeptFile]] = field(default_factory=dict)

    def find(self, part: str, file: SourceFile) -> KeptFile | None:
        """Return the rows of a file as a part of the mapping reads them, where they are kept whole."""
        key = self._key(part, file)
        entry = self._entry(key)
        try:
            if entry is None:
                return None
            result = KeptFile(
                tuple(self.folder / key / name for name in entry["files"]),
                tuple(entry["columns"]),
                Filtered(**entry["filtered"]),
                tuple(entry["months"]),
            )
        except (KeyError, TypeError):
            return None
        self._used[key] = entry
        return result

    def note(self, name: str, part: str, file: SourceFile, months: Sequence[int]) -> None:
        """Note the months in which a file has rows of a table, be it kept or not."""
        self._sources.setdefault(name, []).append((file.name, self._key(part, file), tuple(months)))

    def months(self, name: str) -> Months | None:
        """Return which months of a table are made from the same rows as before; None where that cannot be told."""
        sources = self._sources.get(name, [])
        if name not in self.by_month or any(NO_MONTH in months for _, _, months in sources):
            return None
        self._months[name] = {month: self._key_of(name, month) for month in {m for _, _, ms in sources for m in ms}}
        stay = {}
        for month, key in self._months[name].items():
            if (entry := self._entry(key)) is not None:
                self._used[key] = entry
                stay[month] = tuple(self.folder / key / file for file in entry["files"])
        return Months(stay, sorted(self._months[name].keys() - stay.keys()))

    def add_months(self, name: str, files: Mapping[int, tuple[Path, ...]]) -> None:
        """Note the files of months that were written; a month with rows of a file that is not kept is not kept."""
        kept_whole = self._used.keys() | self._new.keys()
        for month, written in files.items():
            if all(key in kept_whole for _, key, months in self._sources[name] if month in months):
                self._new[self._months[name][month]] = (TABLES[name], KeptFile(written, (), Filtered()))

    def _key_of(self, name: str, month: int) -> str:
        """Return a hash of all that a month is made from: the files with rows in it.

        Where lines are numbered here, a line's number rests on those of its order in earlier files, too.
        """
        sources = sorted(self._sources[name])
        of_month = [file for file, _, months in sources if month in months]
        rest_on = [s for s in sources if (s[0] <= of_month[-1] if self.by_month[name] else month in s[2])]
        content = {"made_by": self.made_by, "table": name, "month": month, "writer": storage.WRITER}
        return _digest(content | {"rows": [(file, key) for file, key, _ in rest_on]})

    def _entry(self, key: str) -> dict[str, Any] | None:
        try:
            entry: dict[str, Any] = storage.read_json(self.folder / key / ENTRY)
            return entry if kept.is_whole(self.folder / key, entry["files"]) else None
        except (CrmwbError, OSError, KeyError, TypeError, AttributeError):
            return None

    def add(self, part: str, file: SourceFile, table: Table, read: KeptFile) -> None:
        """Note a file that was read, to be kept once all is written."""
        self._new[self._key(part, file)] = (table, read)

    def write(self) -> None:
        """Keep what this run used and read, and nothing else."""
        listed = forgotten.listed()
        new = {key: read for key, (table, read) in self._new.items() if not _names_any(table, read.parts, listed)}
        if not new and self._used.keys() == self._there():
            return
        with storage.replacing_folder(self.folder) as beside:
            for key, entry in self._used.items():
                for name in entry["files"]:
                    kept.link(self.folder / key / name, beside / key / name)
                storage.write_json(entry, beside / key / ENTRY)
            for key, read in new.items():
                names = {f"{i}.parquet": part for i, part in enumerate(read.parts)}
                for name, part in names.items():
                    kept.link(part, beside / key / name)
                storage.write_json(
                    {
                        "files": {name: kept.file_hash(part) for name, part in names.items()},
                        "columns": list(read.columns),
                        "filtered": vars(read.filtered),
                        "months": list(read.months),
                    },
                    beside / key / ENTRY,
                )

    def _there(self) -> Collection[str]:
        return {path.name for path in self.folder.iterdir()} if self.folder.is_dir() else set()

    def _key(self, part: str, file: SourceFile) -> str:
        if file.path not in self._hashes:
            try:
                self._hashes[file.path] = kept.file_hash(file.path)
            except OSError as error:
                raise not_readable(file.name, error) from None
        return _digest({"made_by": self.made_by, "part": part, "name": file.name, "file": self._hashes[file.path]})


def _digest(content: Mapping[str, Any]) -> str:
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def _names_any(table: Table, parts: Collection[Path], listed: set[str]) -> bool:
    """Return whether rows name, in any column, a customer whose code is listed."""
    if not listed:
        return False
    with_key = secret.key()
    columns = {c.name for c in table.columns if c.name == forgotten.KEY or c.references == "customers"}
    for part in parts:
        with storage.open_file(part) as opened:
            held = [name for name in opened.schema_arrow.names if name in columns]
            for name in held:
                ids = pc.unique(opened.read([name])[name].combine_chunks()).drop_null()
                if not listed.isdisjoint(secret.codes(ids.to_pylist(), with_key)):
                    return True
    return False
