"""The rows of files that were read before: only a file that is new, or changed, is read and cast again.

Of each file of which every row could be read, its canonical rows are kept in `data/kept`, under a hash of all that they
depend on. Beside them stand the source columns that derived tables read; a file in which these hold an e-mail address
or a phone number, or whose rows name a forgotten customer, is not kept.
"""

import json
from collections.abc import Collection, Mapping
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
from crmwb.errors import CrmwbError
from crmwb.files import kept
from crmwb.sources.delivery import Filtered
from crmwb.sources.privacy import forgotten, secret
from crmwb.sources.source_files import SourceFile

ENTRY = "entry.json"
PACKAGES = ("duckdb", "ibis-framework", "pyarrow", "phonenumbers")
CONTRACT = ("contract/canonical", "contract/columns.py", "contract/tables.py")
MODULES = ("sources", "engine", "calendar.py", *CONTRACT, "storage.py")


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
    """

    parts: tuple[Path, ...]
    columns: tuple[str, ...]
    filtered: Filtered

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
    """

    made_by: str
    folder: Path = layout.KEPT_ROWS
    _hashes: dict[Path, str] = field(default_factory=dict)
    _used: dict[str, dict[str, Any]] = field(default_factory=dict)
    _new: dict[str, tuple[Table, KeptFile]] = field(default_factory=dict)

    def find(self, part: str, file: SourceFile) -> KeptFile | None:
        """Return the rows of a file as a part of the mapping reads them, where they are kept whole."""
        try:
            key = self._key(part, file)
            place = self.folder / key
            entry = storage.read_json(place / ENTRY)
            if not kept.is_whole(place, entry["files"]):
                return None
            result = KeptFile(
                tuple(place / name for name in entry["files"]),
                tuple(entry["columns"]),
                Filtered(**entry["filtered"]),
            )
        except (CrmwbError, OSError, KeyError, TypeError, AttributeError):
            return None
        self._used[key] = entry
        return result

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
                    },
                    beside / key / ENTRY,
                )

    def _there(self) -> Collection[str]:
        return {path.name for path in self.folder.iterdir()} if self.folder.is_dir() else set()

    def _key(self, part: str, file: SourceFile) -> str:
        if file.path not in self._hashes:
            self._hashes[file.path] = kept.file_hash(file.path)
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
