"""Who works in a project: every process has a folder of its own for temporary data, and holds a lock on it.

The folder lies in the project, where git ignores it. The operating system frees the lock however the process ends, so
what a killed one left is known to be nobody's: the next command takes it away and undoes what was half done.
"""

import atexit
import errno
import fcntl
import json
import os
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from crmwb import layout
from crmwb.errors import CrmwbError

PART = ".part"  # what names of files end in that are not yet in their place
PARTS = "parts"  # in an owner's folder: the parts that it made, one a line
REPLACED = "replaced"  # and what it replaced and may have to put back, a JSON list a line
OWNER = "owner"
NO_LOCKS = {errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}  # a file system that knows none
COMMAND = "crmwb "  # a command that writes, and so works alone


@dataclass(frozen=True)
class Owner:
    """A process that works in the project.

    Attributes
    ----------
    folder : Path
        Its temporary data.
    pid : int
        Its process id.
    work : str
        The stage or command that it runs; empty for a notebook.
    began : str
        When, by the local clock.
    """

    folder: Path
    pid: int
    work: str
    began: str

    @property
    def token(self) -> str:
        """What names of its parts hold."""
        return self.folder.name

    def __str__(self) -> str:
        return f"{self.work} (process {self.pid}, since {self.began})"


_own: dict[Path, tuple[Owner, int]] = {}  # by where it lies, with the lock


def own() -> Owner:
    """Return this process as an owner in the project at hand, with its folder."""
    return _held(_place(), "")[0]


def begin(work: str) -> Owner:
    """Take away what ended processes left, and register this one's work.

    Parameters
    ----------
    work : str
        A stage, such as "ingest", or a command that writes, such as "crmwb accept".

    Raises
    ------
    CrmwbError
        The same work is under way in another process; or this or that is a command that writes.
    """
    return _held(_place(), work, is_new_work=True)[0]


def end() -> None:
    """Take away this process's temporary data."""
    for owner, lock in list(_own.values()):
        if owner.pid == os.getpid():
            shutil.rmtree(owner.folder, ignore_errors=True)
            os.close(lock)
    _own.clear()


def sweep() -> None:
    """Take away what ended processes left in the project at hand; harmless where nothing can be written."""
    with suppress(OSError, CrmwbError):  # not in a project: its command says so where it needs one
        place = layout.root() / layout.TEMPORARY
        if place.is_dir():
            with _alone(place):
                _living(place)


def others() -> list[Owner]:
    """Return the other processes whose work is registered in the project at hand."""
    place = _place()
    with _alone(place):
        return [owner for owner in _living(place) if owner.work and owner.pid != os.getpid()]


