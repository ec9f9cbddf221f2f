"""A text file as clean UTF-8, block by block: unpacked, decoded and checked on the way, never whole in memory."""

import codecs
import io
import re
from collections.abc import Iterator
from typing import cast

from crmwb.errors import CrmwbError
from crmwb.sources.formats import packed
from crmwb.sources.source_files import SourceFile

BOM = "\ufeff"


def blocks(file: SourceFile, encoding: str) -> Iterator[bytes]:
    """Yield the content of a text file, plain or packed, as UTF-8 without a byte order mark.

    Parameters
    ----------
    file : SourceFile
        The file.
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
    for block, is_last in _with_end(packed.blocks(file)):
        n_bytes += len(block)
        try:
            text = decoder.decode(block, is_last)
        except UnicodeDecodeError as error:
            position = n_bytes - len(error.object) + error.start
            raise CrmwbError(
                f"{file.name}: byte {position:,} (0x{error.object[error.start]:02x}) is no {encoding} text; set the "
                f"table's encoding in the mapping (often cp1252, latin-1 or utf-16)."
            ) from None
        if "\0" in text:
            raise CrmwbError(
                f"{file.name}: holds NUL bytes, so it is damaged, or not in {encoding}; export it again, "
                f"or set the table's encoding in the mapping (often utf-16)."
            )
        if at_start and text:
            text = text.removeprefix(BOM)
            at_start = False
        if text:
            yield text.encode()
    if n_bytes == 0:
        raise CrmwbError(f"{file.name}: the file is empty (0 bytes of text); export it again.")


def without_first_lines(parts: Iterator[bytes], n_lines: int) -> Iterator[bytes]:
    """Leave out the first lines of a text; nothing is left of one that has no more."""
    head = b""
    while n_lines and len(lines := head.splitlines(keepends=True)) <= n_lines:
        part = next(parts, None)
        if part is None:
            return
        head += part
    if n_lines:
        yield b"".join(lines[n_lines:])
    yield from parts


def lines(parts: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the lines of a text, each with its end."""
    rest = b""
    for part in parts:
        # a line is whole only when the next one has begun: "\r" may stand apart from its "\n"
        *whole, rest = (rest + part).splitlines(keepends=True)
        yield from whole
    if rest:
        yield rest


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


def _with_end(parts: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield each block with whether more follow; one empty block stands for nothing at all."""
    block = next(parts, b"")
    for following in parts:
        yield block, False
        block = following
    yield block, True
