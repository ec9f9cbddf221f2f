"""JSON as Arrow batches of text: an object a line or a list of them, objects within one flattened ("customer.id").

The list may stand under a key of one object, as services answer: {"data": {"orders": [...]}}. Lines within
an object ({"order": 1, "lines": [{"amount": 2}, ...]}) are rows where a column of theirs is wanted ("lines.amount"),
each with what stands beside them.

Numbers keep the digits that they are written with, so money stays exact.
"""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, count, islice
from typing import Any

import pyarrow as pa

from crmwb.errors import CrmwbError
from crmwb.sources.formats import json_within, text
from crmwb.sources.formats.opened import as_batches
from crmwb.sources.mapping import TableMapping
from crmwb.sources.source_files import SourceFile

SUFFIXES = (".jsonl", ".ndjson", ".json")
N_LOOKED_AT = 10_000  # lines whose keys are the file's columns
MAX_LINE_BYTES = 16 << 20
MAX_MALFORMED = 100_000
MAX_DEPTH = 20
MOSTLY = 0.5
BETWEEN = re.compile(r"[\s,\[\]]*")  # objects of a list, or of one list after another


class MalformedError(ValueError):
    """A line that is no row; the message says why."""


@dataclass
class JsonLines:
    """One file of JSON lines, opened; see `opened.Opened`.

    Attributes
    ----------
    columns : list of str
        Every key of its first `N_LOOKED_AT` objects, those of objects within objects joined by a point, then those of
        lists of objects.
    lists : dict of str to list of str
        Columns that hold lists of objects, and the columns of these objects.
    """

    name: str
    columns: list[str]
    malformed: list[tuple[int, str]] = field(default_factory=list)
    lists: dict[str, list[str]] = field(default_factory=dict)
    _rows: Iterator[tuple[int, dict[str, Any] | str]] = field(default_factory=lambda: iter(()), repr=False)

    def batches(self, wanted: list[int]) -> Iterator[pa.RecordBatch]:
        """Yield the wanted columns as text, then the number of each line.

        Raises
        ------
        CrmwbError
            The file is not what its name says: line after line is no object.
        """
        names = [self.columns[i] for i in wanted]
        return as_batches(self._readable(names), len(names))

    def _readable(self, names: list[str]) -> Iterator[tuple[int, list[str | None]]]:
        for number, row in self._lines(names):
            lists = [] if isinstance(row, str) else [name for name in names if isinstance(row.get(name), list)]
            if isinstance(row, str) or lists:
                self.malformed.append((number, row if isinstance(row, str) else f"{lists[0]} holds a list"))
                if len(self.malformed) == MAX_MALFORMED:
                    first, fault = self.malformed[0]
                    raise CrmwbError(
                        f"{self.name}: {MAX_MALFORMED:,} lines are no rows (line {first:,}: {fault}); it must hold one "
                        f"JSON object a line."
                    )
            else:
                yield number, [row.get(name) for name in names]

    def _lines(self, names: list[str]) -> Iterator[tuple[int, dict[str, Any] | str]]:
        """Yield the objects, or the lines of that list within them which columns are wanted of, counted from 1."""
        lists = [name for name, own in self.lists.items() if set(own) & set(names)]
        if len(lists) > 1:
            raise CrmwbError(
                f"{self.name}: {' and '.join(lists)} are lists beside one another, whose lines have nothing to do with "
                f"each other; name columns of one of them only."
            )
        if not lists:
            yield from self._rows
            return
        numbers = count(1)
        for _, row in self._rows:
            for line in _lines_of(row, lists[0]):
                yield next(numbers), line


def open_json_lines(file: SourceFile, mapping: TableMapping) -> JsonLines:
    """Open a file of JSON lines and find its columns.

    Raises
    ------
    CrmwbError
        It is empty, its text cannot be read, or it is JSON of another shape.
    """
    rows = _rows(file, mapping)
    looked_at = list(islice(rows, N_LOOKED_AT))
    objects = [row for _, row in looked_at if isinstance(row, dict)]
    columns = list(dict.fromkeys(key for row in objects for key in row))
    lists = {name: own for name in columns if (own := _columns_within(objects, name))}
    columns += [name for own in lists.values() for name in own if name not in columns]
    if not columns:
        fault = next((row for _, row in looked_at if isinstance(row, str)), "nothing in it")
        raise CrmwbError(
            f"{file.name}: no JSON lines ({fault}); it must hold one object a line, such as "
            f'{{"customer": "a", "amount": 12.5}}, or a list of such objects.'
        )
    return JsonLines(file.name, columns, [], lists, chain(looked_at, rows))


def _columns_within(objects: list[dict[str, Any]], name: str) -> list[str]:
    """Return the columns of the objects that lists in a column hold; none where it holds other things."""
    every = [row[name] for row in objects if isinstance(row.get(name), list)]
    within = [line for some in every for line in some]
    lines = [line for line in within if isinstance(line, dict)]
    if MOSTLY * len(within) > len(lines):
        return []
    keys = (f"{name}.{key}" for line in lines for key in _flat_or_nothing(line))
    return [key for key in dict.fromkeys(keys) if not any(key in row for row in objects)]


def _flat_or_nothing(line: dict[str, Any]) -> dict[str, Any]:
    flat = _leaves_of(line)
    return {} if isinstance(flat, str) else flat


