"""YAML files that people write, read as models: what is not allowed is refused with key, value and what is allowed."""

import difflib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from crmwb.errors import CrmwbError
from crmwb.files import yaml_file

M = TypeVar("M", bound=BaseModel)
Loc = tuple[int | str, ...]

SHOULD = re.compile(r"^\w+ should ")
N_MISTAKES = 20  # that a message names
N_SHOWN = 100  # signs of a value that a message shows


def read(path: Path, model: type[M], place: Callable[[Loc], str] | None = None) -> M:
    """Read a YAML file that people write, params.yaml or a mapping, as `model`.

    Parameters
    ----------
    path : Path
        The file.
    model : type
        What it must be.
    place : callable, optional
        How messages name a key; by file and key where not given.

    Raises
    ------
    CrmwbError
        The file is no YAML, or holds something that is not allowed; the message names each key.
    """
    return checked(yaml_file.load(path), model, path, place)


def checked(content: Any, model: type[M], path: Path, place: Callable[[Loc], str] | None = None) -> M:
    """Return the plain values of a YAML file as `model`; as `read`."""
    try:
        return model.model_validate_json(json.dumps(content, default=str))
    except ValidationError as error:
        name = place or (lambda key: f"{path}: {'.'.join(str(part) for part in key) or 'the file'}")
        every = error.errors()
        lines = [_explain(name(e["loc"]), e, model) for e in every[:N_MISTAKES]]
        more = [f"{path}: and {len(every) - N_MISTAKES:,} more."] if len(every) > N_MISTAKES else []
        raise CrmwbError("\n".join(lines + more)) from None


def _explain(key: str, error: Any, model: type[BaseModel]) -> str:
    """Say one validation error in the words of the file: key, value, what is allowed."""
    if error["type"] == "extra_forbidden":
        known = _known_keys(model, error["loc"][:-1])
        close = difflib.get_close_matches(str(error["loc"][-1]), known, n=1)
        hint = f"; did you mean {close[0]}?" if close else f"; known here: {', '.join(known)}."
        return f"{key}: no such key{hint}"
    if error["type"] == "missing":
        return f"{key}: missing; add it (the project's own params.yaml and mappings show every key)."
    reason = error["msg"].removeprefix("Value error, ")
    allowed = reason if error["type"] == "value_error" else f"must {_should(reason)}"
    if isinstance(error["input"], dict | list):
        return f"{key}: {allowed}."
    shown = repr(error["input"])
    shown = shown if len(shown) <= N_SHOWN else f"{shown[:N_SHOWN]}…"
    return f"{key}: {shown} is not allowed: {allowed}."


def _should(reason: str) -> str:
    """Return what a value should be, in the words of a YAML file: "be an object" → "be keys with values"."""
    plain = SHOULD.sub("", reason).replace(" after validation", "")
    return plain.replace("be an object", "be keys with values").replace("be a valid dictionary", "be keys with values")


def _known_keys(model: Any, where: tuple[int | str, ...]) -> list[str]:
    """Return the keys of the section at `where` within `model`."""
    for part in where:
        fields = getattr(model, "model_fields", {})
        model = _section(fields[part].annotation if part in fields else model)
    return sorted(getattr(model, "model_fields", {}))


def _section(annotation: Any) -> Any:
    """Return the section within an annotation such as `dict[str, tuple[Section, ...]]`; else the annotation."""
    if hasattr(annotation, "model_fields"):
        return annotation
    parts = [part for part in map(_section, get_args(annotation)) if hasattr(part, "model_fields")]
    return parts[-1] if parts else annotation
