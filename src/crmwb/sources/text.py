"""A text file as clean UTF-8, block by block: unpacked, decoded and checked on the way, never whole in memory."""

import codecs
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

from crmwb.errors import CrmwbError

BLOCK_BYTES = 1 << 20
GZIP_MAGIC = b"\x1f\x8b"
BOM = "\ufeff"


def blocks(path: Path, name: str, encoding: str) -> Iterator[bytes]:
    """Yield the content of a text file, plain or gzipped, as UTF-8 without a byte order mark.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        What messages call it.
    encoding : str
        How its text is encoded, by Python's names ("utf-8", "latin-1", "cp1252", "utf-16").

    Raises
    ------
    CrmwbError
        The file is empty, cut off or damaged, not in this encoding, or holds NUL bytes.
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    at_start = True
    n_bytes = 0
    for block, is_last in _with_end(_unpacked(path, name)):
        n_bytes += len(block)
        try:
            text = decoder.decode(block, is_last)
        except UnicodeDecodeError as error:
            position = n_bytes - len(error.object) + error.start
            raise CrmwbError(
                f"{name}: byte {position:,} (0x{error.object[error.start]:02x}) is no {encoding} text; set the table's "
                f"encoding in the mapping (often cp1252, latin-1 or utf-16)."
            ) from None
        if "\0" in text:
            raise CrmwbError(
                f"{name}: holds NUL bytes, so it is damaged, or not in {encoding}; export it again, "
                f"or set the table's encoding in the mapping (often utf-16)."
            )
        if at_start and text:
            text = text.removeprefix(BOM)
            at_start = False
        if text:
            yield text.encode()
    if n_bytes == 0:
        raise CrmwbError(f"{name}: the file is empty (0 bytes of text); export it again.")


def tab_separated(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Turn columns set apart by any number of blanks into tab-separated ones; blanks around a line are dropped."""
    rest = b""
    for part in parts:
        *whole, rest = (rest + part).splitlines(keepends=True)
        if whole:
            yield _single_tabs(b"".join(whole))
    yield _single_tabs(rest)


def _single_tabs(lines: bytes) -> bytes:
    return re.sub(rb"(?:\A|(?<=[\r\n]))\t|\t(?=[\r\n]|\Z)", b"", re.sub(rb"[ \t]+", b"\t", lines))


def with_last_line(parts: Iterator[bytes], line: str) -> Iterator[bytes]:
    """Add a line to the end of a text, on a line of its own even where the text does not end with a line break."""
    part = b"\n"
    for part in parts:
        yield part
    yield (line if part.endswith((b"\n", b"\r")) else f"\n{line}").encode()


class Stream(io.RawIOBase):
    """Blocks of bytes as a file that can be read once, from its beginning."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self._parts = parts
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill `buffer` from the next block; 0 at the end."""
        target = memoryview(cast("bytearray", buffer))
        while not self._rest:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._rest = memoryview(part)
        n = min(len(target), len(self._rest))
        target[:n], self._rest = self._rest[:n], self._rest[n:]
        return n


def _unpacked(path: Path, name: str) -> Iterator[bytes]:
    with path.open("rb") as file:
        is_packed = path.suffix == ".gz" or file.peek(2)[:2] == GZIP_MAGIC
        source = cast("IO[bytes]", gzip.GzipFile(fileobj=file) if is_packed and file.peek(1) else file)
        try:
            while block := source.read(BLOCK_BYTES):
                yield block
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise CrmwbError(
                f"{name}: the gzip file is cut off or damaged ({error}); copy or export it again."
            ) from None


def _with_end(parts: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield each block with whether more follow; one empty block stands for nothing at all."""
    block = next(parts, b"")
    for following in parts:
        yield block, False
        block = following
    yield block, True
