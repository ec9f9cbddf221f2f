"""Where the keys of a YAML file that people write stand in it, so that a message can name the line."""

from collections.abc import Sequence
from pathlib import Path

import yaml

from crmwb.errors import CrmwbError
from crmwb.files import yaml_file

Key = Sequence[int | str]


class Places:
    """The lines of the keys of one YAML file.

    Parameters
    ----------
    path : Path
        The file. Where it is no YAML, no line is known; whoever reads it will say so.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._root = yaml_file.tree(yaml_file.text_of(path), path)
        except CrmwbError:
            self._root = None

    def of(self, key: Key) -> str:
        """Return "mappings/shop.yaml:12: tables.transactions.columns.quantity" for a key.

        Of a key that is not there, the line is that of the nearest one around it. A list that stands for a single thing
        in the file is passed through: its index is not named.
        """
        node, line, steps = self._root, 1, []
        for part in key:
            result = _child(node, part)
            if result is not None:
                line, node = result
            elif isinstance(part, int) and isinstance(node, yaml.MappingNode | yaml.ScalarNode):
                continue
            else:
                node = None
            steps.append(str(part + 1 if isinstance(part, int) else part))
        return f"{self.path}:{line}: {'.'.join(steps) or 'the file'}"


def _child(node: yaml.Node | None, part: int | str) -> tuple[int, yaml.Node] | None:
    """Return the line and the value of a key or an item; None where there is none."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(part):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part].start_mark.line + 1, node.value[part]
    return None
