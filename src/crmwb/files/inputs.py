"""What a stage reads, noted when it begins and compared when it ends.

DVC writes down what a stage's inputs are when the stage has ended. Where one changed meanwhile, it would take results
of the old one for results of the new one, and never run the stage again.
"""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from crmwb import layout
from crmwb.errors import CrmwbError
from crmwb.files import yaml_file

HASHED_BYTES = 1 << 20  # a file up to this size may be written again with the same content
N_HASHED = 2_000
N_NAMED = 5
KEY = "${key}"
NO_INPUT = ("__pycache__", ".ipynb_checkpoints")  # as .dvcignore says

Note = tuple[int, int, int, str]


@dataclass(frozen=True)
class Inputs:
    """The inputs of a stage as they were.

    Attributes
    ----------
    command : str
        How dvc.yaml runs the stage, "python pipeline/report.py value".
    choices : dict
        Its values in params.yaml, by dotted key.
    files : dict of str to tuple
        Size, times of change (ns) and, of small files, hash of each of its files.
    """

    command: str
    choices: dict[str, Any]
    files: dict[str, Note]

    def changed(self) -> list[str]:
        """Return the names of what is different now, params.yaml's keys among them."""
        try:
            now = noted(self.command)
        except CrmwbError:
            return [str(layout.PARAMS)]
        if now is None:
            return [str(layout.PIPELINE)]
        keys = [f"{layout.PARAMS}: {key}" for key in self.choices if now.choices.get(key) != self.choices[key]]
        names = sorted(self.files.keys() | now.files.keys())
        return keys + [name for name in names if _differs(self.files.get(name), now.files.get(name))]


def noted(command: str) -> Inputs | None:
    """Note the inputs of the stage that dvc.yaml runs by a command, in the working directory; None where it has none.

    Raises
    ------
    CrmwbError
        dvc.yaml or params.yaml is not in order.
    """
    if not (layout.PIPELINE.is_file() and layout.PARAMS.is_file()):
        return None
    stage = _stage(command)
    if stage is None:
        return None
    params = yaml_file.load(layout.PARAMS)
    files: dict[str, Note] = {}
    for dep in stage.get("deps", []):
        for file in _files(Path(dep)):
            files[file.as_posix()] = _note(file, is_hashed=len(files) < N_HASHED)
    return Inputs(command, {key: _value(params, key) for key in stage.get("params", [])}, files)


def _stage(command: str) -> dict[str, Any] | None:
    """Return a stage's deps and params, with the key of a repeated stage put in."""
    stages = (yaml_file.load(layout.PIPELINE) or {}).get("stages", {})
    for stage in stages.values():
        body = stage.get("do", stage)
        key = command.partition(".py ")[2] if KEY in body["cmd"] else KEY
        if body["cmd"].replace(KEY, key) == command:
            deps = [str(dep).replace(KEY, key) for dep in body.get("deps", [])]
            return {"deps": deps, "params": [p for p in body.get("params", []) if isinstance(p, str)]}
    return None


def _value(params: Any, key: str) -> Any:
    for part in key.split("."):
        params = params.get(part) if isinstance(params, dict) else None
    return params


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path] if path.exists() else []
    below = (file for file in path.rglob("*") if not any(part in NO_INPUT for part in file.parts))
    return sorted(file for file in below if file.is_file() and file.suffix not in {".pyc", ".part"})


def _note(file: Path, *, is_hashed: bool) -> Note:
    try:
        status = file.stat()
        digest = ""
        if is_hashed and status.st_size <= HASHED_BYTES:
            digest = sha256(file.read_bytes()).hexdigest()
    except OSError:  # gone in this very moment
        return (-1, 0, 0, "")
    # the time of the last change to the file itself cannot be set, so no copy with an old date is overlooked
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, digest)


def _differs(before: Note | None, now: Note | None) -> bool:
    if before is None or now is None:
        return before is not now
    return before != now and not (before[3] and before[3] == now[3])
