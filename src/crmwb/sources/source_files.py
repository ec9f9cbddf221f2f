"""The files that a mapping's `file` names within `source.directory`: one, several by a glob, a folder, or in a zip."""

import difflib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from crmwb.errors import CrmwbError
from crmwb.sources.privacy import identifiers

PARQUET = {".parquet", ".pq"}
N_NAMED = 5  # files that a message names


@dataclass(frozen=True)
class SourceFile:
    """A file to read.

    Attributes
    ----------
    path : Path
        Where it lies; of a member of a zip archive, the archive.
    name : str
        What messages, `source_file` and the manifest call it: its path within the directory.
    member : str or None
        Its name within the zip archive at `path`.
    sheet : str or None
        Of a workbook of which several sheets are read, which.
    """

    path: Path
    name: str
    member: str | None = None
    sheet: str | None = None

    @property
    def suffix(self) -> str:
        """What its name ends in, in small letters and without `.gz`: `.csv` of `Sales.CSV.gz`."""
        name = self.name.removesuffix(f"/{self.sheet}") if self.sheet else self.name
        return Path(name.lower().removesuffix(".gz")).suffix

    @property
    def on_disk(self) -> str:
        """The name of the file itself: of a member of a zip archive, the archive's."""
        return self.name if self.member is None else self.name.removesuffix(f"/{self.member}")

    @property
    def n_bytes(self) -> int:
        """Its size, packed."""
        return self.path.stat().st_size


def is_export(path: Path) -> bool:
    """Whether a file in a folder of exports is one of them: no hidden file, README or note of DVC.

    >>> [name for name in ("orders.csv", "orders.csv.dvc", ".gitignore", "README.md") if is_export(Path(name))]
    ['orders.csv']
    """
    return not path.name.startswith((".", "README")) and path.suffix != ".dvc"


def find(directory: Path, pattern: str, key: str) -> list[SourceFile]:
    """Return the files that `pattern` names within `directory`, sorted by name.

    Parameters
    ----------
    directory : Path
        `source.directory`.
    pattern : str
        A file, a glob, a folder of Parquet files, or a zip archive: alone where it holds one file, else followed by a
        name or glob within it ("export.zip/sales_*.csv").
    key : str
        Where the mapping says so, for messages.

    Raises
    ------
    CrmwbError
        There is no such folder or file, or it is not clear which file is meant.
    """
    if not directory.is_dir():
        raise CrmwbError(f"{directory}: no such folder; set source.directory in params.yaml to where the files lie.")
    outer, inner = _split_at_zip(pattern)
    paths = _paths(directory, outer)
    if not paths:
        raise CrmwbError(f"{key}: {_not_there(directory, outer)}")
    result = [file for path in paths for file in _files(path, path.relative_to(directory).as_posix(), inner, key)]
    if any(identifiers.in_name(file.name) for file in result):
        raise CrmwbError(f"{key}: a file's name holds an e-mail address, which reports would show; rename the file.")
    return sorted(result, key=lambda file: file.name)


def _split_at_zip(pattern: str) -> tuple[str, str | None]:
    """Split "exports/2024.zip/sales.csv" into the archive and what is meant in it."""
    parts = Path(pattern).parts
    for i, part in enumerate(parts[:-1], start=1):
        if part.lower().endswith(".zip"):
            return Path(*parts[:i]).as_posix(), "/".join(parts[i:])
    return Path(pattern).as_posix(), None


def _paths(directory: Path, pattern: str) -> list[Path]:
    path = directory / pattern
    if path.exists():
        return [path]
    return sorted(directory.glob(pattern)) if any(sign in pattern for sign in "*?[") else []


def _not_there(directory: Path, pattern: str) -> str:
    there = sorted(p.name for p in directory.iterdir() if p.is_file() and not p.name.startswith("."))
    close = difflib.get_close_matches(pattern, there, n=1) or there[:N_NAMED]
    return f"{directory / pattern} does not exist; in {directory} there is {', '.join(close) or 'no file'}."


def not_readable(name: str, error: OSError) -> CrmwbError:
    """Return what to tell of a file that the system does not read.

    >>> print(not_readable("sales.csv", OSError(5, "Input/output error")))
    sales.csv: not readable (Input/output error); check the file and its rights.
    """
    return CrmwbError(f"{name}: not readable ({error.strerror or error}); check the file and its rights.")


def _files(path: Path, name: str, inner: str | None, key: str) -> Iterator[SourceFile]:
    """Yield the files that a path stands for: itself, the Parquet files below it, or members of it."""
    if path.is_dir():
        try:
            below = [p for p in sorted(path.rglob("*")) if p.suffix.lower() in PARQUET and p.is_file()]
        except OSError as error:
            raise CrmwbError(f"{key}: {path}: not readable ({error.strerror}); check the folder's rights.") from None
        if not below:
            raise CrmwbError(
                f"{key}: {path} is a folder without Parquet files; name a file in it, or several by a glob such as "
                f"{name}/*.csv."
            )
        yield from (SourceFile(p, f"{name}/{p.relative_to(path).as_posix()}") for p in below)
    elif path.suffix.lower() == ".zip" and path.stat().st_size:
        yield from (SourceFile(path, f"{name}/{member}", member) for member in members_of(path, name, inner, key))
    elif path.is_file():
        yield SourceFile(path, name)
    else:
        raise CrmwbError(f"{key}: {path} is no file; name one.")


def members_of(path: Path, name: str, inner: str | None, key: str, *, several: bool = False) -> list[str]:
    """Return the files within a zip archive that a name or a glob means; without one, the only file, or `several`.

    Raises
    ------
    CrmwbError
        It is no archive that can be read, holds none of them, or it is not clear which is meant.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            every = [m for m in archive.namelist() if not m.endswith("/") and not m.startswith(("__MACOSX/", "."))]
    except (zipfile.BadZipFile, OSError) as error:
        raise CrmwbError(
            f"{name}: no readable zip archive, perhaps cut off ({error}); copy or export it again."
        ) from None
    meant = [m for m in every if inner is None or m == inner or fnmatchcase(m, inner)]
    shown = ", ".join(every[:N_NAMED]) + (", …" if len(every) > N_NAMED else "")
    if not meant:
        raise CrmwbError(f"{key}: {name} holds no {inner or 'file'}; it holds {shown or 'nothing'}.")
    if inner is None and len(meant) > 1 and not several:
        raise CrmwbError(f"{key}: {name} holds {len(meant)} files ({shown}); name one, such as {name}/{meant[0]}.")
    if len(meant) != len(set(meant)):
        raise CrmwbError(f"{name}: holds two files of the same name; pack it again.")
    return meant