@contextmanager
def scratch(what: str) -> Iterator[Path]:
    """Yield an empty folder for temporary data, which goes away when the block ends or its process does."""
    folder = Path(tempfile.mkdtemp(dir=own().folder, prefix=f"{what}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def is_living(token: str) -> bool:
    """Return whether the owner of a part still works, in the project at hand or in another."""
    folder = _place() / token
    return _is_locked(folder / OWNER) if folder.is_dir() else _is_running(folder)


def _place() -> Path:
    """Return where owners' folders lie: in the project, or, where it cannot be written, in the system's folder."""
    try:
        place = layout.root() / layout.TEMPORARY
    except CrmwbError:
        return _elsewhere()
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        if error.errno not in {errno.EROFS, errno.EACCES, errno.EPERM}:
            raise
        return _elsewhere()
    return place if os.access(place, os.W_OK) else _elsewhere()


def _elsewhere() -> Path:
    for owner, _ in _own.values():  # the system's folder may since have become this process's own
        if owner.folder.is_relative_to(tempfile.gettempdir()) or tempfile.gettempdir() == str(owner.folder):
            return owner.folder.parent
    place = Path(tempfile.gettempdir()) / f"crmwb-{os.getuid()}"
    place.mkdir(mode=0o700, exist_ok=True)
    return place


def _held(place: Path, work: str, *, is_new_work: bool = False) -> tuple[Owner, int]:
    held = _own.get(place)
    if held and held[0].pid == os.getpid() and held[0].folder.is_dir() and not is_new_work:
        return held
    with _alone(place):
        living = _living(place)
        if is_new_work:
            _refuse(work, [owner for owner in living if owner.work and owner.pid != os.getpid()])
        folder = place / f"{os.getpid()}-{secrets.token_hex(4)}"
        folder.mkdir(mode=0o700)
        owner = Owner(folder, os.getpid(), work, time.strftime("%H:%M:%S"))
        lock = os.open(folder / OWNER, os.O_RDWR | os.O_CREAT, 0o600)
        with suppress(OSError):  # where there are no locks, the process id tells
            _lock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.write(lock, json.dumps({"pid": owner.pid, "work": work, "began": owner.began}).encode())
    _own[place] = (owner, lock)
    return owner, lock


def _refuse(work: str, living: list[Owner]) -> None:
    for owner in living:
        if owner.work == work or COMMAND in (owner.work[: len(COMMAND)], work[: len(COMMAND)]):
            raise CrmwbError(f"{work}: {owner} is at work here; wait until it ends, or end it, and run again.")


@contextmanager
def _alone(place: Path) -> Iterator[None]:
    """Let one process at a time look at owners, take their leavings away, and register."""
    handle = os.open(place, os.O_RDONLY)
    try:
        _lock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _living(place: Path) -> list[Owner]:
    """Return who works here, and take away what all others left."""
    living = []
    for folder in sorted(place.iterdir()):
        if _is_locked(folder / OWNER):
            record = _record(folder)
            living.append(Owner(folder, int(record.get("pid", 0)), record.get("work", ""), record.get("began", "?")))
        else:
            _take_away(folder)
    return living


def _record(folder: Path) -> dict[str, str]:
    try:
        record: dict[str, str] = json.loads((folder / OWNER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record


def _take_away(folder: Path) -> None:
    put_back(folder)
    for line in _lines(folder / PARTS):
        part = Path(line)
        if part.name.endswith(f".{folder.name}{PART}"):
            remove(part)
    remove(folder)


def put_back(folder: Path) -> None:
    """Put back what an owner replaced in work that did not end, the last first; not what was changed since.

    Parameters
    ----------
    folder : Path
        The owner's folder.
    """
    for line in reversed(_lines(folder / REPLACED)):
        path, before, *mark = json.loads(line)
        if os.path.lexists(path) and list(mark_of(Path(path))) != mark:
            remove(Path(before))  # it was not replaced yet, or somebody has changed it since
            continue
        if not os.path.lexists(before):
            remove(Path(path))
            continue
        if Path(before).is_dir():
            remove(Path(path))
        Path(before).replace(path)
    remove(folder / REPLACED)


def mark_of(path: Path) -> tuple[int, int]:
    """Return what tells a file or folder from any that takes its place, or from itself when it is written to."""
    status = path.lstat()
    return status.st_ino, status.st_mtime_ns


def remove(path: Path) -> None:
    """Remove a file or a folder, where it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink(missing_ok=True)


def _lines(path: Path) -> list[str]:
    """Return the whole lines of a file: of the last one, a killed process may have written half."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    return text.split("\n")[:-1]


def _is_locked(file: Path) -> bool:
    try:
        handle = os.open(file, os.O_RDWR)
    except PermissionError:
        return True  # somebody else's
    except OSError:
        return False
    try:
        return not _lock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # no locks here: go by the process id
        return _is_running(file.parent)
    finally:
        os.close(handle)


def _is_running(folder: Path) -> bool:
    try:
        os.kill(int(folder.name.partition("-")[0]), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        pass
    return True


def _lock(handle: int, how: int) -> bool:
    """Lock an open file; False where another has locked it."""
    try:
        fcntl.flock(handle, how)
    except BlockingIOError:
        return False
    except OSError as error:
        if how & fcntl.LOCK_NB or error.errno not in NO_LOCKS:
            raise
    return True


atexit.register(end)
