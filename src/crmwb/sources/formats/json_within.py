"""Objects of a list that stands under a key of one JSON object: {"orders": [...]}, {"data": {"items": [...]}}.

The text is read a block at a time, an object after the other, however long the list is.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from crmwb.errors import CrmwbError

MAX_DEPTH = 3  # keys above a list
MAX_BYTES = 16 << 20  # of one object
RIVAL = 5  # a list that is at least one fifth as long as the longest may be meant too
LEAST = 2
END = ""


class ShapeError(ValueError):
    """The text is no such object; the message says why."""


class Text:
    """JSON text that is read value by value.

    Parameters
    ----------
    parts : iterable of str
        The text, in any pieces.
    decoder : json.JSONDecoder
        Reads a value.
    """

    def __init__(self, parts: Iterable[str], decoder: json.JSONDecoder) -> None:
        self._parts, self._decoder = iter(parts), decoder
        self._rest, self._at = "", 0

    def peek(self) -> str:
        """Return the next sign that is not blank; empty at the end."""
        while True:
            while self._at < len(self._rest) and self._rest[self._at] in " \t\r\n\ufeff":
                self._at += 1
            if self._at < len(self._rest):
                return self._rest[self._at]
            if not self._more():
                return END

    def take(self, *signs: str) -> str:
        """Return the next sign, which must be one of some, and go on behind it."""
        sign = self.peek()
        if sign not in signs:
            raise ShapeError(f"{sign!r} stands where {' or '.join(signs)} should" if sign else "its end is missing")
        self._at += 1
        return sign

    def value(self) -> Any:
        """Return the next value, and go on behind it."""
        self.peek()
        while True:
            try:
                value, at = self._decoder.raw_decode(self._rest, self._at)
            except json.JSONDecodeError as error:
                if len(self._rest) - self._at > MAX_BYTES or not self._more():
                    raise ShapeError(error.msg) from None
                continue
            except RecursionError:
                raise ShapeError("nested too deeply") from None
            if at == len(self._rest) and self._more():  # a number may go on
                continue
            self._at = at
            return value

    def _more(self) -> bool:
        part = next(self._parts, None)
        if part is None:
            return False
        self._rest, self._at = self._rest[self._at :] + part, 0
        return True


def objects(text: Text) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the objects of all lists within one object, each with the keys above its list, joined by points.

    Raises
    ------
    ShapeError
        The text is no object, or another one follows.
    """
    yield from _within(text, "", 0)
    if text.peek() != END:
        raise ShapeError("another value follows")


def longest(text: Text, name: str) -> str | None:
    """Return the keys above the longest list of objects; None where there is none, or the text is of another shape.

    Raises
    ------
    CrmwbError
        Another list is long enough to be meant, too.
    """
    try:
        counted = Counter(path for path, _ in objects(text))
    except ShapeError:
        return None
    ordered = counted.most_common()
    rivals = [path for path, n in ordered if n >= LEAST and n * RIVAL >= ordered[0][1]]
    if len(rivals) > 1:
        raise CrmwbError(f"{name}: holds several lists ({', '.join(rivals)}); save each into a file of its own.")
    return ordered[0][0] if ordered else None


def _within(text: Text, path: str, depth: int) -> Iterator[tuple[str, dict[str, Any]]]:
    text.take("{")
    if text.peek() == "}":
        text.take("}")
        return
    while True:
        key = text.value()
        if not isinstance(key, str):
            raise ShapeError("a key is no text")
        text.take(":")
        own = f"{path}.{key}" if path else key
        if text.peek() == "{" and depth + 1 < MAX_DEPTH:
            yield from _within(text, own, depth + 1)
        elif text.peek() == "[":
            yield from _listed(text, own)
        else:
            text.value()
        if text.take(",", "}") == "}":
            return


def _listed(text: Text, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    text.take("[")
    if text.peek() == "]":
        text.take("]")
        return
    while True:
        value = text.value()
        if isinstance(value, dict):
            yield path, value
        if text.take(",", "]") == "]":
            return
