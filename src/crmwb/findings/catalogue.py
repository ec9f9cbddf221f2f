"""The catalogues: one folder per language, one TOML file per package; a code is the file's name and the entry's keys.

`value.toml` with `concentration = "The top {top} …"` holds `value.concentration`. A message is a Python format string:
`{name}` is the value of that name, `{name:was|were}` the word that fits its number (the plural forms of the language in
CLDR's order, in English one and other).
"""

import string
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

LOCALES = Path(__file__).parent / "locales"


@cache
def messages(language: str, file: str) -> Mapping[str, str]:
    """Return the messages of one file of a catalogue by code; none where there is no such file."""
    path = LOCALES / language / f"{file}.toml"
    if not path.is_file():
        return {}
    return dict(_flat(tomllib.loads(path.read_text(encoding="utf-8")), file))


def find(code: str, language: str) -> str | None:
    """Return the message of a code, or None where the catalogue has none."""
    return messages(language, code.partition(".")[0]).get(code)


def message(code: str, language: str) -> str:
    """Return the message of a code.

    Raises
    ------
    LookupError
        The catalogue has none.
    """
    text = find(code, language)
    if text is None:
        raise LookupError(f"locales/{language}/{code.partition('.')[0]}.toml: no message {code!r}")
    return text


def files(language: str) -> list[str]:
    """Return the names of a catalogue's files, without their ending."""
    return sorted(path.stem for path in (LOCALES / language).glob("*.toml"))


def variables(text: str) -> set[str]:
    """Return the names of the values that a message speaks of."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def _flat(content: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}.{key}")
        else:
            yield f"{prefix}.{key}", value
