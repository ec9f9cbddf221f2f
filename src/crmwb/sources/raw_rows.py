"""The rows of a source as they stand there, set down as text: of files, of a database, and of the mapping itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmwb.errors import CrmwbError
from crmwb.sources import database, staging
from crmwb.sources.delivery import FileState, state_of
from crmwb.sources.lines import Key, Places
from crmwb.sources.mapping import TableMapping
from crmwb.sources.source_files import SourceFile, find
from crmwb.sources.staging import Wanted

N_FILES_TRIED = 10


@dataclass
class RawRows:
    """What a mapping names in a folder or a database, and what was read of it.

    Attributes
    ----------
    places : Places
        Where the mapping says what, for messages.
    directory : Path
        `source.directory`.
    folder : Path
        Where rows are set down as text.
    stored : list of dict
        What was read from the database, as the manifest tells of files.
    states : dict of str to FileState
        What the files were before they were read, by their names in the directory.
    """

    places: Places
    directory: Path
    folder: Path
    stored: list[dict[str, Any]] = field(default_factory=list)
    states: dict[str, FileState] = field(default_factory=dict)
    _by_name: dict[str, SourceFile] = field(default_factory=dict)

    @property
    def files(self) -> list[tuple[Path, str]]:
        """The files that were read and their names in the directory, sorted."""
        return [(self._by_name[name].path, name) for name in sorted(self._by_name)]

    def stage(
        self, key: Key, part: TableMapping, wanted: dict[str, Wanted], label: str, n_rows: int | None
    ) -> staging.Staged:
        """Set the rows of a part of a table down as text: no more than `n_rows` of each file, table or query."""
        path = self.folder / f"{label}.parquet"
        if part.rows:
            return staging.stage_rows(part, self.places.path.name, path)
        if part.stored:
            with self._query(key, part, n_rows) as query:
                staged = staging.stage([query], part, wanted, path)
            self.stored.append(query.manifest_entry)
            return staged
        return staging.stage(self.files_of(key, part, n_rows), part, wanted, path, n_rows)

    def files_of(self, key: Key, part: TableMapping, n_rows: int | None) -> list[SourceFile]:
        """Find the files of a part, and note what they are before they are read."""
        files = find(self.directory, str(part.file), self.places.of((*key, "file")))
        files = files if n_rows is None else files[:N_FILES_TRIED]
        for file in files:
            self._by_name[file.on_disk] = file
            self.states.setdefault(file.on_disk, state_of(file.path))
        return files

    @contextmanager
    def _query(self, key: Key, part: TableMapping, n_rows: int | None) -> Iterator[database.Query]:
        """Open the table or the query in the database that a part's rows stand in."""
        asked_by = self.places.of((*key, str(part.stored)))
        with database.connect() as con:
            if part.table is not None:
                yield database.open_table(con, part.table, asked_by, order_by=part.order_by, n_rows=n_rows)
            else:
                name = str(part.query)
                query = self._sql(name, asked_by)
                yield database.open_query(con, query, name, asked_by, order_by=part.order_by, n_rows=n_rows)

    def _sql(self, name: str, key: str) -> str:
        path = self.places.path.parent / name
        try:
            return path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise CrmwbError(f"{key}: {path}: not readable ({error}); name a file beside the mapping.") from None
