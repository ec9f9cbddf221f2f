"""Writing choices into params.yaml: only the values change; comments and everything else stay as they are."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from crmwb import layout
from crmwb.errors import CrmwbError
from crmwb.files import yaml_file


def written(choices: Mapping[str, Any], text: str, path: Path = layout.PARAMS) -> tuple[str, dict[str, Any]]:
    """Return params.yaml with other values.

    Parameters
    ----------
    choices : mapping of str to value
        By dotted key, such as `segmentation.clusters.k_max`.
    text : str
        params.yaml as it is.
    path : Path
        Where it lies, for messages.

    Returns
    -------
    text : str
        params.yaml as it would be.
    before : dict of str to value
        What stood there.

    Raises
    ------
    CrmwbError
        There is no such key, or its value fills several lines.
    """
    before = {}
    for key, value in choices.items():
        node = _find(yaml_file.tree(text, path), key, path)
        begin, end = node.start_mark, node.end_mark
        new = yaml.safe_dump(value, width=10_000, allow_unicode=True, default_flow_style=True, sort_keys=False)
        new = new.removesuffix("\n").removesuffix("\n...")
        if begin.line != end.line:
            raise CrmwbError(f"{path}: {key} does not stand on a line of its own; write {new} there by hand.")
        before[key] = yaml_file.parse(text[begin.index : end.index], path)
        room = "" if text[begin.index - 1] in " \t" else " "
        text = text[: begin.index] + room + new + text[end.index :]
    return text, before


def _find(node: yaml.Node | None, key: str, path: Path) -> yaml.Node:
    for part in key.split("."):
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        node = next((value for name, value in pairs if name.value == part), None)
    if node is None:
        raise CrmwbError(f"{path}: no key {key}; `crmwb params` shows all there are.")
    return node