def _lines_of(row: dict[str, Any] | str, name: str) -> Iterator[dict[str, Any] | str]:
    """Yield the lines of an object, each with what stands beside them; the object alone where it has none."""
    lines = None if isinstance(row, str) else row.get(name)
    if isinstance(row, str) or not lines:
        yield row
        return
    beside = {key: value for key, value in row.items() if key != name}
    for line in lines if isinstance(lines, list) else [lines]:
        flat = _leaves_of(line)
        yield flat if isinstance(flat, str) else beside | {f"{name}.{key}": value for key, value in flat.items()}


def _rows(file: SourceFile, mapping: TableMapping) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Yield the number of each line that is not blank, or object of a list, and the flat object or what is wrong."""
    head = next((part for part in text.blocks(file, mapping.encoding) if part.strip()), b"").lstrip()
    if head.startswith(b"["):
        yield from _listed(file, mapping)
        return
    if _is_one_object(head) and (path := json_within.longest(_text(file, mapping), file.name)) is not None:
        yield from _listed_within(file, mapping, path)
        return
    for number, line in enumerate(_lines(file, mapping), start=1):
        if line.strip():
            try:
                yield number, _flat(line)
            except MalformedError as error:
                yield number, str(error)


def _is_one_object(head: bytes) -> bool:
    """Say whether a text seems to be one object over several lines, or on its only line."""
    first, _, rest = head.partition(b"\n")
    try:
        _DECODER.decode(first.decode("utf-8", "ignore").strip())
    except (json.JSONDecodeError, MalformedError, RecursionError):
        return head.startswith(b"{")
    return not rest.strip()


def _text(file: SourceFile, mapping: TableMapping) -> json_within.Text:
    return json_within.Text(codecs.iterdecode(text.blocks(file, mapping.encoding), "utf-8"), _DECODER)


def _listed_within(file: SourceFile, mapping: TableMapping, path: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Yield the objects of the list under some keys, each with its number."""
    rows = (row for own, row in json_within.objects(_text(file, mapping)) if own == path)
    for number, row in enumerate(rows, start=1):
        yield number, _leaves_of(row)


def _listed(file: SourceFile, mapping: TableMapping) -> Iterator[tuple[int, dict[str, Any] | str]]:
    """Yield the objects of a list, each with its number, a block of text at a time.

    Raises
    ------
    CrmwbError
        The list is damaged or cut off.
    """
    parts = codecs.iterdecode(text.blocks(file, mapping.encoding), "utf-8")
    rest, at, last = "", 0, ""
    for number in count(1):
        fault = "its end is missing"
        while True:
            between = next(BETWEEN.finditer(rest, at))  # nothing is enough, so there is a first one, at `at`
            at, last = between.end(), between[0].rstrip()[-1:] or last
            try:
                row, at = _DECODER.raw_decode(rest, at)
                break
            except json.JSONDecodeError as error:
                fault, part = (error.msg if at < len(rest) else fault), next(parts, None)
            except (MalformedError, RecursionError) as error:
                fault, part = str(error), None
            if part is None and at == len(rest) and last == "]":
                return
            if part is None or len(rest) - at > MAX_LINE_BYTES:
                raise CrmwbError(
                    f"{file.name}: object {number:,} of its list cannot be read ({fault}); export it again."
                )
            rest, at = rest[at:] + part, 0
        yield number, _leaves_of(row)


def _leaves_of(row: Any) -> dict[str, Any] | str:
    try:
        return dict(_leaves(row)) if isinstance(row, dict) else "no JSON object"
    except MalformedError as error:
        return str(error)


def _lines(file: SourceFile, mapping: TableMapping) -> Iterator[bytes]:
    n_bytes = 0

    def guarded() -> Iterator[bytes]:
        nonlocal n_bytes
        for part in text.blocks(file, mapping.encoding):
            n_bytes = n_bytes + len(part) if b"\n" not in part and b"\r" not in part else 0
            if n_bytes > MAX_LINE_BYTES:
                raise CrmwbError(
                    f"{file.name}: a line is longer than {MAX_LINE_BYTES >> 20} MB; it must hold one JSON object a "
                    f"line."
                )
            yield part

    return text.lines(guarded())


def _flat(line: bytes) -> dict[str, Any]:
    try:
        row = _DECODER.decode(line.decode().strip())
    except json.JSONDecodeError as error:
        raise MalformedError(f"no JSON: {error.msg.lower()} at character {error.colno:,}") from None
    except RecursionError:
        raise MalformedError("no JSON: nested too deeply") from None
    if not isinstance(row, dict):
        raise MalformedError("no JSON object")
    return dict(_leaves(row))


def _leaves(row: dict[str, Any], prefix: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    if depth > MAX_DEPTH:
        raise MalformedError("no JSON row: nested too deeply")
    for key, value in row.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{key}.", depth + 1)
        elif isinstance(value, bool):
            yield prefix + key, str(value).lower()
        else:
            yield prefix + key, value


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        twin = next(key for i, (key, _) in enumerate(pairs) if key in {k for k, _ in pairs[:i]})
        raise MalformedError(f"the key {twin!r} stands there twice")
    return row


_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_unambiguous)
