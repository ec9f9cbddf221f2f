"""Files that DVC writes in place: a kill in that moment leaves them cut off, and DVC then refuses every command."""

import json
from pathlib import Path

import yaml

from crmwb.errors import CrmwbError

RUNNING = Path(".dvc/tmp/rwlock")


def check(path: Path) -> None:
    """Raise an error that says how to go on where DVC cannot read its lock file.

    Parameters
    ----------
    path : Path
        dvc.lock; it need not be there.

    Raises
    ------
    CrmwbError
        It is empty, no YAML, or not what DVC writes.
    """
    from dvc.schema import COMPILED_LOCKFILE_SCHEMA
    from voluptuous import Invalid

    try:
        COMPILED_LOCKFILE_SCHEMA(yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader))  # a tenth of safe_load's time
    except FileNotFoundError:
        return
    except (yaml.YAMLError, UnicodeDecodeError, Invalid):
        raise CrmwbError(
            f"{path.name}: cut off or damaged, most likely because DVC was stopped while it wrote the file; restore it "
            f"with `git checkout {path.name}`, or delete it, and run again: the results are the same, though without "
            "it most stages are computed again."
        ) from None


def check_running(path: Path) -> None:
    """Raise an error that says how to go on where DVC cannot read its list of running commands.

    Parameters
    ----------
    path : Path
        .dvc/tmp/rwlock; it need not be there.

    Raises
    ------
    CrmwbError
        It is no JSON.
    """
    try:
        json.loads(path.read_bytes())
    except FileNotFoundError:
        return
    except ValueError:
        raise CrmwbError(
            f"{path}: cut off, most likely because DVC was stopped while it wrote the file; where no DVC is at work, "
            "delete it and run again: it only lists what is running."
        ) from None
