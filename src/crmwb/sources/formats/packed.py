"""A file's bytes, unpacked on the way where it is gzipped or lies in a zip archive.

What unpacks to far more than data ever does is refused before it fills the disk or the memory.
"""

import gzip
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

from crmwb.errors import CrmwbError
from crmwb.sources.source_files import SourceFile

BLOCK_BYTES = 1 << 20
GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
MAX_RATIO = 200  # exports pack 5 to 50 times; a zip bomb 1,000 times
ALWAYS_ALLOWED = 64 << 20  # bytes, however well they packed


def blocks(file: SourceFile) -> Iterator[bytes]:
    """Yield the bytes of a file, unpacked.

    Raises
    ------
    CrmwbError
        It is cut off, damaged, encrypted, another kind of file than its name says, or a zip bomb.
    """
    kind = "gzip" if file.member is None else "zip"
    try:
        with _opened(file) as (source, n_packed):
            n_bytes = 0
            while block := source.read(BLOCK_BYTES):
                if not n_bytes and block.startswith((GZIP_MAGIC, ZIP_MAGIC)):
                    raise CrmwbError(
                        f"{file.name}: holds another packed file; unpack it once yourself, and name what it holds."
                    )
                n_bytes += len(block)
                if n_bytes > max(ALWAYS_ALLOWED, MAX_RATIO * n_packed):
                    raise _bomb(file.name)
                yield block
    except (EOFError, gzip.BadGzipFile, zipfile.BadZipFile, zlib.error) as error:
        raise CrmwbError(
            f"{file.name}: the {kind} file is cut off or damaged ({error}); copy or export it again."
        ) from None
    except (RuntimeError, NotImplementedError) as error:
        raise CrmwbError(f"{file.name}: cannot be unpacked ({error}); unpack it yourself and name the file.") from None


def check_archive(path: Path, name: str) -> None:
    """Check a file that is a zip archive inside, as Excel's are, before it is opened as what it is.

    Raises
    ------
    CrmwbError
        It is damaged, or a zip bomb.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            n_bytes = sum(member.file_size for member in archive.infolist())
            if n_bytes > max(ALWAYS_ALLOWED, MAX_RATIO * path.stat().st_size):
                raise _bomb(name)
            damaged = archive.testzip()  # reads no more than each member says it holds
    except (zipfile.BadZipFile, EOFError, zlib.error, RuntimeError, NotImplementedError) as error:
        raise CrmwbError(f"{name}: cut off, damaged or encrypted ({error}); save or copy it again.") from None
    if damaged:
        raise CrmwbError(f"{name}: damaged ({damaged}); save or copy it again.")


@contextmanager
def _opened(file: SourceFile) -> Iterator[tuple[IO[bytes], int]]:
    """Yield the file to read from, and how many bytes it takes as it is packed."""
    if file.member is not None:
        with zipfile.ZipFile(file.path) as archive, archive.open(file.member) as member:
            yield member, archive.getinfo(file.member).compress_size
        return
    with file.path.open("rb") as source:
        beginning = source.peek(4)[:4]
        if beginning == ZIP_MAGIC:
            raise CrmwbError(
                f"{file.name}: is a zip archive or an Excel workbook; give it its real ending (.zip or .xlsx) and name "
                f"it so in the mapping."
            )
        is_packed = file.path.suffix.lower() == ".gz" or beginning[:2] == GZIP_MAGIC
        yield cast("IO[bytes]", gzip.GzipFile(fileobj=source) if is_packed and beginning else source), file.n_bytes


def _bomb(name: str) -> CrmwbError:
    return CrmwbError(
        f"{name}: unpacks to more than {MAX_RATIO} times its size, as no data does but a zip bomb; where it is what "
        f"you expect, unpack it yourself and name the file."
    )
