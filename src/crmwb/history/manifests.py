"""What a kept history was made of, so that it is gone on with only where it was made in the same way and is whole."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmwb import storage
from crmwb.errors import CrmwbError
from crmwb.files import kept

FILE = "manifest.json"


@dataclass(frozen=True)
class Manifest:
    """What a kept history was made of, and the hash of each of its files.

    Attributes
    ----------
    made_by : dict
        The code, the engine and the choices: where they are others, nothing of it can be used.
    lines : dict of int to int
        By month, the checksum of the order lines.
    inputs : dict of int to str
        By month, a hash of the files that the checksum comes from.
    files : dict of str to str
        By place within the folder, the SHA-256.
    """

    made_by: dict[str, Any]
    lines: dict[int, int]
    inputs: dict[int, str]
    files: dict[str, str]

    def content(self) -> dict[str, Any]:
        """Return the manifest as JSON knows it."""
        return {
            "made_by": self.made_by,
            "lines": {str(month): checksum for month, checksum in self.lines.items()},
            "inputs": {str(month): digest for month, digest in self.inputs.items()},
            "files": self.files,
        }


def read(folder: Path) -> Manifest:
    """Return the manifest of a kept history.

    Raises
    ------
    CrmwbError
        It is not there, or damaged.
    """
    content = storage.read_json(folder / FILE)
    lines, inputs = ({int(m): known for m, known in content[name].items()} for name in ("lines", "inputs"))
    return Manifest(content["made_by"], lines, inputs, content["files"])


def usable(folder: Path, made_by: dict[str, Any]) -> Manifest | None:
    """Return the manifest of a kept history that was made in this way and is whole; else None."""
    try:
        manifest = read(folder)
    except (CrmwbError, KeyError, TypeError, ValueError):
        return None
    return manifest if manifest.made_by == made_by and kept.is_whole(folder, manifest.files) else None
