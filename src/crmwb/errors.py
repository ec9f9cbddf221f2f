"""The one error that a person is meant to read, and what of the machine's troubles can be said as one."""

import errno
import re
from collections.abc import Iterator
from pathlib import Path


class CrmwbError(Exception):
    """Something that a person can mend.

    Its message is one sentence that says what is wrong, where, and what to do. Stages and the command line print it
    without a traceback and exit with 1.
    """


class IncompleteError(CrmwbError):
    """A part of the work could not be done; the rest is done and its files stay. Of many lines, each is a cause."""


DISK_FULL = "no space is left on the disk; free some there, or move the project to a larger disk, and run again."
READ_ONLY = "the file system can only be read; work in a copy of the project that can be written, or mount it so."
MEMORY = (
    "Too little memory: close other programs, set engine.memory_limit_gb in params.yaml to what the machine can spare "
    "(more where it is reached, less where the machine has no more), or take a larger machine, and run again."
)
DAMAGED = "damaged or cut off; run `dvc repro` to make it again where the pipeline made it, else restore it."
WHERE_UNKNOWN = "A file"

BY_NUMBER = {
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: "your share of the disk (quota) is used up; free some of it, and run again.",
    errno.EFBIG: "no file may grow so large here (a limit of the system or the disk); raise it, and run again.",
    errno.EROFS: READ_ONLY,
    errno.EACCES: "you have no right to read or write it; mend its rights (chmod, chown), and run again.",
    errno.EPERM: "you have no right to read or write it; mend its rights (chmod, chown), and run again.",
    errno.ENAMETOOLONG: "its name is too long for the file system; shorten it.",
    errno.EIO: "the disk fails to read or write it; check the disk, and run again.",
    errno.ESTALE: "the network drive lost it; mount the drive again, and run again.",
    errno.EMFILE: "too many files are open; raise the limit (ulimit -n), and run again.",
    errno.ENFILE: "too many files are open; close other programs, and run again.",
    errno.ENOTDIR: "a file stands where a folder should be; move it away, and run again.",
    errno.EISDIR: "a folder stands where a file should be; move it away, and run again.",
    errno.ENOENT: "not there; run `dvc repro` where the pipeline makes it, else restore it.",
    errno.ENOMEM: MEMORY,
}
NO_MEMORY = (
    r"out of memory|memoryerror|std::bad_alloc|cannot allocate memory|unable to allocate|failed to map segment"
    r"|can't start new thread|malloc of size|resource temporarily unavailable"
)
NOT_WHOLE = (
    r"magic bytes|too small to be a parquet|parquet file size is|couldn't deserialize thrift|tprotocolexception"
    r"|unexpected end of stream|corrupt(ed)? (data|parquet|footer|file)|decompression failure"
    r"|could not read footer|expected magic number|is not a parquet file"
)
BY_TEXT = (
    (r"no usable temporary directory", "No folder for temporary data can be written ({}); free or mount one."),
    (r"no space left on device|max_temp_directory_size", DISK_FULL),
    (r"disk quota exceeded", BY_NUMBER[errno.EDQUOT]),
    (r"read-only file system", READ_ONLY),
    (r"\bfile too large\b", BY_NUMBER[errno.EFBIG]),
    (NO_MEMORY, MEMORY),
    (NOT_WHOLE, DAMAGED),
)
PATH = re.compile(r"""["']([^"'\n]*[/.][^"'\n]*)["']|\bfile:/+(/\S+[^\s.,:;])""")


def operational(error: BaseException) -> str | None:
    """Return what the machine lacks as a sentence, where that is why something failed; else None.

    Parameters
    ----------
    error : BaseException
        What was raised; what it was raised from is looked at too.
    """
    chain = list(_chain(error))
    for one in chain:
        if isinstance(one, MemoryError):
            return MEMORY
        if isinstance(one, OSError) and one.errno in BY_NUMBER and (one.filename or one.errno != errno.ENOENT):
            return _sentence(BY_NUMBER[one.errno], str(one.filename or "") or _path_in(str(one)))
    sentences = (operational_text(f"{type(one).__name__}: {one}") for one in chain)
    return next((sentence for sentence in sentences if sentence), None)


def operational_text(text: str) -> str | None:
    """Return the same of what a library, or another process, wrote of its error."""
    lower = text.lower()
    for pattern, sentence in BY_TEXT:
        if re.search(pattern, lower):
            return _sentence(sentence, _path_in(text))
    return None


def shortened(message: str, n_lines: int = 30, n_signs: int = 700) -> str:
    """Return a message without what nobody reads: further lines, and the rest of very long ones."""
    lines = message.splitlines()
    shown = [line if len(line) <= n_signs else f"{line[:n_signs]} … ({len(line):,} characters)" for line in lines]
    more = [f"… and {len(lines) - n_lines:,} lines more."] if len(lines) > n_lines else []
    return "\n".join(shown[:n_lines] + more)


def _chain(error: BaseException) -> Iterator[BaseException]:
    one: BaseException | None = error
    for _ in range(10):
        if one is None:
            return
        yield one
        one = one.__cause__ or one.__context__


def _sentence(sentence: str, path: str) -> str:
    if sentence is MEMORY:
        return sentence
    if "{}" in sentence:
        return sentence.format(path or "TMPDIR, /tmp")
    unknown = f"The disk of {Path.cwd()}" if sentence is DISK_FULL else WHERE_UNKNOWN  # temporary data lie there too
    return f"{_here(path) or unknown}: {sentence}"


def _path_in(text: str) -> str:
    match = PATH.search(text)
    return (match[1] or match[2]) if match else ""


def _here(path: str) -> str:
    """Return a path as seen from the working directory, where it lies below."""
    try:
        return str(Path(path).relative_to(Path.cwd())) if Path(path).is_absolute() else path
    except (ValueError, OSError):
        return path
