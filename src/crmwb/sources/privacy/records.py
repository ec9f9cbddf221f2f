"""Delimited text as it stands: record by record, every byte kept, counted as `formats.delimited` counts rows."""

import codecs
import gzip
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import IO, cast

from crmwb.sources.formats import packed
from crmwb.sources.formats.text import BOM
from crmwb.sources.mapping import WHITESPACE, TableMapping
from crmwb.sources.source_files import SourceFile

LINE = re.compile(r"[^\r\n]*+(?:\r\n|\r|\n)")
BIG_ENDIAN = {"utf-16": codecs.BOM_UTF16_BE, "utf-32": codecs.BOM_UTF32_BE}


class NotExactError(ValueError):
    """The text cannot be written again byte for byte."""


@dataclass(frozen=True)
class Record:
    """One record of a text.

    Attributes
    ----------
    number : int
        As `source_row` counts.
    text : str
        As it stands, with its line end.
    """

    number: int
    text: str
    _delimiter: str
    _quote: str | None

    @property
    def fields(self) -> list[str]:
        """What stands in its fields, without quotes."""
        if self._delimiter == WHITESPACE:
            return self.text.split()
        return [_unquoted(self.text[begin:end], self._quote) for begin, end in self._spans()]

    def without_fields(self, positions: Iterable[int]) -> str:
        """Return its text with nothing in the fields at some positions."""
        text = self.text
        for begin, end in (self._spans()[i] for i in sorted(positions, reverse=True)):
            text = text[:begin] + text[end:]
        return text

    def _spans(self) -> list[tuple[int, int]]:
        one = re.compile(_field(self._delimiter, self._quote))
        spans = []
        begin = 0
        while (result := one.match(self.text, begin)) is not None:
            spans.append(result.span())
            begin = result.end() + 1
            if self.text[result.end() : begin] != self._delimiter:
                break
        return spans


def rewrite(file: SourceFile, mapping: TableMapping, to: Path, changed: Callable[[Record], str]) -> None:
    """Write a delimited file again, plain or gzipped as it is.

    Parameters
    ----------
    file : SourceFile
        The file.
    mapping : TableMapping
        Says how it is written.
    to : Path
        Where to.
    changed : callable
        What becomes of a record; its text where it stays.

    Raises
    ------
    NotExactError
        What stays could not be kept byte for byte.
    """
    with file.path.open("rb") as source:
        beginning = source.read(4)
    blocks = packed.blocks(file)
    first = next(blocks, b"")
    codec = _codec(first, mapping.encoding)
    read, decoded = hashlib.sha256(), hashlib.sha256()
    decoder = codecs.getincrementaldecoder(codec)("strict")
    encoder = codecs.getincrementalencoder(codec)("strict")

    def texts() -> Iterator[str]:
        again = codecs.getincrementalencoder(codec)("strict")
        for block in chain([first], blocks):
            read.update(block)
            text = decoder.decode(block)
            decoded.update(again.encode(text))
            yield text
        yield decoder.decode(b"", final=True)
        decoded.update(again.encode("", final=True))

    with _opened(to, is_gzip=beginning[:2] == packed.GZIP_MAGIC) as out:
        for part in _changed(texts(), mapping, changed):
            out.write(encoder.encode(part))
        out.write(encoder.encode("", final=True))
    if read.digest() != decoded.digest():
        raise NotExactError


def _changed(texts: Iterator[str], mapping: TableMapping, changed: Callable[[Record], str]) -> Iterator[str]:
    first = next(texts, "")
    if first.startswith(BOM):
        yield BOM
    texts = chain([first.removeprefix(BOM)], texts)
    for _ in range(mapping.skip_rows):
        line, texts = _first_line(texts)
        yield line
    is_header = mapping.column_names is None
    for number, text in enumerate(_split(texts, mapping.delimiter, mapping.quote), start=1 + mapping.skip_rows):
        record = Record(number, text, mapping.delimiter, mapping.quote)
        yield text if is_header else changed(record)
        is_header = False


def _first_line(texts: Iterator[str]) -> tuple[str, Iterator[str]]:
    head = ""
    for text in texts:
        head += text
        result = LINE.match(head)
        if result is not None and result.end() < len(head):  # "\r" may stand apart from its "\n"
            return result[0], chain([head[result.end() :]], texts)
    result = LINE.match(head)
    end = result.end() if result is not None else len(head)
    return head[:end], iter([head[end:]])


def _split(texts: Iterable[str], delimiter: str, quote: str | None) -> Iterator[str]:
    """Yield the records of a text, each with its line end."""
    field = _field(delimiter, quote)
    fields = f"{field}(?:{re.escape(delimiter)}{field})*+" if delimiter != WHITESPACE else field
    whole, last = re.compile(rf"{fields}(?:\r\n|\r|\n)"), re.compile(rf"{fields}(?:\r\n|\r|\n|\Z)")
    rest = ""
    for text in texts:
        rest += text
        begin = 0
        while (result := whole.match(rest, begin)) is not None and result.end() < len(rest):
            yield result[0]
            begin = result.end()
        rest = rest[begin:]
    while rest:
        result = last.match(rest)
        if result is None or not result[0]:
            raise NotExactError
        yield result[0]
        rest = rest[result.end() :]


def _field(delimiter: str, quote: str | None) -> str:
    """Return the pattern of a field: a quote counts only where the field begins with it, and twice within."""
    if delimiter == WHITESPACE:
        return r"[^\r\n]*+"
    plain = rf"[^{re.escape(delimiter)}\r\n]*+"
    if quote is None:
        return plain
    q = re.escape(quote)
    return f"(?:{q}(?:[^{q}]++|{q}{q})*+{q}{plain}|(?!{q}){plain})"


def _unquoted(text: str, quote: str | None) -> str:
    if quote is None or not text.startswith(quote):
        return text
    inner, _, after = text[1:].rpartition(quote)
    return inner.replace(quote * 2, quote) + after


def _codec(beginning: bytes, encoding: str) -> str:
    """Return the encoding by which a byte order mark is a sign like any other, and stays."""
    name = codecs.lookup(encoding).name
    if name in BIG_ENDIAN:
        return f"{name}-{'be' if beginning.startswith(BIG_ENDIAN[name]) else 'le'}"
    return "utf-8" if name == "utf-8-sig" else name


@contextmanager
def _opened(path: Path, *, is_gzip: bool) -> Iterator[IO[bytes]]:
    with path.open("wb") as file:
        if is_gzip:
            with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packing:
                yield cast("IO[bytes]", packing)
        else:
            yield file
