"""YAML files that people write: read once, with the places of their keys; what YAML reads otherwise is refused.

YAML takes the last of two equal keys, reads 1:30 as the number 90 and 0171 as 121, and lets 300 bytes with & and * grow
into gigabytes. Whoever writes such a thing is told, and nothing is guessed.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from crmwb.errors import CrmwbError

MAX_BYTES = 20_000_000
MAX_GROWTH = 10_000  # values that & and * may add
N_SHOWN = 5
NUMBERS = {"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"}
SEXAGESIMAL = re.compile(r"[-+]?\d[\d_]*(:[0-5]?\d)+(\.[\d_]*)?")
OCTAL = re.compile(r"[-+]?0[0-7_]+")
MAX_DIGITS = 400
MAX_DEPTH = 200

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(path: Path) -> Any:
    """Read a YAML file as plain values.

    Raises
    ------
    CrmwbError
        It is not there, no YAML, or says what YAML would read as something else; the message names file and line.
    """
    return parse(text_of(path), path)


def text_of(path: Path) -> str:
    """Return the text of a file that people write.

    Raises
    ------
    CrmwbError
        It cannot be read, is no UTF-8, or is too large to be one.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise CrmwbError(f"{path}: larger than {MAX_BYTES // 1_000_000} MB, as no such file is; name another.")
        return path.read_bytes().decode("utf-8")  # line ends stay as they are
    except UnicodeDecodeError as error:
        raise CrmwbError(f"{path}: not readable as YAML: no UTF-8 ({error}); save it as UTF-8.") from None
    except OSError as error:
        raise CrmwbError(f"{path}: not readable ({error.strerror}); check that it is a file and its rights.") from None


def parse(text: str, path: Path) -> Any:
    """Return the plain values of a YAML text; as `load`, with the path for messages."""
    root = tree(text, path)
    if root is None:
        return None
    loader = yaml.constructor.SafeConstructor()
    try:
        return loader.construct_document(root)
    except (yaml.YAMLError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise CrmwbError(f"{path}: not readable as YAML: {_message(error)}.") from None


@lru_cache(maxsize=8)
def tree(text: str, path: Path) -> yaml.Node | None:
    """Return a YAML text as nodes with their places, checked; None where it is empty.

    Raises
    ------
    CrmwbError
        As `load`.
    """
    try:
        _refuse_depth(text)  # what builds the tree would overflow the stack
        root: yaml.Node | None = yaml.compose(text, _Loader)
        faults = [] if root is None else _faults(root)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise CrmwbError(f"{path}: not readable as YAML: {_message(error)}.") from None
    if faults:
        lines = [f"{path}:{node.start_mark.line + 1}: {fault}" for node, fault in faults[:N_SHOWN]]
        more = [f"{path}: and {len(faults) - N_SHOWN} more like these."] if len(faults) > N_SHOWN else []
        raise CrmwbError("\n".join(lines + more))
    return root


def _refuse_depth(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, _Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise RecursionError


def _faults(root: yaml.Node) -> list[tuple[yaml.Node, str]]:
    nodes = list(_every(root))
    faults = [(place, fault) for node, key in nodes for place, fault in _faults_in(node, key)]
    if not faults and _size(root) > len(nodes) + MAX_GROWTH:
        faults = [(root, f"& and * make more than {MAX_GROWTH:,} values of it; write them out.")]
    return sorted(faults, key=lambda fault: fault[0].start_mark.index)


def _every(root: yaml.Node) -> Iterator[tuple[yaml.Node, str]]:
    """Yield every node once, however often * names it, and its key."""
    seen: set[int] = set()
    todo = [(root, "")]
    while todo:
        node, key = todo.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node, key
            if isinstance(node, yaml.MappingNode):
                todo += [(value, f"{key}.{str(name.value)[:80]}".strip(".")) for name, value in node.value]
                todo += [(name, key) for name, _ in node.value]
            elif isinstance(node, yaml.SequenceNode):
                todo += [(value, key) for value in node.value]


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [one for pair in node.value for one in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _size(root: yaml.Node) -> int:
    """Return how many values a tree stands for with every * written out.

    Raises
    ------
    ValueError
        A value refers to itself.
    """
    sizes: dict[int, int | None] = {}

    def size(node: yaml.Node) -> int:
        known = sizes.setdefault(id(node), 0)
        if known is None:
            raise ValueError(f"line {node.start_mark.line + 1}: a value refers to itself (& and *); write it out")
        if known == 0:
            sizes[id(node)] = None
            known = sizes[id(node)] = 1 + sum(size(child) for child in _children(node))
        return known

    return size(root)


def _faults_in(node: yaml.Node, key: str) -> Iterator[tuple[yaml.Node, str]]:
    if isinstance(node, yaml.ScalarNode) and node.tag in NUMBERS:
        shown = f"{key}: {node.value[:40]}".removeprefix(": ")
        if SEXAGESIMAL.fullmatch(node.value):
            yield node, f"{shown} is read by YAML as a number in sixties; put it in quotes, or write the number."
        elif OCTAL.fullmatch(node.value):
            yield node, f"{shown} is read by YAML in eights, for its 0; put it in quotes, or leave out the 0."
        elif len(node.value) > MAX_DIGITS:
            yield node, f"{shown}… has {len(node.value):,} digits; put it in quotes, or write another number."
    if isinstance(node, yaml.MappingNode):
        seen: set[tuple[str, Any]] = set()
        for name, _ in node.value:
            if isinstance(name, yaml.ScalarNode):
                if (name.tag, name.value) in seen:
                    yield name, f"{f'{key}.{name.value[:80]}'.strip('.')}: stands there twice; leave one of them."
                seen.add((name.tag, name.value))


def _message(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    message = " ".join(str(error).split()).removesuffix(".").replace(' in "<unicode string>",', " in")
    return message if len(message) <= 300 else f"{message[:300]} …"
