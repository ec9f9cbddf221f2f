"""Files and folders replaced whole: written beside their place and renamed into it, several of them all or none."""

import json
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from crmwb.files import owners
from crmwb.files.owners import PART, PARTS, REPLACED, Owner

_UMASK = os.umask(0)
os.umask(_UMASK)

_open: list[Path] = []  # of a transaction under way: what stood there before; the first is its owner's folder


@contextmanager
def replacing(path: Path, *, lasting: bool = False) -> Iterator[Path]:
    """Yield a path to write a file to, and rename it to `path` when the block ends without an error.

    The file keeps the mode, and where possible the owner, of the one that it replaces.

    Parameters
    ----------
    path : Path
        The file.
    lasting : bool
        Have it on the disk before it takes its place: what no pipeline can make again.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    owner = owners.own()
    _sweep_beside(path)
    beside = _beside(path, owner)
    try:
        os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        yield beside
        _like(path, beside)
        if lasting:
            _flush(beside)
        _put(beside, path, owner)
    except OSError as error:
        if error.filename in (None, str(beside)):  # say what it was to be
            error.filename = str(path)
        raise
    finally:
        owners.remove(beside)


def write_text(text: str, path: Path, *, lasting: bool = False) -> None:
    """Write text as UTF-8, its line ends as they are; `lasting` as in `replacing`."""
    with replacing(path, lasting=lasting) as beside:
        beside.write_text(text, encoding="utf-8", newline="")


def write_new(text: str, path: Path) -> None:
    """Write text, for its owner only, to a file that is not there yet, whole or not at all.

    Raises
    ------
    FileExistsError
        The file is there.
    """
    beside = _beside(path, owners.own())
    try:
        with os.fdopen(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
        _flush(beside)
        os.link(beside, path)
    finally:
        owners.remove(beside)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Yield an empty folder to fill, and put it in the place of `path` when the block ends without an error."""
    path.parent.mkdir(parents=True, exist_ok=True)
    owner = owners.own()
    _sweep_beside(path)
    beside = _beside(path, owner)
    try:
        beside.mkdir(mode=0o700)
        yield beside
        beside.chmod(0o777 & ~_UMASK)
        _put(beside, path, owner)
    except OSError as error:
        if error.filename is None or str(error.filename).startswith(str(beside)):
            error.filename = str(path)  # say what it was to be
        raise
    finally:
        owners.remove(beside)


@contextmanager
def together() -> Iterator[None]:
    """Replace every file and folder of the block, or, where it ends with an error, none.

    Where its process is killed, the next command in the project puts back what stood there. A block within another is
    a part of it.
    """
    if _open:
        yield
        return
    owner = owners.own()
    _open.append(owner.folder)
    try:
        yield
    except BaseException:
        owners.put_back(owner.folder)
        raise
    else:
        owners.remove(owner.folder / REPLACED)  # from here on it is done
    finally:
        before = _open[1:]
        _open.clear()
        for path in before:
            owners.remove(path)


def _put(beside: Path, path: Path, owner: Owner) -> None:
    is_folder = beside.is_dir()
    if any(parent.name.endswith(PART) for parent in path.parents):  # goes into place, or away, with all around it
        beside.replace(path)
        return
    before = _beside(path, owner)
    if _open:
        _note(owner.folder / REPLACED, json.dumps([str(path.absolute()), str(before), *owners.mark_of(beside)]))
        _open.append(before)
    if os.path.lexists(path) and (is_folder or path.is_dir() or (_open and not _linked(path, before))):
        path.rename(before)
    beside.replace(path)
    if not _open:
        owners.remove(before)


def _linked(path: Path, before: Path) -> bool:
    """Give a file a second name, so that it never is without one; False where the file system does not."""
    try:
        os.link(path, before, follow_symlinks=False)
    except OSError:
        return False
    return True


def _beside(path: Path, owner: Owner) -> Path:
    """Return a new name beside a path, noted so that it can be taken away when its owner ended."""
    name = path.name if len(path.name.encode()) < 128 else "long-name"
    beside = path.parent.absolute() / f".{name}.{secrets.token_hex(4)}.{owner.token}{PART}"
    _note(owner.folder / PARTS, str(beside))
    return beside


def _note(file: Path, line: str) -> None:
    with file.open("a", encoding="utf-8") as notes:
        notes.write(line + "\n")


def _sweep_beside(path: Path) -> None:
    """Take away parts of a file whose owners ended in another project, or before there were owners."""
    for left in path.parent.glob(f".{_plain(path.name)}.*{PART}"):
        if not owners.is_living(left.name.removesuffix(PART).rpartition(".")[2]):
            owners.remove(left)


def _plain(name: str) -> str:
    """Return a name as a pattern that matches nothing else."""
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


def _like(path: Path, beside: Path) -> None:
    try:
        before = path.stat()
    except OSError:
        beside.chmod(0o666 & ~_UMASK)
        return
    if (before.st_uid, before.st_gid) != (os.getuid(), os.getgid()):
        with suppress(OSError):  # only root may give files away
            os.chown(beside, before.st_uid, before.st_gid)
    beside.chmod(stat.S_IMODE(before.st_mode))


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
