"""dvc.lock, which DVC writes in place: a kill in that moment leaves it cut off, and DVC then refuses every command."""

from pathlib import Path

import yaml

from crmwb.errors import CrmwbError


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
