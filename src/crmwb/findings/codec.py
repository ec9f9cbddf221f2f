"""Findings, values and other typed results to plain JSON and back, without loss."""

import json
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from crmwb.findings import values
from crmwb.findings.finding import Finding, Unavailable
from crmwb.findings.values import Value

TYPE = "@type"
_classes: dict[str, type[Any]] = {}


def register(*classes: type[Any]) -> None:
    """Let dataclasses be written by `to_json`, under their names in small letters."""
    _classes.update({kind.__name__.lower(): kind for kind in classes})


register(Finding, Unavailable, *(v for v in vars(values).values() if isinstance(v, type) and issubclass(v, Value)))


def to_json(what: Any) -> dict[str, Any]:
    """Return a finding, a value or another registered dataclass as plain JSON: {"@type": "share", "value": 0.546}.

    Examples
    --------
    >>> found = Finding("common.interval", {"low": values.Share(0.1), "high": values.Share(0.2)})
    >>> from_json(to_json(found)) == found
    True
    """
    return {TYPE: type(what).__name__.lower()} | {f.name: _plain(getattr(what, f.name)) for f in fields(what)}


def from_json(content: Mapping[str, Any]) -> Any:
    """Return what `to_json` was given.

    Raises
    ------
    ValueError
        The content is of no registered type.
    """
    kind = _classes.get(str(content.get(TYPE)))
    if kind is None:
        raise ValueError(f"no type of finding or value: {content.get(TYPE)!r}")
    return kind(**{name: _typed(part) for name, part in content.items() if name != TYPE})


def dumps(what: Any) -> str:
    """Return a finding as one line of JSON, for a column of text."""
    return json.dumps(to_json(what), sort_keys=True, ensure_ascii=False, allow_nan=False)


def loads(text: str) -> Any:
    """Return what `dumps` was given."""
    return from_json(json.loads(text))


def _plain(part: Any) -> Any:
    if type(part).__name__.lower() in _classes:
        return to_json(part)
    if isinstance(part, Mapping):
        return {str(name): _plain(value) for name, value in part.items()}
    if isinstance(part, tuple | list):
        return [_plain(item) for item in part]
    return part.isoformat() if isinstance(part, date) else part


def _typed(part: Any) -> Any:
    if isinstance(part, Mapping):
        return from_json(part) if TYPE in part else {name: _typed(value) for name, value in part.items()}
    return tuple(_typed(item) for item in part) if isinstance(part, list) else part
