"""What an earlier run found in files that are as they were: kept under all that it depends on, and then not looked for.

Beside the files themselves (their hashes are among the inputs that a caller names) that is the code, and the packages.
"""

import json
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from crmwb import storage
from crmwb.errors import CrmwbError

PACKAGES = ("great-expectations", "duckdb", "ibis-framework", "pyarrow", "pandas", "numpy")
CONTRACT = ("contract/canonical", "contract/columns.py", "contract/tables.py")
MODULES = ("quality", "engine", "findings/codec.py", "findings/values.py", *CONTRACT, "storage.py")


def made_by() -> dict[str, Any]:
    """Return what findings depend on beside rows and rules: a hash of the code, and the versions of packages."""
    return {"code": _code(MODULES), "packages": {name: version(name) for name in PACKAGES}}


@cache
def _code(modules: tuple[str, ...]) -> str:
    ours = Path(__file__).parents[1]
    return storage.content_hash(*(ours / module for module in modules))


def read(file: Path, inputs: dict[str, Any]) -> Any:
    """Return what was kept in a file where it was found in the same inputs by the same code, else None.

    Parameters
    ----------
    file : Path
        The file; it may be missing or damaged.
    inputs : dict
        What the findings depend on, ready for JSON.
    """
    try:
        content = storage.read_json(file)
        return content["findings"] if content["inputs"] == _plain(inputs) else None
    except (CrmwbError, KeyError, TypeError):
        return None


def write(file: Path, inputs: dict[str, Any], findings: Any) -> None:
    """Keep what was found in some inputs, mappings in the order that they have."""
    text = json.dumps({"inputs": _plain(inputs), "findings": findings}, ensure_ascii=False, allow_nan=False)
    storage.write_text(text + "\n", file)


def _plain(inputs: dict[str, Any]) -> Any:
    """Return inputs as JSON would read them, with the code."""
    return json.loads(json.dumps({**inputs, "made_by": made_by()}))
